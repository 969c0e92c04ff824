"""What each account comes to is kept beside the entries: the database adds to it when a posting is closed, and nobody else can."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from shared.core.clock import now
from shared.infra.database.operations import RunOn

AT = "strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')"
COLUMNS = "created_at, updated_at, account, vendor_id, currency, amount, entries, last_posting_id"
COUNTED = "account, coalesce(vendor_id, 0), currency, sum(amount), count(*)"
GROUPED = "GROUP BY account, coalesce(vendor_id, 0), currency"
# What one posting adds to one sum.
ADDED = """(SELECT sum(amount) FROM ledger_entries WHERE posting_id = NEW.last_posting_id
    AND account = NEW.account AND coalesce(vendor_id, 0) = NEW.vendor_id AND currency = NEW.currency)"""

# SQLite cannot tell who writes, so it asks of every change of a sum that it is what the posting says that it names.
SQLITE = f"""
INSERT INTO ledger_sums ({COLUMNS})
SELECT {AT}, {AT}, {COUNTED}, max(posting_id) FROM ledger_entries
WHERE (SELECT is_closed FROM ledger_postings WHERE id = posting_id) {GROUPED};
CREATE TRIGGER ledger_sums_begin BEFORE INSERT ON ledger_sums
WHEN NEW.amount IS NOT {ADDED}
BEGIN SELECT RAISE(ABORT, 'a sum is what the entries say'); END;
CREATE TRIGGER ledger_sums_grow BEFORE UPDATE ON ledger_sums
WHEN NEW.amount - OLD.amount IS NOT {ADDED} OR NEW.last_posting_id = OLD.last_posting_id OR NEW.entries <= OLD.entries
    OR NEW.id <> OLD.id OR NEW.account <> OLD.account OR NEW.vendor_id <> OLD.vendor_id OR NEW.currency <> OLD.currency
BEGIN SELECT RAISE(ABORT, 'a sum is what the entries say'); END;
CREATE TRIGGER ledger_sums_never_go BEFORE DELETE ON ledger_sums
BEGIN SELECT RAISE(ABORT, 'a sum is what the entries say'); END;
CREATE TRIGGER ledger_postings_add_up AFTER UPDATE ON ledger_postings WHEN NEW.is_closed
BEGIN
    INSERT INTO ledger_sums ({COLUMNS})
    SELECT {AT}, {AT}, {COUNTED}, NEW.id FROM ledger_entries WHERE posting_id = NEW.id {GROUPED}
    ON CONFLICT (account, vendor_id, currency) DO UPDATE SET updated_at = excluded.updated_at, amount = amount + excluded.amount,
        entries = entries + excluded.entries, last_posting_id = excluded.last_posting_id;
END;
"""  # noqa: S608
SQLITE_BACK = """
DROP TRIGGER ledger_postings_add_up;
DROP TRIGGER ledger_sums_never_go;
DROP TRIGGER ledger_sums_grow;
DROP TRIGGER ledger_sums_begin;
"""

REFUSED = "USING ERRCODE = 'integrity_constraint_violation'"
OTHER = "(NEW.id, NEW.kind, NEW.key, NEW.subject) <> (OLD.id, OLD.kind, OLD.key, OLD.subject)"
# PostgreSQL closes postings itself, at commit. The first one that is looked at is the oldest of its transaction, and takes the
# others along, so sums are locked in one order, after everything else, and only until the commit is done. That a posting is
# there and open only its own transaction sees.
POSTGRES = f"""
LOCK TABLE ledger_postings, ledger_entries IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO ledger_sums ({COLUMNS})
SELECT now(), now(), {COUNTED}, max(posting_id) FROM ledger_entries {GROUPED};
ALTER TABLE ledger_sums SET (fillfactor = 50);
DROP TRIGGER ledger_entries_balanced ON ledger_entries;
DROP TRIGGER ledger_postings_balanced ON ledger_postings;
DROP FUNCTION ledger_balanced();
CREATE OR REPLACE FUNCTION ledger_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT is_closed FROM ledger_postings WHERE id = NEW.posting_id) IS DISTINCT FROM FALSE THEN
        RAISE EXCEPTION 'a closed posting takes no further entry' {REFUSED};
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION ledger_close() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.is_closed OR NOT NEW.is_closed OR {OTHER} THEN
        RAISE EXCEPTION 'a posting is never changed, only closed' {REFUSED};
    END IF;
    -- closed by hand, as older versions do it: it waits for the commit
    NEW.is_closed := pg_trigger_depth() > 1;
    RETURN NEW;
