"""What the operator sets for the whole marketplace: its time zone, what shoppers see of its share, when an order has arrived."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from shared.core.clock import now
from shared.infra.database.operations import AddChecks


class Migration(migrations.Migration):
    dependencies = [("models", "0013_edges")]

    initial = False

    operations = [
        ops.CreateModel(
            name="MarketplaceSettings",
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
                    "time_zone",
                    fields.CharField(
                        default="UTC",
                        description="IANA name; months of account are months of this zone",
                        max_length=64,
                    ),
                ),
                (
                    "show_fee_breakdown",
                    fields.BooleanField(
                        default=False,
                        description="whether shoppers see what the marketplace earns",
                    ),
                ),
                (
                    "delivered_after_days",
                    fields.IntField(
                        default=14,
                        description="days after shipping until an order counts as delivered",
                    ),
                ),
            ],
            options={
                "table": "marketplace_settings",
                "app": "models",
                "constraints": [
                    CheckConstraint(check="id = 1", name="ck_marketplace_settings_one"),
                    CheckConstraint(
                        check="delivered_after_days >= 1 and delivered_after_days <= 90",
                        name="ck_marketplace_settings_days",
                    ),
                ],
                "pk_attr": "id",
                "table_description": "What holds for the whole marketplace, edited at /operator/settings.",
            },
            bases=["Row"],
        ),
        AddChecks(
            "MarketplaceSettings",
            ck_marketplace_settings_one="id = 1",
            ck_marketplace_settings_days="delivered_after_days >= 1 and delivered_after_days <= 90",
        ),
    ]
