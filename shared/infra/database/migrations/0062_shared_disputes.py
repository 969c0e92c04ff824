"""A dispute of a charge that several orders share has a row for each of them."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from shared.infra.database.uniqueness import DropUnique


class Migration(migrations.Migration):
    dependencies = [("models", "0061_address_book")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Dispute",
            name="share_weight",
            field=fields.BigIntField(
                null=True,
                description="what was left of the order when a shared dispute came; null: it has it alone",
            ),
        ),
        DropUnique("Dispute", "stripe_dispute_id"),
        ops.RunSQL(
            "CREATE UNIQUE INDEX uq_disputes_slice ON disputes (stripe_dispute_id, order_id)",
            reverse_sql="DROP INDEX uq_disputes_slice",
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX uq_disputes_alone ON disputes (stripe_dispute_id)"
            " WHERE share_weight IS NULL",
            reverse_sql="DROP INDEX uq_disputes_alone",
        ),
    ]
