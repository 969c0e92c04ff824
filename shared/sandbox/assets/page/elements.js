/* A group of elements: for one intent that exists, or for one that will be made later (deferred). */

const SHARED_OPTIONS = ['appearance', 'locale', 'fonts', 'loader', 'customerSessionClientSecret', 'customerOptions', 'customPaymentMethods',
  'externalPaymentMethodTypes', 'syncAddressCheckbox', 'currency', 'clientSecret', 'paymentMethodCreation'];
const DEFERRED_OPTIONS = ['mode', 'amount', 'setupFutureUsage', 'setup_future_usage', 'captureMethod', 'capture_method', 'onBehalfOf', 'on_behalf_of',
  'allowedPaymentMethodTypes', 'excludedPaymentMethodTypes', 'paymentMethodConfiguration', 'payment_method_configuration', 'paymentMethodOptions',
  'payment_method_options', 'adaptivePricing'];
const MODES = ['payment', 'setup'];

class Elements {
  #made = new Map(); #handlers = []; #caller; #options = {}; #submitted = false; #fonts = [];

  constructor(caller, options) {
    this.#caller = caller;
    this.#take(options);
  }

  /* Check options, then keep them; what is not given again stays. */
  #take(given) {
    known('elements()', given, [...SHARED_OPTIONS, ...DEFERRED_OPTIONS, 'paymentMethodTypes']);
    need(!('paymentMethodTypes' in given), 'paymentMethodTypes is no longer supported. Use allowedPaymentMethodTypes instead.');
    const options = { ...this.#options, ...given };
    const { clientSecret, mode, amount, currency } = options;
    need(!(clientSecret && mode), 'Invalid value for elements(): give either a clientSecret or a mode.');
    if (clientSecret !== undefined) kindOf(clientSecret);
    if ('fonts' in given) checkFonts(given.fonts);
    if (mode !== undefined) {
      need(mode !== 'subscription', 'The stand-in makes no subscriptions: mode must be payment or setup.');
      need(MODES.includes(mode), `Invalid value for elements(): mode should be one of ${MODES.join(', ')}.`);
      if (mode === 'payment') {
        need(Number.isInteger(amount) && amount > 0, 'Invalid value for elements(): amount should be a positive integer in the currency’s smallest unit.');
        need(typeof currency === 'string', 'Invalid value for elements(): currency is needed when mode is payment.');
      }
      need(currency === undefined || /^[a-z]{3}$/.test(currency), 'Invalid value for elements(): currency should be three lower case letters.');
      const types = options.allowedPaymentMethodTypes;
      need(types === undefined || Array.isArray(types), 'Invalid value for elements(): allowedPaymentMethodTypes should be a list.');
      need(!types || types.includes('card'), 'The stand-in takes cards alone: allowedPaymentMethodTypes must name card.');
    }
    this.#options = options;
    if ('fonts' in given) this.#bring(given.fonts);
  }

  /* Fonts of a stylesheet follow when it has been read. */
  async #bring(fonts) {
    this.#fonts = ownFonts(fonts);
    const more = await sheetFonts(fonts);
    if (!more.length) return;
    this.#fonts = [...this.#fonts, ...more];
    for (const element of this.#made.values()) element.refresh();
  }

  get clientSecret() { return this.#options.clientSecret; }
  get appearance() { return this.#options.appearance || {}; }
  get deferred() { return this.#options.mode !== undefined; }
  get mode() { return this.#options.mode || (this.clientSecret && (kindOf(this.clientSecret) === KINDS.seti ? 'setup' : 'payment')); }
  get manual() { return this.#options.paymentMethodCreation === 'manual'; }
  get amount() { return this.#options.amount; }
  get currency() { return this.#options.currency; }
  get futureUsage() { return this.#options.setupFutureUsage ?? this.#options.setup_future_usage ?? null; }
  get captureMethod() { return this.#options.captureMethod ?? this.#options.capture_method ?? 'automatic'; }

  /* What the frame is told. */
  settings() {
    const { clientSecret, customerSessionClientSecret, loader } = this.#options;
    return {
      caller: this.#caller, clientSecret, customerSessionClientSecret, loader, appearance: this.appearance, fonts: this.#fonts,
      locale: this.#options.locale || this.#caller.locale || 'auto', mode: this.mode, deferred: this.deferred, futureUsage: this.futureUsage,
    };
  }

  create(type, options = {}) {
    need(type === 'payment', `The stand-in plays the payment element alone, not ${type}.`);
    need(this.clientSecret || this.deferred, 'elements.create("payment") needs elements() with a clientSecret or a mode.');
    need(!this.#made.has(type), 'Can only create one Element of type payment through elements().');
    const element = new PaymentElement(this, options);
    this.#made.set(type, element);
    return element;
  }

  getElement(type) { return this.#made.get(type) || null; }
  forget(element) { for (const [type, made] of this.#made) if (made === element) this.#made.delete(type); }

  on(name, handler) { if (name === 'update-end') this.#handlers.push(handler); return this; }

  async update(options = {}) {
    need(!('clientSecret' in options), 'elements.update() cannot change the clientSecret. Create another group with elements().');
    this.#take(options);
    if (['amount', 'currency', 'mode', 'setupFutureUsage', 'captureMethod'].some((name) => name in options)) this.#submitted = false;
    await Promise.all([...this.#made.values()].map((element) => element.refresh()));
    for (const handler of this.#handlers) handler();
  }

  async fetchUpdates() {
    need(this.clientSecret, 'elements.fetchUpdates() needs elements() with a clientSecret.');
    const reply = await ask(ORIGIN, this.#caller, 'GET', intentPath(this.clientSecret), { client_secret: this.clientSecret });
    if (reply.error) return { error: { message: reply.error.message, status: reply.error.code } };
    await Promise.all([...this.#made.values()].map((element) => element.refresh({ intent: reply })));
    return {};
  }

  async submit() {
    const answer = await this.payment().ask('submit');
    if (!answer.error) this.#submitted = true;
    return answer;
  }

  payment() {
    const element = this.getElement('payment');
    need(element?.mounted, 'elements should have a mounted Payment Element.');
    return element;
  }

  /* In deferred mode what was typed must have been submitted before anything is done with it. */
  needSubmitted(name) {
    need(!this.deferred || this.#submitted, `elements.submit() must be called and have resolved before stripe.${name}().`);
  }
}
