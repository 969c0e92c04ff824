"""Closing months: sums, number and parties of a statement are frozen once, and its numbers have no
gaps.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.statements import entries, months
from shared.finance.statements.invoice_issuer import identity_party
from shared.finance.statements.invoice_parties import (
    buyer_of,
    kept_vat,
    stored,
    stored_vat,
)
from shared.finance.statements.models import MarketplaceIdentity, Statement
from shared.finance.statements.rules import (
    Invoice,
    Party,
    StatementSheet,
    invoice,
    invoice_number,
    next_in_series,
)
from shared.infra import unit
from shared.infra.mail import service as mail
from shared.infra.restoring.service import unacknowledged
from shared.infra.unit import Transaction
from shared.trade.marketplace.queries import name_and_zone
from shared.trade.vat.queries import note_of
from shared.trade.vat.rates import vat_for_state, wait_for, waits_no_more
from shared.trade.vat.rules import StateVat, currency_of, needs_rate
from shared.trade.vendors.models import Vendor


class _WaitsForRateError(Exception):
    """The month's VAT must stand in another currency too, and nobody has entered the rate."""


@frozen
class _Account:
    """One vendor's account in one currency, by months of one zone; `market` is what the marketplace
    is called.
    """

    vendor_id: int
    currency: str
    zone: ZoneInfo
    market: str


@frozen
class _Month:
    """What is closed: a month, from when until when, and everything in it."""

    name: str
    starts_at: datetime
    ends_at: datetime
    sheet: StatementSheet


@frozen
class _Bill:
    """The commission invoice of a month: between whom, how much, and its VAT in the state's own
    currency.
    """

    seller: Party
    buyer: Party
    invoice: Invoice
    state_vat: StateVat | None


async def close_vendor(vendor_id: int) -> int:
    """Close every month of a vendor that is over, oldest first, in each of its currencies: how many
    were closed.

    None as long as nobody has said who writes the invoices, or a restore is not acknowledged: an
    invoice that the backup does not know of would give its number to another one. A month whose VAT
    needs a rate waits for it, and so do those after it (`vat_waits`). Doing it twice, or twice at
    once, closes each month once.
    """
    if await unacknowledged() is not None:
        return 0
    market, zone = await name_and_zone()
    closed = 0
    for currency in await entries.currencies(vendor_id):
        closed += await _close_account(_Account(vendor_id, currency, zone, market))
    return closed


async def _close_account(account: _Account) -> int:
    """Close the months of one account in turn, up to the first that is not over or waits for a
    rate.
    """
    closed, now = 0, clock.now()
    newest = months.month_of(now, account.zone)
    found = await entries.open_months(
        account.vendor_id,
        account.currency,
        account.zone,
        upto=newest,
        most=1200,
    )
    for month in found:
        if not months.may_close(month, now, account.zone):
            break
        try:
            closed += await _close(account, month)
        except _WaitsForRateError:
            await _note_the_wait(account, month)
            break
    return closed


async def _close(account: _Account, month: str) -> bool:
    """Close one month whose predecessors are closed; False when there is nothing in it, or it is
    closed already.
    """
    async with unit.transaction() as tx:
        # One at a time: the numbers have no gaps.
        identity = await tx.lock_first(MarketplaceIdentity.filter(id=1))
        if identity is None:
            return False
        previous = await entries.last_closed(account.vendor_id, account.currency)
        if previous is not None and previous.month >= month:
            return False
        after = entries.cut_of(previous) if previous else None
        ends_at = months.ends(month, account.zone)
        found = await entries.read(
            entries.RunningAccount(account.vendor_id, account.currency, previous),
            after=after,
            upto=entries.Cut(ends_at),
        )
        if not found.lines:
            return False
        before = (previous.month, previous.ends_at) if previous else None
        over = _Month(
            month,
            months.opening_of(month, account.zone, before),
            ends_at,
            found,
        )
        statement = await _freeze(
            tx,
            identity,
            account,
            over,
            await _bill(identity, account, over),
        )
        await waits_no_more(vendor_id=account.vendor_id, currency=account.currency)
        await _tell(tx, statement)
    return True


