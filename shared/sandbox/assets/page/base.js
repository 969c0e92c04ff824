/* Errors of the integrator, and what is known of a frame before it loads. */

const ORIGIN = new URL(document.currentScript.src).origin;
let serial = 0;

class IntegrationError extends Error {
  constructor(message) { super(message); this.name = 'IntegrationError'; }
}

const need = (condition, message) => { if (!condition) throw new IntegrationError(message); };

/* Stripe.js only warns of options that it does not know. */
function known(where, options, names) {
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) console.warn(`[Stripe.js stand-in] ${where} has no option ${name}; it is ignored.`);
  }
}

function kindOf(secret, wanted) {
  const kind = secretKind(secret);
  need(kind, 'Invalid client secret: it must look like pi_…_secret_… or seti_…_secret_….');
  need(!wanted || kind === wanted, `Invalid client secret: this call takes that of a ${wanted?.field.replace('_', ' ')}.`);
  return kind;
}

const pixels = (text, otherwise) => parseFloat(text) * (/(rem|em)$/.test(text) ? 16 : 1) || otherwise;

/* The height of a card form, so that nothing on the page jumps when the frame is there. payment.css has the same numbers. */
function heightOf(appearance = {}) {
  const { fontSizeBase = '16px', spacingUnit = '4px', gridRowSpacing } = appearance.variables || {};
  const [size, unit] = [pixels(fontSizeBase, 16), pixels(spacingUnit, 4)];
  const row = size * 1.25 + unit + size * 1.5 + unit * 6 + 2 + unit * 0.75 + size * 1.125;
  return Math.ceil(2 * row + pixels(gridRowSpacing, unit) + 8);
}

const schemeOf = (appearance = {}) => (appearance.theme === 'night' ? 'dark' : 'light');
