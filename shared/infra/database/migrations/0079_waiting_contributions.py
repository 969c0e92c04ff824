"""Contributions that were not sent and cards that expire are found by an index."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from shared.infra.database.indexes import IndexWhere


class Migration(migrations.Migration):
    dependencies = [("models", "0078_businesses")]

    initial = False

    operations = [
        ops.AddIndex(
            model_name="Claim",
            index=IndexWhere(
                fields=["id"],
                name="ix_claims_to_send",
                where="taken > amount - netted",
            ),
        ),
        ops.AddIndex(
            model_name="PaymentMethod",
            index=Index(
                fields=["card_exp_year", "card_exp_month"],
                name="ix_payment_methods_expiry",
            ),
        ),
    ]
