"""The operator's first page: what waits for a person, and what was sold today and in the last week.

Constant numbers of queries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tortoise.expressions import Aggregate, Q
from tortoise.functions import Count, Min, Sum
from tortoise.queryset import QuerySet

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.money import Money
from shared.core.settings import Settings
from shared.finance.connect.queries import VendorTrouble, vendors_in_trouble
from shared.finance.disputes.queries import DisputeView, next_to_answer_of_all
from shared.finance.inbox.endpoint_health import Endpoint, endpoints
from shared.finance.inbox.queries import count_troubled
from shared.finance.inbox.rules import EventStatus
from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerEntry
from shared.finance.payments.queries import count_parked
from shared.finance.payments.waiting_transfers import not_sent
from shared.finance.payouts.queries import PayoutRow, broken_payouts
from shared.finance.reconciliation.after_restore import Standstill, standstill
from shared.finance.reconciliation.queries import RunView, last_finished
from shared.finance.recovery.contributions import late_sums
from shared.finance.recovery.models import Claim
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import RefundState
from shared.infra.mail.queries import Unsent, unsent
from shared.infra.stripe_writes.queries import UnexpectedAnswer, unexpected_answers
from shared.trade.discounts.tries import count_stopped
from shared.trade.marketplace.queries import marketplace
from shared.trade.orders.models import Order
from shared.trade.returns.unmatched import count_waiting
from shared.trade.vat.queries import (
    MissingRate,
    WaitingNumbers,
    missing_rates,
    waiting_numbers,
)

# The comparison runs every night; when it has not for so long, somebody should know.
STALE = timedelta(hours=50)


@frozen
class Heap:
    """So many things of one kind, what they come to per currency, and since when the oldest
    waits.
    """

    count: int = 0
    sums: tuple[Money, ...] = ()
    since: datetime | None = None


@frozen
class Dashboard:
    """What waits for the operator.

    `disputes` counts those to answer, `next_dispute` is the one with the least time.
    """

    refunds: Heap
    disputes: int
    next_dispute: DisputeView | None
    payouts: tuple[PayoutRow, ...]
    held: tuple[VendorTrouble, ...]
    banks: tuple[VendorTrouble, ...]
    owing: Heap
    transfers: Heap
    contributions: Heap
    parked_payments: int
    parked_events: int
    unexpected_answers: tuple[UnexpectedAnswer, ...]
    last_run: RunView | None
    is_stale: bool
    vat_numbers: WaitingNumbers | None
    missing_rates: tuple[MissingRate, ...]
    webhooks: tuple[Endpoint, ...]
    mails: Unsent
    networks_stopped: int  # that guessed discount codes
    standstill: Standstill | None
    withdrawals: int = 0


async def read_dashboard(settings: Settings) -> Dashboard:
    """Everything that waits, counted now."""
    disputes, first = await next_to_answer_of_all()
    trouble = await vendors_in_trouble()
    last = await last_finished()
    return Dashboard(
        refunds=await _refunds(),
        disputes=disputes,
        next_dispute=first,
        payouts=await broken_payouts(),
        held=tuple(v for v in trouble if v.held_at),
        banks=tuple(v for v in trouble if v.bank_errored),
        owing=await _owing(),
        transfers=await _heap_of(not_sent(), "amount_vendor", "paid_at"),
        contributions=_heap(await late_sums()),
        parked_payments=await count_parked(),
        parked_events=(await count_troubled())[EventStatus.PARKED],
        unexpected_answers=await unexpected_answers(),
        last_run=last,
        is_stale=bool(last and clock.now() - last.started_at > STALE),
        vat_numbers=await waiting_numbers(),
        missing_rates=await missing_rates(),
        webhooks=await endpoints(settings),
        mails=await unsent(),
        networks_stopped=await count_stopped(),
        standstill=await standstill(),
        withdrawals=await count_waiting(),
    )


async def _refunds() -> Heap:
    """The refunds that wait for a decision."""
    waiting = Refund.filter(status=RefundState.AWAITING_APPROVAL)
    return await _heap_of(waiting, "amount", "created_at")


async def _owing() -> Heap:
    """The vendors that owe; counted as vendors, not as debts."""
    query = Claim.filter(receivable__gt=0).annotate(
        total=Sum("receivable"), first=Min("owed_since")
    )
    rows = await query.group_by("vendor_id", "currency").values_list(
        "vendor_id", "currency", "total", "first"
    )
    each = [(currency, 1, total, first) for _, currency, total, first in rows]
    found = _heap(each)
    return Heap(
        len({vendor for vendor, *_ in rows}),
        found.sums,
        found.since,
    )


async def _heap_of(
    query: QuerySet[Any],
    amount: str,
    since: str,
) -> Heap:
    """Count rows, and add `amount` up per currency."""
    found = query.annotate(
        number=Count("id"),
        total=Sum(amount),
        first=Min(since),
    )
    columns = ("currency", "number", "total", "first")
    rows = await found.group_by("currency").values_list(*columns)
    return _heap(rows)


def _heap(rows: Iterable[tuple[object, ...]]) -> Heap:
    sums: dict[str, int] = defaultdict(int)
    count, days = 0, []
    for currency, number, total, first in rows:
        sums[str(currency)] += int(str(total))
        count += int(str(number))
        days += [_moment(first)] if first else []
    money = tuple(Money(amount, currency) for currency, amount in sorted(sums.items()))
    return Heap(count, money, min(days, default=None))


def _moment(value: object) -> datetime:
    """SQLite gives the least of some times as text."""
    at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return at if at.tzinfo else at.replace(tzinfo=clock.now().tzinfo)


@frozen
class Figures:
    """One currency: sales, commission and the marketplace's own discounts less what was given
    back, and refunds; of today, the last 7 days, and the 7 before.
    """

    currency: str
    sales: tuple[Money, Money, Money]
    commission: tuple[Money, Money, Money]
    discounts: tuple[Money, Money, Money]
    refunds: tuple[Money, Money, Money]
    orders: tuple[int, int, int]


async def figures() -> tuple[Figures, ...]:
    """The figures of each currency in which something moved within a fortnight.

    Days are those of the marketplace's zone; 7 days include today.
    """
    days = _days((await marketplace()).zone)
    sales = await _spans(Order, "paid_at", "total_amount_cents", days)
    commission = await _booked(Account.COMMISSION, days)
    discounts = await _booked(Account.MARKETPLACE_DISCOUNTS, days)
    refunds = await _spans(
        Refund,
        "succeeded_at",
        "amount",
        days,
        status=RefundState.SUCCEEDED.value,
    )
    none = _Spans()
    return tuple(
        Figures(
            currency=currency,
            sales=sales.get(currency, none).money(currency),
            commission=commission.get(currency, none).money(currency, sign=-1),
            discounts=discounts.get(currency, none).money(currency),
            refunds=refunds.get(currency, none).money(currency),
            orders=sales.get(currency, none).counts(),
        )
        for currency in sorted({*sales, *commission, *refunds})
    )


async def _booked(account: Account, days: _Days) -> dict[str, _Spans]:
    """What an account of the ledger came to."""
    where = {"account": account.value}
    return await _spans(LedgerEntry, "created_at", "amount", days, **where)


@frozen
class _Spans:
    """Sums and counts of today, of the 6 days before, and of the 7 before those."""

    sums: tuple[int, int, int] = (0, 0, 0)
    numbers: tuple[int, int, int] = (0, 0, 0)

    def money(
        self,
        currency: str,
        *,
        sign: int = 1,
    ) -> tuple[Money, Money, Money]:
        today, rest, before = (sign * amount for amount in self.sums)
        return (
            Money(today, currency),
            Money(today + rest, currency),
            Money(before, currency),
        )

    def counts(self) -> tuple[int, int, int]:
        today, rest, before = self.numbers
        return today, today + rest, before


@frozen
class _Days:
    """When today began, the week that it ends, and the week before that, in UTC."""

    today: datetime
    week: datetime
    before: datetime


def _days(zone: ZoneInfo) -> _Days:
    """A day may have 23 or 25 hours there: each begins at its own midnight."""
    today = clock.now().astimezone(zone).date()
    begin = [
        datetime.combine(today - timedelta(days=ago), time(), zone)
        for ago in (0, 6, 13)
    ]
    return _Days(*(midnight.astimezone(UTC) for midnight in begin))


async def _spans(
    table: type[Order] | type[LedgerEntry] | type[Refund],
    at: str,
    amount: str,
    days: _Days,
    **where: str,
) -> dict[str, _Spans]:
    """What a table's amounts come to per currency, in the three spans."""
    today, lately = _from(at, days.today), _from(at, days.week)
    spans = [today, lately & ~today, ~lately]
    asked: dict[str, Aggregate] = {
        f"total_{n}": Sum(amount, _filter=span) for n, span in enumerate(spans)
    }
    asked |= {f"number_{n}": Count("id", _filter=span) for n, span in enumerate(spans)}
    query = (
        table.filter(**where, **{f"{at}__gte": days.before})
        .annotate(**asked)
        .group_by("currency")
    )
    return {
        str(row["currency"]): _Spans(
            _three(row, "total"),
            _three(row, "number"),
        )
        for row in await query.values("currency", *asked)
    }


def _from(at: str, moment: datetime) -> Q:
    where: dict[str, Any] = {f"{at}__gte": moment}
    return Q(**where)


def _three(
    row: dict[str, Any],
    name: str,
) -> tuple[int, int, int]:
    first, second, third = (int(row[f"{name}_{n}"] or 0) for n in range(3))
    return first, second, third
