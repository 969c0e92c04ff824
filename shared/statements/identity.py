"""Who writes the invoices: the marketplace's own details."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from shared import clock
from shared.audit import service as audit
from shared.database import unit
from shared.errors import Invalid
from shared.statements.models import MarketplaceIdentity
from shared.statements.rules import Party
from shared.vat.numbers import normal_vat_number

PREFIX = re.compile(r"[A-Z0-9]{1,12}", re.ASCII)


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


def identity_party(row: MarketplaceIdentity) -> Party:
    """The marketplace as an invoice names it."""
    return Party(row.legal_name, tuple(row.address.splitlines()), row.country, row.vat_number)
