"""What was sold today and in the last week, for the operator's first page."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.overview import day_sums
from shared.finance.overview.day_sums import Sums, together

WEEK = 7
NOTHING = 0, 0


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


async def figures(zone: ZoneInfo) -> tuple[Figures, ...]:
    """The figures of each currency in which something moved within a fortnight.

    Days are those of the marketplace's `zone`; 7 days include today.
    """
    days = day_sums.fortnight(zone)
    by_day = await day_sums.sums_of(days)
    found = {name: _spans(each) for name, each in by_day.items()}
    sales, commission = found[day_sums.SALES], found[day_sums.COMMISSION]
    refunds, discounts = found[day_sums.REFUNDS], found[day_sums.DISCOUNTS]
    moved = {
        each for spans in (sales, commission, refunds) for each in spans.currencies()
    }
    return tuple(
        Figures(
            currency=currency,
            sales=sales.money(currency),
            commission=commission.money(currency, sign=-1),
            discounts=discounts.money(currency),
            refunds=refunds.money(currency),
            orders=sales.counts(currency),
        )
        for currency in sorted(moved)
    )


def _spans(days: Sequence[Sums]) -> _Spans:
    return _Spans(
        today=together(days[-1:]),
        week=together(days[-WEEK:]),
        before=together(days[:-WEEK]),
    )


@frozen
class _Spans:
    """What today, the 7 days that it ends, and the 7 before those came to."""

    today: Sums
    week: Sums
    before: Sums

    @property
    def _all(self) -> Sequence[Sums]:
        return self.today, self.week, self.before

    def currencies(self) -> set[str]:
        return {currency for sums in self._all for currency in sums}

    def money(
        self,
        currency: str,
        *,
        sign: int = 1,
    ) -> tuple[Money, Money, Money]:
        amounts = [sums.get(currency, NOTHING)[0] for sums in self._all]
        today, week, before = (Money(sign * amount, currency) for amount in amounts)
        return today, week, before

    def counts(self, currency: str) -> tuple[int, int, int]:
        today, week, before = (sums.get(currency, NOTHING)[1] for sums in self._all)
        return today, week, before
