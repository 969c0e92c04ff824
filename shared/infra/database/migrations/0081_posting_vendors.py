"""A posting that is about a vendor's sale and has no entry of that vendor names it; those of before find it by their order."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from shared.infra.database.indexes import IndexWhere
from shared.infra.database.operations import RunOn

# Refunds and disputes that commission bore alone, and what took such a posting back.
NAMELESS = """EXISTS (SELECT 1 FROM ledger_entries e WHERE e.posting_id = ledger_postings.id
        AND e.account IN ('commission', 'marketplace_discounts'))
    AND NOT EXISTS (SELECT 1 FROM ledger_entries e WHERE e.posting_id = ledger_postings.id AND e.vendor_id IS NOT NULL)"""
AT = "strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')"
COLUMNS = "created_at, updated_at, account, vendor_id, currency, amount, entries, last_posting_id"
COUNTED = "account, coalesce(vendor_id, 0), currency, sum(amount), count(*)"
GROUPED = "GROUP BY account, coalesce(vendor_id, 0), currency"


def _sqlite_triggers(further: str) -> str:
    """What refuses a change and adds up, as migrations 0002 and 0047 say it, but for `further`."""
    return f"""
CREATE TRIGGER ledger_postings_close BEFORE UPDATE ON ledger_postings
BEGIN
    SELECT RAISE(ABORT, 'a posting is never changed, only closed') WHERE OLD.is_closed OR NOT NEW.is_closed
        OR NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.key <> OLD.key OR NEW.subject <> OLD.subject{further};
    SELECT RAISE(ABORT, 'a posting needs entries') WHERE NOT EXISTS (SELECT 1 FROM ledger_entries WHERE posting_id = OLD.id);
    SELECT RAISE(ABORT, 'a posting comes to nought in each currency') WHERE EXISTS (
        SELECT 1 FROM ledger_entries WHERE posting_id = OLD.id GROUP BY currency HAVING sum(amount) <> 0);
END;
CREATE TRIGGER ledger_postings_add_up AFTER UPDATE ON ledger_postings WHEN NEW.is_closed
BEGIN
    INSERT INTO ledger_sums ({COLUMNS})
    SELECT {AT}, {AT}, {COUNTED}, NEW.id FROM ledger_entries WHERE posting_id = NEW.id {GROUPED}
    ON CONFLICT (account, vendor_id, currency) DO UPDATE SET updated_at = excluded.updated_at, amount = amount + excluded.amount,
        entries = entries + excluded.entries, last_posting_id = excluded.last_posting_id;
END;
"""  # noqa: S608


ASLEEP = """
DROP TRIGGER ledger_postings_add_up;
DROP TRIGGER ledger_postings_close;
"""
SQLITE = f"""{ASLEEP}
UPDATE ledger_postings SET vendor_id = (SELECT o.vendor_id FROM orders o WHERE o.id = CAST(substr(subject, 7) AS INTEGER))
WHERE subject LIKE 'order:%' AND {NAMELESS};
{_sqlite_triggers(" OR NEW.vendor_id IS NOT OLD.vendor_id")}"""  # noqa: S608
SQLITE_BACK = ASLEEP + _sqlite_triggers("")

SAME = "(NEW.id, NEW.kind, NEW.key, NEW.subject) <> (OLD.id, OLD.kind, OLD.key, OLD.subject)"


def _postgres_function(further: str) -> str:
    return f"""
CREATE OR REPLACE FUNCTION ledger_close() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.is_closed OR NOT NEW.is_closed OR {SAME}{further} THEN
        RAISE EXCEPTION 'a posting is never changed, only closed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- closed by hand, as older versions do it: it waits for the commit
    NEW.is_closed := pg_trigger_depth() > 1;
    RETURN NEW;
END $$;
"""


POSTGRES = f"""
ALTER TABLE ledger_postings DISABLE TRIGGER ledger_postings_close;
UPDATE ledger_postings SET vendor_id = o.vendor_id FROM orders o
WHERE ledger_postings.subject = 'order:' || o.id AND {NAMELESS};
ALTER TABLE ledger_postings ENABLE TRIGGER ledger_postings_close;
{_postgres_function(" OR NEW.vendor_id IS DISTINCT FROM OLD.vendor_id")}"""  # noqa: S608
POSTGRES_BACK = _postgres_function("")


class Migration(migrations.Migration):
    dependencies = [("models", "0080_card_declines")]

    initial = False

    operations = [
        ops.AddField(
            model_name="LedgerPosting",
            name="vendor",
            field=fields.ForeignKeyField(
                "models.Vendor",
                source_field="vendor_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="ledger_postings",
                on_delete=OnDelete.RESTRICT,
                description="whose sale it is about, where no entry says so",
            ),
        ),
        RunOn(sqlite=(SQLITE, SQLITE_BACK), postgres=(POSTGRES, POSTGRES_BACK)),
        ops.AddIndex(
            model_name="LedgerPosting",
            index=IndexWhere(
                fields=["vendor_id", "created_at"],
                name="ix_ledger_postings_vendor_at",
                where="vendor_id is not null",
            ),
        ),
    ]
