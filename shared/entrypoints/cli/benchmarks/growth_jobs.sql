-- What jobs are given to do for `bench growth` (growth_jobs.py): a script for each, after its name.

-- settled: a marketplace of years has nothing to do but for what came lately
UPDATE orders SET status = 'delivered', delivered_at = paid_at WHERE number LIKE 'BK-%' AND status IN ('shipped', 'processing');
DELETE FROM jobs WHERE status = 'done';
VACUUM FULL jobs;
VACUUM ANALYZE;

-- orders.deliver
UPDATE orders SET status = 'shipped', delivered_at = NULL, shipped_at = paid_at
WHERE id IN (SELECT id FROM orders WHERE status = 'delivered' AND number LIKE 'BK-%' ORDER BY id LIMIT 500);

-- orders.remind
UPDATE orders SET status = 'processing', delivered_at = NULL, shipped_at = NULL, paid_at = now() - interval '6 days'
WHERE id IN (SELECT id FROM orders WHERE status = 'delivered' AND number LIKE 'BK-%' ORDER BY id DESC LIMIT 300);

-- orders.forget_baskets
INSERT INTO baskets (created_at, updated_at, token_digest)
SELECT now(), now() - interval '2 years', 'bench-' || n FROM generate_series(1, 5000) n;

-- jobs.forget
INSERT INTO jobs (created_at, updated_at, kind, args, status, run_at, attempts, finished_at)
SELECT at, at, 'mail.send', '{}', 'done', at, 1, at FROM (SELECT now() - interval '2 years' AS at FROM generate_series(1, 5000)) old;

-- page_changes.forget
INSERT INTO page_changes (created_at, updated_at) SELECT now() - interval '2 years', now() FROM generate_series(1, 5000);

-- not closed: the vendors whose months nobody has closed yet
SELECT 'vendor ' || id FROM vendors v
WHERE slug LIKE 'bulk-%' AND NOT EXISTS (SELECT 1 FROM statements s WHERE s.vendor_id = v.id) ORDER BY id;
