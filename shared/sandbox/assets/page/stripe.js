/* The Stripe object. */

const CLOSED = 'We are unable to authenticate your payment method. Please choose a different payment method and try again.';
const METHOD_FIELDS = ['name', 'email', 'phone', 'address.country', 'address.postalCode', 'address.state', 'address.city', 'address.line1', 'address.line2'];
const LEFT_OUT = ['createToken', 'createSource', 'retrieveSource', 'redirectToCheckout', 'initCheckout', 'initEmbeddedCheckout', 'paymentRequest',
  'confirmAcssDebitPayment', 'confirmSepaDebitPayment', 'confirmIdealPayment', 'confirmUsBankAccountPayment', 'collectBankAccountForPayment',
  'verifyIdentity', 'processOrder'];

const good = { succeeded: 'succeeded', processing: 'processing', requires_capture: 'succeeded' };

function addressOf(url, kind, intent) {
  const address = new URL(url);
  address.searchParams.set(kind.field, intent.id);
  address.searchParams.set(`${kind.field}_client_secret`, intent.client_secret);
  address.searchParams.set('redirect_status', good[intent.status] || 'failed');
  return address.href;
}

/* A return address that Stripe would take: whole, and of the web. */
function returnError(url) {
  if (url === undefined || url === null) return null;
  if (typeof url === 'string' && /^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) return null;
  return { error: { type: 'invalid_request_error', code: 'url_invalid', param: 'return_url', message: 'Not a valid URL' } };
}

/* What the integrator kept out of the form must come with the call. */
function needFields(element, given = {}) {
  const asked = element.options.fields?.billingDetails;
  for (const path of METHOD_FIELDS) {
    const [first, second] = path.split('.');
    const rule = typeof asked === 'string' ? asked : typeof asked?.[first] === 'string' ? asked[first] : asked?.[first]?.[second];
    const name = path.replace('postalCode', 'postal_code');
    const value = name.split('.').reduce((at, key) => at?.[key], given);
    need(rule !== 'never' || value !== undefined, `You specified "never" for fields.billing_details.${name} when creating the payment Element, but did not pass payment_method_data.billing_details.${name}.`);
  }
}

class StandIn {
  #caller;

  constructor(pk, options) {
    need(typeof pk === 'string' && pk !== '', 'Missing value for Stripe(): apiKey should be a string.');
    need(!pk.startsWith('sk_'), 'You should not use your secret key with Stripe.js. Please pass a publishable key instead.');
    need(pk.startsWith('pk_test_'), 'The stand-in takes publishable test keys alone (pk_test_…).');
    known('Stripe()', options, ['stripeAccount', 'apiVersion', 'locale', 'betas', 'developerTools']);
    this.#caller = { pk, account: options.stripeAccount, version: options.apiVersion, locale: options.locale };
  }

