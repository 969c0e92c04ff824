"""What pages and documents show of a statement: one month with its lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from shared.core import clock, formats
from shared.core.frozen import frozen
from shared.core.money import Money
from shared.core.words import word, words
from shared.finance.statements import entries, months
from shared.finance.statements.errors import StatementNotFound
from shared.finance.statements.invoice_issuer import identity_party
from shared.finance.statements.invoice_parties import buyer_of, kept, kept_vat
from shared.finance.statements.models import MarketplaceIdentity, Statement
from shared.finance.statements.rules import (
    OF_BEFORE,
    Invoice,
    Party,
    StatementLine,
    StatementSheet,
    invoice,
)
from shared.infra.database.columns import texts_in
from shared.trade.marketplace.queries import name_and_zone
from shared.trade.orders.order_numbers import numbers_of
from shared.trade.vat.queries import note_of
from shared.trade.vat.rules import StateVat, Treatment, currency_of, needs_rate
from shared.trade.vendors.errors import VendorNotFound
from shared.trade.vendors.models import Vendor


@frozen
class StatementView:
    """One month of one vendor in one currency.

    `seller` is None while nobody has said who writes the invoices.

    `market` is what the marketplace is called in it: today, or when the month was closed.

    Every day in it is one of `zone`. `treatment` says why VAT is charged or not, as long as the
    month is open.
    """

    vendor_id: int
    vendor_name: str
    month: str
    currency: str
    number: str | None
    issued_at: datetime | None
    is_running: bool
    sheet: StatementSheet
    invoice: Invoice
    seller: Party | None
    buyer: Party
    numbers: dict[int, str]  # order id -> its number
    zone: ZoneInfo
    starts_at: datetime
    ends_at: datetime
    state_vat: StateVat | None = None
    treatment: Treatment | None = None
    market: str = OF_BEFORE
    currencies: tuple[str, ...] = ()  # in which the vendor has this month

    @property
    def name(self) -> str:
        """`October 2026`."""
        return formats.month_and_year(self.month)

    @property
    def time_zone(self) -> str:
        """`Europe/Luxembourg`."""
        return self.zone.key

    @property
    def day_of_opening(self) -> str:
        """`1 Oct 2026`."""
        return self.day(self.starts_at)

    @property
    def begins_otherwise(self) -> bool:
        """Whether it begins where the month before was closed, and not with its own first day: the
        zone was changed.
        """
        return self.starts_at != months.starts(self.month, self.zone)

    @property
    def awaits_rate_in(self) -> str:
        """The currency in which the VAT will stand as well once the month is closed; empty for
        none.
        """
        vat = self.money(self.invoice.vat)
        if (
            self.number
            or self.seller is None
            or not needs_rate(vat, self.seller.country)
        ):
            return ""
        return currency_of(self.seller.country)

    def day(self, moment: datetime) -> str:
        """`3 Oct 2026`, in the statement's zone."""
        return formats.day(moment.astimezone(self.zone).date(), with_year=True)

    def money(self, amount: int) -> Money:
        """Minor units of this statement's currency."""
        return Money(amount, self.currency)

    def words_of(self, kind: str) -> Mapping[str, str]:
        """What a line of this kind is called (`statements.lines`)."""
        return words("statements.lines", kind, market=self.market)

    def said_of(self, line: StatementLine) -> str:
        """What a line is called, with what the marketplace paid of it, or has back."""
        called = self.words_of(line.kind)["one"]
        if not line.discount:
            return called
        size = str(self.money(abs(line.discount)))
        aside = "market_paid" if line.discount > 0 else "market_has_back"
        told = word("statements.account", aside, amount=size, market=self.market)
        return f"{called}, {told}"

    def order_number(self, order_id: int | None) -> str:
        """The number of an order in it; empty for what is about none."""
        return self.numbers.get(order_id, "") if order_id is not None else ""


