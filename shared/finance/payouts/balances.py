"""A vendor's balance in four figures, with Stripe's own figure beside ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.payouts import available_funds, forecast
from shared.finance.payouts.available_funds import Reading
from shared.finance.payouts.forecast import Settling
from shared.finance.payouts.instant_payouts import InstantOffer, offer
from shared.finance.payouts.rules import (
    Funds,
    Obstacle,
    PayoutConditions,
    held_back,
    obstacle_of,
)
from shared.finance.payouts.statements import HOLDS
from shared.finance.payouts.terms import PayoutTerms
from shared.infra.database.raw_sql import Record, moment_in
from shared.infra.database.several import Found


@frozen
class BalanceView:
    """What a vendor has in one currency.

    `our_total` and `stripe` are the whole balance; `stripe` is None when Stripe did not answer.

    While `stopped` says that nothing may leave, all that would is `held` along with the reserve:
    nothing becomes available.
    """

    currency: str
    available: Money
    coming: Money
    coming_from: date | None
    coming_until: date | None
    held: Money
    reserved: Money
    stopped: Obstacle | None
    owed: Money
    on_the_way: Money
    held_by_stripe: Money  # in Stripe's own reserve, beside the balance
    our_total: Money
    stripe: Money | None

    @property
    def agrees(self) -> bool:
        return self.stripe == self.our_total


@frozen
class HoldView:
    """A part of a sale that is held back, and until when."""

    order_number: str
    amount: Money
    release_at: datetime


@frozen
class Overview:
    """A vendor's balances, its own currency first; and what could be sent at once, where Stripe
    answered.

    That of its own currency is always there, but for a vendor without an account that has nothing
    and owes nothing.
    """

    balances: tuple[BalanceView, ...]
    instant: InstantOffer | None


def overview_in(
    found: Found, terms: PayoutTerms, reading: Reading | None, today: date
) -> Overview:
    """What the vendor has, of what was read (forecast.parts_of); `reading` is None where Stripe has
    not said what it holds.
    """
    answered = reading is not None
    said = reading or Reading()
    there = forecast.funds_in(found, said)
    mine = there.setdefault(terms.currency, Funds(terms.currency, 0))
    stopped = {
        code: obstacle_of(_conditions(terms, said, code, answered=answered))
        for code in there
    }
    views = [
        _view(
            each,
            stopped[code],
            forecast.settling_in(found, code),
            today,
            answered=answered,
        )
        for code, each in there.items()
    ]
    always = terms.currency if terms.account_id else None
    shown = [v for v in views if v.currency == always or _anything(v)]
    shown.sort(key=lambda v: v.currency != terms.currency)
    return Overview(
        tuple(shown),
        offer(terms, said, mine) if answered else None,
    )


def _conditions(
    terms: PayoutTerms,
    reading: Reading,
    currency: str,
    *,
    answered: bool,
) -> PayoutConditions:
    """Whether money may leave; what only Stripe could tell is taken to be well while it does not
    answer.
    """
    found = available_funds.conditions(terms, reading, currency)
    return (
        found
        if answered
        else replace(found, bank=True, bank_errored=terms.bank_errored)
    )


def _view(
    mine: Funds,
    stopped: Obstacle | None,
    waiting: Sequence[Settling],
    today: date,
    *,
    answered: bool,
) -> BalanceView:
    currency = mine.currency
    if not answered:
        mine = replace(
            mine,
            available=mine.balance - sum(s.amount for s in waiting),
        )
    days = sorted(
        s.available_on for s in waiting if s.available_on is not None and s.amount > 0
    )
    coming = 0 if stopped else mine.coming
    available = 0 if stopped else mine.free - coming
    # Written down, and not sent now.
    waits = mine.asked if stopped in (Obstacle.HELD, Obstacle.BANK_NEW) else 0
    return BalanceView(
        currency=currency,
        available=Money(available, currency),
        coming=Money(coming, currency),
        coming_from=max(days[0], today) if days and coming else None,
        coming_until=days[-1] if days and coming else None,
        held=Money(held_back(mine, stopped) + waits, currency),
        reserved=Money(max(0, mine.reserved), currency),
        stopped=stopped,
        owed=Money(max(0, mine.owed), currency),
        on_the_way=Money(max(0, mine.on_the_way - waits), currency),
        held_by_stripe=Money(max(0, mine.held), currency),
        our_total=Money(mine.balance + waits, currency),
        stripe=Money(mine.available + mine.pending, currency) if answered else None,
    )


def _anything(view: BalanceView) -> bool:
    figures = (
        view.available,
        view.coming,
        view.held,
        view.owed,
        view.on_the_way,
        view.held_by_stripe,
        view.our_total,
    )
    return any(figures) or bool(view.stripe)


def holds_in(found: Found) -> tuple[HoldView, ...]:
    """What is held back now, by the day of its release."""
    return tuple(map(_hold_at, found.records(HOLDS)))


def _hold_at(record: Record) -> HoldView:
    release_at = moment_in(record["release_at"])
    assert release_at is not None
    amount = Money(record["amount"], record["currency"])
    return HoldView(record["number"], amount, release_at)
