"""What was sold and booked day by day: of days that are over as it was kept, of others added up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from tortoise.expressions import Aggregate, Q
from tortoise.functions import Count, Sum

from shared.core import clock
from shared.core.frozen import frozen
from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerEntry
from shared.finance.overview.models import DaySums
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import RefundState
from shared.infra import unit
from shared.trade.marketplace.queries import marketplace
from shared.trade.orders.models import Order

FORTNIGHT = 14
# What was begun on a day is written by then. The rows that count are of the moment in which they
# are written, and change no more.
OVER_SINCE = timedelta(hours=1)

SALES = "sales"
COMMISSION = Account.COMMISSION.value
DISCOUNTS = Account.MARKETPLACE_DISCOUNTS.value
REFUNDS = "refunds"

Sums: TypeAlias = dict[str, tuple[int, int]]  # currency -> minor units, how many


@frozen
class Day:
    """A day of the marketplace's zone, in UTC: it may have 23 or 25 hours."""

    starts_at: datetime
    ends_at: datetime


@frozen
class AddedUp:
    """Where amounts come from, and which of their columns say when and how much."""

    table: type[Order] | type[LedgerEntry] | type[Refund]
    at: str
    amount: str
    where: Mapping[str, str]


def _booked(account: Account) -> AddedUp:
    return AddedUp(LedgerEntry, "created_at", "amount", {"account": account})


KEPT: Mapping[str, AddedUp] = {
    SALES: AddedUp(Order, "paid_at", "total_amount_cents", {}),
    COMMISSION: _booked(Account.COMMISSION),
    DISCOUNTS: _booked(Account.MARKETPLACE_DISCOUNTS),
}
# A bank may send a refund back days after it succeeded.
NOT_KEPT: Mapping[str, AddedUp] = {
    REFUNDS: AddedUp(
        Refund, "succeeded_at", "amount", {"status": RefundState.SUCCEEDED.value}
    ),
}


def fortnight(zone: ZoneInfo) -> list[Day]:
    """The last 14 days, today at their end."""
    today = clock.now().astimezone(zone).date()
    tomorrow = today + timedelta(days=1)
    ago = [timedelta(days=days) for days in range(FORTNIGHT, -1, -1)]
    midnights = [datetime.combine(tomorrow - each, time(), zone) for each in ago]
    begins = [midnight.astimezone(UTC) for midnight in midnights]
    return [Day(*each) for each in pairwise(begins)]


async def sums_of(days: Sequence[Day]) -> dict[str, list[Sums]]:
    """What each of these days came to, in their order, by source."""
    kept = await _kept(days)
    left = [day for day in days if day not in kept]
    found = {name: await _added_up(each, days) for name, each in NOT_KEPT.items()}
    for name, source in KEPT.items():
        of_left = dict(zip(left, await _added_up(source, left), strict=True))
        found[name] = [
            of_left[day] if day in of_left else _read(kept[day].get(name, {}))
            for day in days
        ]
    return found


async def keep() -> int:
    """Add up the days of the last fortnight that are over, each once; how many were new."""
    before = clock.now() - OVER_SINCE
    days = fortnight((await marketplace()).zone)
    kept = await _kept(days)
    left = [day for day in days if day.ends_at <= before and day not in kept]
    added_up = {name: await _added_up(each, left) for name, each in KEPT.items()}
    async with unit.transaction() as tx:
        for place, day in enumerate(left):
            sums = {name: of_days[place] for name, of_days in added_up.items()}
            row = DaySums(starts_at=day.starts_at, ends_at=day.ends_at, sums=sums)
            tx.add(row, once=True)
    return len(left)


async def start_over() -> None:
    """Keep nothing of what was added up: sales were made up for days that are over."""
    await DaySums.all().delete()


async def _kept(days: Sequence[Day]) -> dict[Day, Any]:
    rows = DaySums.filter(starts_at__gte=days[0].starts_at)
    found = await rows.values_list("starts_at", "ends_at", "sums")
    return {Day(starts_at, ends_at): sums for starts_at, ends_at, sums in found}


def _read(stored: Mapping[str, Sequence[int]]) -> Sums:
    found: Sums = {}
    for currency, (amount, number) in stored.items():
        found[currency] = amount, number
    return found


async def _added_up(source: AddedUp, days: Sequence[Day]) -> list[Sums]:
    """One statement, however many days."""
    found: list[Sums] = [{} for _ in days]
    if not days:
        return found
    asked: dict[str, Aggregate] = {}
    for place, day in enumerate(days):
        within = _within(source, day)
        asked[f"total_{place}"] = Sum(source.amount, _filter=within)
        asked[f"number_{place}"] = Count("id", _filter=within)
    reach = Day(days[0].starts_at, days[-1].ends_at)
    rows = source.table.filter(_within(source, reach), **source.where)
    for row in (
        await rows.annotate(**asked).group_by("currency").values("currency", *asked)
    ):
        for place, sums in enumerate(found):
            number = int(row[f"number_{place}"] or 0)
            if number:
                sums[str(row["currency"])] = int(row[f"total_{place}"]), number
    return found


def _within(source: AddedUp, day: Day) -> Q:
    bounds: dict[str, Any] = {
        f"{source.at}__gte": day.starts_at,
        f"{source.at}__lt": day.ends_at,
    }
    return Q(**bounds)


def together(days: Iterable[Sums]) -> Sums:
    """What several days came to."""
    found: Sums = {}
    for sums in days:
        for currency, (amount, number) in sums.items():
            so_far, counted = found.get(currency, (0, 0))
            found[currency] = so_far + amount, counted + number
    return found
