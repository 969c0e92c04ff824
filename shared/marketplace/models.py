"""The marketplace's settings: one row, made with the first change; until then the defaults hold."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from shared.database.base import Row
from shared.marketplace.rules import DEFAULTS, MOST_BANK_HOURS, MOST_DAYS


class MarketplaceSettings(Row):
    """What holds for the whole marketplace, edited at /operator/settings."""

    time_zone = fields.CharField(
        max_length=64, default=DEFAULTS.time_zone, description="IANA name; months of account are months of this zone"
    )
    show_fee_breakdown = fields.BooleanField(
        default=DEFAULTS.show_fee_breakdown, description="whether shoppers see what the marketplace earns"
    )
    delivered_after_days = fields.IntField(
        default=DEFAULTS.delivered_after_days, description="days after shipping until an order counts as delivered"
    )
    bank_hold_hours = fields.IntField(
        default=DEFAULTS.bank_hold_hours,
        db_default=DEFAULTS.bank_hold_hours,
        description="hours that payouts wait when a vendor gives another bank",
    )
    statement_prefix = fields.CharField(
        max_length=22,
        default="",
        db_default="",
        description="what card statements begin with, as Stripe says; set in its dashboard",
    )
    statement_prefix_read_at = fields.DatetimeField(null=True)

    class Meta:
        table = "marketplace_settings"
        constraints = [
            CheckConstraint(check="id = 1", name="ck_marketplace_settings_one"),
            CheckConstraint(
                check=f"delivered_after_days >= 1 and delivered_after_days <= {MOST_DAYS}",
                name="ck_marketplace_settings_days",
            ),
            CheckConstraint(
                check=f"bank_hold_hours >= 0 and bank_hold_hours <= {MOST_BANK_HOURS}",
                name="ck_marketplace_settings_bank",
            ),
        ]
