/* The Payment Element as the page sees it: a frame, its events, and questions to it. */

const ELEMENT_OPTIONS = ['defaultValues', 'business', 'paymentMethodOrder', 'fields', 'readOnly', 'terms', 'wallets', 'walletOptions', 'layout', 'applePay'];
const LAYOUTS = ['auto', 'tabs', 'accordion'];
const NOT_MOUNTED = 'We could not retrieve data from the specified Element. Please make sure the Element you are attempting to use is still mounted.';

function checkElementOptions(options) {
  known('elements.create("payment")', options, ELEMENT_OPTIONS);
  const layout = typeof options.layout === 'object' ? options.layout?.type : options.layout;
  need(layout === undefined || LAYOUTS.includes(layout), `Invalid value for elements.create(): layout should be one of ${LAYOUTS.join(', ')}.`);
}

class PaymentElement {
  #elements; #options; #handlers = new Map(); #frame = null; #home = null; #ready; #isReady; #waiting = new Map();
  #id = `e${++serial}`; #destroyed = false;

  constructor(elements, options) {
    checkElementOptions(options);
    this.#elements = elements;
    this.#options = options;
    this.#await();
    this.heard = this.heard.bind(this);
    this.pressed = this.pressed.bind(this);
  }

  get options() { return this.#options; }
  get group() { return this.#elements; }
  get mounted() { return this.#frame !== null; }

  #await() { this.#ready = new Promise((resolve) => { this.#isReady = resolve; }); }

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
    need(!this.#destroyed, 'This Element has already been destroyed. Please create a new one.');
    const node = typeof target === 'string' ? document.querySelector(target) : target;
    need(node instanceof Element, `The selector you specified (${target}) applies to no DOM elements that are currently on the page.`);
    this.unmount();
    const settings = { id: this.#id, parent: location.origin, options: this.#options, ...this.#elements.settings() };
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
    this.#home = node;
    addEventListener('message', this.heard);
    document.addEventListener('click', this.pressed);
    node.replaceChildren(frame);
    this.emit('loaderstart');
  }

  unmount() {
    if (!this.#frame) return;
    removeEventListener('message', this.heard);
    document.removeEventListener('click', this.pressed);
    this.#frame.remove();
    this.#frame = null;
    for (const resolve of this.#waiting.values()) resolve({ error: { type: 'invalid_request_error', message: NOT_MOUNTED } });
    this.#waiting.clear();
    this.#await();
  }

  destroy() { this.unmount(); this.#destroyed = true; this.#elements.forget(this); }

  update(options = {}) {
    checkElementOptions({ ...options });
    if ('wallets' in options) console.warn('[Stripe.js stand-in] element.update() cannot change wallets.');
    this.#options = { ...this.#options, ...options };
    this.#send('update', { options: this.#options });
    return this;
  }

  /* New settings of the group; resolves when the frame shows them. */
  async refresh(more = {}) {
    if (!this.#frame) return;
    this.#frame.style.colorScheme = schemeOf(this.#elements.appearance);
    await this.ask('update', { ...this.#elements.settings(), ...more });
  }

  focus() { this.#frame?.focus(); this.#send('focus'); }
  blur() { this.#send('blur'); this.#frame?.blur(); }
  clear() { this.#send('clear'); }
  collapse() { this.#send('collapse'); return this; }

  #send(action, detail = {}) { this.#ready.then(() => this.#post({ action, ...detail })); }

  async ask(action, detail = {}) {
    need(this.#frame, NOT_MOUNTED);
    const ticket = ++serial;
    return new Promise((resolve) => {
      this.#waiting.set(ticket, resolve);
      this.#ready.then(() => this.#post({ action, ticket, ...detail }));
    });
  }

  #post(message) { this.#frame?.contentWindow?.postMessage({ type: 'standin:element', ...message }, ORIGIN); }

  /* A click on the label of the element's container is a click into the element. */
  pressed(event) {
    const label = event.target instanceof Element ? event.target.closest('label') : null;
    if (label && (label.contains(this.#home) || (this.#home.id && label.htmlFor === this.#home.id))) this.focus();
  }

  /* Enter in a field of the frame does what it does in a field of the page: it presses the form's own button. */
  #submit() {
    const form = this.#home.closest('form');
    const button = [...(form?.elements || [])].find((control) => control.type === 'submit');
    if (form && !button?.disabled) form.requestSubmit(button);
  }

  heard(event) {
    if (event.origin !== ORIGIN || !this.#frame || event.source !== this.#frame.contentWindow) return;
    const { type, ticket, name, detail } = event.data || {};
    if (type !== 'standin:frame') return;
    if (ticket) {
      this.#waiting.get(ticket)?.(detail);
      this.#waiting.delete(ticket);
    } else if (name === 'resize') {
      this.#frame.style.height = `${detail.height}px`;
    } else if (name === 'enter') {
      this.#submit();
    } else {
      if (name === 'ready') this.#isReady();
      this.emit(name, detail);
    }
  }
}
