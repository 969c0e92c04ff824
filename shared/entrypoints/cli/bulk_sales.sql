-- Paid orders in bulk: one statement for each table (bulk_sales.py). `sales` are those of one slice.

INSERT INTO checkouts (created_at, updated_at, token, status, email, full_name, address, address_extra, city, postal_code, country,
    currency, total_amount, reserved_until, purchase_ip, search)
{sales}
SELECT s.at, s.at, 'bulk-' || s.name, 'completed', 'bulk@example.test', 'Bea Bulk', '1 Long Road', '', 'Luxembourg', '1111', 'LU',
    s.currency, s.total, s.at, '', 'bea bulk bulk@example.test'
FROM sales s ORDER BY s.i;

INSERT INTO orders (created_at, updated_at, number, checkout_id, vendor_id, status, payment_status, stock_state, currency,
    total_amount_cents, platform_fee_amount, platform_fee_percentage, paid_at, shipped_at, tracking_carrier, tracking_number)
{sales}
SELECT s.at, s.at, 'BK-' || s.name, c.id, s.vendor_id, CASE WHEN s.is_sent THEN 'shipped' ELSE 'processing' END, 'paid', 'taken',
    s.currency, s.total, s.fee, {percentage}, s.at, CASE WHEN s.is_sent THEN s.at END, '', ''
FROM sales s JOIN checkouts c ON c.token = 'bulk-' || s.name ORDER BY s.i;

INSERT INTO order_lines (created_at, updated_at, order_id, product_id, name, picture, unit_amount, quantity, commission_amount)
{sales}
SELECT s.at, s.at, o.id, s.product_id, s.product, '', s.total, 1, s.fee
FROM sales s JOIN orders o ON o.number = 'BK-' || s.name ORDER BY s.i;

INSERT INTO payments (created_at, updated_at, order_id, vendor_id, attempt, idempotency_key, stripe_account_id, amount_total,
    amount_vendor, amount_platform_fee, currency, status, stripe_metadata, paid_at, available_on)
{sales}
SELECT s.at, s.at, o.id, s.vendor_id, 1, 'bulk:order:' || o.id, 'acct_bulk', s.total, s.total - s.fee, s.fee, s.currency, 'succeeded',
    '{{}}', s.at, s.at
FROM sales s JOIN orders o ON o.number = 'BK-' || s.name ORDER BY s.i;

INSERT INTO ledger_postings (created_at, updated_at, kind, key, subject, is_closed)
{sales}
SELECT s.at, s.at, 'sale', 'sale:' || p.id, 'order:' || p.order_id, FALSE
FROM sales s JOIN orders o ON o.number = 'BK-' || s.name JOIN payments p ON p.order_id = o.id ORDER BY s.i;

INSERT INTO ledger_entries (created_at, updated_at, posting_id, account, vendor_id, amount, currency, stripe_id)
{sales}
SELECT s.at, s.at, g.id, e.account, CASE WHEN e.share <> 0 THEN s.vendor_id END, e.share * (s.total - s.fee) + e.part * s.fee,
    s.currency, 'bulk_' || p.id
FROM sales s JOIN orders o ON o.number = 'BK-' || s.name JOIN payments p ON p.order_id = o.id
JOIN ledger_postings g ON g.key = 'sale:' || p.id
CROSS JOIN (SELECT 'stripe_vendor' AS account, 1 AS share, 0 AS part UNION ALL SELECT 'vendor_payable', -1, 0
    UNION ALL SELECT 'stripe_platform', 0, 1 UNION ALL SELECT 'commission', 0, -1) e
ORDER BY s.i;

-- Each vendor has its money, and the marketplace its commission: nothing is left at Stripe.
INSERT INTO payouts (created_at, updated_at, vendor_id, currency, period, amount, fee, status, method, is_automatic,
    destination_words, requested_by, refusal, idempotency_key, paid_at)
{sales}
SELECT max(s.at), max(s.at), s.vendor_id, s.currency, '{period}', sum(s.total - s.fee), 0, 'paid', 'standard', FALSE, 'bulk', 'system',
    '', '{period}:' || s.vendor_id || s.currency, max(s.at)
FROM sales s GROUP BY s.vendor_id, s.currency
UNION ALL
SELECT max(s.at), max(s.at), NULL, s.currency, '{period}', sum(s.fee), 0, 'paid', 'standard', FALSE, 'bulk', 'system', '',
    '{period}:' || s.currency, max(s.at)
