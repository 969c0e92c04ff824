"""History, books and writes to Stripe are in fewer indexes: of what few rows say or wait for, those few."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from shared.infra.database.indexes import IndexWhere

ENTRY = "LedgerEntry"


def _added(model_name: str, name: str, where: str, *fields: str) -> ops.AddIndex:
    index = IndexWhere(fields=list(fields), name=name, where=where)
    return ops.AddIndex(model_name=model_name, index=index)


def _instead(
    model_name: str, name: str, where: str, *fields: str
) -> tuple[ops.Operation, ...]:
    """Of fewer rows than the index of that name so far."""
    return (
        ops.RemoveIndex(model_name=model_name, name=name),
        _added(model_name, name, where, *fields),
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0097_orders_found")]

    initial = False

    operations = [
        *_instead(
            "Activity",
            "ix_activity_order",
            "order_id IS NOT NULL",
            *("order_id", "id"),
        ),
        *_instead(
            "Activity",
            "ix_activity_cause",
            "NOT cause = ''",
            *("cause", "id"),
        ),
        *_instead(
            "AuditEntry",
            "ix_audit_vendor",
            "vendor_id IS NOT NULL",
            *("vendor_id", "id"),
        ),
        *_instead(
            "AuditEntry",
            "ix_audit_actor",
            "is_by_person = TRUE",
            *("actor", "id"),
        ),
        ops.RemoveIndex(model_name="AuditEntry", name="ix_audit_by_person"),
        _added("AuditEntry", "ix_audit_of_people", "is_by_person = TRUE", "id"),
        *_instead(
            ENTRY,
            "ix_ledger_entries_vendor_at",
            "vendor_id IS NOT NULL",
            *("vendor_id", "account", "currency", "created_at", "id"),
        ),
        ops.RemoveIndex(model_name=ENTRY, name="ix_ledger_entries_account_at"),
        _added(
            ENTRY,
            "ix_ledger_entries_at_stripe",
            "account IN ('stripe_platform', 'stripe_vendor')",
            *("account", "created_at"),
        ),
        _added(
            ENTRY,
            "ix_ledger_entries_earned",
            "account = 'commission' OR account = 'marketplace_discounts'",
            *("account", "created_at"),
        ),
        _added(
            ENTRY,
            "ix_ledger_entries_suspense",
            "account = 'suspense'",
            "posting_id",
        ),
        *_instead(
            "StripeWrite",
            "ix_stripe_writes_state",
            "state = 'waiting' OR state = 'unexpected'",
            *("state", "updated_at"),
        ),
        *_instead(
            "StripeReference",
            "ix_stripe_references_order",
            "order_id IS NOT NULL",
            "order_id",
        ),
    ]
