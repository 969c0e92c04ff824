"""Orders that cost their shopper nothing: paid when they are placed, without a word to Stripe; what
the marketplace pays of them reaches the vendor, and comes back with a cancellation (decision 29).
"""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.finance.ledger.chart import Account
from shared.finance.payments.models import Payment
from shared.finance.payments.service import create_payment_intent
from shared.finance.recovery.models import Claim
from shared.finance.refunds import service as refunds
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import Reach, RefundRequest
from shared.infra import unit
from shared.infra.mail.models import Email
from shared.trade.baskets import codes
from shared.trade.baskets.queries import get_basket
from shared.trade.catalogue.models import Product
from shared.trade.discounts.models import Redemption
from shared.trade.discounts.queries import CodeUser
from shared.trade.orders.events import CheckoutOpened
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.service import place_order
from tests.support import market_acts as acts
from tests.support import market_payouts as acts_of_payouts
from tests.support.discounts import make_discount
from tests.support.killing import Killed, killed_at
from tests.support.machine_shops import fund
from tests.support.market import ADA
from tests.support.market_findings import at_rest
from tests.support.money import booked, held
from tests.support.purchases import (
    SharedPurchase,
    basket_of,
    buy_from,
    pay,
)
from tests.support.taken_off import take_off

if TYPE_CHECKING:
    from tests.support.machine import Market
    from tests.support.market import Shop

ALL_OF_IT: dict[str, Any] = {"kind": "percent", "percentage": Decimal(100)}
PRICE = 3998
SHARE = 3898  # less the commission


async def _placed(shops: list[Shop], *, by_marketplace: bool = True) -> SharedPurchase:
    """A purchase of two pieces at each shop, all of which a code took off."""
    purchase = await buy_from(shops, quantity=2)
    for order_id in purchase.order_ids:
        await take_off(order_id, PRICE, by_marketplace=by_marketplace)
    return purchase


async def _place(purchase: SharedPurchase) -> None:
    """What placing tells of a purchase of nothing."""
    async with unit.transaction() as tx:
        opened = CheckoutOpened(purchase.checkout_id, clock.now(), (), is_free=True)
        tx.emit(opened)


def _holds(market: Market, shop: Shop) -> int:
    return held(market, shop.account_id).get("EUR", 0)  # type: ignore[arg-type]


@pytest.mark.parametrize("several", [False, True])
async def test_it_is_paid_when_it_is_placed_and_the_marketplace_pays_the_vendors(
    market: Market, *, several: bool
) -> None:
    """Sold, confirmed by mail, nothing asked of Stripe but the contributions."""
    shops = (await market.fill("LU", "FR"))[: 2 if several else 1]
    purchase = await _placed(shops)
    await _place(purchase)

    for order in await purchase.orders():
        assert (order.status, order.payment_status) == ("processing", "paid")
        assert order.stock_state == "taken"
    assert (await Checkout.get(id=purchase.checkout_id)).status == "completed"
    assert await Email.filter(kind="order_sold").count() == len(shops)
    assert await Email.filter(kind__endswith="_confirmed").count() == 1
    await at_rest(market)
    for shop in shops:
        assert _holds(market, shop) == SHARE
    assert {each.stripe_payment_intent_id for each in await Payment.all()} == {None}
    assert await booked(Account.COMMISSION) == {"EUR": -100 * len(shops)}


async def test_a_vendors_own_gift_moves_no_money(market: Market) -> None:
    """No commission, no contribution, no posting."""
    (shop,) = await market.fill("LU")
    purchase = await _placed([shop], by_marketplace=False)
    await _place(purchase)

    await at_rest(market)
    assert _holds(market, shop) == 0
    assert not await Claim.exists()
    (order,) = await purchase.orders()
    assert order.payment_status == "paid"


async def test_a_purchase_that_costs_something_in_part_is_paid_as_one(
    market: Market,
) -> None:
    """The order of nothing is paid with the others, by the intent that they share."""
    shops = await market.fill("LU", "FR", "DE")
    purchase = await buy_from(shops, quantity=2)
    await take_off(purchase.order_ids[0], PRICE, by_marketplace=True)
    view = await purchase.open(market, 1)
    assert view.amount_total.amount == 2 * PRICE
    pay(market, view.payment_intent_id)
    market.advance(1)
    await market.settle()

    assert {each.payment_status for each in await purchase.orders()} == {"paid"}
    await at_rest(market)
    assert [_holds(market, shop) for shop in shops] == [SHARE] * 3
    await acts.refund(market, purchase.order_ids[0], 1.0, now=True)
    await acts.refund(market, purchase.order_ids[1], 1.0, now=True)
    await at_rest(market)
    assert [_holds(market, shop) for shop in shops] == [0, 0, SHARE]


