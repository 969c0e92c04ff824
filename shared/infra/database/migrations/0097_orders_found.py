"""Orders, payments and purchases are in fewer indexes: of what few have or wait for, those few; none by what nobody asks for."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from shared.infra.database.column_indexes import DropColumnIndex
from shared.infra.database.indexes import IndexWhere

INTENT_KNOWN = "stripe_payment_intent_id IS NOT NULL"
LEADS = "(intent_key IS NULL OR intent_key = idempotency_key)"


def _added(model_name: str, name: str, where: str, *fields: str) -> ops.AddIndex:
    index = IndexWhere(fields=list(fields), name=name, where=where)
    return ops.AddIndex(model_name=model_name, index=index)


def _instead(
    model_name: str, name: str, where: str, *fields: str
) -> tuple[ops.Operation, ...]:
    """Of fewer rows, or of fewer columns, than the index of that name so far."""
    return (
        ops.RemoveIndex(model_name=model_name, name=name),
        _added(model_name, name, where, *fields),
    )


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
        *_instead(
            "Order",
            "ix_orders_customer",
            "customer_id IS NOT NULL",
            *("customer_id", "id"),
        ),
        *_instead(
            "Order",
            "ix_orders_shipped",
            "shipped_at IS NOT NULL",
            *("status", "shipped_at"),
        ),
        *_instead("Order", "ix_orders_held", "held_at IS NOT NULL", "held_at"),
        ops.RemoveIndex(model_name="Checkout", name="ix_checkouts_due"),
        *_instead(
            "Checkout",
            "ix_checkouts_basket",
            "basket_id IS NOT NULL",
            "basket_id",
        ),
        *_instead("Checkout", "ix_checkouts_network", "status = 'open'", "network"),
        *_instead(
            "Checkout",
            "ix_checkouts_old_link",
            "old_link_digest IS NOT NULL",
            "old_link_digest",
        ),
        DropColumnIndex("Payment", "stripe_charge_id", "idx_payments_stripe__baef79"),
        _added(
            "Payment",
            "ix_payments_charge",
            "stripe_charge_id IS NOT NULL",
            "stripe_charge_id",
        ),
        *_instead(
            "Payment",
            "ix_payments_untransferred",
            (
                "intent_key IS NOT NULL AND stripe_charge_id IS NOT NULL"
                " AND stripe_transfer_id IS NULL"
            ),
            *("stripe_transfer_id", "id"),
        ),
        ops.RemoveIndex(model_name="Payment", name="ix_payments_status"),
        _added("Payment", "ix_payments_parked", "status = 'parked'", "id"),
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