END $$;
CREATE FUNCTION ledger_add_up() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE mine bigint[] := ARRAY(SELECT id FROM ledger_postings WHERE id >= NEW.id AND NOT is_closed);
BEGIN
    IF EXISTS (SELECT 1 FROM unnest(mine) AS one(id) LEFT JOIN ledger_entries e ON e.posting_id = one.id
            GROUP BY one.id, e.currency HAVING coalesce(sum(e.amount), 1) <> 0) THEN
        RAISE EXCEPTION 'a posting does not come to nought' {REFUSED};
    END IF;
    INSERT INTO ledger_sums AS kept ({COLUMNS})
    SELECT now(), now(), {COUNTED}, max(posting_id) FROM ledger_entries WHERE posting_id = ANY (mine) {GROUPED} ORDER BY 3, 4, 5
    ON CONFLICT (account, vendor_id, currency) DO UPDATE SET updated_at = excluded.updated_at, amount = kept.amount + excluded.amount,
        entries = kept.entries + excluded.entries, last_posting_id = excluded.last_posting_id;
    UPDATE ledger_postings SET is_closed = TRUE WHERE id = ANY (mine);
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_postings_begin_open BEFORE INSERT ON ledger_postings
FOR EACH ROW WHEN (NEW.is_closed) EXECUTE FUNCTION ledger_refuse();
CREATE CONSTRAINT TRIGGER ledger_postings_add_up AFTER INSERT ON ledger_postings DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION ledger_add_up();
CREATE TRIGGER ledger_sums_guarded BEFORE INSERT OR UPDATE OR DELETE ON ledger_sums
FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger_refuse();
"""  # noqa: S608
POSTGRES_BACK = f"""
DROP TRIGGER ledger_postings_begin_open ON ledger_postings;
DROP TRIGGER ledger_postings_add_up ON ledger_postings;
DROP TRIGGER ledger_sums_guarded ON ledger_sums;
DROP FUNCTION ledger_add_up();
CREATE OR REPLACE FUNCTION ledger_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT is_closed FROM ledger_postings WHERE id = NEW.posting_id) THEN
        RAISE EXCEPTION 'a closed posting takes no further entry' {REFUSED};
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION ledger_close() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.is_closed OR NOT NEW.is_closed OR {OTHER} THEN
        RAISE EXCEPTION 'a posting is never changed, only closed' {REFUSED};
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION ledger_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE number bigint;
BEGIN
    IF TG_TABLE_NAME = 'ledger_entries' THEN number := NEW.posting_id; ELSE number := NEW.id; END IF;
    IF NOT (SELECT is_closed FROM ledger_postings WHERE id = number) THEN
        RAISE EXCEPTION 'posting % was left open', number {REFUSED};
    END IF;
    IF NOT EXISTS (SELECT 1 FROM ledger_entries WHERE posting_id = number)
        OR EXISTS (SELECT 1 FROM ledger_entries WHERE posting_id = number GROUP BY currency HAVING sum(amount) <> 0) THEN
        RAISE EXCEPTION 'posting % does not come to nought', number {REFUSED};
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_postings_balanced AFTER INSERT ON ledger_postings DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION ledger_balanced();
CREATE CONSTRAINT TRIGGER ledger_entries_balanced AFTER INSERT ON ledger_entries DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION ledger_balanced();
"""  # noqa: S608


class Migration(migrations.Migration):
    dependencies = [("models", "0046_plain_words")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AccountSum",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "created_at",
                    fields.DatetimeField(
                        default=now, auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "updated_at",
                    fields.DatetimeField(
                        default=now, auto_now=False, auto_now_add=False
                    ),
                ),
                ("account", fields.CharField(max_length=40)),
                (
                    "vendor_id",
                    fields.BigIntField(description="0: the platform's own account"),
                ),
                ("currency", fields.CharField(max_length=3)),
                (
                    "amount",
                    fields.BigIntField(
                        description="minor units of currency; debits positive, credits negative"
                    ),
                ),
                (
                    "entries",
                    fields.BigIntField(description="how many there are in it"),
                ),
                (
                    "last_posting_id",
                    fields.BigIntField(description="the last one that changed it"),
                ),
            ],
            options={
                "table": "ledger_sums",
                "app": "models",
                "unique_together": (("account", "vendor_id", "currency"),),
                "indexes": [Index(fields=["vendor_id"], name="ix_ledger_sums_vendor")],
                "pk_attr": "id",
                "table_description": "What the entries of one account come to, of those postings that are closed.",
            },
            bases=["Row"],
        ),
        RunOn(sqlite=(SQLITE, SQLITE_BACK), postgres=(POSTGRES, POSTGRES_BACK)),
    ]
