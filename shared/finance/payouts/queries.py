"""Payouts as pages show them: lists, and one with all that it consists of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.expressions import Case, Q, When
from tortoise.functions import Count, Max
from tortoise.queryset import QuerySet

from shared.core import clock
from shared.core.money import Money
from shared.core.words import word
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerEntry
from shared.finance.ledger.queries import sums_of
from shared.finance.payouts.errors import PayoutNotFound
from shared.finance.payouts.models import Payout, PayoutItem
from shared.finance.payouts.plans import stand_still
from shared.finance.payouts.rules import PayoutState
from shared.infra.database.paging import Paged, window
from shared.trade.orders.models import Order

PAGE_SIZE = 25
FRESH = timedelta(days=30)  # a failure that is older no longer goes before the rest
FILTERS: dict[str, tuple[PayoutState, ...]] = {
    "under_way": (PayoutState.OPENING, PayoutState.PENDING, PayoutState.IN_TRANSIT),
    "paid": (PayoutState.PAID,),
    "failed": (PayoutState.FAILED, PayoutState.REFUSED),
    "canceled": (PayoutState.CANCELED,),
}


@dataclass(frozen=True)
class PayoutRow:
    """A line of a list of payouts. Without a vendor it is the platform's own."""

    id: int
    vendor_id: int | None
    vendor_name: str
    state: PayoutState
    amount: Money
    fee: Money
    bank: str
    is_automatic: bool
    is_instant: bool
    requested_by: str
    created_at: datetime
    arrives_on: datetime | None
    paid_at: datetime | None
    failed_at: datetime | None
    failure_code: str | None
    refusal: str
    trace_id: str | None
    stripe_id: str | None

    @property
    def may_cancel(self) -> bool:
        return (
            self.state is PayoutState.PENDING
            and not self.is_automatic
            and not self.is_instant
        )


@dataclass(frozen=True, kw_only=True)
class PayoutPage(Paged):
    """A page of payouts, and how many there are per filter."""

    rows: tuple[PayoutRow, ...]
    total: int
    counts: dict[str, int]


@dataclass(frozen=True)
class ItemView:
    """A part of a payout: what it was, and the order that it came from."""

    what: str
    at: datetime
    order_number: str | None
    amount: Money
    is_part: bool  # the rest of this movement is in another payout, or waits


@dataclass(frozen=True)
class PayoutView:
    """One payout with all that it consists of.

    `rest` is what our ledger does not explain (zero for payouts of ours).

    `kept` is what of its fee did not come back although the payout did.
    """

    payout: PayoutRow
    items: tuple[ItemView, ...]
    rest: Money
    kept: Money


def _row(row: Payout) -> PayoutRow:
    return PayoutRow(
        id=row.id,
        vendor_id=row.vendor_id,
        vendor_name=row.vendor.name if row.vendor else "",
        state=PayoutState(row.status),
        amount=Money(row.amount, row.currency),
        fee=Money(row.fee, row.currency),
        bank=row.destination_words,
        is_automatic=row.is_automatic,
        is_instant=row.method == "instant",
        requested_by=row.requested_by,
        created_at=row.created_at,
        arrives_on=row.arrives_on,
        paid_at=row.paid_at,
        failed_at=row.failed_at,
        failure_code=row.failure_code,
        refusal=row.refusal,
        trace_id=row.trace_id,
        stripe_id=row.stripe_payout_id,
    )


async def payouts_of(vendor_id: int, *, page: int = 1) -> PayoutPage:
    """A vendor's payouts, newest first."""
    return await _page(
        Payout.filter(vendor_id=vendor_id),
        page=page,
        chosen=None,
        order=("-id",),
    )


async def all_payouts(
    *,
    page: int = 1,
    chosen: str | None = None,
) -> PayoutPage:
    """Everybody's payouts, fresh failures before the rest, newest first."""
    failed = When(
        status=PayoutState.FAILED.value,
        failed_at__gte=clock.now() - FRESH,
        then="0",
    )
    ranked = Payout.all().annotate(rank=Case(failed, default="1"))
    return await _page(
        ranked,
        page=page,
        chosen=chosen,
        order=("rank", "-id"),
    )


@dataclass(frozen=True)
class OrderPart:
    """What of an order went into a payout."""

    payout: PayoutRow
    part: Money

    @property
    def subject(self) -> str:
        """How the history names the payout."""
        return f"payout:{self.payout.id}"


async def parts_of_order(order_id: int) -> tuple[OrderPart, ...]:
    """The payouts that an order's money went into, the oldest first. One query."""
    amounts: dict[int, int] = defaultdict(int)
    rows: dict[int, Payout] = {}
    items = PayoutItem.filter(order_id=order_id).order_by("payout_id")
    for item in await items.select_related("payout__vendor"):
        amounts[item.payout_id] += item.amount
        rows[item.payout_id] = item.payout
    return tuple(
        OrderPart(
            _row(row),
            Money(amounts[row.id], row.currency),
        )
        for row in rows.values()
    )


