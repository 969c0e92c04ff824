"""Closing a posting on PostgreSQL reads its own entries, however many there are: what was planned while the table was empty read
every entry each time.
"""

from tortoise import migrations

from shared.infra.database.operations import RunOn

SUMS = "created_at, updated_at, account, vendor_id, currency, amount, entries, last_posting_id"
GROUPS = "account, coalesce(vendor_id, 0), currency"
ADD_UP = f"""    INSERT INTO ledger_sums AS kept ({SUMS})
    SELECT now(), now(), {GROUPS}, sum(amount), count(*), max(posting_id) FROM ledger_entries
    WHERE posting_id = ANY (mine) GROUP BY {GROUPS} ORDER BY 3, 4, 5
    ON CONFLICT (account, vendor_id, currency) DO UPDATE SET updated_at = excluded.updated_at, amount = kept.amount + excluded.amount,
        entries = kept.entries + excluded.entries, last_posting_id = excluded.last_posting_id;
    UPDATE ledger_postings SET is_closed = TRUE WHERE id = ANY (mine);
    RETURN NULL;
END $$;
"""  # noqa: S608
HEAD = "CREATE OR REPLACE FUNCTION ledger_add_up() RETURNS trigger LANGUAGE plpgsql"
MINE = "DECLARE mine bigint[] := ARRAY(SELECT id FROM ledger_postings WHERE id >= NEW.id AND NOT is_closed);"
REFUSED = "RAISE EXCEPTION 'a posting does not come to nought' USING ERRCODE = 'integrity_constraint_violation';"

# No join, which could be planned as a walk through all entries. Nobody saw parallel workers here; they are forbidden as a precaution.
POSTGRES = f"""
{HEAD}
SET enable_seqscan = off SET max_parallel_workers_per_gather = 0 SET plan_cache_mode = force_generic_plan AS $$
{MINE}
BEGIN
    IF mine = '{{}}' THEN
        RETURN NULL;
    END IF;
    IF (SELECT count(DISTINCT posting_id) FROM ledger_entries WHERE posting_id = ANY (mine)) < cardinality(mine)
        OR EXISTS (SELECT 1 FROM ledger_entries WHERE posting_id = ANY (mine)
            GROUP BY posting_id, currency HAVING sum(amount) <> 0) THEN
        {REFUSED}
    END IF;
{ADD_UP}"""  # noqa: S608
POSTGRES_BACK = f"""
{HEAD}
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
{MINE}
BEGIN
    IF EXISTS (SELECT 1 FROM unnest(mine) AS one(id) LEFT JOIN ledger_entries e ON e.posting_id = one.id
            GROUP BY one.id, e.currency HAVING coalesce(sum(e.amount), 1) <> 0) THEN
        {REFUSED}
    END IF;
{ADD_UP}"""  # noqa: S608


class Migration(migrations.Migration):
    dependencies = [("models", "0072_unmatched_withdrawals")]

    initial = False

    operations = [RunOn(sqlite=("", ""), postgres=(POSTGRES, POSTGRES_BACK))]
