"""Several orders of a purchase may share a PaymentIntent: it is one per order and intent instead of one per row."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from shared.infra.database.indexes import IndexWhere
from shared.infra.database.uniqueness import DropUnique


class Migration(migrations.Migration):
    dependencies = [("models", "0055_mail_language")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Payment",
            name="intent_key",
            field=fields.CharField(
                null=True,
                description="of the intent that the orders of a purchase share; null: its own",
                max_length=255,
            ),
        ),
        DropUnique("Payment", "stripe_payment_intent_id"),
        ops.AddIndex(
            model_name="Payment",
            index=IndexWhere(
                fields=["intent_key"],
                name="ix_payments_shared",
                where="intent_key IS NOT NULL",
            ),
        ),
        ops.AddIndex(
            model_name="Payment",
            index=IndexWhere(
                fields=["id"],
                name="ix_payments_untransferred",
                where="intent_key IS NOT NULL AND stripe_charge_id IS NOT NULL"
                " AND stripe_transfer_id IS NULL",
            ),
        ),
        # An order has each intent once, and each intent one payment that leads.
        ops.RunSQL(
            "CREATE UNIQUE INDEX uq_payments_slice ON payments (stripe_payment_intent_id, order_id)",
            reverse_sql="DROP INDEX uq_payments_slice",
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX uq_payments_lead ON payments (stripe_payment_intent_id)"
            " WHERE intent_key IS NULL OR intent_key = idempotency_key",
            reverse_sql="DROP INDEX uq_payments_lead",
        ),
    ]
