"""The operator's first page: what waits for a person. A constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import Q
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
from shared.finance.payments.queries import count_parked
from shared.finance.payments.waiting_transfers import not_sent
from shared.finance.payouts.queries import PayoutRow, broken_payouts
from shared.finance.reconciliation.after_restore import Standstill, standstill
from shared.finance.reconciliation.queries import RunView, last_finished
from shared.finance.recovery.contributions import late_sums
from shared.finance.recovery.models import Claim
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import NO_BALANCE, RefundState
from shared.infra.mail.queries import Unsent, unsent
from shared.infra.stripe_writes.queries import UnexpectedAnswer, unexpected_answers
from shared.trade.discounts.tries import count_stopped
from shared.trade.orders.declines import count_trying
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
    unpaid_refunds: Heap
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
    networks_trying: int  # whose cards are declined again and again
    standstill: Standstill | None
    withdrawals: int = 0


async def read_dashboard(settings: Settings) -> Dashboard:
    """Everything that waits, counted now."""
    disputes, first = await next_to_answer_of_all()
    trouble = await vendors_in_trouble()
    last = await last_finished()
    undecided, unpaid = await _refunds()
    return Dashboard(
        refunds=undecided,
        unpaid_refunds=unpaid,
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
        networks_trying=await count_trying(),
        standstill=await standstill(),
        withdrawals=await count_waiting(),
    )


async def _refunds() -> tuple[Heap, Heap]:
    """The refunds that wait for a decision, and those that Stripe holds back, since the
    marketplace's balance there is too small.
    """
    undecided = Q(status=RefundState.AWAITING_APPROVAL)
    unpaid = Q(status=RefundState.PENDING, pending_reason=NO_BALANCE)
    found = Refund.filter(undecided | unpaid).annotate(
        number_of=Count("id"),
        total=Sum("amount"),
        first=Min("created_at"),
    )
    columns = ("status", "currency", "number_of", "total", "first")
    rows = await found.group_by("status", "currency").values_list(*columns)
    undecided_rows = [rest for status, *rest in rows if status != RefundState.PENDING]
    unpaid_rows = [rest for status, *rest in rows if status == RefundState.PENDING]
    return _heap(map(tuple, undecided_rows)), _heap(map(tuple, unpaid_rows))


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
