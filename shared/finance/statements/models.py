"""Statements of account: which months are closed, under which invoice number, and who writes the
invoices.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from shared.infra.database.base import Row
from shared.trade.vendors.models import Vendor

# Only to add the columns to rows that were there before; a check refuses it for any other.
_UNSET = datetime(1970, 1, 1, tzinfo=UTC)


class Statement(Row):
    """A closed month of one vendor in one currency. What it says is read from the ledger; sums and number are frozen here."""

    vendor: fields.ForeignKeyRelation[Vendor] = fields.ForeignKeyField(
        "models.Vendor", related_name="statements", on_delete=fields.RESTRICT
    )
    vendor_id: int
    month = fields.CharField(max_length=7, description="2026-11")
    currency = fields.CharField(max_length=3)
    time_zone = fields.CharField(
        max_length=64,
        default="UTC",
        db_default="UTC",
        description="that it is a month of",
    )
    starts_at = fields.DatetimeField(
        db_default=_UNSET, description="its first moment, as it was closed"
    )
    ends_at = fields.DatetimeField(
        db_default=_UNSET, description="the first moment after it"
    )
    number = fields.CharField(
        max_length=40,
        unique=True,
        description="of the commission invoice, without gaps",
    )
    opening = fields.BigIntField(description="minor units")
    closing = fields.BigIntField(description="minor units")
    reserved: int | None = fields.BigIntField(
        null=True, description="minor units of the closing that are held back"
    )
    owed: int | None = fields.BigIntField(
        null=True, description="minor units that the vendor owed then"
    )
    commission = fields.BigIntField(
        description="minor units, VAT included, net of what was given back"
    )
    vat_percentage = fields.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
    )
    vat = fields.BigIntField(
        default=0, description="minor units contained in the commission"
    )
    state_vat: Any = fields.JSONField(
        null=True,
        description=(
            "the VAT in the currency of the state it goes to, and by which rate; null where it is "
            "the same"
        ),
    )
    last_entry_id = fields.BigIntField(
        description="the newest ledger entry that is in it"
    )
    parties: Any = fields.JSONField(
        null=True,
        description=(
            "who invoices whom, and whether the VAT is the recipient's: as it was when it was "
            "closed"
        ),
    )

    class Meta:
        table = "statements"
        unique_together = (("vendor", "month", "currency"),)
        constraints = [
            CheckConstraint(
                check="length(month) = 7 and substr(month, 5, 1) = '-'",
                name="ck_statements_month",
            ),
            CheckConstraint(check="ends_at > starts_at", name="ck_statements_span"),
        ]


class MarketplaceIdentity(Row):
    """Who writes the commission invoices, and how far their one series of numbers has come. There is one row, with id 1."""

    lock_rank = 100

    legal_name = fields.CharField(max_length=120)
    address = fields.CharField(
        max_length=300, description="lines as they stand on an envelope"
    )
    country = fields.CharField(max_length=2)
    vat_number = fields.CharField(max_length=20, default="")
    vat_percentage = fields.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
    )
    invoice_prefix = fields.CharField(max_length=12)
    series_year = fields.IntField(default=0, description="the year of the last invoice")
    series_last = fields.IntField(
        default=0, description="its number; starts again at 1 each year"
    )

    class Meta:
        table = "marketplace_identity"
        constraints = [
            CheckConstraint(check="id = 1", name="ck_marketplace_identity_one"),
            CheckConstraint(
                check=(
                    "cast(vat_percentage as numeric) >= 0 and cast(vat_percentage as numeric) < 100"
                ),
                name="ck_marketplace_identity_vat",
            ),
            CheckConstraint(
                check="series_last >= 0", name="ck_marketplace_identity_series"
            ),
        ]
