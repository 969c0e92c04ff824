"""What an order keeps of a code that was used: the database refuses sums that no sale can have."""

from __future__ import annotations

from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from shared.trade.orders.models import Checkout, Order, OrderLine
from tests.support.factories import make_order

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.both_engines]

# The factory's order: one piece for 4990, of which 124 are the marketplace's.
FREE: dict[str, Any] = {
    "discount_amount": 4990,
    "total_amount_cents": 0,
    "platform_fee_amount": 0,
}


@pytest.mark.parametrize(
    "given",
    [
        FREE,
        {**FREE, "marketplace_discount": 4990, "platform_fee_amount": 124},
        {"shipping_discount": 500, "marketplace_discount": 500},
    ],
)
async def test_an_order_can_cost_nothing_and_still_earn_the_marketplace_its_commission(
    given: dict[str, Any],
) -> None:
    """A vendor's code takes the commission away with the price, the marketplace's leaves it."""
    order = await make_order()
    await Checkout.filter(id=order.checkout_id).update(total_amount=0)
    await Order.filter(id=order.id).update(**given)


@pytest.mark.parametrize(
    "wrong",
    [
        {"discount_amount": -1},
        {"shipping_discount": -1},
        {"marketplace_discount": -1},
        {"discount_amount": 5, "marketplace_discount": 6},
        {"platform_fee_amount": 4990},
        {**FREE, "platform_fee_amount": 124},
        {"total_amount_cents": -1, "platform_fee_amount": 0},
        {"shipping_amount": 4991},
    ],
)
async def test_the_database_refuses_an_order_whose_sums_no_code_can_make(
    wrong: dict[str, Any],
) -> None:
    """The marketplace bears no more than was taken off, and earns less than the vendor gets."""
    order = await make_order()
    with pytest.raises(IntegrityError):
        await Order.filter(id=order.id).update(**wrong)


@pytest.mark.parametrize("wrong", [-1, 4991])
async def test_the_database_refuses_a_line_below_nothing(wrong: int) -> None:
    """A line's part of a discount is at most what the line costs."""
    order = await make_order()
    with pytest.raises(IntegrityError):
        await OrderLine.filter(order_id=order.id).update(discount_amount=wrong)


async def test_the_database_refuses_a_purchase_below_nothing() -> None:
    """Nothing is the least that a purchase costs."""
    order = await make_order()
    with pytest.raises(IntegrityError):
        await Checkout.filter(id=order.checkout_id).update(total_amount=-1)
