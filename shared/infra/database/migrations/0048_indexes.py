"""Every list and counter has an index; what waits has one of its own, which stays small."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from shared.infra.database.indexes import IndexWhere

# Each table with the indexes that it gets, as its model says them.
ADDED = {
    "Order": (
        IndexWhere(
            fields=["vendor_id", "id"],
            name="ix_orders_to_ship",
            where=(
                "status = 'processing' AND payment_status = 'paid' AND disputed_amount = 0"
                " AND refunded_amount < total_amount_cents - lost_amount"
            ),
        ),
        IndexWhere(
            fields=["vendor_id", "id"],
            name="ix_orders_unpaid",
            where="payment_status IN ('pending', 'processing', 'failed')",
        ),
        IndexWhere(
            fields=["vendor_id", "id"],
            name="ix_orders_refunded",
            where="refunded_amount > 0",
        ),
        IndexWhere(
            fields=["vendor_id", "id"],
            name="ix_orders_disputed",
            where="disputed_amount > 0 OR lost_amount > 0",
        ),
        Index(
            fields=["vendor_id", "status", "id"],
            name="ix_orders_state",
        ),
        IndexWhere(
            fields=["vendor_id", "paid_at"],
            name="ix_orders_vendor_paid",
            where="paid_at IS NOT NULL",
        ),
        IndexWhere(
            fields=["paid_at"],
            name="ix_orders_paid",
            where="paid_at IS NOT NULL",
        ),
    ),
    "Payment": (
        Index(
            fields=["vendor_id", "id"],
            name="ix_payments_vendor",
        ),
        IndexWhere(
            fields=["vendor_id", "paid_at"],
            name="ix_payments_vendor_paid",
            where="paid_at IS NOT NULL",
        ),
        IndexWhere(
            fields=["paid_at"],
            name="ix_payments_paid",
            where="paid_at IS NOT NULL",
        ),
        IndexWhere(
            fields=["updated_at"],
            name="ix_payments_bare",
            where="stripe_charge_id IS NOT NULL AND stripe_balance_transaction_id IS NULL",
        ),
    ),
    "Refund": (
        IndexWhere(
            fields=["succeeded_at"],
            name="ix_refunds_succeeded",
            where="succeeded_at IS NOT NULL",
        ),
    ),
    "Payout": (
        IndexWhere(
            fields=["paid_at"],
            name="ix_payouts_paid",
            where="paid_at IS NOT NULL",
        ),
    ),
    "Dispute": (
        Index(
            fields=["opened_at", "id"],
            name="ix_disputes_opened",
        ),
    ),
    "LedgerEntry": (
        Index(
            fields=["account", "created_at"],
            name="ix_ledger_entries_account_at",
        ),
        Index(
            fields=["vendor_id", "account", "currency", "created_at", "id"],
            name="ix_ledger_entries_vendor_at",
        ),
    ),
    "WebhookEvent": (
        Index(
            fields=["created_at"],
            name="ix_webhook_events_at",
        ),
    ),
    "Email": (
        IndexWhere(
            fields=["created_at"],
            name="ix_emails_unsent",
            where="status IN ('waiting', 'failed')",
        ),
    ),
}
# What the new ones answer as well.
REMOVED = ("ix_ledger_entries_account", "ix_ledger_entries_vendor")


class Migration(migrations.Migration):
    dependencies = [("models", "0047_ledger_sums")]

    initial = False

    operations = [
        *(
            ops.AddIndex(model_name=table, index=index)
            for table, indexes in ADDED.items()
            for index in indexes
        ),
        *(ops.RemoveIndex(model_name="LedgerEntry", name=name) for name in REMOVED),
    ]
