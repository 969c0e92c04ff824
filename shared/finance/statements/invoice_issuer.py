"""Who writes the invoices: the marketplace's own details."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from tortoise.exceptions import IntegrityError

from shared.core import clock
from shared.core.editing import Look, unseen
from shared.core.frozen import frozen
from shared.finance.statements.errors import BadInvoicePrefix, VatOutOfRange
from shared.finance.statements.models import MarketplaceIdentity
from shared.finance.statements.rules import Party
from shared.infra import unit
from shared.infra.unit import Transaction
from shared.trade.vat.numbers import normal_vat_number

PREFIX = re.compile(r"[A-Z0-9]{1,12}", re.ASCII)


@frozen
class InvoiceIssuer:
    """What stands at the head of every commission invoice."""

    legal_name: str
    address: str
    country: str
    vat_number: str
    vat_percentage: Decimal
    invoice_prefix: str


async def identity() -> InvoiceIssuer | None:
    """The marketplace's details; None until the operator has filled them in."""
    row = await MarketplaceIdentity.get_or_none(id=1)
    return _identity(row) if row is not None else None


def _identity(row: MarketplaceIdentity) -> InvoiceIssuer:
    return InvoiceIssuer(
        row.legal_name,
        row.address,
        row.country,
        row.vat_number,
        row.vat_percentage,
        row.invoice_prefix,
    )


async def save_identity(
    values: InvoiceIssuer,
    *,
    actor: str,
    look: Look[InvoiceIssuer | None] = unseen,
) -> None:
    """Set who writes the invoices from now on; those that are written keep theirs.

    Raises Invalid, BadVatNumber, and what `look` does.
    """
    if not Decimal(0) <= values.vat_percentage < Decimal(100):
        raise VatOutOfRange
    if not PREFIX.fullmatch(values.invoice_prefix):
        raise BadInvoicePrefix
    fields = {
        "legal_name": values.legal_name,
        "address": "\n".join(
            line.strip() for line in values.address.splitlines() if line.strip()
        ),
        "country": values.country,
        "vat_number": normal_vat_number(values.vat_number, values.country),
        "vat_percentage": values.vat_percentage,
        "invoice_prefix": values.invoice_prefix,
    }
    async with unit.transaction() as tx:
        await _write(tx, fields, look)
        tx.record(
            "marketplace.identity_changed",
            actor=actor,
            subject="marketplace",
            legal_name=values.legal_name,
            vat_percentage=str(values.vat_percentage),
        )


async def _write(
    tx: Transaction,
    fields: dict[str, Any],
    look: Look[InvoiceIssuer | None],
) -> None:
    row = await tx.lock_first(MarketplaceIdentity.filter(id=1))
    if row is None:
        await look(None)
        try:
            # Two first ones at once: one makes the row, the other finds it.
            async with tx.savepoint():
                await MarketplaceIdentity.create(id=1, **fields)
                return
        except IntegrityError:
            row = await tx.lock(MarketplaceIdentity, id=1)
    await look(_identity(row))
    await MarketplaceIdentity.filter(id=1).update(**fields, updated_at=clock.now())


def identity_party(row: MarketplaceIdentity) -> Party:
    """The marketplace as an invoice names it."""
    return Party(
        row.legal_name,
        tuple(row.address.splitlines()),
        row.country,
        row.vat_number,
    )
