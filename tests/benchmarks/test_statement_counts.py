"""How many statements the ways of money take. Counts, not times: they are the same on any machine.

On PostgreSQL what a transaction collects is one statement, so its figures are those that count;
SQLite sends each by itself. Decision 17 tells what was before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.finance.inbox import intake
from shared.finance.payments import stock_hold
from shared.finance.payments.service import create_payment_intent
from shared.infra.jobs.models import Job
from shared.trade.baskets import service as baskets
from shared.trade.orders.models import Order
from shared.trade.orders.service import place_order
from shared.trade.orders.terms import Acceptance
from tests.support.counted_steps import Steps
from tests.support.market import ADA
from tests.support.shipping import BY_STANDARD, send_by

if TYPE_CHECKING:
    from tests.support.machine import Market

# The most that each step may take: (SQLite, PostgreSQL). Whoever betters one lowers it.
MOST = {
    "the order is placed": (13, 5),
    "the same is ordered again": (5, 5),
    "something else is ordered": (18, 9),
    "its payment is opened": (9, 3),
    "Pay is pressed": (6, 6),
    "payment_intent.succeeded": (19, 5),
    "charge.succeeded": (14, 5),
    "charge.updated": (3, 2),
    "payment_intent.created": (2, 1),
    "an event again": (2, 1),
}


# The commits of the steps that a shopper waits for.
COMMITS = {
    "the order is placed": 1,
    "the same is ordered again": 1,
    "something else is ordered": 1,
    "its payment is opened": 1,
    "Pay is pressed": 1,
}


async def _place(basket: str, vendor_id: int) -> str:
    return await place_order(
        basket_token=basket,
        contact=ADA,
        customer_id=None,
        hold_minutes=30,
        accepted=Acceptance("1", "192.0.2.1"),
        shipping={vendor_id: BY_STANDARD},
    )


@pytest.mark.both_engines
async def test_a_paid_order_takes_so_many_statements(
    market: Market, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the basket to the money in the books; an event that is done leaves no job."""
    monkeypatch.setattr(intake, "PATIENCE", 600)  # however busy the machine is
    (shop,) = await market.fill("LU")
    jobs = await Job.filter(kind="webhooks.apply").count()
    await send_by(shop.vendor_id)
    steps = Steps()
    basket = await baskets.add(None, product_id=shop.product_id, quantity=1)
    await steps.step("the order is placed", _place(basket, shop.vendor_id))
    await steps.step("the same is ordered again", _place(basket, shop.vendor_id))
    await baskets.add(basket, product_id=shop.product_id, quantity=1)
    token = await steps.step(
        "something else is ordered", _place(basket, shop.vendor_id)
    )
    order = await Order.get(checkout__token=token)
    opening = create_payment_intent(market.gateway, order_id=order.id)
    intent = await steps.step("its payment is opened", opening)
    pressing = stock_hold.press(
        market.gateway,
        checkout_id=order.checkout_id,
        intent_id=intent.payment_intent_id,
    )
    await steps.step("Pay is pressed", pressing)
    market.stand.v1.payment_intents.confirm(
        intent.payment_intent_id,
        {"payment_method": "pm_card_visa", "return_url": "http://127.0.0.1/back"},
    )
    market.advance(2)
    for delivery in market.pending():
        kind = market.told(delivery)["type"]
        await steps.step(kind, market.deliver(delivery))
        await steps.step("an event again", market.deliver(delivery))
    unknown = market.event("payment_intent.created", intent.payment_intent_id)
    await steps.step("payment_intent.created", market.hand_in(unknown))
    assert (await Order.get(id=order.id)).payment_status == "paid"
    assert await Job.filter(kind="webhooks.apply").count() == jobs
    most = {name: pair[engine == "postgres"] for name, pair in MOST.items()}
    assert {name: steps.commits[name] for name in COMMITS} == COMMITS
    assert steps.took == most
