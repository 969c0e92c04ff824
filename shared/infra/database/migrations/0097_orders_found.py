"""Orders, payments and purchases are in fewer indexes: of what few have or wait for, those few; none by what nobody asks for."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from shared.infra.database.column_indexes import DropColumnIndex
from shared.infra.database.narrow_indexes import added, instead

INTENT_KNOWN = "stripe_payment_intent_id IS NOT NULL"
LEADS = "(intent_key IS NULL OR intent_key = idempotency_key)"


def _unique(name: str, columns: str, was: str, where: str) -> tuple[ops.Operation, ...]:
    made = f"CREATE UNIQUE INDEX {name} ON payments ({columns})"
    return (
        ops.RunSQL(f"DROP INDEX {name}", reverse_sql=f"{made}{was}"),
        ops.RunSQL(f"{made} WHERE {where}", reverse_sql=f"DROP INDEX {name}"),
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0096_product_safety")]

    initial = False

    operations = [
        DropColumnIndex("Order", "payment_intent_id", "idx_orders_payment_8dcdf4"),
        *instead(
            "Order",
            "ix_orders_customer",
            "customer_id IS NOT NULL",
            *("customer_id", "id"),
        ),
        *instead(
            "Order",
            "ix_orders_shipped",
            "shipped_at IS NOT NULL",
            *("status", "shipped_at"),
        ),
        *instead("Order", "ix_orders_held", "held_at IS NOT NULL", "held_at"),
        ops.RemoveIndex(model_name="Checkout", name="ix_checkouts_due"),
        *instead(
            "Checkout",
            "ix_checkouts_basket",
            "basket_id IS NOT NULL",
            "basket_id",
        ),
        *instead("Checkout", "ix_checkouts_network", "status = 'open'", "network"),
        *instead(
            "Checkout",
            "ix_checkouts_old_link",
            "old_link_digest IS NOT NULL",
            "old_link_digest",
        ),
        DropColumnIndex("Payment", "stripe_charge_id", "idx_payments_stripe__baef79"),
        added(
            "Payment",
            "ix_payments_charge",
            "stripe_charge_id IS NOT NULL",
            "stripe_charge_id",
        ),
        *instead(
            "Payment",
            "ix_payments_untransferred",
            (
                "intent_key IS NOT NULL AND stripe_charge_id IS NOT NULL"
                " AND stripe_transfer_id IS NULL"
            ),
            *("stripe_transfer_id", "id"),
        ),
        ops.RemoveIndex(model_name="Payment", name="ix_payments_status"),
        added("Payment", "ix_payments_parked", "status = 'parked'", "id"),
        *_unique(
            "uq_payments_slice",
            "stripe_payment_intent_id, order_id",
            "",
            INTENT_KNOWN,
        ),
        *_unique(
            "uq_payments_lead",
            "stripe_payment_intent_id",
            f" WHERE {LEADS[1:-1]}",
            f"{INTENT_KNOWN} AND {LEADS}",
        ),
    ]