FROM sales s GROUP BY s.currency;

INSERT INTO payout_items (created_at, updated_at, payout_id, entry_id, order_id, amount)
{sales}
SELECT s.at, s.at, t.id, e.id, o.id, e.amount
FROM sales s JOIN orders o ON o.number = 'BK-' || s.name JOIN payments p ON p.order_id = o.id
JOIN ledger_postings g ON g.key = 'sale:' || p.id JOIN ledger_entries e ON e.posting_id = g.id AND e.account || '' = 'stripe_vendor'
JOIN payouts t ON t.vendor_id = s.vendor_id AND t.currency = s.currency AND t.period = '{period}';

INSERT INTO ledger_postings (created_at, updated_at, kind, key, subject, is_closed)
SELECT t.paid_at, t.paid_at, k.kind, k.kind || ':' || t.id, 'payout:' || t.id, FALSE
FROM payouts t JOIN (SELECT 'payout_sent' AS kind UNION ALL SELECT 'payout_arrived') k
ON k.kind = 'payout_sent' OR t.vendor_id IS NOT NULL
WHERE t.period = '{period}';

INSERT INTO ledger_entries (created_at, updated_at, posting_id, account, vendor_id, amount, currency, stripe_id)
SELECT t.paid_at, t.paid_at, g.id, e.account, t.vendor_id, e.sign * t.amount, t.currency, 'bulk_po_' || t.id
FROM payouts t
JOIN (SELECT 'payout_sent' AS kind, 'bank_vendor' AS account, 1 AS sign, TRUE AS of_vendor
    UNION ALL SELECT 'payout_sent', 'stripe_vendor', -1, TRUE
    UNION ALL SELECT 'payout_arrived', 'vendor_payable', 1, TRUE UNION ALL SELECT 'payout_arrived', 'bank_vendor', -1, TRUE
    UNION ALL SELECT 'payout_sent', 'bank_platform', 1, FALSE UNION ALL SELECT 'payout_sent', 'stripe_platform', -1, FALSE) e
ON e.of_vendor = (t.vendor_id IS NOT NULL)
JOIN ledger_postings g ON g.key = e.kind || ':' || t.id
WHERE t.period = '{period}';

-- What the days of a marketplace leave beside that.
INSERT INTO webhook_events (created_at, updated_at, source, stripe_event_id, type, stripe_object_id, livemode, stripe_created_at, status,
    outcome, decision, order_id, attempts, handled_at)
{sales}
SELECT s.at, s.at, 'platform', 'evt_bulk_' || s.name || '_' || k.n, k.type, 'pi_bulk_' || s.name, FALSE, s.at, k.status, k.outcome,
    k.decision, o.id, 1, s.at
FROM sales s JOIN orders o ON o.number = 'BK-' || s.name
CROSS JOIN (SELECT 1 AS n, 'payment_intent.created' AS type, 'ignored' AS status, 'no handler for this type' AS outcome,
        'ignored' AS decision
    UNION ALL SELECT 2, 'payment_intent.succeeded', 'handled', 'paid', 'applied') k
ORDER BY s.i;

INSERT INTO jobs (created_at, updated_at, kind, args, status, run_at, attempts, finished_at)
{sales}
SELECT s.at, s.at, 'mail.send', '{{}}', 'done', s.at, 1, s.at FROM sales s ORDER BY s.i;

INSERT INTO emails (created_at, updated_at, unique_key, kind, order_id, "to", subject, text, html, status, sent_at)
{sales}
SELECT s.at, s.at, 'order_confirmed:' || o.id, 'order_confirmed', o.id, 'bulk@example.test', 'Order', 'Thank you.', '', 'sent', s.at
FROM sales s JOIN orders o ON o.number = 'BK-' || s.name ORDER BY s.i;

INSERT INTO activity (created_at, updated_at, kind, subject, order_id, vendor_id, actor)
{sales}
SELECT s.at, s.at, 'order.paid', 'order:' || o.id, o.id, s.vendor_id, 'stripe'
FROM sales s JOIN orders o ON o.number = 'BK-' || s.name ORDER BY s.i;

INSERT INTO audit_entries (created_at, updated_at, actor, action, kind, vendor_id, subject, details)
{sales}
SELECT s.at, s.at, 'stripe', 'payment.succeeded', 'sales', s.vendor_id, 'order:' || o.id, '{{}}'
FROM sales s JOIN orders o ON o.number = 'BK-' || s.name ORDER BY s.i;
