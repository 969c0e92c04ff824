/* The inside of the Payment Element. Card data stays in this frame: it validates, makes payment methods and confirms. */

let last = '';
changed = () => {
  const method = chosenCard();
  const value = { type: 'card' };
  if (method) value.payment_method = { id: method.id, type: method.type, billing_details: method.billing_details };
  if (savable() && !method) value.savePaymentMethod = field('save-box').checked;
  const empty = !method && cardEmpty();
  const complete = chosen !== null && (Boolean(method) || cardComplete());
  const detail = { empty, complete, collapsed: chosen === null, value };
  const state = JSON.stringify(detail);
  if (state !== last && (last || complete)) tell('change', detail); // a saved card is complete from the start
  last = state;
};

function check({ focus = false } = {}) {
  if (chosenCard()) return null;
  if (chosen === null) return { type: 'validation_error', code: 'incomplete_payment_details', message: words.incomplete_payment_details[1] };
  return checkCard({ focus });
}

/* Nested values of the second win over those of the first. */
function merged(first = {}, second = {}) {
  const out = { ...first };
  for (const [name, value] of Object.entries(second)) {
    out[name] = typeof value === 'object' && value !== null && !Array.isArray(value) ? merged(out[name] || {}, value) : value;
  }
  return out;
}

/* What a new card becomes: with the details that the page gave, and how it may be shown again. */
function methodData(given = {}) {
  const box = savable() ? { allow_redisplay: field('save-box').checked ? 'always' : 'limited' } : {};
  const billing = merged(settings.options?.defaultValues?.billingDetails, given.billing_details);
  return { ...box, ...given, type: 'card', card: cardData(), billing_details: billing };
}

/* The card that is chosen, as parameters; saving one for later says so. */
function chosenParams({ params = {}, data } = {}, kind = 'pi') {
  const method = chosenCard();
  if (method) return { ...params, payment_method: method.id };
  const usage = kind === 'pi' && savable() && field('save-box').checked ? { setup_future_usage: features.payment_method_save_usage || 'off_session' } : {};
  return { ...usage, ...params, payment_method_data: methodData(data) };
}

async function checked(work) {
  const error = check({ focus: true });
  if (error) return { error };
  const answer = await work();
  markError(answer.error);
  return answer;
}

const ACTIONS = {
  submit: () => { const error = check({ focus: true }); return error ? { error } : { selectedPaymentMethod: 'card' }; },
  confirm: (message) => checked(() => call('POST', message.path, chosenParams(message, message.kind))),
  method: ({ data }) => checked(async () => chosenCard() || call('POST', '/v1/payment_methods', methodData(data))),
  token: (message) => checked(() => call('POST', '/v1/confirmation_tokens', {
    ...(settings.futureUsage && { setup_future_usage: settings.futureUsage }),
    ...(chosenCard() && { customer_session_client_secret: settings.customerSessionClientSecret }), ...chosenParams(message),
  })),
  update({ options, appearance, fonts, locale, futureUsage, mode, intent }) {
    if (options) settings.options = options;
    if (locale) { settings.locale = locale; speak(locale); }
    if (futureUsage !== undefined) settings.futureUsage = futureUsage;
    if (intent) settings.futureUsage = intent.setup_future_usage;
    if (mode) settings.mode = mode;
    if (appearance) dress(appearance);
    bring(fonts);
    show();
    measure();
    return {};
  },
  focus() { (choices.querySelector('input:checked') || (fresh.hidden ? choices.querySelector('input') : inputs.number)).focus(); },
  blur() { document.activeElement.blur(); },
  clear() { clearCard(); chosen = saved[0]?.id || 'new'; show(); changed(); },
  collapse() { choose(null); },
};

addEventListener('message', async (event) => {
  if (event.source !== parent || event.origin !== settings.parent || event.data?.type !== 'standin:element') return;
  const { action, ticket } = event.data;
  const answer = await ACTIONS[action]?.(event.data);
  if (ticket) reply(ticket, answer);
});

document.addEventListener('focusin', (event) => { if (!event.relatedTarget) tell('focus'); });
document.addEventListener('focusout', (event) => { if (!event.relatedTarget) tell('blur'); });
document.addEventListener('keydown', (event) => { if (event.key === 'Escape') tell('escape'); });
field('card').addEventListener('submit', (event) => { event.preventDefault(); tell('enter'); });

/* The frame is as high as what stands in it. */
let height = innerHeight;
function measure() {
  const wanted = Math.ceil(document.body.getBoundingClientRect().height);
  if (wanted !== height) tell('resize', { height: wanted });
  height = wanted;
}

async function start() {
  if (!settings.parent) return;
  speak(settings.locale);
  dress(settings.appearance);
  bring(settings.fonts);
  document.body.dataset.waits = settings.customerSessionClientSecret && settings.loader !== 'never' ? 'true' : 'false';
  if (layoutOf().defaultCollapsed) chosen = null;
  const collapsed = chosen === null;
  if (!settings.customerSessionClientSecret) show();
  const [intent, problem] = await Promise.all([
    settings.clientSecret ? call('GET', intentPath(settings.clientSecret), { client_secret: settings.clientSecret }) : {},
    loadSaved(),
  ]);
  document.body.dataset.waits = 'false';
  if (intent.error || problem) { tell('loaderror', { error: intent.error || problem }); return; }
  if (settings.clientSecret) settings.futureUsage = intent.setup_future_usage;
  if (collapsed) chosen = null;
  show();
  new ResizeObserver(measure).observe(document.body);
  measure();
  changed();
  tell('ready');
  tell('availablepaymentmethodschange', { paymentMethods: { card: { available: true } } });
}

start();
