"""What has changed of that which every visitor reads is written down by triggers, in the transaction of the change."""

from collections.abc import Iterator

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from shared.core.clock import now
from shared.infra.database.operations import RunOn

# What of a payment config stands on pages; the rest of it changes with every reading of the account.
SHOWN = ("accepts_payments", "currency", "platform_fee_percentage")
# Each table with whose change it is, and when an update is one.
TABLES = {
    "vendors": ("id", ()),
    "products": ("vendor_id", ()),
    "vendor_payment_configs": ("vendor_id", SHOWN),
    "fee_rules": (None, ()),
    "marketplace_settings": (None, ()),
    "legal_texts": (None, ()),
}
AT = "strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')"


def sqlite() -> Iterator[str]:
    for table, (owner, shown) in TABLES.items():
        for verb, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            when = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in shown)
            narrowed = f" WHEN {when}" if shown and verb == "UPDATE" else ""
            vendor = f"{row}.{owner}" if owner else "NULL"
            yield f"""CREATE TRIGGER {table}_change_pages_by_{verb.lower()} AFTER {verb} ON {table}{narrowed}
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES ({vendor}, {AT}, {AT}); END;
"""  # noqa: S608


def sqlite_back() -> Iterator[str]:
    for table in TABLES:
        for verb in ("insert", "update", "delete"):
            yield f"DROP TRIGGER {table}_change_pages_by_{verb};\n"


# A transaction notes each vendor once, however many of its products it writes.
NOTE = """
CREATE FUNCTION note_page_change(vendor bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN INSERT INTO page_changes (vendor_id, transaction_id, created_at, updated_at)
SELECT vendor, pg_current_xact_id()::text::bigint, now(), now()
WHERE NOT EXISTS (SELECT 1 FROM page_changes WHERE transaction_id = pg_current_xact_id()::text::bigint
    AND vendor_id IS NOT DISTINCT FROM vendor);
END $$;
"""


def postgres() -> Iterator[str]:
    yield NOTE
    for table, (owner, shown) in TABLES.items():
        vendor = f"coalesce(NEW.{owner}, OLD.{owner})" if owner else "NULL"
        yield f"""CREATE FUNCTION {table}_change_pages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM note_page_change({vendor}); RETURN NULL; END $$;
CREATE TRIGGER {table}_change_pages AFTER INSERT OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION {table}_change_pages();
"""
        when = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in shown)
        narrowed = f" WHEN ({when})" if shown else ""
        yield f"""CREATE TRIGGER {table}_change_pages_by_update AFTER UPDATE ON {table}
FOR EACH ROW{narrowed} EXECUTE FUNCTION {table}_change_pages();
"""


def postgres_back() -> Iterator[str]:
    for table in TABLES:
        yield f"DROP TRIGGER {table}_change_pages ON {table};\n"
        yield f"DROP TRIGGER {table}_change_pages_by_update ON {table};\n"
        yield f"DROP FUNCTION {table}_change_pages();\n"
    yield "DROP FUNCTION note_page_change(bigint);\n"


class Migration(migrations.Migration):
    dependencies = [("models", "0044_unexpected_answers")]

    initial = False

    operations = [
        ops.CreateModel(
            name="PageChange",
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
                    "vendor_id",
                    fields.BigIntField(
                        null=True, description="none: every page may change"
                    ),
                ),
                (
                    "transaction_id",
                    fields.BigIntField(
                        null=True, description="PostgreSQL's number of the transaction"
                    ),
                ),
            ],
            options={
                "table": "page_changes",
                "app": "models",
                "indexes": [
                    Index(
                        fields=["transaction_id"], name="ix_page_changes_transaction"
                    ),
                    Index(fields=["created_at"], name="ix_page_changes_at"),
                ],
                "pk_attr": "id",
                "table_description": "One transaction's change to one vendor, or without a vendor to the whole marketplace.",
            },
            bases=["Row"],
        ),
        RunOn(
            sqlite=("".join(sqlite()), "".join(sqlite_back())),
            postgres=("".join(postgres()), "".join(postgres_back())),
        ),
    ]
