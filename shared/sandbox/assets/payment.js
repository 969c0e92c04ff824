/* The inside of the Payment Element. Card data stays in this frame: it validates, makes the payment method and confirms. */
(() => {
  'use strict';

  let settings;
  try { settings = JSON.parse(decodeURIComponent(location.hash.slice(1))); } catch { return; }
  const field = (id) => document.getElementById(id);
  const inputs = { number: field('number'), expiry: field('expiry'), cvc: field('cvc') };
  const badge = document.querySelector('.brand');
  const BRANDS = [[/^3[47]/, 'amex', 'Amex'], [/^4/, 'visa', 'Visa'], [/^(5[1-5]|2[2-7])/, 'mastercard', 'Mastercard'],
    [/^(6011|65)/, 'discover', 'Discover'], [/^35/, 'jcb', 'JCB'], [/^62/, 'unionpay', 'UnionPay'], [/^3[068]/, 'diners', 'Diners']];
  const VARIABLES = { colorPrimary: '--primary', colorBackground: '--background', colorText: '--text', colorDanger: '--danger',
    colorTextSecondary: '--secondary', colorTextPlaceholder: '--placeholder', borderRadius: '--radius', fontFamily: '--font',
    fontSizeBase: '--size', spacingUnit: '--unit' };
  const FIELD_OF = { incorrect_number: 'number', invalid_number: 'number', invalid_expiry_month: 'expiry', invalid_expiry_year: 'expiry',
    expired_card: 'expiry', incorrect_cvc: 'cvc', invalid_cvc: 'cvc' };
  const EMPTY = {
    number: ['incomplete_number', 'Your card number is incomplete.'],
    expiry: ['incomplete_expiry', 'Your card’s expiration date is incomplete.'],
    cvc: ['incomplete_cvc', 'Your card’s security code is incomplete.'],
  };

  // Beside a field there is room for few words; the page is told the whole sentence.
  const SHORT = { incomplete_number: 'Card number is incomplete.', incomplete_expiry: 'Date is incomplete.', incomplete_cvc: 'Code is incomplete.',
    invalid_expiry_month: 'Date is invalid.', invalid_expiry_year: 'Year is invalid.', invalid_expiry_year_past: 'Year is in the past.',
    invalid_expiry_month_past: 'Date is in the past.', invalid_cvc: 'Code is invalid.', incorrect_cvc: 'Code is incorrect.', expired_card: 'Card has expired.' };

  const tell = (name, detail = {}) => parent.postMessage({ type: 'standin:frame', name, detail }, settings.parent);
  const reply = (ticket, detail) => parent.postMessage({ type: 'standin:frame', ticket, detail }, settings.parent);
  const digits = (text) => text.replace(/\D/g, '');
  const brandOf = (number) => BRANDS.find(([pattern]) => pattern.test(number)) || [null, 'unknown', ''];
  const lengthOf = (brand) => ({ amex: 15, diners: 14 })[brand] || 16;
  const codeLength = () => (brandOf(digits(inputs.number.value))[1] === 'amex' ? 4 : 3);

  function dress(appearance = {}) {
    const root = document.documentElement;
    root.dataset.theme = appearance.theme === 'night' ? 'night' : 'stripe';
    root.style.colorScheme = appearance.theme === 'night' ? 'dark' : 'light';
    for (const [name, property] of Object.entries(VARIABLES)) {
      const value = (appearance.variables || {})[name];
      if (typeof value === 'string') root.style.setProperty(property, value); else root.style.removeProperty(property);
    }
  }

  /* ---- what was typed, in the form people read ---- */

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

  /* ---- what is wrong with it ---- */

  function luhn(number) {
    return [...number].reverse().reduce((sum, d, i) => sum + (i % 2 ? (d * 2 > 9 ? d * 2 - 9 : d * 2) : +d), 0) % 10 === 0;
  }

  const CHECKS = {
    number() {
      const number = digits(inputs.number.value);
      if (number.length < lengthOf(brandOf(number)[1])) return EMPTY.number;
      return luhn(number) ? null : ['invalid_number', 'Your card number is invalid.'];
    },
    expiry() {
      const value = digits(inputs.expiry.value);
      if (value.length < 4) return EMPTY.expiry;
      const month = +value.slice(0, 2), year = 2000 + +value.slice(2), now = new Date();
      if (month < 1 || month > 12) return ['invalid_expiry_month', 'Your card’s expiration date is invalid.'];
      if (year < now.getFullYear()) return ['invalid_expiry_year_past', 'Your card’s expiration year is in the past.'];
      if (year > now.getFullYear() + 50) return ['invalid_expiry_year', 'Your card’s expiration year is invalid.'];
      return year === now.getFullYear() && month < now.getMonth() + 1 ? ['invalid_expiry_month_past', 'Your card’s expiration date is in the past.'] : null;
    },
    cvc() { return digits(inputs.cvc.value).length < codeLength() ? EMPTY.cvc : null; },
  };

  function mark(name, code, message) {
    field(`${name}-error`).textContent = SHORT[code] || message || '';
    inputs[name].setAttribute('aria-invalid', message ? 'true' : 'false');
  }

  function check({ focus = false } = {}) {
    let first = null;
    for (const name of Object.keys(inputs)) {
      const problem = CHECKS[name]();
      mark(name, ...(problem || []));
      first = first || (problem && { name, problem });
    }
    if (first && focus) inputs[first.name].focus();
    return first && { type: 'validation_error', code: first.problem[0], message: first.problem[1] };
  }

  let last = '';
  function changed() {
    const empty = Object.values(inputs).every((input) => !input.value);
    const complete = Object.keys(inputs).every((name) => !CHECKS[name]());
    const state = JSON.stringify([empty, complete]);
    if (state !== last) tell('change', { empty, complete, collapsed: false, value: { type: 'card' } });
    last = state;
  }

  inputs.number.addEventListener('input', () => {
    const number = digits(inputs.number.value).slice(0, 19);
    const [, brand, name] = brandOf(number);
    retype(inputs.number, grouped(number.slice(0, brand === 'unknown' ? 19 : lengthOf(brand))));
    badge.textContent = name;
    if (digits(inputs.number.value).length === lengthOf(brand) && luhn(digits(inputs.number.value)) && document.activeElement === inputs.number) inputs.expiry.focus();
  });
  inputs.expiry.addEventListener('input', (event) => {
    retype(inputs.expiry, dated(inputs.expiry.value, (event.inputType || '').startsWith('delete')));
    if (!CHECKS.expiry() && document.activeElement === inputs.expiry) inputs.cvc.focus();
  });
  inputs.cvc.addEventListener('input', () => { inputs.cvc.value = digits(inputs.cvc.value).slice(0, codeLength()); });
  for (const [name, input] of Object.entries(inputs)) {
    input.addEventListener('input', () => { mark(name); changed(); });
    input.addEventListener('blur', () => { const problem = input.value && CHECKS[name](); if (problem) mark(name, ...problem); });
  }
  document.addEventListener('focusin', () => tell('focus'));
  document.addEventListener('focusout', (event) => { if (!event.relatedTarget) tell('blur'); });
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape') tell('escape'); });
  field('card').addEventListener('submit', (event) => event.preventDefault());

  /* ---- talking to the stand-in ---- */

  const form = (value, path = '', out = new URLSearchParams()) => {
    if (value === undefined || value === null) return out;
    if (typeof value === 'object') for (const [key, inner] of Object.entries(value)) form(inner, path ? `${path}[${key}]` : key, out);
    else out.append(path, String(value));
    return out;
  };

  async function ask(method, path, params) {
    const query = form({ key: settings.pk, ...params });
    try {
      const answer = await fetch(method === 'GET' ? `${path}?${query}` : path, { method, body: method === 'GET' ? undefined : query });
      return await answer.json();
    } catch {
      return { error: { type: 'api_connection_error', message: 'We could not reach the payment service. Check your connection and try again.' } };
    }
  }

  async function confirm({ id, params, billing }) {
    const error = check({ focus: true });
    if (error) return { error };
    const [month, year] = [digits(inputs.expiry.value).slice(0, 2), digits(inputs.expiry.value).slice(2)];
    const card = { number: digits(inputs.number.value), exp_month: month, exp_year: `20${year}`, cvc: inputs.cvc.value };
    const answer = await ask('POST', `/v1/payment_intents/${encodeURIComponent(id)}/confirm`, {
      ...params, payment_method_data: { type: 'card', card, billing_details: billing },
    });
    const wrong = answer.error && FIELD_OF[answer.error.code];
    if (wrong) mark(wrong, answer.error.code, answer.error.message);
    return answer;
  }

  const ACTIONS = {
    async confirm(message) { reply(message.ticket, await confirm(message)); },
    submit(message) { const error = check({ focus: true }); reply(message.ticket, error ? { error } : { selectedPaymentMethod: 'card' }); },
    update(message) { if (message.appearance) dress(message.appearance); },
    focus() { inputs.number.focus(); },
    blur() { document.activeElement.blur(); },
    clear() { for (const name of Object.keys(inputs)) { inputs[name].value = ''; mark(name); } badge.textContent = ''; changed(); },
  };

  addEventListener('message', (event) => {
    if (event.source !== parent || event.origin !== settings.parent || event.data?.type !== 'standin:element') return;
    ACTIONS[event.data.action]?.(event.data);
  });

  dress(settings.appearance);
  (async () => {
    if (settings.clientSecret) {
      const id = settings.clientSecret.slice(0, settings.clientSecret.indexOf('_secret_'));
      const intent = await ask('GET', `/v1/payment_intents/${encodeURIComponent(id)}`, { client_secret: settings.clientSecret });
      if (intent.error) { tell('loaderror', { error: intent.error }); return; }
    }
    tell('ready');
    const height = Math.ceil(document.body.scrollHeight);
    if (height > innerHeight) tell('resize', { height });
  })();
})();