@pytest.mark.parametrize("by_marketplace", [True, False])
@pytest.mark.parametrize("sent", [True, False])
async def test_cancelling_gives_the_marketplace_its_part_back_and_nobody_else(
    market: Market, *, by_marketplace: bool, sent: bool
) -> None:
    """The pieces are in stock again; no refund is asked of Stripe and no mail says that money went
    back. What was never sent is not sent any more.
    """
    (shop,) = await market.fill("LU")
    if not sent:
        await acts_of_payouts.pay_out_at_stripe(market, None, 1.0)
    purchase = await _placed([shop], by_marketplace=by_marketplace)
    await _place(purchase)
    await market.rest()
    (order,) = await purchase.orders()
    stock = (await Product.get(id=shop.product_id)).stock
    made = await refunds.request(
        market.gateway,
        vendor_id=order.vendor_id,
        number=order.number,
        wish=RefundRequest(Reach.WHOLE, restock=await _lines_of(order)),
        reason="requested_by_customer",
        note="",
        by="member:1",
        at_once=True,
    )
    assert (made.amount.amount, made.state) == (0, "succeeded")
    if not sent:
        await market.rest()
        await fund(market, "EUR")
    await (at_rest(market) if sent else market.rest())

    (order,) = await purchase.orders()
    assert order.payment_status == "refunded"
    assert (await Product.get(id=shop.product_id)).stock == stock + 2
    assert _holds(market, shop) == 0
    assert await booked(Account.VENDOR_PAYABLE) == {}
    assert await booked(Account.MARKETPLACE_DISCOUNTS, Account.COMMISSION) == {}
    assert not await Email.filter(kind="refunded").exists()


async def _lines_of(order: Order) -> frozenset[int]:
    return frozenset([line.id async for line in order.lines.all()])  # type: ignore[attr-defined]


@pytest.mark.both_engines
async def test_a_kill_at_any_statement_pays_it_as_a_whole_or_not_at_all(
    market: Market,
) -> None:
    """Placed again, it is paid once."""
    shops = await market.fill("LU", "FR")
    for number in count(0, 3):
        purchase = await _placed(shops)
        try:
            with killed_at(number):
                await _place(purchase)
        except Killed:
            is_over = False
            assert not await Payment.filter(
                order_id__in=list(purchase.order_ids)
            ).exists()
            await _place(purchase)
        else:
            is_over = True
        await market.settle()
        if is_over:
            break
    assert number > 10
    await at_rest(market)
    sold = await Refund.all().count() + await Payment.filter(status="succeeded").count()
    assert [_holds(market, shop) for shop in shops] == [SHARE * sold // 2] * 2


@pytest.mark.both_engines
@pytest.mark.parametrize("several", [False, True])
async def test_a_code_that_takes_everything_off_places_and_pays_at_once(
    market: Market, *, several: bool
) -> None:
    """Through the basket: the use counts, the basket is empty, and nobody waits for a card."""
    shops = (await market.fill("LU", "FR"))[: 2 if several else 1]
    code = await make_discount(code="ALLOFIT", **ALL_OF_IT)
    basket = await basket_of({shop.product_id: 2 for shop in shops})
    await codes.use_code(basket, "ALLOFIT", CodeUser(None), network="203.0.113.7")
    token = await place_order(
        basket_token=basket,
        contact=ADA,
        customer_id=None,
        hold_minutes=30,
    )

    checkout = await Checkout.get(token=token)
    assert (checkout.status, checkout.total_amount) == ("completed", 0)
    for order in await Order.filter(checkout_id=checkout.id):
        assert (order.status, order.payment_status) == ("processing", "paid")
        assert order.marketplace_discount == order.discount_amount == PRICE
    use = await Redemption.get(discount_id=code.id)
    assert use.status == "used"
    assert not (await get_basket(basket)).lines
    await at_rest(market)
    assert [_holds(market, shop) for shop in shops] == [SHARE] * len(shops)


async def test_a_code_for_all_of_one_shop_leaves_the_others_to_be_paid(
    market: Market,
) -> None:
    """A vendor's own gift beside another vendor's goods: one payment, of the other's price."""
    shops = await market.fill("LU", "FR")
    await make_discount(shops[0].vendor_id, "ALLOFIT", **ALL_OF_IT)
    basket = await basket_of({shop.product_id: 2 for shop in shops})
    await codes.use_code(basket, "ALLOFIT", CodeUser(None), network="203.0.113.7")
    token = await place_order(
        basket_token=basket,
        contact=ADA,
        customer_id=None,
        hold_minutes=30,
    )
    orders = await Order.filter(checkout__token=token).order_by("vendor_id")
    assert [order.total_amount_cents for order in orders] == [0, PRICE]
    view = await create_payment_intent(market.gateway, order_id=orders[0].id)
    assert view.amount_total.amount == PRICE
    pay(market, view.payment_intent_id)
    market.advance(1)
    await market.settle()

    await at_rest(market)
    paid = Order.filter(checkout__token=token, payment_status="paid")
    assert await paid.count() == 2
    assert [_holds(market, shop) for shop in shops] == [0, SHARE]
