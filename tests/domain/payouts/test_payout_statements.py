"""The payouts' statement by hand answers as the ORM does."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tortoise.functions import Sum

from shared.core import clock
from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerEntry
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import PAID_STATES
from shared.finance.payouts.forecast import SETTLES, settling
from tests.support.books import sold
from tests.support.factories import make_payment, make_ready_vendor

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
    found = await settling(vendor_id, currency)
    by_day = {each.available_on: each.amount for each in found}
    assert by_day == await by_orm(vendor_id, currency)
    assert len(by_day) == len(found) == {"EUR": 3, "DKK": 1, "SEK": 0}[currency]
