"""What a vendor is paid next, worked out from our own books without asking Stripe: how much, on
which day, to which bank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.ledger.statements import SUMS, sums_in
from shared.finance.payouts import available_funds, statements
from shared.finance.payouts.available_funds import Reading
from shared.finance.payouts.paydays import current_day, next_payday, period
from shared.finance.payouts.rules import (
    Due,
    Funds,
    Obstacle,
    PayoutConditions,
    Why,
    due,
)
from shared.finance.payouts.terms import PayoutTerms, terms_in
from shared.infra.database.raw_sql import moment_in
from shared.infra.database.several import Found, Part, read
from shared.trade.marketplace.queries import marketplace

AHEAD = 8  # paydays that are looked at
SETTLES = timedelta(days=45)  # money of older sales can leave, whatever we heard of it


@frozen
class NextPayout:
    """The next payout as it looks now; with an obstacle the amount is zero and `why` says what
    the sentence needs.
    """

    amount: Money
    day: date
    bank: str
    obstacle: Obstacle | None
    why: Why


@frozen
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
    row = await VendorPaymentConfig.get_or_none(vendor_id=vendor_id)
    if row is None:
        return None
    found = await read(*parts_of(vendor_id))
    return next_payout_in(
        found,
        row,
        (await marketplace()).zone,
    )


def parts_of(vendor_id: int) -> tuple[Part, ...]:
    """What `next_payout_in` has to be read with."""
    now = clock.now()
    waiting = statements.settling_of(
        vendor_id,
        paid_since=now - SETTLES,
        now=now,
    )
    return (
        waiting,
        statements.OPENING(vendor_id),
        statements.PERIODS(vendor_id),
        SUMS(vendor_id),
    )


def funds_in(
    found: Found,
    reading: Reading,
) -> dict[str, Funds]:
    """What there is in each currency, of what was read."""
    opening = {
        each["currency"]: int(each["total"])
        for each in found.records(statements.OPENING)
    }
    return available_funds.funds_in(sums_in(found), opening, reading)


def settling_in(
    found: Found,
    currency: str,
) -> list[Settling]:
    """What lies in the vendor's balance and cannot leave yet, by the day on which it can; what went
    back of those sales is taken off.
    """
    return [
        Settling(int(each["amount"]), _day(moment_in(each["day"])))
        for each in found.records(statements.SETTLING)
        if each["currency"] == currency
    ]


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def next_payout_in(
    found: Found,
    row: VendorPaymentConfig,
    zone: tzinfo,
) -> NextPayout | None:
    """The same of what was read; `zone` is the marketplace's."""
    terms = terms_in(
        row,
        by_hand=False,
    )
    if terms.account_id is None:
        return None
    funds = funds_in(found, Reading())
    there = funds.get(terms.currency) or Funds(terms.currency, 0)
    waiting = settling_in(found, terms.currency)
    first = _first_day(
        found,
        terms,
        zone,
    )
    paydays = [_on(day, terms, there, waiting) for day in _paydays(terms, first)]
    return _first_of(
        paydays,
        terms,
        waiting,
    )


def _first_day(
    found: Found,
    terms: PayoutTerms,
    zone: tzinfo,
) -> date:
    """Today, only where it has not had its payout."""
    today = current_day(
        clock.now(),
        zone,
    )
    made = {"currency": terms.currency, "period": period(today)}
    is_made = made in found.records(statements.PERIODS)
    return today + timedelta(days=1) if is_made else today


@frozen
class Payday:
    """What would go out on a day, and of what."""

    day: date
    funds: Funds
    due: Due


def _on(
    day: date, terms: PayoutTerms, there: Funds, waiting: Sequence[Settling]
) -> Payday:
    later = sum(sale.amount for sale in waiting if not sale.can_leave(day))
    funds = replace(
        there,
        available=there.balance - later,
        pending=later,
    )
    until = terms.bank_hold_until
    conditions = PayoutConditions(
        connected=True,
        held=terms.held_at is not None,
        enabled=terms.payouts_enabled,
        bank=True,
        bank_errored=terms.bank_errored,
        bank_new=until is not None and until.date() >= day,
    )
    decided = due(
        funds,
        conditions,
        minimum=terms.plan.minimum,
    )
    return Payday(
        day,
        funds,
        decided,
    )


def _first_of(
    paydays: Sequence[Payday], terms: PayoutTerms, waiting: Sequence[Settling]
) -> NextPayout:
    """The first on which something goes out, else the first."""
    that_pay = (each for each in paydays if each.due.amount > 0)
    first = next(
        that_pay,
        paydays[0],
    )
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


def _paydays(
    terms: PayoutTerms,
    day: date,
) -> list[date]:
    """The next paydays from a day on."""
    interval = terms.plan.schedule.value
    found: list[date] = []
    while len(found) < AHEAD:
        found.append(next_payday(interval, terms.plan.day, day))
        day = found[-1] + timedelta(days=1)
    return found
