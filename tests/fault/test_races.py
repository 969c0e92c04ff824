"""Two things at the same moment: what stands in a page's or a webhook's way on one database may deadlock on the other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from shared.baskets import service as baskets
from shared.baskets.models import Basket
from shared.errors import Conflict
from shared.ids import digest
from shared.orders.models import Checkout, Order
from shared.orders.rules import PaymentStatus
from shared.orders.service import place_order
from shared.payments.service import confirm_payment, create_payment_intent
from tests.support.market import ADA, Shop, check_out, confirm, open_shop

if TYPE_CHECKING:
    from shared.gateway.seam import Gateway
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")
ROUNDS = 6


async def _order_again(basket: str, *, after: float) -> str | None:
    """Submit the basket a little later; None when a sentence stood in the way."""
    await asyncio.sleep(after)
    try:
        return await place_order(basket_token=basket, contact=ADA, customer_id=None, hold_minutes=30)
    except Conflict:
        return None


async def _paid(gateway: Gateway, sandbox: RunningSandbox, shop: Shop) -> tuple[str, int, str]:
    """An order whose money is at Stripe while we have not heard of it: basket, order id, intent id."""
    bought = await check_out(shop)
    view = await create_payment_intent(gateway, order_id=bought.order_id)
    await confirm(sandbox, view.payment_intent_id)
    return bought.basket, bought.order_id, view.payment_intent_id


async def test_a_payment_that_arrives_while_its_basket_is_ordered_again_never_deadlocks(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Closing the old checkout and completing it take their locks in one order; the money is booked every time."""
    shop = await open_shop(gateway, sandbox, stock=100)
    for n in range(ROUNDS):
        basket, order_id, intent_id = await _paid(gateway, sandbox, shop)
        await baskets.add(basket, product_id=shop.product_id, quantity=1)  # so that the old checkout is closed
        await asyncio.gather(confirm_payment(gateway, intent_id), _order_again(basket, after=n * 0.003))
        assert (await Order.get(id=order_id)).payment_status == PaymentStatus.PAID


async def test_a_basket_that_is_paid_this_moment_is_not_ordered_a_second_time(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Whoever waited for the payment's locks reads the basket after them, and finds it empty."""
    shop = await open_shop(gateway, sandbox, stock=100)
    for n in range(ROUNDS):
        basket, _, intent_id = await _paid(gateway, sandbox, shop)
        await asyncio.gather(confirm_payment(gateway, intent_id), _order_again(basket, after=n * 0.003))
        row = await Basket.get(token_digest=digest(basket))
        assert await Checkout.filter(basket_id=row.id).count() == 1
