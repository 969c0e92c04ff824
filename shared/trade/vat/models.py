"""Tables of VAT: numbers of vendors and shoppers with who confirmed them, exchange rates, and the
months that wait for one.
"""

from __future__ import annotations

from decimal import Decimal

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from shared.infra.database.base import Row
from shared.trade.people.models import Customer
from shared.trade.vendors.models import Vendor


class VatRegistration(Row):
    """What one vendor stated about its VAT, and what the marketplace's staff made of it. The row not replaced is in force.

    Beyond the EU a number may be missing: there `proof` says how we know that the vendor is a business.
    """

    vendor: fields.ForeignKeyNullableRelation[Vendor] = fields.ForeignKeyField(
        "models.Vendor",
        related_name="vat_registrations",
        null=True,
        on_delete=fields.RESTRICT,
    )
    vendor_id: int | None
    customer: fields.ForeignKeyNullableRelation[Customer] = fields.ForeignKeyField(
        "models.Customer",
        related_name="vat_registrations",
        null=True,
        on_delete=fields.RESTRICT,
    )
    customer_id: int | None
    name = fields.CharField(
        max_length=120,
        default="",
        db_default="",
        description="of a shopper's business, as it was stated; a vendor has its own",
    )
    country = fields.CharField(
        max_length=2,
        description="the vendor's, ISO 3166-1; the number's state is in its prefix",
    )
    number = fields.CharField(
        max_length=20, default="", description="in its normal form; may be empty"
    )
    stated_by = fields.CharField(max_length=120)
    confirmed_at = fields.DatetimeField(null=True)
    confirmed_by = fields.CharField(max_length=120, default="")
    proof = fields.CharField(
        max_length=300, default="", description="what the staff looked at"
    )
    refused_at = fields.DatetimeField(null=True)
    refused_by = fields.CharField(max_length=120, default="")
    refusal = fields.CharField(
        max_length=300, default="", description="why, in words for the vendor"
    )
    replaced_at = fields.DatetimeField(
        null=True, description="null: in force; one a vendor, by an index of its own"
    )

    class Meta:
        table = "vat_registrations"
        constraints = [
            CheckConstraint(
                check="confirmed_at is null or refused_at is null",
                name="ck_vat_registrations_one_decision",
            ),
            CheckConstraint(
                check="confirmed_at is null or (confirmed_by <> '' and proof <> '')",
                name="ck_vat_registrations_proof",
            ),
            CheckConstraint(
                check="(vendor_id is null) <> (customer_id is null)",
                name="ck_vat_registrations_holder",
            ),
        ]


class VatRate(Row):
    """`1 base = rate quote` on a day, as somebody published it. Typed in by the marketplace's staff."""

    lock_rank = 160

    base = fields.CharField(max_length=3)
    quote = fields.CharField(max_length=3)
    rate = fields.DecimalField(
        max_digits=18,
        decimal_places=8,
        default=Decimal(0),
    )
    source = fields.CharField(max_length=60)
    day = fields.DateField()
    entered_by = fields.CharField(max_length=120)

    class Meta:
        table = "vat_rates"
        unique_together = (("base", "quote", "day"),)
        constraints = [
            CheckConstraint(
                check="cast(rate as numeric) > 0 and base <> quote",
                name="ck_vat_rates_rate",
            ),
        ]


class VatWait(Row):
    """A vendor's month that cannot be closed: nobody has entered the rate for its VAT yet. Goes when the month is closed."""

    vendor: fields.ForeignKeyRelation[Vendor] = fields.ForeignKeyField(
        "models.Vendor", related_name="vat_waits", on_delete=fields.RESTRICT
    )
    vendor_id: int
    month = fields.CharField(max_length=7, description="2026-11")
    currency = fields.CharField(max_length=3, description="of the statement")
    into = fields.CharField(
        max_length=3, description="of the state that the VAT goes to"
    )
    day = fields.DateField(
        description="the month's last; the rate is of then, or of the last working day before"
    )

    class Meta:
        table = "vat_waits"
        unique_together = (("vendor", "currency"),)
