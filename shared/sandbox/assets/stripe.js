/* The Stripe.js stand-in: the surface that a page with a Payment Element uses (stripe.md section 16).
   Card data never enters this page: the element lives in a frame of the stand-in's own origin, and that frame confirms. */
(() => {
  'use strict';

  const ORIGIN = new URL(document.currentScript.src).origin;
  const CLOSED = 'We are unable to authenticate your payment method. Please choose a different payment method and try again.';
  let serial = 0;

  class IntegrationError extends Error {
    constructor(message) { super(message); this.name = 'IntegrationError'; }
  }

  const need = (condition, message) => { if (!condition) throw new IntegrationError(message); };

  const form = (value, path = '', out = new URLSearchParams()) => {
    if (value === undefined || value === null) return out;
    if (typeof value === 'object') {
      for (const [key, inner] of Object.entries(value)) form(inner, path ? `${path}[${key}]` : key, out);
    } else out.append(path, String(value));
    return out;
  };

  async function call(pk, method, path, params) {
    const query = form({ key: pk, ...params });
    try {
      const reply = await fetch(`${ORIGIN}${path}${method === 'GET' ? `?${query}` : ''}`, {
        method, body: method === 'GET' ? undefined : query, credentials: 'omit',
      });
      return await reply.json();
    } catch {
      return { error: { type: 'api_connection_error', message: 'We could not reach the payment service. Check your connection and try again.' } };
    }
  }

  const intentOf = (secret) => {
    need(typeof secret === 'string' && /^pi_.+_secret_.+$/.test(secret), 'Invalid client secret: it must look like pi_…_secret_….');
    return secret.slice(0, secret.indexOf('_secret_'));
  };

  const answer = (reply) => (reply.error ? { error: reply.error } : { paymentIntent: reply });

  const failed = (intent) => ({ error: { ...intent.last_payment_error, payment_intent: intent } });

  function addressOf(url, intent) {
    const address = new URL(url, location.href);
    const good = { succeeded: 'succeeded', processing: 'processing', requires_capture: 'succeeded' };
    address.searchParams.set('payment_intent', intent.id);
    address.searchParams.set('payment_intent_client_secret', intent.client_secret);
    address.searchParams.set('redirect_status', good[intent.status] || 'failed');
    return address.href;
  }

  /* ---- the challenge: a dialog with the issuer's page in a frame ---- */

  function challenge(url) {
    return new Promise((resolve) => {
      const before = document.activeElement;
      const dialog = document.createElement('dialog');
      dialog.setAttribute('aria-label', 'Card authentication');
      Object.assign(dialog.style, {
        position: 'fixed', inset: '0', width: '100vw', height: '100dvh', maxWidth: 'none', maxHeight: 'none', margin: '0',
        padding: '16px', border: '0', boxSizing: 'border-box', background: 'rgba(10, 20, 24, 0.6)', display: 'grid',
        placeItems: 'center', overflow: 'auto', zIndex: '2147483647',
      });
      const panel = document.createElement('div');
      Object.assign(panel.style, {
        position: 'relative', width: 'min(440px, 100%)', height: 'min(400px, 100%)', background: 'Canvas', borderRadius: '12px', overflow: 'hidden',
      });
      const frame = document.createElement('iframe');
      frame.title = 'Card authentication';
      frame.src = `${url}?framed=1`;
      Object.assign(frame.style, { width: '100%', height: '100%', border: '0', display: 'block' });
      const close = document.createElement('button');
      close.type = 'button';
      close.setAttribute('aria-label', 'Close authentication');
      close.textContent = '\u00d7';
      Object.assign(close.style, {
        position: 'absolute', top: '0', right: '4px', width: '44px', height: '36px', border: '0', borderRadius: '8px',
        background: 'transparent', color: 'CanvasText', font: '22px/1 system-ui, sans-serif', cursor: 'pointer',
      });
      let giveUp = 0;
      const finish = () => {
        clearTimeout(giveUp);
        removeEventListener('message', heard);
        dialog.close();
        dialog.remove();
        if (before instanceof HTMLElement) before.focus();
        resolve();
      };
      const heard = (event) => {
        if (event.origin === ORIGIN && event.source === frame.contentWindow && event.data?.type === 'standin:3ds') finish();
      };
      // Until the frame's own script listens, the close button has the focus and a wish to leave waits for it.
      const loaded = new Promise((done) => { frame.addEventListener('load', done, { once: true }); });
      close.autofocus = true;
      // To leave is to fail the challenge: the frame tells the issuer, then answers as after its own button.
      const dismiss = async () => {
        await loaded;
        frame.contentWindow.postMessage({ type: 'standin:dismiss' }, ORIGIN);
        giveUp = setTimeout(finish, 3000);
      };
      addEventListener('message', heard);
      close.addEventListener('click', dismiss);
      dialog.addEventListener('cancel', (event) => { event.preventDefault(); dismiss(); });
      panel.append(frame, close);
      dialog.append(panel);
      document.body.append(dialog);
      dialog.showModal();
      loaded.then(() => frame.focus());
    });
  }

  /* ---- the payment element ---- */

  class PaymentElement {
    #elements; #options; #handlers = new Map(); #frame = null; #ready; #isReady; #waiting = new Map(); #id = `e${++serial}`;

    constructor(elements, options) {
      this.#elements = elements;
      this.#options = options;
      this.#ready = new Promise((resolve) => { this.#isReady = resolve; });
      this.heard = this.heard.bind(this);
    }

    on(name, handler) {
      need(typeof handler === 'function', 'element.on() needs an event name and a function.');
      if (!this.#handlers.has(name)) this.#handlers.set(name, []);
      this.#handlers.get(name).push(handler);
      return this;
    }

    once(name, handler) {
      const wrapped = (event) => { this.off(name, wrapped); handler(event); };
      wrapped.original = handler;
      return this.on(name, wrapped);
    }

    off(name, handler) {
      const kept = handler ? (this.#handlers.get(name) || []).filter((h) => h !== handler && h.original !== handler) : [];
      this.#handlers.set(name, kept);
      return this;
    }

    emit(name, detail = {}) {
      for (const handler of [...(this.#handlers.get(name) || [])]) handler({ elementType: 'payment', ...detail });
    }

    mount(target) {
      const node = typeof target === 'string' ? document.querySelector(target) : target;
      need(node instanceof Element, `The selector you specified (${target}) applies to no DOM elements that are currently on the page.`);
      this.unmount();
      const settings = { id: this.#id, pk: this.#elements.pk, parent: location.origin, clientSecret: this.#elements.clientSecret,
        appearance: this.#elements.appearance, locale: this.#elements.locale, options: this.#options };
      const frame = document.createElement('iframe');
      frame.title = 'Secure payment input frame';
      frame.name = `__standin_${this.#id}`;
      frame.allow = 'payment *';
      frame.src = `${ORIGIN}/js/elements/payment#${encodeURIComponent(JSON.stringify(settings))}`;
      Object.assign(frame.style, {
        display: 'block', border: '0', margin: '-4px', padding: '0', width: 'calc(100% + 8px)', maxWidth: 'none',
        height: `${heightOf(this.#elements.appearance)}px`, colorScheme: schemeOf(this.#elements.appearance), background: 'transparent',
      });
      this.#frame = frame;
      addEventListener('message', this.heard);
      node.replaceChildren(frame);
      this.emit('loaderstart');
    }

    unmount() {
      if (!this.#frame) return;
      removeEventListener('message', this.heard);
      this.#frame.remove();
      this.#frame = null;
      this.#ready = new Promise((resolve) => { this.#isReady = resolve; });
    }

    destroy() { this.unmount(); this.#elements.forget(this); }
    update(options = {}) { this.#options = { ...this.#options, ...options }; this.send('update', { options: this.#options }); }
    restyle() {
      if (!this.#frame) return;
      Object.assign(this.#frame.style, { height: `${heightOf(this.#elements.appearance)}px`, colorScheme: schemeOf(this.#elements.appearance) });
      this.send('update', { appearance: this.#elements.appearance });
    }
    focus() { this.#frame?.focus(); this.send('focus'); }
    blur() { this.send('blur'); this.#frame?.blur(); }
    clear() { this.send('clear'); }
    collapse() {}

    send(action, detail = {}) { this.#ready.then(() => this.#post({ action, ...detail })); }

    async ask(action, detail = {}) {
      need(this.#frame, 'We could not retrieve data from the specified Element. Please make sure the Element you are attempting to use is still mounted.');
      await this.#ready;
      const ticket = ++serial;
      return new Promise((resolve) => {
        this.#waiting.set(ticket, resolve);
        this.#post({ action, ticket, ...detail });
      });
    }

    #post(message) { this.#frame?.contentWindow?.postMessage({ type: 'standin:element', ...message }, ORIGIN); }

    heard(event) {
      if (event.origin !== ORIGIN || !this.#frame || event.source !== this.#frame.contentWindow) return;
      const { type, ticket, name, detail } = event.data || {};
      if (type !== 'standin:frame') return;
      if (ticket) {
        this.#waiting.get(ticket)?.(detail);
        this.#waiting.delete(ticket);
      } else if (name === 'resize') {
        this.#frame.style.height = `${detail.height}px`;
      } else {
        if (name === 'ready') this.#isReady();
        this.emit(name, detail);
      }
    }
  }

  /* The frame's height is known before it loads, so that nothing on the page jumps. payment.css uses the same numbers. */
  function heightOf(appearance = {}) {
    const { fontSizeBase = '16px', spacingUnit = '4px' } = appearance.variables || {};
    const size = parseFloat(fontSizeBase) * (fontSizeBase.endsWith('rem') ? 16 : 1) || 16;
    const unit = parseFloat(spacingUnit) * (spacingUnit.endsWith('rem') ? 16 : 1) || 4;
    return Math.ceil(2 * (size * 1.25 + unit + size * 1.5 + unit * 6 + 2 + unit * 0.75 + size * 1.125) + unit * 1 + 8);
  }

  const schemeOf = (appearance = {}) => (appearance.theme === 'night' ? 'dark' : 'light');

  class Elements {
    #made = new Map();

    constructor(pk, options) {
      need(!('paymentMethodTypes' in options), 'paymentMethodTypes is no longer supported. Use allowedPaymentMethodTypes instead.');
      if (options.clientSecret !== undefined) intentOf(options.clientSecret);
      Object.assign(this, { pk, clientSecret: options.clientSecret, appearance: options.appearance || {}, locale: options.locale || 'auto' });
    }

    create(type, options = {}) {
      need(type === 'payment', `The stand-in plays the payment element alone, not ${type}.`);
      need(!this.#made.has(type), 'Can only create one Element of type payment through elements().');
      const element = new PaymentElement(this, options);
      this.#made.set(type, element);
      return element;
    }

    getElement(type) { return this.#made.get(type) || null; }
    forget(element) { for (const [type, made] of this.#made) if (made === element) this.#made.delete(type); }

    update(options = {}) {
      if (options.locale) this.locale = options.locale;
      if (options.appearance) this.appearance = options.appearance;
      for (const element of this.#made.values()) element.restyle();
    }

    async fetchUpdates() {
      const reply = await call(this.pk, 'GET', `/v1/payment_intents/${intentOf(this.clientSecret)}`, { client_secret: this.clientSecret });
      return reply.error ? { error: reply.error } : {};
    }

    async submit() { return this.payment().ask('submit'); }

    payment() {
      const element = this.getElement('payment');
      need(element, 'elements has no mounted payment Element.');
      return element;
    }
  }

  /* ---- the Stripe object ---- */

  class StandIn {
    #pk;

    constructor(pk) {
      need(typeof pk === 'string' && pk !== '', 'Missing value for Stripe(): apiKey should be a string.');
      need(!pk.startsWith('sk_'), 'You should not use your secret key with Stripe.js. Please pass a publishable key instead.');
      need(pk.startsWith('pk_test_'), 'The stand-in takes publishable test keys alone (pk_test_…).');
      this.#pk = pk;
    }

    elements(options = {}) { return new Elements(this.#pk, options); }

    async retrievePaymentIntent(clientSecret) {
      return answer(await call(this.#pk, 'GET', `/v1/payment_intents/${intentOf(clientSecret)}`, { client_secret: clientSecret }));
    }

    async handleNextAction({ clientSecret } = {}) {
      const reply = await this.retrievePaymentIntent(clientSecret);
      return reply.error ? reply : this.#act(reply.paymentIntent);
    }

    async #act(intent) {
      const action = intent.status === 'requires_action' ? intent.next_action : null;
      if (!action) return intent.status === 'requires_payment_method' && intent.last_payment_error ? failed(intent) : { paymentIntent: intent };
      if (action.type === 'redirect_to_url') {
        location.assign(action.redirect_to_url.url);
        return new Promise(() => {});
      }
      await challenge(action.use_stripe_sdk.stripe_js);
      const reply = await this.retrievePaymentIntent(intent.client_secret);
      if (reply.error) return reply;
      const after = reply.paymentIntent;
      if (after.status === 'requires_action') return { error: { type: 'invalid_request_error', code: 'payment_intent_authentication_failure', message: CLOSED, payment_intent: after } };
      return after.status === 'requires_payment_method' ? failed(after) : { paymentIntent: after };
    }

    async confirmPayment({ elements, clientSecret, confirmParams = {}, redirect = 'always' } = {}) {
      need(elements || clientSecret, 'confirmPayment() needs elements or a clientSecret.');
      need(redirect !== 'always' || confirmParams.return_url, 'confirmParams.return_url is required unless redirect is if_required.');
      const secret = clientSecret || elements.clientSecret;
      const id = intentOf(secret);
      const { return_url, payment_method, payment_method_data, receipt_email, shipping } = confirmParams;
      const params = { client_secret: secret, return_url, receipt_email, shipping, use_stripe_sdk: true };
      const reply = elements && !payment_method
        ? await elements.payment().ask('confirm', { id, params, billing: payment_method_data?.billing_details })
        : await call(this.#pk, 'POST', `/v1/payment_intents/${id}/confirm`, { ...params, payment_method });
      if (reply.error) return { error: reply.error };
      const result = await this.#act(reply);
      if (result.error || redirect === 'if_required') return result;
      location.assign(addressOf(return_url, result.paymentIntent));
      return new Promise(() => {});
    }
  }

  const Stripe = (pk, options) => new StandIn(pk, options);
  Stripe.version = 'stand-in';
  window.Stripe = Stripe;
})();
