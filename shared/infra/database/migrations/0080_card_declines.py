"""Cards that were declined: how often from one browser, one network, of one card."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from shared.core.clock import now


class Migration(migrations.Migration):
    dependencies = [("models", "0079_waiting_contributions")]

    initial = False

    operations = [
        ops.CreateModel(
            name="CardDecline",
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
                ("stripe_charge_id", fields.CharField(unique=True, max_length=255)),
                (
                    "checkout",
                    fields.ForeignKeyField(
                        "models.Checkout",
                        source_field="checkout_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="card_declines",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "network",
                    fields.CharField(
                        description="the purchase's; empty: not known", max_length=45
                    ),
                ),
                (
                    "basket_id",
                    fields.BigIntField(
                        null=True,
                        description="the purchase's, which stands for a browser",
                    ),
                ),
                (
                    "fingerprint",
                    fields.CharField(
                        description="Stripe's of the card; empty: it has none",
                        max_length=64,
                    ),
                ),
                (
                    "code",
                    fields.CharField(
                        description="why, in Stripe's word", max_length=100
                    ),
                ),
                (
                    "declined_at",
                    fields.DatetimeField(auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "card_declines",
                "app": "models",
                "indexes": [
                    Index(
                        fields=["network", "declined_at"],
                        name="ix_card_declines_network",
                    ),
                    Index(
                        fields=["basket_id", "declined_at"],
                        name="ix_card_declines_basket",
                    ),
                    Index(
                        fields=["fingerprint", "declined_at"],
                        name="ix_card_declines_card",
                    ),
                    Index(fields=["checkout_id"], name="ix_card_declines_checkout"),
                    Index(fields=["declined_at"], name="ix_card_declines_at"),
                ],
                "pk_attr": "id",
                "table_description": "One card that one purchase could not be paid with.",
            },
            bases=["Row"],
        ),
    ]