async def waiting(rows: Iterable[PayoutRow]) -> frozenset[int]:
    """Which of these were not sent because their vendors' payouts stand still.

    No query where all were answered.
    """
    asked = {row.id: row.vendor_id for row in rows if row.state is PayoutState.OPENING}
    if not asked:
        return frozenset()
    configs = await VendorPaymentConfig.filter(
        vendor_id__in=sorted({id_ for id_ in asked.values() if id_ is not None})
    )
    still = {config.vendor_id for config in configs if stand_still(config)}
    return frozenset(payout for payout, vendor in asked.items() if vendor in still)


async def broken_payouts() -> tuple[PayoutRow, ...]:
    """Payouts that came back or were refused lately, and that no later one of the same vendor and
    currency has made good.
    """
    bad = Q(
        status=PayoutState.FAILED.value,
        failed_at__gte=clock.now() - FRESH,
    )
    bad |= Q(
        status=PayoutState.REFUSED.value,
        created_at__gte=clock.now() - FRESH,
    )
    rows = await Payout.filter(bad).order_by("-id").select_related("vendor")
    first = min((row.id for row in rows), default=0)
    whose = Q(
        vendor_id__in={row.vendor_id for row in rows if row.vendor_id} or {0}
    ) | Q(vendor_id=None)
    later = (
        Payout.filter(whose, id__gt=first)
        .annotate(last=Max("id"))
        .group_by("vendor_id", "currency")
    )
    newest = {
        (vendor, currency): last
        for vendor, currency, last in await later.values_list(
            "vendor_id", "currency", "last"
        )
    }
    return tuple(
        _row(row)
        for row in rows
        if row.id >= newest.get((row.vendor_id, row.currency), 0)
    )


async def _page(
    query: QuerySet[Payout],
    *,
    page: int,
    chosen: str | None,
    order: tuple[str, ...],
) -> PayoutPage:
    counts = await _counts() if order[0] == "rank" else {}
    if chosen in FILTERS:
        query = query.filter(status__in=[state.value for state in FILTERS[chosen]])
    total = await query.count()
    shown = window(total, page=page, size=PAGE_SIZE)
    rows = (
        await query.order_by(*order)
        .offset(shown.offset)
        .limit(shown.limit)
        .select_related("vendor")
    )
    return PayoutPage(
        rows=tuple(_row(row) for row in rows),
        number=shown.number,
        pages=shown.pages,
        total=total,
        counts=counts,
    )


async def _counts() -> dict[str, int]:
    found = (
        await Payout.all()
        .annotate(number=Count("id"))
        .group_by("status")
        .values("status", "number")
    )
    each = {row["status"]: int(row["number"]) for row in found}
    sums = {
        name: sum(each.get(state.value, 0) for state in states)
        for name, states in FILTERS.items()
    }
    return {"all": sum(each.values()), **sums}


async def payout_of(
    payout_id: int,
    *,
    vendor_id: int | None = None,
) -> PayoutView:
    """One payout; of this vendor, where one is named. Raises NotFound."""
    query = Payout.filter(id=payout_id)
    if vendor_id is not None:
        query = query.filter(vendor_id=vendor_id)
    row = await query.select_related("vendor").first()
    if row is None:
        raise PayoutNotFound
    items = await _items(row)
    known = sum(item.amount.amount for item in items)
    rest = (
        row.amount + row.fee - known
        if row.vendor_id is not None and row.stripe_payout_id
        else 0
    )
    return PayoutView(
        _row(row),
        items,
        Money(rest, row.currency),
        Money(await _kept(row), row.currency),
    )


async def _kept(row: Payout) -> int:
    if not row.fee or row.status not in (PayoutState.FAILED, PayoutState.CANCELED):
        return 0
    sums = await sums_of(f"payout:{row.id}", ["payout_returned"])
    return int(row.fee) + sums.get(Account.VENDOR_PAYABLE, 0)


async def _items(row: Payout) -> tuple[ItemView, ...]:
    rows = await PayoutItem.filter(payout_id=row.id).order_by("entry_id")
    entries = {
        e.id: e
        for e in await LedgerEntry.filter(
            id__in=[r.entry_id for r in rows]
        ).select_related("posting")
    }
    orders = {
        o.id: o.number
        for o in await Order.filter(id__in=[r.order_id for r in rows if r.order_id])
    }
    return tuple(
        ItemView(
            what=_what(entries[r.entry_id].posting.kind, r.amount),
            at=entries[r.entry_id].created_at,
            order_number=orders.get(r.order_id) if r.order_id else None,
            amount=Money(r.amount, row.currency),
            is_part=r.amount != entries[r.entry_id].amount,
        )
        for r in rows
    )


def _what(kind: str, amount: int) -> str:
    if kind == "moved" and amount < 0:
        kind = "taken"
    return word("payouts.items", kind)
