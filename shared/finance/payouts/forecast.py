"""What a vendor is paid next, worked out from our own books without asking Stripe: how much, on
which day, to which bank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from shared.core import clock
from shared.core.money import Money
from shared.finance.payouts import available_funds, statements
from shared.finance.payouts.models import Payout
from shared.finance.payouts.paydays import current_day, next_payday, period
from shared.finance.payouts.rules import (
    Due,
    Funds,
    Obstacle,
    PayoutConditions,
    Why,
    due,
)
from shared.finance.payouts.terms import PayoutTerms, terms_of
from shared.trade.marketplace.queries import marketplace
from shared.trade.vendors.errors import PaymentNotConfigured

AHEAD = 8  # paydays that are looked at
SETTLES = timedelta(days=45)  # money of older sales can leave, whatever we heard of it


@dataclass(frozen=True)
class NextPayout:
    """The next payout as it looks now; with an obstacle the amount is zero and `why` says what
    the sentence needs.
    """

    amount: Money
    day: date
    bank: str
    obstacle: Obstacle | None
    why: Why


@dataclass(frozen=True)
class Settling:
    """Sales whose money cannot leave before their day; None where Stripe has not named the day."""

    amount: int
    available_on: date | None

    def can_leave(self, day: date) -> bool:
        """Whether it can leave on that day."""
        return self.available_on is not None and self.available_on <= day


async def next_payout(vendor_id: int) -> NextPayout | None:
    """The first payday on which something goes out, else the next one and why not.

    None before Stripe is connected.
    """
    try:
        terms = await terms_of(vendor_id)
    except PaymentNotConfigured:
        return None
    if terms.account_id is None:
        return None
    reading = available_funds.Reading()
    funds = await available_funds.of_vendor(vendor_id, reading)
    there = funds.get(terms.currency) or Funds(terms.currency, 0)
    waiting = await settling(vendor_id, terms.currency)
    days = await _paydays(terms)
    paydays = [_on(day, terms, there, waiting) for day in days]
    return _first_of(paydays, terms, waiting)


@dataclass(frozen=True)
class Payday:
    """What would go out on a day, and of what."""

    day: date
    funds: Funds
    due: Due


def _on(
    day: date, terms: PayoutTerms, there: Funds, waiting: Sequence[Settling]
) -> Payday:
    later = sum(sale.amount for sale in waiting if not sale.can_leave(day))
    funds = replace(there, available=there.balance - later, pending=later)
    until = terms.bank_hold_until
    conditions = PayoutConditions(
        connected=True,
        held=terms.held_at is not None,
        enabled=terms.payouts_enabled,
        bank=True,
        bank_errored=terms.bank_errored,
        bank_new=until is not None and until.date() >= day,
    )
    decided = due(funds, conditions, minimum=terms.plan.minimum)
    return Payday(day, funds, decided)


def _first_of(
    paydays: Sequence[Payday], terms: PayoutTerms, waiting: Sequence[Settling]
) -> NextPayout:
    """The first on which something goes out, else the first."""
    that_pay = (each for each in paydays if each.due.amount > 0)
    first = next(that_pay, paydays[0])
    known = [sale.available_on for sale in waiting if sale.available_on is not None]
    return NextPayout(
        amount=Money(first.due.amount, first.funds.currency),
        day=first.day,
        bank=terms.bank,
        obstacle=first.due.obstacle,
        why=why(terms, first.funds, available_on=min(known, default=None)),
    )


def why(
    terms: PayoutTerms,
    there: Funds,
    *,
    available_on: date | None = None,
) -> Why:
    """What sentences about these funds may need to name."""
    return Why(
        minimum=Money(available_funds.minimum(terms, there.currency), there.currency),
        ready=Money(there.ready, there.currency),
        owed=Money(max(0, there.owed), there.currency),
        reserved=Money(max(0, there.reserved), there.currency),
        held=Money(max(0, there.held), there.currency),
        held_reason=terms.held_reason,
        bank_hold_until=terms.bank_hold_until,
        available_on=available_on,
    )


async def _paydays(terms: PayoutTerms) -> list[date]:
    """The next paydays; today only where it has not had its payout."""
    day = current_day(clock.now(), (await marketplace()).zone)
    interval = terms.plan.schedule.value
    mine = Payout.filter(vendor_id=terms.vendor_id, currency=terms.currency)
    if await mine.filter(period=period(day)).exists():
        day += timedelta(days=1)
    found: list[date] = []
    while len(found) < AHEAD:
        found.append(next_payday(interval, terms.plan.day, day))
        day = found[-1] + timedelta(days=1)
    return found


async def settling(vendor_id: int, currency: str) -> list[Settling]:
    """What lies in the vendor's balance and cannot leave yet, by the day on which it can; what went
    back of those sales is taken off.
    """
    now = clock.now()
    sums = await statements.settling(
        vendor_id, currency, paid_since=now - SETTLES, now=now
    )
    found = []
    for amount, moment in sums:
        day = moment.date() if moment else None
        found.append(Settling(amount, day))
    return found
