"""Which ledger entries a month consists of, read with a constant number of queries.

A posting belongs to the month that it was written in, by the marketplace's time zone. One that
turns up when that month is closed already belongs to the first month that is not: what was closed
is cut off by time and by the newest entry in it, and never read differently again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from tortoise.expressions import Q, RawSQL, Subquery
from tortoise.functions import Sum
from tortoise.queryset import QuerySet

from shared.finance.ledger.models import LedgerEntry
from shared.finance.payouts.models import Payout
from shared.finance.statements import months
from shared.finance.statements.models import Statement
from shared.finance.statements.rules import (
    BALANCE,
    COMMISSION,
    Booked,
    StatementSheet,
    sheet,
)
from shared.trade.orders.models import Order

FIELDS = (
    "id",
    "posting_id",
    "posting__kind",
    "account",
    "amount",
    "stripe_id",
    "posting__created_at",
    "posting__subject",
)


@dataclass(frozen=True)
class Cut:
    """Everything that was written before a moment; of that only up to an entry, where a closed
    month ends there.
    """

    before: datetime
    last_entry_id: int | None = None

    def inside(self) -> Q:
        """The entries up to it."""
        found = Q(posting__created_at__lt=self.before)
        return (
            found
            if self.last_entry_id is None
            else found & Q(id__lte=self.last_entry_id)
        )

    def beyond(self) -> Q:
        """All others."""
        found = Q(posting__created_at__gte=self.before)
        return (
            found
            if self.last_entry_id is None
            else found | Q(id__gt=self.last_entry_id)
        )


def cut_of(statement: Statement) -> Cut:
    """Where a closed month ends: as it was closed, whatever zone the marketplace has now."""
    return Cut(statement.ends_at, statement.last_entry_id)


async def last_closed(
    vendor_id: int,
    currency: str,
    *,
    before: str | None = None,
) -> Statement | None:
    """The newest closed month, or the newest before another."""
    query = Statement.filter(vendor_id=vendor_id, currency=currency)
    if before is not None:
        query = query.filter(month__lt=before)
    return await query.order_by("-month").first()


async def read_closed(statement: Statement) -> StatementSheet:
    """A closed month, the same whatever has happened since."""
    previous = await last_closed(
        statement.vendor_id, statement.currency, before=statement.month
    )
    after = cut_of(previous) if previous else None
    return await read(
        statement.vendor_id,
        statement.currency,
        after=after,
        upto=cut_of(statement),
    )


async def read_open(
    vendor_id: int,
    currency: str,
    month: str,
    zone: tzinfo,
    previous: Statement | None,
) -> StatementSheet:
    """A month that is not closed, as it is now; `previous` is the newest that is."""
    next_to_closed = previous is not None and months.following(previous.month) == month
    after = (
        cut_of(previous)
        if previous and next_to_closed
        else Cut(months.starts(month, zone))
    )
    return await read(
        vendor_id,
        currency,
        after=after,
        upto=Cut(months.ends(month, zone)),
    )


async def read(
    vendor_id: int,
    currency: str,
    *,
    after: Cut | None,
    upto: Cut,
) -> StatementSheet:
    """What lies between two cuts: three queries, however many lines."""
    balance = _balance(vendor_id, currency)
    opening: dict[str, int] = {}
    if after is not None:
        rows = (
            await balance.filter(after.inside())
            .annotate(total=Sum("amount"))
            .group_by("account")
            .values_list("account", "total")
        )
        opening = {str(account): int(total) for account, total in rows}
    between = upto.inside() if after is None else upto.inside() & after.beyond()
    entries = [
        _booked(row)
        for query in (balance, _commission(vendor_id, currency))
        for row in await query.filter(between).order_by("id").values_list(*FIELDS)
    ]
    return sheet(opening, entries)


def _balance(vendor_id: int, currency: str) -> QuerySet[LedgerEntry]:
    return LedgerEntry.filter(
        vendor_id=vendor_id, currency=currency, account__in=BALANCE
    )


def _commission(vendor_id: int, currency: str) -> QuerySet[LedgerEntry]:
    """Commission is kept per order or payout, not per vendor: also what a refund gave back of which
    the vendor bore nothing.
    """
    orders = Order.filter(vendor_id=vendor_id).annotate(
        subject=RawSQL('\'order:\' || "orders"."id"')
    )
    payouts = Payout.filter(vendor_id=vendor_id, method="instant").annotate(
        subject=RawSQL('\'payout:\' || "payouts"."id"')
    )
    about = Q(posting__subject__in=Subquery(orders.values("subject"))) | Q(
        posting__subject__in=Subquery(payouts.values("subject"))
    )
    return LedgerEntry.filter(about, account=COMMISSION, currency=currency)


def _booked(row: tuple[object, ...]) -> Booked:
    entry_id, posting_id, kind, account, amount, stripe_id, at, subject = row
    name, _, number = str(subject).partition(":")
    assert isinstance(at, datetime)
    return Booked(
        int(str(entry_id)),
        int(str(posting_id)),
        str(kind),
        str(account),
        int(str(amount)),
        str(stripe_id),
        at,
        int(number) if name == "order" and number.isdigit() else None,
    )


async def open_months(
    vendor_id: int,
    currency: str,
    zone: tzinfo,
    *,
    upto: str,
    most: int = 24,
) -> list[str]:
    """The months that are not closed and had a first movement, oldest first; at most the newest
    `most` up to `upto`.

    What was written before the zone's own month began, and after the last closed one ended, is in
    the month after that.
    """
    previous = await last_closed(vendor_id, currency)
    query = _balance(vendor_id, currency)
    if previous is not None:
        query = query.filter(cut_of(previous).beyond())
    moments = (
        await query.order_by("posting__created_at")
        .limit(1)
        .values_list("posting__created_at", flat=True)
    )
    if not moments:
        return []
    first: Any = moments[0]
    month = months.month_of(first, zone)
    if previous is not None:
        month = max(month, months.following(previous.month))
    return months.until(month, upto)[-most:]


async def currencies(vendor_id: int) -> list[str]:
    """The currencies that this vendor ever had a balance in."""
    rows = (
        await LedgerEntry.filter(vendor_id=vendor_id, account__in=BALANCE)
        .distinct()
        .values_list("currency", flat=True)
    )
    return sorted(str(currency) for currency in rows)
