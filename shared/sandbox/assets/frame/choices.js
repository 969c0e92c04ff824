/* The choice between saved cards and a new one: radio buttons, with a way to remove a card where the page allows it. */

const choices = field('choices');
const fresh = field('fresh');
let saved = [];
let features = {};
let chosen = 'new'; // the id of a saved card, 'new', or null while the element is collapsed
let listed = false; // the list of choices is shown, even if it has a single entry

const layoutOf = () => {
  const given = settings.options?.layout;
  const layout = typeof given === 'object' && given !== null ? given : { type: given };
  return { ...layout, type: layout.type === 'accordion' ? 'accordion' : 'tabs' };
};
const removable = () => features.payment_method_remove === 'enabled';
const savable = () => features.payment_method_save === 'enabled';
const chosenCard = () => saved.find((method) => method.id === chosen);

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function choose(id, { focus = false } = {}) {
  chosen = id;
  show();
  changed();
  if (focus) (choices.querySelector('input:checked') || inputs.number).focus();
}

function describe(method) {
  const { brand, last4, exp_month, exp_year } = method.card;
  const date = `${String(exp_month).padStart(2, '0')}/${String(exp_year).slice(2)}`;
  return [
    make('span', { className: 'mark', textContent: brandName(brand) }),
    make('span', { className: 'last4' }, make('span', { ariaHidden: 'true', textContent: '•••• ' }), make('span', { className: 'unseen', textContent: ` ${words.ends} ` }), last4),
    make('span', { className: 'until' }, make('span', { className: 'unseen', textContent: ` ${words.expires} ` }), date),
  ];
}

function entry(id, content) {
  const kind = layoutOf().type === 'accordion' ? 'AccordionItem' : 'Tab';
  const radio = make('input', { type: 'radio', name: 'method', value: id, checked: chosen === id, disabled: settings.options?.readOnly === true });
  radio.addEventListener('change', () => choose(id));
  const item = make('div', { className: `choice ${kind}${chosen === id ? ` ${kind}--selected` : ''}` }, make('label', {}, radio, ...content));
  item.dataset.id = id;
  return item;
}

function withRemoval(item, method) {
  const name = `${words.remove} ${brandName(method.card.brand)} ${words.ends} ${method.card.last4}`;
  const button = make('button', { type: 'button', className: 'remove', textContent: words.remove, ariaLabel: name });
  button.addEventListener('click', () => askToRemove(item, method, button));
  item.append(button);
  return item;
}

function askToRemove(item, method, button) {
  const yes = make('button', { type: 'button', className: 'remove danger', textContent: words.remove });
  const no = make('button', { type: 'button', className: 'remove', textContent: words.keep });
  const question = make('div', { className: 'question', role: 'group', ariaLabel: words.really }, make('span', { textContent: words.really }), yes, no);
  const leave = () => { question.remove(); button.hidden = false; button.focus(); };
  no.addEventListener('click', leave);
  question.addEventListener('keydown', (event) => { if (event.key === 'Escape') { event.stopPropagation(); leave(); } });
  yes.addEventListener('click', () => remove(method));
  button.hidden = true;
  item.append(question);
  no.focus();
}

async function remove(method) {
  const path = `/v1/elements/saved_methods/${encodeURIComponent(method.id)}/remove`;
  const answer = await call('POST', path, { customer_session_client_secret: settings.customerSessionClientSecret });
  const told = { id: method.id, type: method.type, billing_details: method.billing_details };
  if (answer.error) {
    show();
    tell('savedpaymentmethodremove', { success: false, error: answer.error.message, payment_method: told });
    return;
  }
  saved = saved.filter((other) => other.id !== method.id);
  tell('savedpaymentmethodremove', { success: true, payment_method: told });
  choose(chosen === method.id ? saved[0]?.id || 'new' : chosen, { focus: true });
}

/* Draw the choices and what belongs to the one that is taken. */
function show() {
  const layout = layoutOf();
  listed = listed || saved.length > 0 || layout.type === 'accordion' || chosen === null;
  choices.hidden = !listed;
  choices.setAttribute('aria-label', words.methods);
  const held = choices.contains(document.activeElement) ? document.activeElement.value : null;
  const entries = listed ? saved.map((method) => (removable() && !settings.options?.readOnly ? withRemoval(entry(method.id, describe(method)), method) : entry(method.id, describe(method)))) : [];
  if (listed) entries.push(entry('new', [make('span', { className: 'mark', textContent: saved.length ? words.newCard : words.card })]));
  choices.replaceChildren(...entries);
  choices.classList.toggle('spaced', layout.type !== 'accordion' || layout.spacedAccordionItems === true);
  choices.classList.toggle('without-radios', layout.radios === 'never' || layout.radios === false);
  if (held) choices.querySelector(`input[value="${CSS.escape(held)}"]`)?.focus();
  fresh.hidden = chosen !== 'new';
  field('save').hidden = !savable() || chosen !== 'new';
  for (const input of [...Object.values(inputs), field('save-box')]) input.disabled = settings.options?.readOnly === true;
  showTerms();
}

/* The words about later charges: always, never, or when the card is kept for that. */
function showTerms() {
  const rule = settings.options?.terms?.card || 'auto';
  const kept = settings.mode === 'setup' || Boolean(settings.futureUsage) || (savable() && field('save-box').checked);
  const wanted = chosen === 'new' && (rule === 'always' || (rule === 'auto' && kept));
  field('terms').hidden = !wanted;
  field('terms').textContent = wanted ? words.terms(settings.options?.business?.name || words.business) : '';
}

async function loadSaved() {
  const secret = settings.customerSessionClientSecret;
  if (!secret) return null;
  const answer = await call('GET', '/v1/elements/saved_methods', { customer_session_client_secret: secret });
  if (answer.error) return answer.error;
  saved = answer.data.filter((method) => method.type === 'card');
  features = answer.features || {};
  chosen = saved[0]?.id || 'new';
  return null;
}

field('save-box').addEventListener('change', (event) => { event.target.parentElement.classList.toggle('Checkbox--checked', event.target.checked); showTerms(); changed(); });
