"""What of an order's money is still there: one table of outcomes, held against Stripe, the rule,
and every page that tells it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tortoise.exceptions import IntegrityError

from portal.orders.words import goods_badge, money_badge
from shared.core import clock
from shared.infra.mail.models import Email
from shared.trade.orders.figures import orders_summary
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.order_lists import FILTERS, count_to_ship
from shared.trade.orders.queries import money_of
from shared.trade.orders.remaining_money import FINAL, MoneyState, Shipping, shipping
from shared.trade.orders.rules import OrderStatus
from storefront.receipts.order_card import order_status
from tests.support.app import link_of
from tests.support.factories import (
    make_order,
    make_payment,
    make_product,
    make_ready_vendor,
)
from tests.support.market import open_shop
from tests.support.outcomes import OUTCOMES, TOTAL, Outcome
from tests.support.portal import Portal, signed_in
from tests.support.refunds import fund_platform
from tests.support.scene import Scene
from tests.support.storefront import words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.jobs import Context
    from shared.trade.vendors.models import Vendor
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")
ORDERS = "/vendor/admin/orders"


async def order_of(vendor: Vendor, outcome: Outcome) -> Order:
    """A paid order whose money came to this."""
    refunded, returned, disputed, lost = outcome.money
    product = await make_product(vendor, price_amount=TOTAL, stock=0)
    order = await make_order(
        vendor,
        product,
        status="processing",
        payment_status="refunded"
        if outcome.told.state is MoneyState.REFUNDED
        else "paid",
        stock_state="taken",
        paid_at=clock.now(),
        refunded_amount=refunded,
        returned_amount=returned,
        disputed_amount=disputed,
        lost_amount=lost,
    )
    await make_payment(order, status="succeeded")
    return order


@pytest.mark.one_engine
async def test_every_outcome_at_stripe_stands_beside_the_order(
    context: Context, sandbox: RunningSandbox
) -> None:
    """Each way that a payment can end is played, followed, and comes to the row of the table; the
    counter counts just these.
    """
    scene = Scene(context, sandbox, await open_shop(context.gateway, sandbox, stock=50))
    await fund_platform(sandbox)
    waiting = 0
    for outcome in OUTCOMES:
        order = await Order.get(id=(await outcome.act(scene)).order_id)
        columns = (
            order.refunded_amount,
            order.returned_amount,
            order.disputed_amount,
            order.lost_amount,
        )
        assert (outcome.name, columns) == (outcome.name, outcome.money)
        assert (outcome.name, money_of(order).state) == (
            outcome.name,
            outcome.told.state,
        )
        waiting += outcome.told.ship is Shipping.READY
        assert (outcome.name, await count_to_ship(order.vendor_id)) == (
            outcome.name,
            waiting,
        )


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: outcome.name)
@pytest.mark.one_engine
async def test_the_rule_and_the_words_of_every_outcome(outcome: Outcome) -> None:
    """Vendor and shopper read the same fact; only what waits to be sent is in the filter."""
    order = await order_of(await make_ready_vendor(), outcome)
    money, status = money_of(order), OrderStatus.PROCESSING
    assert (money.state, shipping(status, money)) == (
        outcome.told.state,
        outcome.told.ship,
    )
    assert (
        goods_badge(status, money)[1],
        money_badge(money)[1],
    ) == (outcome.told.goods, outcome.told.paid)
    assert order_status(money, status)[1] == outcome.told.shopper
    assert await Order.filter(FILTERS["to_ship"], id=order.id).exists() == (
        outcome.told.ship is Shipping.READY
    )


async def test_list_and_counters_count_only_what_waits(
    client: TestClientProtocol,
) -> None:
    """The filter, the figure on the home page and the one in the navigation, on both databases."""
    portal = await signed_in(client)
    vendor = await portal.vendor()
    numbers = {
        outcome.name: (await order_of(vendor, outcome)).number for outcome in OUTCOMES
    }
    ready = {
        outcome.name for outcome in OUTCOMES if outcome.told.ship is Shipping.READY
    }
    text = await portal.get(f"{ORDERS}?status=to_ship")
    assert {name for name, number in numbers.items() if number in text} == ready
    assert f"Orders , waiting for you: {len(ready)}" in words(text)
    figures = await orders_summary(vendor.id, "EUR")
    there = [outcome for outcome in OUTCOMES if outcome.told.state not in FINAL]
    assert (figures.to_ship, figures.count_last_30_days) == (len(ready), len(there))
    disputed = await portal.get(f"{ORDERS}?status=disputed")
    assert {name for name, number in numbers.items() if number in disputed} == {
        outcome.name for outcome in OUTCOMES if any(outcome.money[2:])
    }


@pytest.mark.one_engine
async def test_every_outcome_on_the_pages(client: TestClientProtocol) -> None:
    """The vendor's order, sending it, its refund form and the shopper's page say one thing, for
    each kind of row in the table.
    """
    portal = await signed_in(client)
    vendor = await portal.vendor()
    for outcome in {
        (outcome.told.state, outcome.told.refund): outcome for outcome in OUTCOMES
    }.values():
        order = await order_of(vendor, outcome)
        page = words(await portal.get(f"{ORDERS}/{order.number}"))
        for said in (outcome.told.goods, outcome.told.paid):
            assert said in page, (outcome.name, said)
        assert ("Mark as shipped" in page) == (
            outcome.told.ship in (Shipping.READY, Shipping.DOUBTFUL)
        ), outcome.name
        assert ("Send it all the same" in page) == (
            outcome.told.ship is Shipping.DOUBTFUL
        ), outcome.name
        assert outcome.told.refund in words(
            await portal.get(f"{ORDERS}/{order.number}/refunds")
        ), outcome.name
        checkout = await Checkout.get(id=order.checkout_id)
        assert outcome.told.shopper in words(
            await portal.get(f"/shop/orders/{link_of(checkout.token)}")
        ), outcome.name
        await _refund(portal, order, outcome)
        await _send(portal, order, outcome)


async def _refund(portal: Portal, order: Order, outcome: Outcome) -> None:
    """What the bank has cannot be refunded as well, and the answer is true of what it has."""
    form = {
        "reach": "whole",
        "reason": "requested_by_customer",
        "note": "",
        "seen": "0",
    }
    answer = await portal.post(f"{ORDERS}/{order.number}/refunds/preview", form)
    said = words(await answer.get_data(as_text=True))
    if outcome.told.state is MoneyState.LOST:
        assert (answer.status_code, "the shopper has it already" in said) == (
            409,
            True,
        ), outcome.name
        assert "Answer the dispute" not in said
    elif outcome.told.state is MoneyState.DISPUTED and not money_of(order).left:
        assert (answer.status_code, "Answer the dispute, or accept it" in said) == (
            409,
            True,
        ), outcome.name


async def _send(portal: Portal, order: Order, outcome: Outcome) -> None:
    """Ready: at once. In doubt: with a ticked box only. Gone: never, and no mail."""
    form = {"carrier": "", "tracking_number": ""}
    statuses = []
    for more in ({}, {"all_the_same": "y"}):
        answer = await portal.post(f"{ORDERS}/{order.number}/ship", {**form, **more})
        statuses.append(answer.status_code)
        if answer.status_code == 303:
            break
    expected = {
        Shipping.READY: [303],
        Shipping.DOUBTFUL: [409, 303],
        Shipping.GONE: [409, 409],
    }[outcome.told.ship]
    assert (outcome.name, statuses) == (outcome.name, expected)
    is_told = await Email.filter(kind="order_shipped", order_id=order.id).exists()
    assert is_told == (outcome.told.ship is not Shipping.GONE), outcome.name


@pytest.mark.one_engine
async def test_an_order_that_is_lost_and_won_back_waits_again(
    context: Context, sandbox: RunningSandbox
) -> None:
    """Out of the counter while the bank holds it, back after the win; the books agree."""
    scene = Scene(context, sandbox, await open_shop(context.gateway, sandbox))
    payment = await scene.sale()
    counts = [await count_to_ship(payment.vendor_id)]
    dispute = await scene.dispute(payment)
    counts.append(await count_to_ship(payment.vendor_id))
    await scene.close(dispute, "lost")
    counts.append(await count_to_ship(payment.vendor_id))
    await scene.appeal(dispute)
    await scene.close(dispute, "won")
    counts.append(await count_to_ship(payment.vendor_id))
    assert counts == [1, 0, 0, 1]
    await scene.hear(dispute)
    assert (await Order.get(id=payment.order_id)).disputed_amount == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"returned_amount": 1},
        {"disputed_amount": -1},
        {"lost_amount": -1},
        {"refunded_amount": 10, "returned_amount": 11},
    ],
)
async def test_the_database_refuses_impossible_sums(wrong: dict[str, int]) -> None:
    """More has arrived than was given back; less than nothing is held or lost."""
    order = await make_order()
    with pytest.raises(IntegrityError):
        await Order.filter(id=order.id).update(**wrong)
