"""How many statements a payment takes that vendors share: some, and a few for each order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.finance.payments.service import confirm_payment
from tests.support.purchases import buy_from, pay
from tests.support.storefront import counted

if TYPE_CHECKING:
    from tests.support.machine import Market

# By orders: what opening the intent and settling it take.
SQLITE = {1: (16, 16), 2: (26, 25), 3: (29, 30), 5: (35, 40)}
POSTGRES = {1: (6, 6), 2: (16, 15), 3: (17, 19), 5: (19, 27)}


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
