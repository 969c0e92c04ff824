"""The ledger: its tables, and what the database refuses: changes, deletions, and postings that do not come to nought."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from shared.core.clock import now
from shared.infra.database.operations import AddChecks, RunOn

# SQLite knows no trigger at commit: a posting is closed by hand, and only closed ones count.
SQLITE = """
CREATE TRIGGER ledger_entries_never_change BEFORE UPDATE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'ledger entries are never changed'); END;
CREATE TRIGGER ledger_entries_never_go BEFORE DELETE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'ledger entries are never deleted'); END;
CREATE TRIGGER ledger_entries_open BEFORE INSERT ON ledger_entries
WHEN (SELECT is_closed FROM ledger_postings WHERE id = NEW.posting_id)
BEGIN SELECT RAISE(ABORT, 'a closed posting takes no further entry'); END;
CREATE TRIGGER ledger_postings_close BEFORE UPDATE ON ledger_postings
BEGIN
    SELECT RAISE(ABORT, 'a posting is never changed, only closed') WHERE OLD.is_closed OR NOT NEW.is_closed
        OR NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.key <> OLD.key OR NEW.subject <> OLD.subject;
    SELECT RAISE(ABORT, 'a posting needs entries') WHERE NOT EXISTS (SELECT 1 FROM ledger_entries WHERE posting_id = OLD.id);
    SELECT RAISE(ABORT, 'a posting comes to nought in each currency') WHERE EXISTS (
        SELECT 1 FROM ledger_entries WHERE posting_id = OLD.id GROUP BY currency HAVING sum(amount) <> 0);
END;
CREATE TRIGGER ledger_postings_never_go BEFORE DELETE ON ledger_postings
BEGIN SELECT RAISE(ABORT, 'postings are never deleted'); END;
CREATE TRIGGER ledger_postings_begin_open BEFORE INSERT ON ledger_postings WHEN NEW.is_closed
BEGIN SELECT RAISE(ABORT, 'a posting is closed once its entries are there'); END;
"""
SQLITE_BACK = """
DROP TRIGGER ledger_entries_never_change;
DROP TRIGGER ledger_entries_never_go;
DROP TRIGGER ledger_entries_open;
DROP TRIGGER ledger_postings_close;
DROP TRIGGER ledger_postings_never_go;
DROP TRIGGER ledger_postings_begin_open;
"""
POSTGRES = """
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the ledger is never changed, only added to' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE FUNCTION ledger_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT is_closed FROM ledger_postings WHERE id = NEW.posting_id) THEN
        RAISE EXCEPTION 'a closed posting takes no further entry' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION ledger_close() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.is_closed OR NOT NEW.is_closed OR (NEW.id, NEW.kind, NEW.key, NEW.subject) <> (OLD.id, OLD.kind, OLD.key, OLD.subject) THEN
        RAISE EXCEPTION 'a posting is never changed, only closed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION ledger_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE number bigint;
BEGIN
    IF TG_TABLE_NAME = 'ledger_entries' THEN number := NEW.posting_id; ELSE number := NEW.id; END IF;
    IF NOT (SELECT is_closed FROM ledger_postings WHERE id = number) THEN
        RAISE EXCEPTION 'posting % was left open', number USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM ledger_entries WHERE posting_id = number)
        OR EXISTS (SELECT 1 FROM ledger_entries WHERE posting_id = number GROUP BY currency HAVING sum(amount) <> 0) THEN
        RAISE EXCEPTION 'posting % does not come to nought', number USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_entries_never_change BEFORE UPDATE OR DELETE ON ledger_entries FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_entries_open BEFORE INSERT ON ledger_entries FOR EACH ROW EXECUTE FUNCTION ledger_open();
