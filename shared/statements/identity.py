"""Who writes the invoices and whom they are for: the marketplace's own details, and the vendors' VAT numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from shared import clock
from shared.audit import service as audit
from shared.database import unit
from shared.errors import Invalid, NotFound
from shared.statements.errors import BadVatNumber
from shared.statements.models import MarketplaceIdentity
from shared.statements.rules import Party
from shared.vendors.models import Vendor

PREFIX = re.compile(r"[A-Z0-9]{1,12}", re.ASCII)
MORE_PREFIXES = {"GR": ("EL",), "GB": ("XI",)}


@dataclass(frozen=True)
class Identity:
    """What stands at the head of every commission invoice."""

    legal_name: str
    address: str
    country: str
    vat_number: str
    vat_percentage: Decimal
    invoice_prefix: str


async def identity() -> Identity | None:
    """The marketplace's details; None until the operator has filled them in."""
    row = await MarketplaceIdentity.get_or_none(id=1)
    if row is None:
        return None
    return Identity(row.legal_name, row.address, row.country, row.vat_number, row.vat_percentage, row.invoice_prefix)


async def save_identity(values: Identity, *, actor: str) -> None:
    """Set who writes the invoices from now on; those that are written keep theirs. Raises Invalid, BadVatNumber."""
    if not Decimal(0) <= values.vat_percentage < Decimal(100):
        raise Invalid("Enter a percentage from 0 to 99.99.", param="vat_percentage")
    if not PREFIX.fullmatch(values.invoice_prefix):
        raise Invalid("Use up to twelve capital letters and digits, such as MH.", param="invoice_prefix")
    fields = {
        "legal_name": values.legal_name,
        "address": "\n".join(line.strip() for line in values.address.splitlines() if line.strip()),
        "country": values.country,
        "vat_number": normal_vat_number(values.vat_number, values.country),
        "vat_percentage": values.vat_percentage,
        "invoice_prefix": values.invoice_prefix,
    }
    async with unit.transaction():
        await MarketplaceIdentity.bulk_create([MarketplaceIdentity(id=1, **fields)], ignore_conflicts=True)
        await MarketplaceIdentity.filter(id=1).update(**fields, updated_at=clock.now())
        await audit.record(
            "marketplace.identity_changed",
            actor=actor,
            subject="marketplace",
            legal_name=values.legal_name,
            vat_percentage=str(values.vat_percentage),
        )


async def set_vat_number(*, vendor_id: int, text: str, actor: str) -> str:
    """Set a vendor's own VAT number, or with nothing take it away; as it is kept. Raises BadVatNumber."""
    vendor = await Vendor.get_or_none(id=vendor_id)
    if vendor is None:
        raise NotFound("We could not find that vendor.")
    number = normal_vat_number(text, vendor.country)
    async with unit.transaction():
        await Vendor.filter(id=vendor_id).update(vat_number=number, updated_at=clock.now())
        await audit.record(
            "vendor.vat_number_changed",
            actor=actor,
            subject=f"vendor:{vendor_id}",
            vendor_id=vendor_id,
            before=vendor.vat_number,
            after=number,
        )
    return number


def normal_vat_number(text: str, country: str) -> str:
    """`lu 123.456 78` -> `LU12345678`; it begins with its country. Raises BadVatNumber; whether it exists is not asked."""
    number = re.sub(r"[\s.\-]", "", text).upper()
    if number and (
        not re.fullmatch(r"[A-Z]{2}[A-Z0-9+*]{2,16}", number, re.ASCII)
        or number[:2] not in (country, *MORE_PREFIXES.get(country, ()))
    ):
        raise BadVatNumber(param="vat_number")
    return number


def identity_party(row: MarketplaceIdentity) -> Party:
    """The marketplace as an invoice names it."""
    return Party(row.legal_name, tuple(row.address.splitlines()), row.country, row.vat_number)