  elements(options = {}) { return new Elements(this.#caller, options); }

  registerAppInfo() { /* Wrappers tell their name; nobody here asks for it. */ }
  _registerWrapper() { /* The same, as the loader of the npm package does it. */ }

  #ask(method, path, params) { return ask(ORIGIN, this.#caller, method, path, params); }

  async #retrieve(kind, secret) {
    kindOf(secret, kind);
    const reply = await this.#ask('GET', intentPath(secret), { client_secret: secret });
    return reply.error ? { error: reply.error } : { [kind.result]: reply };
  }

  retrievePaymentIntent(clientSecret) { return this.#retrieve(KINDS.pi, clientSecret); }
  retrieveSetupIntent(clientSecret) { return this.#retrieve(KINDS.seti, clientSecret); }

  async handleNextAction({ clientSecret } = {}) {
    const kind = kindOf(clientSecret);
    const reply = await this.#retrieve(kind, clientSecret);
    return reply.error ? reply : this.#act(kind, reply[kind.result]);
  }

  handleCardAction(clientSecret) { return this.handleNextAction({ clientSecret }); }

  /* Whatever the intent still asks of the shopper, then how it stands. */
  async #act(kind, intent) {
    const failed = (after) => ({ error: { ...after[kind.failure], [kind.field]: after } });
    const action = intent.status === 'requires_action' ? intent.next_action : null;
    if (!action) return intent.status === 'requires_payment_method' && intent[kind.failure] ? failed(intent) : { [kind.result]: intent };
    if (action.type === 'redirect_to_url') {
      location.assign(action.redirect_to_url.url);
      return new Promise(() => {});
    }
    await challenge(action.use_stripe_sdk.stripe_js);
    const reply = await this.#retrieve(kind, intent.client_secret);
    if (reply.error) return reply;
    const after = reply[kind.result];
    if (after.status === 'requires_action') return { error: { type: 'invalid_request_error', code: `${kind.field}_authentication_failure`, message: CLOSED, [kind.field]: after } };
    return after.status === 'requires_payment_method' ? failed(after) : { [kind.result]: after };
  }

  confirmPayment(options = {}) { return this.#confirm(KINDS.pi, 'confirmPayment', options); }
  confirmSetup(options = {}) { return this.#confirm(KINDS.seti, 'confirmSetup', options); }

  async #confirm(kind, name, { elements, clientSecret, confirmParams = {}, redirect = 'always' }) {
    need(elements || clientSecret, `stripe.${name}(): expected either elements or clientSecret, but got neither.`);
    need(!elements || elements instanceof Elements, `stripe.${name}(): elements should be what stripe.elements() answered.`);
    need(['always', 'if_required'].includes(redirect), `stripe.${name}(): redirect should be always or if_required.`);
    need(redirect !== 'always' || confirmParams.return_url, 'confirmParams.return_url is required unless redirect is if_required.');
    elements?.needSubmitted(name);
    need(!elements?.manual, `stripe.${name}() cannot be used with paymentMethodCreation manual: make a payment method and confirm on the server.`);
    const secret = clientSecret || elements.clientSecret;
    need(secret, `stripe.${name}() needs a clientSecret when elements() was given a mode.`);
    kindOf(secret, kind);
    const wrong = returnError(confirmParams.return_url) || (elements?.deferred && !confirmParams.confirmation_token ? await this.#mismatch(kind, elements, secret) : null);
    if (wrong) return wrong;
    const { payment_method_data: data, save_payment_method: save, ...rest } = confirmParams;
    need(save === undefined, 'The stand-in does not play save_payment_method: use setup_future_usage.');
    const params = { ...rest, client_secret: secret, use_stripe_sdk: true };
    const reply = elements && !rest.payment_method && !rest.confirmation_token
      ? await this.#withFrame(elements, 'confirm', { path: `${intentPath(secret)}/confirm`, kind: kind.prefix, params, data })
      : await this.#ask('POST', `${intentPath(secret)}/confirm`, params);
    if (reply.error) return { error: reply.error };
    const result = await this.#act(kind, reply);
    if (result.error || redirect === 'if_required') return result;
    location.assign(addressOf(confirmParams.return_url, kind, result[kind.result]));
    return new Promise(() => {});
  }

  #withFrame(elements, action, detail) {
    const element = elements.payment();
    needFields(element, detail.data?.billing_details);
    return element.ask(action, detail);
  }

  /* What was promised when the form was shown must be what is confirmed. */
  async #mismatch(kind, elements, secret) {
    need((elements.mode === 'setup') === (kind === KINDS.seti), `elements() was given mode ${elements.mode}: confirm a ${elements.mode} intent with it.`);
    const reply = await this.#ask('GET', intentPath(secret), { client_secret: secret });
    if (reply.error || kind === KINDS.seti) return reply.error ? { error: reply.error } : null;
    const manual = (method) => method === 'manual';
    const pairs = [['amount', elements.amount, reply.amount], ['currency', elements.currency, reply.currency],
      ['setup_future_usage', elements.futureUsage, reply.setup_future_usage], ['capture_method', manual(elements.captureMethod), manual(reply.capture_method)]];
    const found = pairs.find(([, promised, is]) => promised !== is);
    if (!found) return null;
    const message = `The provided ${found[0]} (${found[1]}) does not match the ${found[0]} of the PaymentIntent (${found[2]}).`;
    return { error: { type: 'invalid_request_error', param: found[0], message, payment_intent: reply } };
  }

  async createPaymentMethod({ elements, element, params = {}, type } = {}) {
    need(!type, 'The stand-in makes payment methods from the payment element alone: pass {elements}, not {type, card}.');
    const group = elements || this.#groupOf(element);
    need(group.deferred && group.manual, 'stripe.createPaymentMethod() needs elements() with a mode and paymentMethodCreation: manual.');
    group.needSubmitted('createPaymentMethod');
    const reply = await this.#withFrame(group, 'method', { data: params });
    return reply.error ? { error: reply.error } : { paymentMethod: reply };
  }

  #groupOf(element) {
    need(element instanceof PaymentElement, 'stripe.createPaymentMethod() needs elements.');
    return element.group;
  }

  async createConfirmationToken({ elements, params = {} } = {}) {
    need(elements instanceof Elements, 'stripe.createConfirmationToken() needs elements.');
    elements.needSubmitted('createConfirmationToken');
    const wrong = returnError(params.return_url);
    if (wrong) return wrong;
    const { payment_method_data: data, ...rest } = params;
    const reply = await this.#withFrame(elements, 'token', { params: rest, data });
    return reply.error ? { error: reply.error } : { confirmationToken: reply };
  }

  /* With a payment method that exists; the old card element is not played. */
  async #confirmCard(kind, secret, data = {}, { handleActions = true } = {}) {
    kindOf(secret, kind);
    const { payment_method, ...rest } = data;
    need(payment_method === undefined || typeof payment_method === 'string', 'The stand-in has no card Element: pass the id of a payment method.');
    const params = { ...rest, payment_method, client_secret: secret, use_stripe_sdk: true };
    const reply = await this.#ask('POST', `${intentPath(secret)}/confirm`, params);
    if (reply.error) return { error: reply.error };
    return handleActions ? this.#act(kind, reply) : { [kind.result]: reply };
  }

  confirmCardPayment(clientSecret, data, options) { return this.#confirmCard(KINDS.pi, clientSecret, data, options); }
  confirmCardSetup(clientSecret, data, options) { return this.#confirmCard(KINDS.seti, clientSecret, data, options); }
}

/* Wrappers look for these functions; to call one is a mistake here. */
for (const name of LEFT_OUT) StandIn.prototype[name] = () => { throw new IntegrationError(`The stand-in does not play stripe.${name}().`); };

const Stripe = (pk, options = {}) => new StandIn(pk, options);
Stripe.version = 'stand-in';
window.Stripe = Stripe;
