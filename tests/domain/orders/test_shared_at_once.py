"""Five vendors of one charge act at the same moment: each on its own order, and on nothing of the
others'.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from shared.finance.disputes import responses, shared_answers
from shared.finance.disputes.answer_parts import joined_answer
from shared.finance.disputes.errors import AnswerChanged, AnswerClosed
from shared.finance.disputes.models import Dispute
from shared.finance.ledger.chart import Account
from shared.finance.refunds.calling_off import cancel_and_refund
from shared.finance.refunds.models import Refund
from shared.trade.orders import shipping, tracking
from shared.trade.orders.models import Order
from shared.trade.orders.queries import order_by_id
from tests.support import market_acts as acts
from tests.support.market_findings import at_rest
from tests.support.money import booked
from tests.support.purchases import SharedPurchase, buy_and_pay

if TYPE_CHECKING:
    from tests.support.machine import Market
    from tests.support.market import Shop

pytestmark = pytest.mark.both_engines
EUROS = ("LU", "FR", "DE", "NL", "IE")


async def _send(order: Order, number: str) -> None:
    await shipping.mark_as_shipped(
        vendor_id=order.vendor_id,
        number=order.number,
        carrier="DHL",
        tracking=number,
        actor="test",
    )


async def _holds(shop: Shop) -> int:
    sums = await booked(Account.STRIPE_VENDOR, vendor_id=shop.vendor_id)
    return sums.get("EUR", 0)


async def test_all_give_back_send_and_are_cancelled_at_the_same_moment(
    market: Market,
) -> None:
    """While webhooks arrive and two workers work."""
    shops = await market.fill(*EUROS)
    purchase = await buy_and_pay(market, shops, quantity=2)
    paid, orders = await purchase.payments(), await purchase.orders()
    await _send(orders[4], "OLD")
    called_off = await order_by_id(orders[2].id)
    await asyncio.gather(
        acts.refund(market, orders[0].id, 0.5, now=True),
        _send(orders[1], "SENT-1"),
        cancel_and_refund(market.gateway, called_off, by="shopper"),
        acts.refund(market, orders[3].id, 1.0, now=True),
        tracking.correct_tracking(
            vendor_id=orders[4].vendor_id,
            number=orders[4].number,
            carrier="DHL",
            tracking="NEW",
            actor="test",
        ),
        market.at_once(6),
    )
    await at_rest(market)
    half, sent, cancelled, back, corrected = await purchase.orders()
    assert [half.status, half.tracking_number] == ["processing", ""]
    assert [sent.status, sent.tracking_number] == ["shipped", "SENT-1"]
    assert [cancelled.status, cancelled.payment_status] == ["cancelled", "refunded"]
    assert [back.status, back.payment_status] == ["processing", "refunded"]
    assert [corrected.status, corrected.tracking_number] == ["shipped", "NEW"]
    given = {each.order_id: each for each in await Refund.all()}
    assert set(given) == {half.id, cancelled.id, back.id}
    assert [await _holds(shop) for shop in shops] == [
        paid[0].amount_vendor - given[half.id].vendor_part,
        paid[1].amount_vendor,
        0,
        0,
        paid[4].amount_vendor,
    ]


async def test_all_hand_their_parts_in_while_one_gives_back_and_one_sends(
    market: Market,
) -> None:
    """Each part is its own, once, whoever presses twice; the one answer has every text once."""
    shops = await market.fill(*EUROS)
    purchase = await buy_and_pay(market, shops, quantity=2)
    (lead, *_) = await purchase.payments()
    market.stand.complain(str(lead.stripe_charge_id), "inquiry", None)
    await at_rest(market)
    rows = await Dispute.all().order_by("order_id")
    orders = await purchase.orders()
    told = await asyncio.gather(
        *(_hand_in(row) for row in rows),
        *(_hand_in(row) for row in rows),
        _send(orders[0], "SENT-0"),
        acts.refund(market, orders[1].id, 0.5, now=True),
        return_exceptions=True,
    )
    assert [each for each in told if isinstance(each, BaseException)] == []
    rows = await Dispute.all().order_by("order_id")
    assert [row.evidence["uncategorized_text"] for row in rows] == _texts(purchase)
    assert all(row.part_closed_at for row in rows)
    joined = str((await joined_answer(rows[0].stripe_dispute_id)).texts)
    assert [joined.count(text) for text in _texts(purchase)] == [1] * len(shops)
    await at_rest(market)


def _texts(purchase: SharedPurchase) -> list[str]:
    return [f"Words of order {order_id} alone." for order_id in purchase.order_ids]


async def _hand_in(row: Dispute) -> None:
    """Write one's part and hand it in, or find that one has."""
    try:
        version = await responses.save_draft(
            vendor_id=row.vendor_id,
            dispute_id=row.id,
            texts={"uncategorized_text": f"Words of order {row.order_id} alone."},
            actor="test",
        )
        await shared_answers.give_part(
            vendor_id=row.vendor_id,
            dispute_id=row.id,
            version=version,
            actor="test",
        )
    except (AnswerChanged, AnswerClosed):
        return
