"""A process that dies at any statement of a refund by the button: it is made once, or never."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.finance.recovery.models import Claim, Movement
from shared.finance.refunds.models import Refund
from shared.infra.mail.models import Email
from shared.infra.stripe_writes.models import StripeWrite
from shared.trade.orders.models import Order
from tests.support.killing import Killed, killed_at
from tests.support.market_acts import buy, refund

if TYPE_CHECKING:
    from tests.support.machine import Market


@pytest.mark.postgres_only
async def test_a_kill_at_any_statement_ends_in_one_refund_or_none(
    market: Market,
) -> None:
    """None before it was written down; after that Stripe has one, and every row knows it."""
    (shop,) = await market.fill("LU")
    sale = await buy(market, shop, 50, "bypassPending", back=True)
    await market.settle()
    number, made, survived = 0, 0, False
    while not survived:
        survived = await _die_at(number, market, sale)
        written = await Refund.filter(order_id=sale).count()
        assert made <= written <= made + 1
        made = written
        market.advance(120)
        await market.settle()
        await _all_arrived(market, sale, made)
        number += 1
    assert made > 8


async def _die_at(number: int, market: Market, sale: int) -> bool:
    """Whether the refund was through before that statement."""
    try:
        with killed_at(number):
            await refund(market, sale, 0.02, now=True)
    except Killed:
        return False
    return True


async def _all_arrived(market: Market, sale: int, made: int) -> None:
    order = await Order.get(id=sale)
    rows = await Refund.filter(order_id=sale)
    assert {row.status for row in rows} <= {"succeeded"}
    at_stripe = market.stand.v1.refunds.list(
        {"payment_intent": order.payment_intent_id, "limit": 100}
    )
    assert {each.id for each in at_stripe.data} == {r.stripe_refund_id for r in rows}
    assert order.refunded_amount == order.returned_amount == sum(r.amount for r in rows)
    claims = await Claim.filter(order_id=sale)
    assert sum(c.taken for c in claims) == sum(row.vendor_part for row in rows)
    assert await Movement.exclude(status="done").count() == 0
    assert await StripeWrite.filter(state="waiting").count() == 0
    assert await Email.filter(kind="refunded").count() == made
