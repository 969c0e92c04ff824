"""History, books and writes to Stripe are in fewer indexes: of what few rows say or wait for, those few."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from shared.infra.database.narrow_indexes import added, instead

ENTRY = "LedgerEntry"


class Migration(migrations.Migration):
    dependencies = [("models", "0097_orders_found")]

    initial = False

    operations = [
        *instead(
            "Activity",
            "ix_activity_order",
            "order_id IS NOT NULL",
            *("order_id", "id"),
        ),
        *instead(
            "Activity",
            "ix_activity_cause",
            "NOT cause = ''",
            *("cause", "id"),
        ),
        *instead(
            "AuditEntry",
            "ix_audit_vendor",
            "vendor_id IS NOT NULL",
            *("vendor_id", "id"),
        ),
        *instead(
            "AuditEntry",
            "ix_audit_actor",
            "is_by_person = TRUE",
            *("actor", "id"),
        ),
        ops.RemoveIndex(model_name="AuditEntry", name="ix_audit_by_person"),
        added("AuditEntry", "ix_audit_of_people", "is_by_person = TRUE", "id"),
        *instead(
            ENTRY,
            "ix_ledger_entries_vendor_at",
            "vendor_id IS NOT NULL",
            *("vendor_id", "account", "currency", "created_at", "id"),
        ),
        ops.RemoveIndex(model_name=ENTRY, name="ix_ledger_entries_account_at"),
        added(
            ENTRY,
            "ix_ledger_entries_at_stripe",
            "account IN ('stripe_platform', 'stripe_vendor')",
            *("account", "created_at"),
        ),
        added(
            ENTRY,
            "ix_ledger_entries_earned",
            "account = 'commission' OR account = 'marketplace_discounts'",
            *("account", "created_at"),
        ),
        added(
            ENTRY,
            "ix_ledger_entries_suspense",
            "account = 'suspense'",
            "posting_id",
        ),
        *instead(
            "StripeWrite",
            "ix_stripe_writes_state",
            "state = 'waiting' OR state = 'unexpected'",
            *("state", "updated_at"),
        ),
        *instead(
            "StripeReference",
            "ix_stripe_references_order",
            "order_id IS NOT NULL",
            "order_id",
        ),
    ]
