"""The VAT that orders and their lines were sold with (shared/trade/vat/sales); it never changes."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from shared.infra.database.base import minor_units


class OrderVat:
    """What an order keeps of it."""

    vat_treatment = fields.CharField(
        max_length=20,
        default="",
        db_default="",
        description="vat/sales/rules.py::SaleTreatment, frozen at sale; empty: not known",
    )
    vat_state = fields.CharField(
        max_length=2,
        default="",
        db_default="",
        description="whose VAT is inside; empty: nobody's",
    )
    vat_region = fields.CharField(
        max_length=40,
        default="",
        db_default="",
        description="the part of that state whose own rates hold (territories.toml); empty: none",
    )
    vat_parts: Any = fields.JSONField(
        null=True, description="rate, gross and VAT inside, by rate; null: not known"
    )
    vat_taken_off = minor_units(
        "minor units of VAT that a consumer would pay inside and this buyer does not"
    )
    buyer_vat_number = fields.CharField(
        max_length=20,
        default="",
        db_default="",
        description="of a business that buys without VAT, confirmed then; empty: none",
    )
    buyer_vat_name = fields.CharField(
        max_length=120,
        default="",
        db_default="",
        description="the business of that number",
    )
    buyer_vat_confirmed_at = fields.DatetimeField(
        null=True, description="when that number was confirmed"
    )
    seller_vat_number = fields.CharField(
        max_length=20,
        default="",
        db_default="",
        description="of its vendor, where it sold to a business without VAT",
    )


class LineVat:
    """What a line keeps of it."""

    vat_rate = fields.IntField(
        null=True,
        description="hundredths of a percent, frozen at sale; null: not known",
    )
    vat_amount = fields.BigIntField(
        null=True, description="minor units of VAT inside what is paid for it"
    )
    vat_taken_off = minor_units(
        "minor units of VAT that a consumer would pay inside its pieces"
    )
