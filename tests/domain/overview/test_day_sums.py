"""What was sold on a day that is over is added up once; the operator's figures stay the same."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.finance.overview.day_sums import keep, start_over
from shared.finance.overview.figures import Figures, figures
from shared.finance.overview.jobs import keep_days
from shared.finance.overview.models import DaySums
from shared.finance.refunds.models import Refund
from shared.trade.marketplace.queries import marketplace
from shared.trade.orders.models import Order
from tests.support.books import at, sold
from tests.support.factories import make_order, make_payment, make_refund, make_vendor
from tests.support.storefront import counted
from tests.support.zones import live_in

if TYPE_CHECKING:
    from shared.infra.jobs import Context

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.both_engines]
NOON = "2026-11-30 12:00"


async def _a_month_of_sales() -> None:
    """Each day one, in two currencies, today's as well."""
    vendor = await make_vendor()
    for ago in range(30):
        moment = at(NOON) - timedelta(days=ago)
        await sold(vendor, moment, total=1000 + ago, commission=100 + ago)
        await make_order(
            vendor,
            payment_status="paid",
            paid_at=moment,
            total_amount_cents=7,
            platform_fee_amount=0,
            currency="JPY",
        )


async def _told() -> tuple[Figures, ...]:
    return await figures((await marketplace()).zone)


async def test_the_figures_are_the_same_before_and_after(context: Context) -> None:
    """To the last cent and order, in every zone; and a day is added up once."""
    await _a_month_of_sales()
    for zone, days in (("Europe/Luxembourg", 13), ("Pacific/Kiritimati", 13)):
        await live_in(zone)
        with clock.use(lambda: at("2026-11-30 13:00")):
            before = await _told()
            await keep_days.run(context, {})
            assert await _told() == before
            assert len(before) == 2
            assert await keep() == 0
        assert await DaySums.all().count() == days
        await start_over()
        assert not await DaySums.exists()


async def test_of_days_that_are_over_nothing_is_read_again() -> None:
    """What is kept is what is told, and today's sales are added to it."""
    await _a_month_of_sales()
    await live_in("Europe/Luxembourg")
    with clock.use(lambda: at("2026-11-30 13:00")):
        await keep()
        (_, before), sales = await _told(), 13 * 7
        await Order.filter(paid_at__lt=at("2026-11-29 00:00")).update(paid_at=None)
        with counted() as statements:
            (_, yen) = await _told()
        assert yen == before
        assert (yen.sales[0].amount, yen.sales[1].amount) == (7, 49)
        assert yen.sales[1].amount + yen.sales[2].amount == sales + 7
        assert len([one for one in statements if "orders" in one]) == 1


async def test_a_day_is_over_an_hour_after_its_midnight() -> None:
    """Who began before it has written by then."""
    vendor = await make_vendor()
    await live_in("Europe/Luxembourg")
    await sold(vendor, at("2026-11-30 22:30"), total=1000, commission=100)
    for moment, new in (("2026-11-30 23:30", 12), ("2026-12-01 00:01", 1)):
        now = at(moment)
        with clock.use(lambda now=now: now):  # type: ignore[misc]
            assert await keep() == new


async def test_a_refund_that_comes_back_is_told_no_more() -> None:
    """However long ago it had succeeded."""
    order = await make_order(payment_status="paid")
    payment = await make_payment(order, status="succeeded")
    refund = await make_refund(
        payment,
        status="succeeded",
        amount=500,
        vendor_part=400,
        commission_part=100,
        succeeded_at=at("2026-11-28 12:00"),
    )
    with clock.use(lambda: at(NOON)):
        await keep()
        assert [found.refunds[1].amount for found in await _told()] == [500]
        await Refund.filter(id=refund.id).update(status="failed")
        assert await _told() == ()
