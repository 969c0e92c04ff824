"""Where the bill goes when it goes elsewhere, a number for the carrier, and what the shop is told."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0064_pictures")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Checkout",
            name="billing",
            field=fields.JSONField(
                null=True,
                description="orders/billing.py; null: where the parcel goes",
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        ops.AddField(
            model_name="Checkout",
            name="phone",
            field=fields.CharField(
                default="",
                db_default="",
                description="for the carrier, where a shop wants it",
                max_length=40,
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="note",
            field=fields.CharField(
                default="",
                db_default="",
                description="of the shopper, to the shop",
                max_length=500,
            ),
        ),
        ops.AddField(
            model_name="ShippingSettings",
            name="asks_phone",
            field=fields.BooleanField(
                default=False,
                db_default=False,
                description="whether shoppers are asked for a number that the carrier can call",
            ),
        ),
    ]