async def statement_of(
    vendor_id: int,
    month: str,
    currency: str | None = None,
) -> StatementView:
    """One month, in `currency` or in the first that there is.

    Raises NotFound for a month without anything in it.
    """
    months.known_month(month)
    vendor = await Vendor.get_or_none(id=vendor_id)
    if vendor is None:
        raise VendorNotFound
    market, zone = await name_and_zone()
    known = await _currencies(vendor_id, month, zone)
    chosen = currency or (known[0] if known else "")
    if chosen not in known:
        raise StatementNotFound
    row = await Statement.get_or_none(
        vendor_id=vendor_id,
        month=month,
        currency=chosen,
    )
    view = (
        await _open(vendor, month, chosen, market, zone)
        if row is None
        else await _closed(row)
    )
    return replace(view, currencies=tuple(known))


async def _open(
    vendor: Vendor, month: str, currency: str, market: str, zone: ZoneInfo
) -> StatementView:
    """As it is now; what may still change is today's."""
    previous = await entries.last_closed(vendor.id, currency)
    found = await entries.read_open(vendor.id, currency, month, zone, previous)
    identity = await MarketplaceIdentity.get_or_none(id=1)
    seller = identity_party(identity) if identity else None
    buyer = await buyer_of(vendor)
    treatment = buyer.treatment(seller) if seller else None
    percentage = identity.vat_percentage if identity else Decimal(0)
    before = (previous.month, previous.ends_at) if previous else None
    return StatementView(
        vendor.id,
        vendor.name,
        month,
        currency,
        None,
        None,
        is_running=month == months.month_of(clock.now(), zone),
        sheet=found,
        invoice=invoice(
            found.lines, percentage, note_of(treatment) if treatment else ""
        ),
        seller=seller,
        buyer=buyer.party,
        numbers=await _numbers(line.order_id for line in found.lines),
        zone=zone,
        starts_at=months.opening_of(month, zone, before),
        ends_at=months.ends(month, zone),
        treatment=treatment,
        market=market,
    )


async def _closed(row: Statement) -> StatementView:
    """Nothing in it is of today: entries, parties and percentage are those of the closing."""
    parties = row.parties or {}
    market = parties.get("market", OF_BEFORE)
    found = await entries.read_closed(row)
    return StatementView(
        row.vendor_id,
        kept(parties["buyer"]).name,
        row.month,
        row.currency,
        row.number,
        row.created_at,
        is_running=False,
        sheet=found,
        invoice=invoice(found.lines, row.vat_percentage, parties["note"]),
        seller=kept(parties["seller"]),
        buyer=kept(parties["buyer"]),
        numbers=await _numbers(line.order_id for line in found.lines),
        zone=ZoneInfo(row.time_zone),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        state_vat=kept_vat(row.state_vat),
        market=market,
    )


async def treatment_of(vendor_id: int) -> Treatment | None:
    """What becomes of the VAT on a vendor's commission as things stand; nothing while nobody writes
    invoices.
    """
    row = await MarketplaceIdentity.get_or_none(id=1)
    if row is None:
        return None
    return (await buyer_of(await Vendor.get(id=vendor_id))).treatment(
        identity_party(row)
    )


async def _currencies(
    vendor_id: int,
    month: str,
    zone: ZoneInfo,
) -> list[str]:
    """The currencies that a vendor has a statement in for a month, by name."""
    closed = Statement.filter(vendor_id=vendor_id, month=month)
    found = set(await texts_in(closed, "currency"))
    now = months.month_of(clock.now(), zone)
    for currency in await entries.currencies(vendor_id):
        if currency not in found and month in await entries.open_months(
            vendor_id, currency, zone, upto=now
        ):
            found.add(currency)
    return sorted(found)


async def _numbers(order_ids: Iterable[int | None]) -> dict[int, str]:
    return await numbers_of(id_ for id_ in order_ids if id_ is not None)