async def _bill(
    identity: MarketplaceIdentity, account: _Account, over: _Month
) -> _Bill:
    """The invoice of what a month charged. Raises _WaitsForRateError."""
    seller = identity_party(identity)
    buyer = await buyer_of(await Vendor.get(id=account.vendor_id))
    charged = invoice(
        over.sheet.lines,
        identity.vat_percentage,
        note_of(buyer.treatment(seller)),
    )
    vat = Money(charged.vat, account.currency)
    in_state = None
    if needs_rate(vat, seller.country):
        in_state = await vat_for_state(vat, seller.country, months.last_day(over.name))
        if in_state is None:
            raise _WaitsForRateError
    return _Bill(seller, buyer.party, charged, in_state)


async def _freeze(
    tx: Transaction,
    identity: MarketplaceIdentity,
    account: _Account,
    over: _Month,
    bill: _Bill,
) -> Statement:
    statement = await Statement.create(
        vendor_id=account.vendor_id,
        month=over.name,
        currency=account.currency,
        time_zone=account.zone.key,
        starts_at=over.starts_at,
        ends_at=over.ends_at,
        number=await _next_number(identity, account.zone),
        opening=over.sheet.opening,
        closing=over.sheet.closing,
        reserved=over.sheet.reserved,
        owed=over.sheet.owed,
        commission=bill.invoice.gross,
        vat_percentage=bill.invoice.percentage,
        vat=bill.invoice.vat,
        state_vat=stored_vat(bill.state_vat),
        last_entry_id=over.sheet.last_entry_id,
        parties=_parties(account, bill),
    )
    tx.record(
        "statement.closed",
        actor="system",
        subject=f"statement:{statement.number}",
        vendor_id=account.vendor_id,
        month=over.name,
        currency=account.currency,
        closing=over.sheet.closing,
    )
    return statement


def _parties(account: _Account, bill: _Bill) -> dict[str, Any]:
    return {
        "seller": stored(bill.seller),
        "buyer": stored(bill.buyer),
        "note": bill.invoice.note,
        "market": account.market,
    }


async def _next_number(identity: MarketplaceIdentity, zone: ZoneInfo) -> str:
    """Take the next number of the invoice series; the caller holds the lock on `identity`."""
    now = clock.now()
    this_year = now.astimezone(zone).year
    year, number = next_in_series(identity.series_year, identity.series_last, this_year)
    await MarketplaceIdentity.filter(id=identity.id).update(
        series_year=year, series_last=number, updated_at=now
    )
    return invoice_number(identity.invoice_prefix, year, number)


async def _note_the_wait(account: _Account, month: str) -> None:
    """Let the operator's home say which rate is missing; again each day, until it is there."""
    async with unit.transaction() as tx:
        identity = await tx.lock_first(MarketplaceIdentity.filter(id=1))
        if identity is None:
            return
        await wait_for(
            vendor_id=account.vendor_id,
            month=month,
            currency=account.currency,
            into=currency_of(identity.country),
            last=months.last_day(month),
        )


async def _tell(tx: Transaction, statement: Statement) -> None:
    """The vendor's mail, once."""
    vendor = await Vendor.get(id=statement.vendor_id)

    def money(amount: int) -> Money:
        return Money(amount, statement.currency)

    mail.post(
        tx,
        "statement_closed",
        to=vendor.business_email,
        unique_key=f"statement:{statement.number}",
        context={
            "vendor_name": vendor.name,
            "number": statement.number,
            "month": statement.month,
            "currency": statement.currency,
            "opening": money(statement.opening),
            "closing": money(statement.closing),
            "commission": money(statement.commission),
            "vat": money(statement.vat),
            "state_vat": kept_vat(statement.state_vat),
        },
    )
