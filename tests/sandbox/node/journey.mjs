// One seller's and one shopper's way through the stand-in, with Stripe's own package for Node.
// Prints what it saw as JSON; tests/sandbox/test_second_sdk.py judges.

import { createServer } from 'node:http';
import Stripe from 'stripe';

const [base, key] = process.argv.slice(2);
const { hostname, port } = new URL(base);
const stripe = new Stripe(key, { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });

const control = async (path, body) => {
  const answer = await fetch(`${base}/_control/${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
};

// Keeps what is delivered, raw.
const delivered = [];
const receiver = createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    delivered.push({ body: Buffer.concat(parts), signature: request.headers['stripe-signature'] });
    response.writeHead(200).end();
  });
});
await new Promise((ready) => receiver.listen(0, '127.0.0.1', ready));

const seen = { api_version: Stripe.API_VERSION ?? stripe.getApiField('version') };

const endpoint = await stripe.webhookEndpoints.create({
  url: `http://127.0.0.1:${receiver.address().port}/hook`,
  enabled_events: ['payment_intent.succeeded', 'charge.refunded'],
});

// A seller is taken on.
const account = await stripe.accounts.create({
  country: 'LU',
  controller: {
    stripe_dashboard: { type: 'express' },
    fees: { payer: 'application' },
    losses: { payments: 'application' },
  },
  capabilities: { transfers: { requested: true }, card_payments: { requested: true } },
});
seen.account = [account.object, account.type, account.charges_enabled];
const link = await stripe.accountLinks.create({
  account: account.id,
  type: 'account_onboarding',
  refresh_url: 'https://market.test/refresh',
  return_url: 'https://market.test/return',
});
seen.link = [link.object, link.url.startsWith(`${base}/`)];
await control(`accounts/${account.id}`, { complete: true });
const ready = await stripe.accounts.retrieve(account.id);
seen.ready = [ready.charges_enabled, ready.details_submitted, ready.capabilities.transfers];

// A shopper pays.
const order = {
  amount: 1000,
  currency: 'usd',
  payment_method: 'pm_card_visa',
  confirm: true,
  automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  application_fee_amount: 123,
  transfer_data: { destination: account.id },
  metadata: { order: '42' },
};
const paid = await stripe.paymentIntents.create({ ...order, expand: ['latest_charge'] }, { idempotencyKey: 'order-42' });
seen.paid = [paid.status, paid.latest_charge.captured, paid.metadata.order];
const again = await stripe.paymentIntents.create({ ...order, expand: ['latest_charge'] }, { idempotencyKey: 'order-42' });
seen.replayed = [again.id === paid.id, again.lastResponse.headers['idempotent-replayed']];
await control('clock/advance', { seconds: 90 });
const settled = await stripe.paymentIntents.retrieve(paid.id, {
  expand: ['latest_charge.balance_transaction', 'latest_charge.transfer.destination_payment.balance_transaction'],
});
const charge = settled.latest_charge;
seen.nets = [charge.balance_transaction.net, charge.transfer.destination_payment.balance_transaction.net];
const balance = await stripe.balance.retrieve({}, { stripeAccount: account.id });
seen.pending = balance.pending.map((line) => [line.currency, line.amount]);

// Another one cannot.
try {
  await stripe.paymentIntents.create({ ...order, payment_method: 'pm_card_visa_chargeDeclined' });
} catch (error) {
  seen.declined = [error instanceof Stripe.errors.StripeCardError, error.statusCode, error.code, error.decline_code];
  seen.declined_intent = error.payment_intent.status;
}
try {
  await stripe.customers.retrieve('cus_no');
} catch (error) {
  seen.missing = [error instanceof Stripe.errors.StripeInvalidRequestError, error.statusCode, error.code];
}

// Money goes back.
const refund = await stripe.refunds.create({
  payment_intent: paid.id,
  amount: 400,
  reverse_transfer: true,
  refund_application_fee: true,
});
seen.refund = [refund.object, refund.status, refund.amount, refund.charge === charge.id];

// Lists page by themselves.
for (let n = 0; n < 5; n += 1) await stripe.customers.create({ name: `Customer ${n}` });
const names = [];
for await (const customer of stripe.customers.list({ limit: 2 })) names.push(customer.name);
seen.names = names;

// What was delivered verifies with the endpoint's secret, and with no other.
await control('idle', {});
seen.events = delivered.map(({ body, signature }) => {
  const event = stripe.webhooks.constructEvent(body, signature, endpoint.secret);
  return [event.type, event.api_version, event.data.object.id === paid.id || event.data.object.id === charge.id];
});
try {
  stripe.webhooks.constructEvent(delivered[0].body, delivered[0].signature, 'whsec_of_somebody_else');
} catch (error) {
  seen.forged = error instanceof Stripe.errors.StripeSignatureVerificationError;
}

receiver.close();
console.log(JSON.stringify(seen));
