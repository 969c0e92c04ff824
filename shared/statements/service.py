"""Closing months: sums, number and parties of a statement are frozen once, and its numbers have no gaps."""

from __future__ import annotations

from typing import Any

from shared import clock
from shared.audit import service as audit
from shared.database import unit
from shared.mail import service as mail
from shared.money import Money
from shared.statements import months, reading
from shared.statements.identity import identity_party
from shared.statements.models import MarketplaceIdentity, Statement
from shared.statements.rules import Party, Sheet, invoice, invoice_number, next_in_series, reverse_charge
from shared.vendors.models import Vendor


async def close_vendor(vendor_id: int) -> int:
    """Close every month of a vendor that is over, oldest first, in each of its currencies: how many were closed.

    None as long as nobody has said who writes the invoices. Doing it twice, or twice at once, closes each month once.
    """
    closed = 0
    newest = months.month_of(clock.now())
    for currency in await reading.currencies(vendor_id):
        for month in await reading.open_months(vendor_id, currency, upto=newest, most=1200):
            if months.may_close(month, clock.now()):
                closed += await _close(vendor_id, currency, month)
    return closed


async def _close(vendor_id: int, currency: str, month: str) -> bool:
    """Close one month whose predecessors are closed; False when there is nothing in it, or it is closed already."""
    async with unit.transaction():
        identity = await unit.locked(MarketplaceIdentity.filter(id=1))  # one at a time: the numbers have no gaps
        if identity is None:
            return False
        previous = await reading.last_closed(vendor_id, currency)
        if previous is not None and previous.month >= month:
            return False
        after = reading.cut_of(previous) if previous else None
        found = await reading.read(vendor_id, currency, after=after, upto=reading.Cut(months.ends(month)))
        if not found.lines:
            return False
        statement = await _freeze(identity, vendor_id, currency, month, found)
        await _tell(statement)
    return True


async def _freeze(identity: MarketplaceIdentity, vendor_id: int, currency: str, month: str, found: Sheet) -> Statement:
    vendor = await Vendor.get(id=vendor_id)
    seller, buyer = identity_party(identity), buyer_of(vendor)
    note = reverse_charge(seller, buyer)
    bill = invoice(found.lines, identity.vat_percentage, note)
    now = clock.now()
    year, number = next_in_series(identity.series_year, identity.series_last, now.year)
    await MarketplaceIdentity.filter(id=identity.id).update(series_year=year, series_last=number, updated_at=now)
    statement = await Statement.create(
        vendor_id=vendor_id,
        month=month,
        currency=currency,
        number=invoice_number(identity.invoice_prefix, year, number),
        opening=found.opening,
        closing=found.closing,
        commission=bill.gross,
        vat_percentage=bill.percentage,
        vat=bill.vat,
        last_entry_id=found.last_entry_id,
        parties={"seller": stored(seller), "buyer": stored(buyer), "note": note},
    )
    await audit.record(
        "statement.closed",
        actor="system",
        subject=f"statement:{statement.number}",
        vendor_id=vendor_id,
        month=month,
        currency=currency,
        closing=found.closing,
    )
    return statement


async def _tell(statement: Statement) -> None:
    """The vendor's mail, once."""
    vendor = await Vendor.get(id=statement.vendor_id)
    name = months.spoken(statement.month)
    opening, closing = Money(statement.opening, statement.currency), Money(statement.closing, statement.currency)
    address = f"{mail.PUBLIC_URL}/vendor/admin/statements/{statement.month}?currency={statement.currency}"
    text = (
        f"Hello {vendor.name},\n\n"
        f"your statement for {name} is ready. It began with {opening} and ended with {closing}.\n"
        f"The invoice for our commission is number {statement.number}: "
        f"{Money(statement.commission, statement.currency)}, of which VAT {Money(statement.vat, statement.currency)}.\n\n"
        f"Every line of it, as PDF and CSV too:\n{address}\n"
    )
    await mail.post(
        "statement_closed",
        to=vendor.business_email,
        subject=f"Your statement for {name.split()[0]}",
        text=text,
        unique_key=f"statement:{statement.number}",
    )


def buyer_of(vendor: Vendor) -> Party:
    """The vendor as an invoice names it."""
    return Party(vendor.name, (vendor.city,) if vendor.city else (), vendor.country, vendor.vat_number)


def stored(party: Party) -> dict[str, Any]:
    """A party as it is kept with a statement."""
    return {
        "name": party.name,
        "address": list(party.address),
        "country": party.country,
        "vat_number": party.vat_number,
    }


def kept(values: dict[str, Any]) -> Party:
    """A party as a statement keeps it."""
    return Party(values["name"], tuple(values["address"]), values["country"], values["vat_number"])
