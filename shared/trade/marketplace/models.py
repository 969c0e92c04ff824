"""The marketplace's settings: one row, made with the first change; until then the defaults hold."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from shared.infra.database.base import Row, words
from shared.trade.marketplace.identity import NAME
from shared.trade.marketplace.legal import LegalKind
from shared.trade.marketplace.rules import DEFAULTS, MOST_BANK_HOURS, MOST_DAYS


class MarketplaceSettings(Row):
    """What holds for the whole marketplace, edited at /operator/settings."""

    lock_rank = 110

    time_zone = fields.CharField(
        max_length=64,
        default=DEFAULTS.time_zone,
        description="IANA name; months of account are months of this zone",
    )
    show_fee_breakdown = fields.BooleanField(
        default=DEFAULTS.show_fee_breakdown,
        description="whether shoppers see what the marketplace earns",
    )
    delivered_after_days = fields.IntField(
        default=DEFAULTS.delivered_after_days,
        description="days after shipping until an order counts as delivered",
    )
    name = fields.CharField(
        max_length=60,
        default=NAME,
        db_default=NAME,
        description="in titles, mails, the API",
    )
    sender = fields.CharField(
        max_length=254,
        default="",
        db_default="",
        description="the address that mails come from",
    )
    contact_email = fields.CharField(
        max_length=254,
        default="",
        db_default="",
    )
    postal_address = fields.CharField(
        max_length=400, default="", db_default="", description="lines, as on a letter"
    )
    phone = fields.CharField(
        max_length=40,
        default="",
        db_default="",
    )
    logo_digest = fields.CharField(
        max_length=64,
        default="",
        db_default="",
        description="of the logo in use; or none",
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


class MarketplaceLogo(Row):
    """The logo in use, named by the SHA-256 of its bytes."""

    digest = fields.CharField(max_length=64, unique=True)
    media_type = fields.CharField(max_length=40, description="by its first bytes")
    content = fields.BinaryField()

    class Meta:
        table = "marketplace_logos"


class LegalText(Row):
    """One version of a legal text of the operator's. None is changed or deleted: shoppers accepted them."""

    kind = fields.CharField(max_length=20, description="terms | privacy | imprint")
    version = fields.CharField(
        max_length=20,
        description="the day, and its number where it is not the first of that day",
    )
    text = fields.TextField(description="the markup of marketplace/legal.py")
    returns = fields.TextField(
        default="", description="what terms say about returns, for banks"
    )
    published_by = fields.CharField(max_length=60)

    class Meta:
        table = "legal_texts"
        unique_together = (("kind", "version"),)
        constraints = [
            CheckConstraint(
                check=f"kind in ({words(LegalKind)})", name="ck_legal_texts_kind"
            )
        ]
