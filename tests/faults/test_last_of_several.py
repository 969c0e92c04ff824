"""Many shoppers at once, each with things of two vendors: what is there is sold exactly, and nobody
waits in a circle.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from shared.core.errors import Conflict
from shared.finance.payments import stock_hold
from shared.finance.payments.service import confirm_payment, create_payment_intent
from shared.trade.catalogue.errors import SoldOut
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.rules import Option
from shared.trade.orders.errors import BasketProblem
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.rules import OrderStatus, StockState
from shared.trade.orders.service import place_order
from shared.trade.vendors.models import Vendor
from tests.support.factories import make_variants
from tests.support.market import ADA
from tests.support.purchases import basket_of, books_agree, pay

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.machine import Market

SHOPPERS, PIECES = 200, 50
SIZE = Option("Size", ("S", "M"))


async def _on_sale(market: Market) -> Mapping[int, tuple[int, int]]:
    """Two vendors, each with two variants of one product: their ids by vendor."""
    found = {}
    for shop in await market.fill("LU", "FR"):
        vendor = await Vendor.get(id=shop.vendor_id)
        _, (small, medium) = await make_variants(vendor, SIZE, stock=PIECES)
        found[vendor.id] = (small.id, medium.id)
    return found


async def _buy(market: Market, pieces: Mapping[int, int]) -> bool:
    """From the basket to the paid page, as far as it goes."""
    basket = await basket_of(pieces)
    try:
        token = await place_order(
            basket_token=basket, contact=ADA, customer_id=None, hold_minutes=30
        )
        checkout = await Checkout.get(token=token)
        order = await Order.filter(checkout_id=checkout.id).order_by("-id").first()
        assert order is not None
        view = await create_payment_intent(market.gateway, order_id=order.id)
        await stock_hold.press(
            market.gateway,
            checkout_id=checkout.id,
            intent_id=view.payment_intent_id,
        )
    except (SoldOut, BasketProblem):
        return False
    pay(market, view.payment_intent_id)
    await confirm_payment(market.gateway, view.payment_intent_id)
    return True


@pytest.mark.both_engines
async def test_two_hundred_shoppers_buy_fifty_of_each_at_two_vendors(
    market: Market,
) -> None:
    """Each wants two variants of both, one after the other or the other way round; who gets them
    gets all of them, and who does not pays nothing.
    """
    shops = await _on_sale(market)
    ids = [each for pair in shops.values() for each in pair]
    at_once = asyncio.Semaphore(12)

    async def shopper(number: int) -> bool:
        async with at_once:
            order = ids if number % 2 else ids[::-1]
            return await _buy(market, dict.fromkeys(order, 1))

    bought = await asyncio.gather(*(shopper(number) for number in range(SHOPPERS)))

    assert sum(bought) == PIECES
    for vendor_id in shops:
        sent = Order.filter(vendor_id=vendor_id, status=OrderStatus.PROCESSING)
        assert await sent.count() == PIECES
        assert await sent.filter(stock_state=StockState.TAKEN).count() == PIECES
    left = await Product.filter(id__in=ids).values_list("stock", "reserved")
    assert left == [(0, 0)] * 4
    market.advance(1)
    await market.settle()
    await books_agree(market)


@pytest.mark.both_engines
async def test_baskets_that_cross_are_placed_replaced_and_given_up_without_a_circle(
    market: Market,
) -> None:
    """Shoppers who order again and again, the same things of the same vendors in either order: each
    ends with one open purchase, and what is set aside is what those hold.
    """
    shops = await _on_sale(market)
    ids = [each for pair in shops.values() for each in pair]

    async def shopper(number: int) -> None:
        order = ids if number % 2 else ids[::-1]
        basket = await basket_of(dict.fromkeys(order, 1))
        for chosen in (None, *[frozenset({each}) for each in shops], None):
            try:
                await place_order(
                    basket_token=basket,
                    contact=ADA,
                    customer_id=None,
                    hold_minutes=30,
                    vendors=chosen,
                )
            except Conflict as refused:
                raise AssertionError(number) from refused

    await asyncio.gather(*(shopper(number) for number in range(10)))

    assert await Checkout.filter(status="open").count() == 10
    held = await Product.filter(id__in=ids).values_list("reserved", flat=True)
    assert held == [10, 10, 10, 10]
