"""How many statements a payment takes that vendors share: some, and a few for each order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.finance.payments.service import confirm_payment
from shared.trade.orders.service import place_order
from shared.trade.vendors.models import Vendor
from tests.support.factories import make_product
from tests.support.market import ADA
from tests.support.purchases import basket_of, buy_from, pay
from tests.support.storefront import counted

if TYPE_CHECKING:
    from tests.support.machine import Market

# By orders: what opening the intent and settling it take.
SQLITE = {1: (9, 16), 2: (14, 25), 3: (16, 30), 5: (20, 40)}
POSTGRES = {1: (3, 5), 2: (6, 14), 3: (6, 18), 5: (6, 26)}


@pytest.mark.both_engines
async def test_a_further_vendor_costs_a_few_statements(
    market: Market, engine: str
) -> None:
    """One order alone takes what it took before there were several."""
    most = POSTGRES if engine == "postgres" else SQLITE
    shops = await market.fill("LU", "FR", "DE", "NL", "IE")
    took = {}
    for orders in most:
        purchase = await buy_from(shops[:orders])
        with counted() as opening:
            view = await purchase.open(market)
        pay(market, view.payment_intent_id)
        with counted() as settling:
            await confirm_payment(market.gateway, view.payment_intent_id)
        took[orders] = (len(opening), len(settling))
    assert took == most


# By orders: what placing them takes, whether of a line each or of three.
PLACED_SQLITE = {1: 12, 2: 14, 3: 16, 5: 20}
PLACED_POSTGRES = {1: 4, 2: 4, 3: 4, 5: 4}


@pytest.mark.both_engines
async def test_a_basket_of_several_vendors_is_placed_with_as_many_statements_as_one(
    market: Market, engine: str
) -> None:
    """On PostgreSQL; on SQLite each order and each payment is one, since its id is known when it is
    made.
    """
    most = PLACED_POSTGRES if engine == "postgres" else PLACED_SQLITE
    shops = await market.fill("LU", "FR", "DE", "NL", "IE")
    of_shop = {shop.vendor_id: [shop.product_id] for shop in shops}
    for vendor_id, ids in of_shop.items():
        vendor = await Vendor.get(id=vendor_id)
        ids += [(await make_product(vendor, stock=50)).id for _ in range(2)]
    took = {}
    for orders in most:
        for lines in (1, 3):
            bought = [of_shop[shop.vendor_id][:lines] for shop in shops[:orders]]
            basket = await basket_of({id_: 1 for ids in bought for id_ in ids})
            with counted() as placing:
                await place_order(
                    basket_token=basket,
                    contact=ADA,
                    customer_id=None,
                    hold_minutes=30,
                )
            took[orders, lines] = len(placing)
    assert took == {(orders, n): most[orders] for orders in most for n in (1, 3)}
