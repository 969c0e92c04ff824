"""An unpaid order holds little: of one network, of a shelf, of a browser."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.core import clock
from shared.trade.baskets import service as baskets
from shared.trade.orders.models import Order
from shared.trade.orders.rules import StockState
from shared.trade.orders.service import place_order
from tests.support.factories import make_product, make_ready_vendor
from tests.support.holding import at, order_from, shelf
from tests.support.market import ADA

pytestmark = pytest.mark.usefixtures("database")


class TestAtTheOrder:
    """What orders that nobody has paid may hold."""

    async def test_eight_orders_of_one_network_leave_the_shop_open(self) -> None:
        """The review's attack, from one address and from the /64 of one: three hold something,
        every order is taken.
        """
        vendor = await make_ready_vendor()
        product = await make_product(vendor, stock=190)
        orders = [
            await order_from(f"2001:db8:1:1::{n:x}", product, 9) for n in range(8)
        ]
        assert [order.stock_state for order in orders] == [StockState.RESERVED] * 3 + [
            StockState.AT_PAYMENT
        ] * 5
        assert await shelf(product) == (190, 27)
        assert (
            await order_from("2001:db8:1:2::1", product)
        ).stock_state == StockState.RESERVED

    async def test_orders_from_everywhere_hold_at_most_half_of_a_shelf(self) -> None:
        """However many networks take part; and the last piece is held by nobody who has not pressed
        Pay.
        """
        vendor = await make_ready_vendor()
        many, last = (
            await make_product(vendor, stock=9),
            await make_product(vendor, stock=1),
        )
        for n in range(12):
            await order_from(f"192.0.2.{n}", many)
            assert (
                await order_from(f"198.51.100.{n}", last)
            ).stock_state == StockState.AT_PAYMENT
        assert await shelf(many) == (9, 4)
        assert await shelf(last) == (1, 0)

    async def test_one_browser_holds_one_order_and_not_for_ever(self) -> None:
        """Its next order takes the place of the one before; submitting the same again prolongs it
        only so often.
        """
        product = await make_product(await make_ready_vendor(), stock=10)
        basket = await baskets.add(None, product_id=product.id, quantity=1)
        begin = clock.now()
        for n in range(30):
            with at(begin + timedelta(minutes=10 * n)):
                await place_order(
                    basket_token=basket, contact=ADA, customer_id=None, hold_minutes=30
                )
        assert await Order.all().count() == 1
        checkout = await (await Order.get()).checkout
        assert checkout.reserved_until - checkout.created_at == timedelta(minutes=120)
        await baskets.add(basket, product_id=product.id, quantity=1)
        await place_order(
            basket_token=basket, contact=ADA, customer_id=None, hold_minutes=30
        )
        assert await shelf(product) == (10, 2)
