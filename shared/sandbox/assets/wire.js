/* What the page's script and the frame's script share: parameters as Stripe takes them, and asking the API. */

const UNREACHABLE = { type: 'api_connection_error', message: 'We could not reach the payment service. Check your connection and try again.' };

function form(value, path = '', out = new URLSearchParams()) {
  if (value === undefined || value === null) return out;
  if (typeof value === 'object') for (const [key, inner] of Object.entries(value)) form(inner, path ? `${path}[${key}]` : key, out);
  else out.append(path, String(value));
  return out;
}

/* One call with a publishable key; the answer is the object, or {error}. `caller` is {pk, account, version}. */
async function ask(origin, caller, method, path, params) {
  const query = form({ key: caller.pk, ...params });
  const headers = {};
  if (caller.account) headers['Stripe-Account'] = caller.account;
  if (caller.version) headers['Stripe-Version'] = caller.version;
  try {
    const reply = await fetch(`${origin}${path}${method === 'GET' ? `?${query}` : ''}`, {
      method, headers, body: method === 'GET' ? undefined : query, credentials: 'omit',
    });
    return await reply.json();
  } catch {
    return { error: UNREACHABLE };
  }
}

/* The two kinds of intents, by what their client secrets begin with. */
const KINDS = {
  pi: { prefix: 'pi', path: '/v1/payment_intents/', result: 'paymentIntent', field: 'payment_intent', failure: 'last_payment_error' },
  seti: { prefix: 'seti', path: '/v1/setup_intents/', result: 'setupIntent', field: 'setup_intent', failure: 'last_setup_error' },
};
const secretKind = (secret) => KINDS[/^(pi|seti)_.+_secret_.+$/.exec(typeof secret === 'string' ? secret : '')?.[1]];
const idIn = (secret) => secret.slice(0, secret.indexOf('_secret_'));
const intentPath = (secret) => `${secretKind(secret).path}${encodeURIComponent(idIn(secret))}`;