CREATE TRIGGER ledger_postings_never_go BEFORE DELETE ON ledger_postings FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_postings_close BEFORE UPDATE ON ledger_postings FOR EACH ROW EXECUTE FUNCTION ledger_close();
CREATE CONSTRAINT TRIGGER ledger_postings_balanced AFTER INSERT ON ledger_postings DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION ledger_balanced();
CREATE CONSTRAINT TRIGGER ledger_entries_balanced AFTER INSERT ON ledger_entries DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION ledger_balanced();
"""
POSTGRES_BACK = """
DROP TRIGGER ledger_entries_never_change ON ledger_entries;
DROP TRIGGER ledger_entries_open ON ledger_entries;
DROP TRIGGER ledger_entries_balanced ON ledger_entries;
DROP TRIGGER ledger_postings_never_go ON ledger_postings;
DROP TRIGGER ledger_postings_close ON ledger_postings;
DROP TRIGGER ledger_postings_balanced ON ledger_postings;
DROP FUNCTION ledger_refuse();
DROP FUNCTION ledger_open();
DROP FUNCTION ledger_close();
DROP FUNCTION ledger_balanced();
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0001_initial")]

    initial = False

    operations = [
        ops.CreateModel(
            name="LedgerPosting",
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
                ("kind", fields.CharField(max_length=40)),
                (
                    "key",
                    fields.CharField(
                        unique=True,
                        description="names the fact, so that it is posted once",
                        max_length=120,
                    ),
                ),
                (
                    "subject",
                    fields.CharField(
                        db_index=True, description="order:12", max_length=80
                    ),
                ),
                ("is_closed", fields.BooleanField(default=False)),
            ],
            options={
                "table": "ledger_postings",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One fact about money. It is closed once its entries are there, and only a balanced one can be closed.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="LedgerEntry",
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
                (
                    "posting",
                    fields.ForeignKeyField(
                        "models.LedgerPosting",
                        source_field="posting_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="entries",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("account", fields.CharField(max_length=40)),
                (
                    "vendor",
                    fields.ForeignKeyField(
                        "models.Vendor",
                        source_field="vendor_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="ledger_entries",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "amount",
                    fields.BigIntField(
                        description="minor units of currency; debits positive, credits negative"
                    ),
                ),
                ("currency", fields.CharField(max_length=3)),
                (
                    "stripe_id",
                    fields.CharField(
                        description="the Stripe object that it came from",
                        max_length=255,
                    ),
                ),
            ],
            options={
                "table": "ledger_entries",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check="account in ('vendor_payable', 'vendor_reserved', 'vendor_receivable', 'stripe_vendor', 'bank_vendor', 'stripe_platform', 'bank_platform', 'commission', 'stripe_fees', 'dispute_losses')",
                        name="ck_ledger_entries_account",
                    ),
                    CheckConstraint(
                        check="(account in ('bank_vendor', 'stripe_vendor', 'vendor_payable', 'vendor_receivable', 'vendor_reserved')) = (vendor_id is not null)",
                        name="ck_ledger_entries_vendor",
                    ),
                    CheckConstraint(
                        check="amount <> 0", name="ck_ledger_entries_amount"
                    ),
                    CheckConstraint(
                        check="currency = upper(currency) and length(currency) = 3",
                        name="ck_ledger_entries_currency",
                    ),
                ],
                "indexes": [
                    Index(fields=["posting_id"], name="ix_ledger_entries_posting"),
                    Index(
                        fields=["vendor_id", "account", "currency"],
                        name="ix_ledger_entries_vendor",
                    ),
                    Index(
                        fields=["account", "currency"], name="ix_ledger_entries_account"
                    ),
                    Index(fields=["stripe_id"], name="ix_ledger_entries_stripe"),
                ],
                "pk_attr": "id",
                "table_description": "One line of a posting: debits are positive, credits negative.",
            },
            bases=["Row"],
        ),
        AddChecks(
            "LedgerEntry",
            ck_ledger_entries_account="account in ('vendor_payable', 'vendor_reserved', 'vendor_receivable', 'stripe_vendor', 'bank_vendor', 'stripe_platform', 'bank_platform', 'commission', 'stripe_fees', 'dispute_losses')",
            ck_ledger_entries_vendor="(account in ('bank_vendor', 'stripe_vendor', 'vendor_payable', 'vendor_receivable', 'vendor_reserved')) = (vendor_id is not null)",
            ck_ledger_entries_amount="amount <> 0",
            ck_ledger_entries_currency="currency = upper(currency) and length(currency) = 3",
        ),
        RunOn(sqlite=(SQLITE, SQLITE_BACK), postgres=(POSTGRES, POSTGRES_BACK)),
    ]
