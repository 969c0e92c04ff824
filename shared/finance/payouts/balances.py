"""A vendor's balance in four figures, with Stripe's own figure beside ours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from shared.core.money import Money
from shared.finance.payouts import available_funds, forecast
from shared.finance.payouts.instant_payouts import InstantOffer, offer
from shared.finance.payouts.models import ReserveHold
from shared.finance.payouts.rules import (
    Funds,
    Obstacle,
    PayoutConditions,
    held_back,
    obstacle_of,
)
from shared.finance.payouts.terms import PayoutTerms, terms_of
from shared.finance.recovery.queries import Owed, owed_by
from shared.infra.gateway.errors import StripeUnavailable
from shared.infra.gateway.gateway import Gateway
from shared.trade.marketplace.queries import today
from shared.trade.orders.models import Order


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class HoldView:
    """A part of a sale that is held back, and until when."""

    order_number: str
    amount: Money
    release_at: datetime


@dataclass(frozen=True)
class Overview:
    """A vendor's balances, its own currency first; and what could be sent at once, where Stripe
    answered.

    That of its own currency is always there, but for a vendor without an account that has nothing
    and owes nothing.
    """

    balances: tuple[BalanceView, ...]
    instant: InstantOffer | None


async def overview(gateway: Gateway, vendor_id: int) -> Overview:
    """What the vendor has, with one look at Stripe; without it when Stripe does not answer."""
    terms = await terms_of(vendor_id)
    answered = terms.account_id is not None
    try:
        reading = await available_funds.read(gateway, terms)
    except StripeUnavailable:
        reading, answered = available_funds.Reading(), False
    there = await available_funds.of_vendor(vendor_id, reading)
    mine = there.setdefault(terms.currency, Funds(terms.currency, 0))
    stopped = {
        code: obstacle_of(_conditions(terms, reading, code, answered=answered))
        for code in there
    }
    views = [
        await _view(vendor_id, each, stopped[code], answered=answered)
        for code, each in there.items()
    ]
    always = terms.currency if terms.account_id else None
    shown = [v for v in views if v.currency == always or _anything(v)]
    shown.sort(key=lambda v: v.currency != terms.currency)
    return Overview(
        tuple(shown),
        offer(terms, reading, mine) if answered else None,
    )


def _conditions(
    terms: PayoutTerms,
    reading: available_funds.Reading,
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


async def _view(
    vendor_id: int,
    mine: Funds,
    stopped: Obstacle | None,
    *,
    answered: bool,
) -> BalanceView:
    currency = mine.currency
    waiting = await forecast.settling(vendor_id, currency)
    if not answered:
        mine = replace(
            mine,
            available=mine.balance - sum(s.amount for s in waiting),
        )
    now = await today()
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
        coming_from=max(days[0], now) if days and coming else None,
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


async def holds(
    vendor_id: int,
    *,
    limit: int = 50,
) -> tuple[HoldView, ...]:
    """What is held back now, by the day of its release."""
    rows = (
        await ReserveHold.filter(vendor_id=vendor_id, released_at=None)
        .order_by("release_at", "id")
        .limit(limit)
    )
    orders = {
        order.id: order.number
        for order in await Order.filter(id__in=[row.order_id for row in rows])
    }
    return tuple(
        HoldView(
            orders[row.order_id],
            Money(row.amount - row.let_go, row.currency),
            row.release_at,
        )
        for row in rows
        if row.amount > row.let_go
    )


async def debts(vendor_id: int) -> tuple[Owed, ...]:
    """What the vendor owes, the oldest first."""
    return await owed_by(vendor_id)
