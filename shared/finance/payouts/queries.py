"""Lists of payouts, as pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from tortoise.expressions import Q
from tortoise.functions import Max
from tortoise.queryset import QuerySet

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payouts import statements
from shared.finance.payouts.models import Payout
from shared.finance.payouts.plans import stand_still
from shared.finance.payouts.rules import PayoutState
from shared.infra.database.chunks import chunks
from shared.infra.database.counting import MOST, count_each
from shared.infra.database.paging import Paged, Window, window, window_of
from shared.infra.database.several import Found, Part

PAGE_SIZE = 25
FRESH = timedelta(days=30)  # a failure that is older no longer goes before the rest
FILTERS: dict[str, tuple[PayoutState, ...]] = {
    "under_way": (PayoutState.OPENING, PayoutState.PENDING, PayoutState.IN_TRANSIT),
    "paid": (PayoutState.PAID,),
    "failed": (PayoutState.FAILED, PayoutState.REFUSED),
    "canceled": (PayoutState.CANCELED,),
}


@frozen
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
        is_ours = not self.is_automatic and not self.is_instant
        return is_ours and self.state is PayoutState.PENDING


@frozen(kw_only=True)
class PayoutPage(Paged):
    """A page of payouts, and how many there are per filter."""

    rows: tuple[PayoutRow, ...]
    total: int
    counts: dict[str, int]


def row_of(row: Payout) -> PayoutRow:
    """The row as a list shows it; its vendor was read with it."""
    return _shown(row, row.vendor.name if row.vendor else "")


def _shown(row: Payout, vendor_name: str) -> PayoutRow:
    return PayoutRow(
        id=row.id,
        vendor_id=row.vendor_id,
        vendor_name=vendor_name,
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


async def payouts_of(
    vendor_id: int,
    *,
    page: int = 1,
) -> PayoutPage:
    """A vendor's payouts, newest first; its name is not read."""
    mine = Payout.filter(vendor_id=vendor_id)
    shown = await window_of(
        mine,
        page=page,
        size=PAGE_SIZE,
    )
    rows = await mine.order_by("-id").offset(shown.offset).limit(shown.limit)
    return _page((_shown(row, "") for row in rows), shown, {})


def parts_of(
    vendor_id: int,
    *,
    page: int,
) -> tuple[Part, ...]:
    """What `payouts_in` has to be read with."""
    offset = (max(page, 1) - 1) * PAGE_SIZE
    return (
        statements.COUNT(vendor_id),
        statements.LISTED(vendor_id, PAGE_SIZE, offset),
    )


async def payouts_in(
    found: Found,
    vendor_id: int,
    *,
    page: int,
) -> PayoutPage:
    """What `payouts_of` answers; one query more for a page that is not there, or far behind."""
    (counted,) = found.records(statements.COUNT)
    shown = window(
        int(counted["payouts"]),
        page=page,
        size=PAGE_SIZE,
        most=MOST,
    )
    if shown.number != page:
        return await payouts_of(vendor_id, page=page)
    rows = found.of(statements.LISTED)
    return _page((_shown(row, "") for row in rows), shown, {})


async def all_payouts(
    *,
    page: int = 1,
    chosen: str | None = None,
) -> PayoutPage:
    """Everybody's payouts, fresh failures before the rest, newest first."""
    lists = {"all": Payout.all()}
    for name, states in FILTERS.items():
        lists[name] = Payout.filter(status__in=list(states))
    counts = await count_each(lists)
    wanted = chosen if chosen in FILTERS else "all"
    query = lists[wanted]
    shown = await window_of(
        query,
        page=page,
        size=PAGE_SIZE,
        counted=counts[wanted],
    )
    rows = await _fresh_failures_first(query, shown)
    return _page(map(row_of, rows), shown, counts)


async def _fresh_failures_first(
    query: QuerySet[Payout],
    shown: Window,
) -> list[Payout]:
    """The rows of a page. No index knows which failures are fresh, but those are few."""
    newest = query.order_by("-id").select_related("vendor")
    failed, since = PayoutState.FAILED.value, clock.now() - FRESH
    fresh = await newest.filter(status=failed, failed_at__gte=since)
    here = fresh[shown.offset : shown.offset + shown.limit]
    if len(here) < shown.limit:
        others = Q(status__not=failed) | Q(failed_at=None)
        rest = newest.filter(others | Q(failed_at__lt=since))
        begin = max(0, shown.offset - len(fresh))
        here += await rest.offset(begin).limit(shown.limit - len(here))
    return here


def _page(
    rows: Iterable[PayoutRow],
    shown: Window,
    counts: dict[str, int],
) -> PayoutPage:
    return PayoutPage(
        rows=tuple(rows),
        number=shown.number,
        pages=shown.pages,
        goes_on=shown.goes_on,
        total=shown.total,
        counts=counts,
    )


async def waiting(rows: Iterable[PayoutRow]) -> frozenset[int]:
    """Which of these were not sent because their vendors' payouts stand still.

    No query where all were answered.
    """
    asked = {row.id: row.vendor_id for row in rows if row.state is PayoutState.OPENING}
    if not asked:
        return frozenset()
    vendor_ids = {vendor_id for vendor_id in asked.values() if vendor_id is not None}
    configs = await VendorPaymentConfig.filter(vendor_id__in=sorted(vendor_ids))
    still = {config.vendor_id for config in configs if stand_still(config)}
    return frozenset(payout for payout, vendor in asked.items() if vendor in still)


async def broken_payouts() -> tuple[PayoutRow, ...]:
    """Payouts that came back or were refused lately, and that no later one of the same vendor and
    currency has made good.
    """
    since = clock.now() - FRESH
    bad = Q(status=PayoutState.FAILED.value, failed_at__gte=since)
    bad |= Q(status=PayoutState.REFUSED.value, created_at__gte=since)
    rows = await Payout.filter(bad).order_by("-id").select_related("vendor")
    newest = await _newest_of(rows)
    return tuple(
        row_of(row)
        for row in rows
        if row.id >= newest.get((row.vendor_id, row.currency), 0)
    )


Whose = tuple[int | None, str]  # a vendor, or the platform, and a currency


async def _newest_of(rows: Sequence[Payout]) -> dict[Whose, int]:
    """The newest payout of each vendor and currency, of these vendors and the platform, after the
    first of these.
    """
    first = min((row.id for row in rows), default=0)
    of_platform = any(row.vendor_id is None for row in rows)
    whose = [Q(vendor_id=None)] if of_platform else []
    vendor_ids = _vendors_of(rows)
    whose += [Q(vendor_id__in=some) for some in chunks(vendor_ids)]
    newest: dict[Whose, int] = {}
    for each in whose:
        later = Payout.filter(each, id__gt=first)
        grouped = later.annotate(last=Max("id")).group_by("vendor_id", "currency")
        found = await grouped.values_list("vendor_id", "currency", "last")
        for vendor_id, currency, last in found:
            newest[vendor_id, currency] = last
    return newest


def _vendors_of(rows: Iterable[Payout]) -> Iterator[int]:
    return (row.vendor_id for row in rows if row.vendor_id)
