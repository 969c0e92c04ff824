"""The statements by hand of payouts and of what stands beside them answer as the ORM does."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tortoise.functions import Sum

from shared.core import clock
from shared.core.money import Money
from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerEntry
from shared.finance.ledger.queries import of_vendor
from shared.finance.ledger.statements import SUMS, sums_in
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import PAID_STATES
from shared.finance.payouts.balances import HoldView, holds_in
from shared.finance.payouts.forecast import SETTLES, parts_of, settling_in
from shared.finance.payouts.models import Payout, ReserveHold
from shared.finance.payouts.queries import parts_of as parts_of_page
from shared.finance.payouts.queries import payouts_in, payouts_of
from shared.finance.payouts.statements import HOLDS
from shared.infra.database.several import read
from tests.support.books import sold
from tests.support.factories import make_order, make_payment, make_ready_vendor

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("database")]

# Of each sale: its payment's state, how many days ago it was paid and in how many its money can
# leave (None: Stripe has not said), and its currency.
SALES: list[tuple[str, int, int | None, str]] = [
    ("succeeded", 1, 5, "EUR"),
    ("succeeded", 2, 5, "EUR"),
    ("succeeded", 2, 9, "EUR"),
    ("succeeded", 3, None, "EUR"),
    ("refunded", 3, None, "EUR"),
    ("succeeded", 4, -1, "EUR"),
    ("succeeded", 60, None, "EUR"),
    ("canceled", 1, 5, "EUR"),
    ("succeeded", 1, 5, "DKK"),
]


async def fill() -> int:
    """A vendor with these sales, and another one with the same."""
    now = clock.now()
    for vendor in [await make_ready_vendor(), await make_ready_vendor()]:
        for state, ago, ahead, currency in SALES:
            paid_at = now - timedelta(days=ago)
            order = await sold(vendor, paid_at, currency=currency)
            day = None if ahead is None else now + timedelta(days=ahead)
            values: dict[str, Any] = {"paid_at": paid_at, "available_on": day}
            await make_payment(order, status=state, **values)
    return int(vendor.id)


async def by_orm(vendor_id: int, currency: str) -> dict[date | None, int]:
    """Day by day, asked order by order."""
    now = clock.now()
    mine = Payment.filter(vendor_id=vendor_id, currency=currency)
    paid = mine.filter(status__in=list(PAID_STATES), paid_at__gte=now - SETTLES)
    found: dict[date | None, int] = defaultdict(int)
    on: datetime | None
    for order_id, on in await paid.values_list("order_id", "available_on"):
        if on is None or on > now:
            of_order = LedgerEntry.filter(
                posting__subject=f"order:{order_id}",
                vendor_id=vendor_id,
                account=Account.STRIPE_VENDOR,
            )
            rows = await of_order.annotate(sum=Sum("amount")).values_list("sum")
            found[on.date() if on else None] += int(rows[0][0])
    return found


@pytest.mark.parametrize("currency", ["EUR", "DKK", "SEK"])
async def test_what_cannot_leave_yet_is_summed_by_its_day(currency: str) -> None:
    """Of this vendor, this currency, and sales of the last weeks alone."""
    vendor_id = await fill()
    found = settling_in(await read(*parts_of(vendor_id)), currency)
    by_day = {each.available_on: each.amount for each in found}
    assert by_day == await by_orm(vendor_id, currency)
    assert len(by_day) == len(found) == {"EUR": 3, "DKK": 1, "SEK": 0}[currency]


async def test_what_the_ledger_says_of_a_vendor() -> None:
    """Each account and currency."""
    vendor_id = await fill()
    found = await read(SUMS(vendor_id))
    assert sums_in(found) == await of_vendor(vendor_id) != {}


@pytest.mark.parametrize("page", [-1, 0, 1, 2, 3, 50])
async def test_a_page_of_payouts(page: int) -> None:
    """One that is there, and one that is not: then the nearest."""
    mine, other = await make_ready_vendor(), await make_ready_vendor()
    for vendor in [mine] * 30 + [other]:
        await Payout.create(vendor_id=vendor.id, amount=1, currency="EUR")
    found = await read(*parts_of_page(mine.id, page=page))
    assert await payouts_in(found, mine.id, page=page) == await payouts_of(
        mine.id, page=page
    )


async def test_what_is_held_back() -> None:
    """Of this vendor, by the day of its release, less what was let go; not what is released."""
    vendor, now = await make_ready_vendor(), clock.now()
    numbers = {}
    for days, let_go, released in (
        (3, 0, None),
        (1, 4, None),
        (2, 9, None),
        (4, 0, now),
    ):
        order = await make_order(vendor)
        numbers[days] = order.number
        await ReserveHold.create(
            vendor_id=vendor.id,
            order_id=order.id,
            currency="EUR",
            amount=9,
            let_go=let_go,
            release_at=now + timedelta(days=days),
            released_at=released,
        )
    assert holds_in(await read(HOLDS(vendor.id, 50))) == tuple(
        HoldView(numbers[days], Money(amount, "EUR"), now + timedelta(days=days))
        for days, amount in ((1, 5), (3, 9))
    )
    assert len(holds_in(await read(HOLDS(vendor.id, 1)))) == 1
