"""What a vendor is paid next, worked out from our own books without asking Stripe: how much, on
which day, to which bank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tortoise.functions import Sum

from shared.core import clock
from shared.core.money import Money
from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerEntry
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import PAID_STATES
from shared.finance.payouts import available_funds
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
    """A sale whose money cannot leave before its day; None where Stripe has not named the day."""

    amount: int
    available_on: date | None


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
    there = (await available_funds.of_vendor(vendor_id, available_funds.Reading())).get(
        terms.currency
    ) or Funds(terms.currency, 0)
    waiting = await settling(vendor_id, terms.currency)
    return _find(terms, there, waiting, await _paydays(terms))


def _find(
    terms: PayoutTerms,
    there: Funds,
    waiting: Sequence[Settling],
    days: Sequence[date],
) -> NextPayout:
    conditions = PayoutConditions(
        connected=True,
        held=terms.held_at is not None,
        enabled=terms.payouts_enabled,
        bank=True,
        bank_errored=terms.bank_errored,
    )
    until = terms.bank_hold_until
    found: list[tuple[date, Due, Funds]] = []
    for day in days:
        later = sum(
            s.amount for s in waiting if s.available_on is None or s.available_on > day
        )
        then = replace(there, available=there.balance - later, pending=later)
        on_the_day = replace(
            conditions,
            bank_new=until is not None and until.date() >= day,
        )
        found.append(
            (
                day,
                due(then, on_the_day, minimum=terms.plan.minimum),
                then,
            )
        )
    day, decided, then = next(
        (f for f in found if f[1].amount > 0),
        found[0],
    )
    known = sorted(s.available_on for s in waiting if s.available_on is not None)
    return NextPayout(
        amount=Money(decided.amount, there.currency),
        day=day,
        bank=terms.bank,
        obstacle=decided.obstacle,
        why=why(terms, then, available_on=known[0] if known else None),
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
    if await Payout.filter(
        vendor_id=terms.vendor_id, currency=terms.currency, period=period(day)
    ).exists():
        day += timedelta(days=1)
    found: list[date] = []
    while len(found) < AHEAD:
        found.append(next_payday(interval, terms.plan.day, day))
        day = found[-1] + timedelta(days=1)
    return found


async def settling(vendor_id: int, currency: str) -> list[Settling]:
    """Sales whose money lies in the vendor's balance and cannot leave yet, what went back of it
    taken off.
    """
    now = clock.now()
    recent = await Payment.filter(
        vendor_id=vendor_id,
        currency=currency,
        status__in=list(PAID_STATES),
        paid_at__gte=now - SETTLES,
    ).values_list("order_id", "available_on")
    days = {order_id: on for order_id, on in recent if on is None or on > now}
    if not days:
        return []
    rows = (
        await LedgerEntry.filter(
            vendor_id=vendor_id,
            currency=currency,
            account=Account.STRIPE_VENDOR,
            posting__subject__in=[f"order:{order_id}" for order_id in days],
        )
        .annotate(total=Sum("amount"))
        .group_by("posting__subject")
        .values_list("posting__subject", "total")
    )
    sums = {
        int(str(subject).removeprefix("order:")): int(total) for subject, total in rows
    }
    return [
        Settling(
            sums.get(order_id, 0),
            on.date() if on else None,
        )
        for order_id, on in days.items()
    ]
