"""Which ledger entries a month consists of, read with a constant number of queries.

A posting belongs to the month that it was written in, by the marketplace's time zone. One that
turns up when that month is closed already belongs to the first month that is not: what was closed
is cut off by time and by the newest entry in it, and never read differently again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

from tortoise.expressions import Q, Subquery
from tortoise.functions import Sum
from tortoise.queryset import QuerySet

from shared.core import clock
from shared.core.frozen import frozen
from shared.finance.ledger.chart import OF_VENDORS, Account
from shared.finance.ledger.models import AccountSum, LedgerEntry
from shared.finance.statements import months
from shared.finance.statements.models import Statement
from shared.finance.statements.rules import (
    BALANCE,
    BESIDE,
    PAYABLE,
    RECEIVABLE,
    RESERVED,
    Booked,
    StatementSheet,
    sheet,
)

# No transaction takes so long: an entry and its posting are of the same day, or of its neighbours.
AT_ONCE = timedelta(days=1)
TOGETHER = timedelta(minutes=1)  # in which all entries of a posting are made
# Said by what it is not, so that no index of accounts answers, which has everybody's.
NOT_BESIDE = sorted(set(Account) - set(BESIDE))
OWN_ACCOUNTS = sorted(OF_VENDORS)
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


@frozen
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


@frozen
class RunningAccount:
    """What a vendor has in one currency, and the closing that it is counted from, if any."""

    vendor_id: int
    currency: str
    closed: Statement | None

    def at_closing(self) -> tuple[dict[str, int], Cut | None]:
        """What each account came to, debits positive, and where that ends.

        A month that an older version closed does not say it: then all is counted from the first
        entry.
        """
        statement = self.closed
        if statement is None or statement.reserved is None:
            return {}, None
        reserved, owed = statement.reserved, statement.owed or 0
        sums = {
            PAYABLE: reserved - owed - statement.closing,
            RESERVED: -reserved,
            RECEIVABLE: owed,
        }
        return sums, cut_of(statement)


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
    account = RunningAccount(statement.vendor_id, statement.currency, previous)
    after = cut_of(previous) if previous else None
    return await read(account, after=after, upto=cut_of(statement))


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
    account = RunningAccount(vendor_id, currency, previous)
    upto = Cut(months.ends(month, zone))
    return await read(account, after=after, upto=upto)


async def read(
    account: RunningAccount, *, after: Cut | None, upto: Cut
) -> StatementSheet:
    """What lies between two cuts: a constant number of queries, however many lines."""
    opening: Mapping[str, int] = {}
    if after is not None:
        opening = await _opening(account, after)
    balance = _balance(account.vendor_id, account.currency)
    queries = [*between(balance, after, upto), *_commission(account, after, upto)]
    entries = [
        _booked(row)
        for query in queries
        for row in await query.order_by("id").values_list(*FIELDS)
    ]
    return sheet(opening, entries)


async def _opening(account: RunningAccount, upto: Cut) -> Mapping[str, int]:
    """What each account came to, from the last closing on: debits positive."""
    sums, since = account.at_closing()
    if since == upto:
        return sums
    whole = _balance(account.vendor_id, account.currency)
    found = Counter(sums)
    for part in between(whole, since, upto):
        totals = part.annotate(total=Sum("amount"))
        rows = totals.group_by("account")
        for name, total in await rows.values_list("account", "total"):
            found[str(name)] += int(str(total))
    return found


async def balances_at(
    account: RunningAccount,
    ends: Sequence[datetime],
) -> list[int]:
    """What is owed to the vendor at each of these moments, in minor units.

    One query, two after a closing.
    """
    sums, since = account.at_closing()
    balances = [-sum(sums.values())] * len(ends)
    upto = {}
    for n, end in enumerate(ends):
        before = Q(posting__created_at__lt=end)
        upto[f"upto_{n}"] = Sum("amount", _filter=before)
    whole = _balance(account.vendor_id, account.currency)
    for part in between(whole, since, Cut(ends[-1])):
        summed = part.annotate(**upto).group_by("currency")
        for totals in await summed.values_list(*upto):
            for n, total in enumerate(totals):
                balances[n] -= int(str(total or 0))
    return balances


def between(
    query: QuerySet[LedgerEntry], after: Cut | None, upto: Cut
) -> list[QuerySet[LedgerEntry]]:
    """The entries between two cuts in parts, each of which an index finds.

    An entry is as old as its posting, but for a moment. The second part is what turned up after its
    month was closed.
    """
    lies = upto.inside() if after is None else upto.inside() & after.beyond()
    return [query.filter(lies, span) for span in _spans(after, upto)]


def _spans(
    after: Cut | None,
    upto: Cut,
    *,
    slack: timedelta = timedelta(0),
) -> list[Q]:
    """What the parts are by the entries' own columns, with `slack` at their edges."""
    if after is None:
        return [Q()]
    begins, ends = after.before - AT_ONCE, upto.before + AT_ONCE
    usual = Q(created_at__gte=begins - slack, created_at__lt=ends + slack)
    if after.last_entry_id is None:
        return [usual]
    late = Q(created_at__lt=begins + slack, id__gt=after.last_entry_id)
    return [usual, late]


def _balance(vendor_id: int, currency: str) -> QuerySet[LedgerEntry]:
    return LedgerEntry.filter(
        vendor_id=vendor_id, currency=currency, account__in=BALANCE
    )


def _commission(
    account: RunningAccount, after: Cut | None, upto: Cut
) -> list[QuerySet[LedgerEntry]]:
    """Commission, and what the marketplace paid of prices, is kept by no vendor: it stands in
    postings that have an entry of the vendor, or name it, as where a refund took nothing from it.
    """
    kept = LedgerEntry.filter(~Q(account__in=NOT_BESIDE), currency=account.currency)
    named = kept.filter(posting__vendor_id=account.vendor_id)
    mine = LedgerEntry.filter(
        vendor_id=account.vendor_id,
        currency=account.currency,
        account__in=OWN_ACCOUNTS,
    )
    spans = _spans(after, upto, slack=TOGETHER)
    found = between(named, after, upto)
    for part, span in zip(between(kept, after, upto), spans, strict=True):
        own = mine.filter(span).values("posting_id")
        found.append(part.filter(posting_id__in=Subquery(own)))
    return found


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
    after = cut_of(previous) if previous is not None else None
    firsts = []
    upto_now = Cut(clock.now() + AT_ONCE)
    for part in between(query, after, upto_now):
        oldest = part.order_by("created_at").limit(1)
        firsts += await oldest.values_list("posting__created_at", flat=True)
    if not firsts:
        return []
    first: Any = min(firsts)
    month = months.month_of(first, zone)
    if previous is not None:
        month = max(month, months.following(previous.month))
    return months.until(month, upto)[-most:]


async def currencies(vendor_id: int) -> list[str]:
    """The currencies that this vendor ever had a balance in."""
    rows = (
        await AccountSum.filter(vendor_id=vendor_id, account__in=BALANCE)
        .distinct()
        .values_list("currency", flat=True)
    )
    return sorted(str(currency) for currency in rows)
