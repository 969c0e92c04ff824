"""Changed banks: which bank payouts went to last, until when they wait after another one, and how long that is."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from shared.infra.database.operations import AddChecks


class Migration(migrations.Migration):
    dependencies = [("models", "0029_token_scopes")]

    initial = False

    operations = [
        ops.AddField(
            model_name="VendorPaymentConfig",
            name="payout_banks",
            field=fields.JSONField(
                null=True,
                description="currency -> id of the bank that payouts went to last",
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        ops.AddField(
            model_name="VendorPaymentConfig",
            name="bank_changed_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="VendorPaymentConfig",
            name="bank_hold_until",
            field=fields.DatetimeField(
                null=True,
                description="payouts wait, after another bank was given",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="MarketplaceSettings",
            name="bank_hold_hours",
            field=fields.IntField(
                default=72,
                db_default=72,
                description="hours that payouts wait when a vendor gives another bank",
            ),
        ),
        AddChecks(
            "MarketplaceSettings",
            ck_marketplace_settings_bank="bank_hold_hours >= 0 and bank_hold_hours <= 720",
        ),
    ]
