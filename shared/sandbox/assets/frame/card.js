/* The fields of a card: what is typed, in the form people read, and what is wrong with it. */

const field = (id) => document.getElementById(id);
const inputs = { number: field('number'), expiry: field('expiry'), cvc: field('cvc') };
const mark_of_brand = document.querySelector('.brand');
const BRANDS = [[/^3[47]/, 'amex', 'Amex'], [/^4/, 'visa', 'Visa'], [/^(5[1-5]|2[2-7])/, 'mastercard', 'Mastercard'],
  [/^(6011|65)/, 'discover', 'Discover'], [/^35/, 'jcb', 'JCB'], [/^62/, 'unionpay', 'UnionPay'], [/^3[068]/, 'diners', 'Diners']];
const FIELD_OF = { incorrect_number: 'number', invalid_number: 'number', invalid_expiry_month: 'expiry', invalid_expiry_year: 'expiry',
  expired_card: 'expiry', incorrect_cvc: 'cvc', invalid_cvc: 'cvc' };
let changed = () => {};

const digits = (text) => text.replace(/\D/g, '');
const brandOf = (number) => BRANDS.find(([pattern]) => pattern.test(number)) || [null, 'unknown', ''];
const brandName = (brand) => BRANDS.find(([, name]) => name === brand)?.[2] || brand;
const lengthOf = (brand) => ({ amex: 15, diners: 14 })[brand] || 16;
const codeLength = () => (brandOf(digits(inputs.number.value))[1] === 'amex' ? 4 : 3);

function grouped(number) {
  const sizes = brandOf(number)[1] === 'amex' ? [4, 6, 5] : [4, 4, 4, 4, 3];
  const parts = [];
  for (let at = 0, i = 0; at < number.length && i < sizes.length; at += sizes[i++]) parts.push(number.slice(at, at + sizes[i]));
  return parts.join(' ');
}

function dated(text, deleting) {
  let value = digits(text);
  if (/^\d{2}\s*\/\s*20\d{2}$/.test(text.trim())) value = value.slice(0, 2) + value.slice(4);
  if (/^[2-9]/.test(value)) value = `0${value}`;
  value = value.slice(0, 4);
  if (value.length > 2) return `${value.slice(0, 2)} / ${value.slice(2)}`;
  return value.length === 2 && !deleting ? `${value} / ` : value;
}

function retype(input, text) {
  const after = digits(input.value.slice(input.selectionStart ?? input.value.length)).length;
  input.value = text;
  let at = text.length;
  for (let left = after; left > 0 && at > 0; at -= 1) if (/\d/.test(text[at - 1])) left -= 1;
  if (document.activeElement === input) input.setSelectionRange(at, at);
}

function luhn(number) {
  return [...number].reverse().reduce((sum, d, i) => sum + (i % 2 ? (d * 2 > 9 ? d * 2 - 9 : d * 2) : +d), 0) % 10 === 0;
}

/* Each answers the code of what is wrong, or nothing. */
const CHECKS = {
  number() {
    const number = digits(inputs.number.value);
    if (number.length < lengthOf(brandOf(number)[1])) return 'incomplete_number';
    return luhn(number) ? null : 'invalid_number';
  },
  expiry() {
    const value = digits(inputs.expiry.value);
    if (value.length < 4) return 'incomplete_expiry';
    const month = +value.slice(0, 2), year = 2000 + +value.slice(2), now = new Date();
    if (month < 1 || month > 12) return 'invalid_expiry_month';
    if (year < now.getFullYear()) return 'invalid_expiry_year_past';
    if (year > now.getFullYear() + 50) return 'invalid_expiry_year';
    return year === now.getFullYear() && month < now.getMonth() + 1 ? 'invalid_expiry_month_past' : null;
  },
  cvc() { return digits(inputs.cvc.value).length < codeLength() ? 'incomplete_cvc' : null; },
};

/* Beside a field there is room for few words; the page is told the whole sentence. */
function mark(name, code, message) {
  field(`${name}-error`).textContent = code ? words[code]?.[0] || message || '' : '';
  inputs[name].setAttribute('aria-invalid', code ? 'true' : 'false');
  inputs[name].classList.toggle('Input--invalid', Boolean(code));
  inputs[name].classList.toggle('Input--empty', !inputs[name].value);
}

function checkCard({ focus = false } = {}) {
  let first = null;
  for (const name of Object.keys(inputs)) {
    const code = CHECKS[name]();
    mark(name, code);
    first = first || (code && { name, code });
  }
  if (first && focus) inputs[first.name].focus();
  return first && { type: 'validation_error', code: first.code, message: words[first.code][1] };
}

const cardEmpty = () => Object.values(inputs).every((input) => !input.value);
const cardComplete = () => Object.keys(inputs).every((name) => !CHECKS[name]());

function cardData() {
  const date = digits(inputs.expiry.value);
  return { number: digits(inputs.number.value), exp_month: date.slice(0, 2), exp_year: `20${date.slice(2)}`, cvc: inputs.cvc.value };
}

function clearCard() {
  for (const name of Object.keys(inputs)) { inputs[name].value = ''; mark(name); }
  mark_of_brand.textContent = '';
}

/* An error of the API's that belongs beside a field. */
function markError(error) {
  const wrong = error && FIELD_OF[error.code];
  if (wrong) mark(wrong, error.code, error.message);
}

inputs.number.addEventListener('input', () => {
  const number = digits(inputs.number.value).slice(0, 19);
  const [, brand, name] = brandOf(number);
  retype(inputs.number, grouped(number.slice(0, brand === 'unknown' ? 19 : lengthOf(brand))));
  if (mark_of_brand.textContent !== name) {
    mark_of_brand.textContent = name;
    tell('carddetailschange', { loading: false, details: { brands: brand === 'unknown' ? null : [brand], funding: null } });
  }
  if (digits(inputs.number.value).length === lengthOf(brand) && luhn(digits(inputs.number.value)) && document.activeElement === inputs.number) inputs.expiry.focus();
});
inputs.expiry.addEventListener('input', (event) => {
  retype(inputs.expiry, dated(inputs.expiry.value, (event.inputType || '').startsWith('delete')));
  if (!CHECKS.expiry() && document.activeElement === inputs.expiry) inputs.cvc.focus();
});
inputs.cvc.addEventListener('input', () => { inputs.cvc.value = digits(inputs.cvc.value).slice(0, codeLength()); });
for (const [name, input] of Object.entries(inputs)) {
  const label = document.querySelector(`label[for="${name}"]`);
  input.addEventListener('input', () => { mark(name); changed(); });
  input.addEventListener('focus', () => label.classList.add('Label--focused'));
  input.addEventListener('blur', () => {
    label.classList.remove('Label--focused');
    const code = input.value && CHECKS[name]();
    if (code) mark(name, code);
  });
}
