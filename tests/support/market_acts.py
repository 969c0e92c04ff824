"""What people and banks do in the marketplace of tests.support.machine: through our services, or
past us at Stripe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise.expressions import F

from shared.core.money import step
from shared.finance.inbox import dispatch
from shared.finance.inbox.models import WebhookEvent
from shared.finance.payments import stock_hold
from shared.finance.payments.models import Payment
from shared.finance.payments.service import confirm_payment, create_payment_intent
from shared.finance.refunds import approval
from shared.finance.refunds import service as refunds
from shared.finance.refunds.calling_off import cancel_and_refund
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import Reach, RefundRequest, RefundState
from shared.infra import unit
from shared.sandbox import choices
from shared.trade.baskets import service as baskets
from shared.trade.catalogue.models import Product
from shared.trade.orders.models import Order
from shared.trade.orders.queries import order_by_id
from shared.trade.orders.rules import PaymentStatus
from shared.trade.orders.service import place_order
from shared.trade.orders.shipping import mark_as_shipped
from tests.support.codes import take_code
from tests.support.market import ADA
from tests.support.purchases import buy_from
from tests.support.shipping import chosen_of
from tests.support.vat import id_across

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.machine import Market
    from tests.support.market import Shop


async def buy(
    market: Market,
    shop: Shop,
    quantity: int,
    card: str | None,
    *,
    back: bool,
    sent: str = "standard",
    code: str = "",
    business: bool = False,
) -> int:
    """An order, paid with this card: its id. `back`: the shopper comes to the return page;
    `business`: it buys without VAT where it can.
    """
    basket = await baskets.add(None, product_id=shop.product_id, quantity=quantity)
    await take_code(basket, code)
    token = await place_order(
        basket_token=basket,
        contact=ADA,
        customer_id=await id_across(is_business=business),
        hold_minutes=30,
        shipping=await chosen_of([shop.vendor_id], sent),
    )
    order = await Order.get(checkout__token=token)
    if order.payment_status == PaymentStatus.PAID:
        return int(order.id)  # it cost nothing
    intent = await create_payment_intent(market.gateway, order_id=order.id)
    if card is not None:
        await _pay(market, order.checkout_id, intent.payment_intent_id, card)
    if back:
        await confirm_payment(market.gateway, intent.payment_intent_id)
    return int(order.id)


async def _pay(market: Market, checkout_id: int, intent_id: str, card: str) -> None:
    """Press Pay, and confirm with this card."""
    await stock_hold.press(market.gateway, checkout_id=checkout_id, intent_id=intent_id)
    given = {
        "payment_method": f"pm_card_{card}",
        "return_url": "http://127.0.0.1/back",
    }
    path = f"/v1/payment_intents/{intent_id}/confirm"
    status, body, _ = market.stand.send("POST", path, given)
    assert status == 200, body
    market.advance(1)


async def buy_at_several(
    market: Market,
    shops: Sequence[Shop],
    quantity: int,
    card: str,
    *,
    back: bool,
    sent: str = "standard",
    code: str = "",
    business: bool = False,
) -> tuple[int, ...]:
    """A purchase at several vendors by one payment: the ids of its orders."""
    buyer = await id_across(is_business=business)
    purchase = await buy_from(
        shops,
        quantity=quantity,
        customer_id=buyer,
        sent=sent,
        code=code,
    )
    if await Order.exists(id=purchase.order_ids[0], payment_status=PaymentStatus.PAID):
        return purchase.order_ids  # it cost nothing
    intent = await purchase.open(market, len(shops) - 1)
    await _pay(market, purchase.checkout_id, intent.payment_intent_id, card)
    if back:
        await confirm_payment(market.gateway, intent.payment_intent_id)
    return purchase.order_ids


async def press_and_leave(
    market: Market,
    shop: Shop,
    *,
    business: bool,
) -> None:
    """A shopper presses Pay of an order and is not heard of again."""
    sale = await buy(market, shop, 1, None, back=False, business=business)
    order = await Order.get(id=sale)
    await stock_hold.press(
        market.gateway,
        checkout_id=order.checkout_id,
        intent_id=str(order.payment_intent_id),
    )


async def shelve(shop: Shop, free: int) -> None:
    """The vendor counts anew: so many pieces lie there beside those that orders hold."""
    async with unit.transaction():
        await Product.filter(id=shop.product_id).update(stock=F("reserved") + free)


def part_of(order: Order, share: float) -> int:
    """A share of an order's total that its currency can be given back in."""
    unit = step(order.currency)
    return max(unit, int(order.total_amount_cents * share) // unit * unit)


async def refund(market: Market, sale: int, share: float, *, now: bool) -> RefundState:
    """The vendor gives a part back, or what is left; asked of Stripe at once, or by the job."""
    order = await Order.get(id=sale)
    made = await refunds.request(
        market.gateway,
        vendor_id=order.vendor_id,
        number=order.number,
        wish=RefundRequest(Reach.WHOLE)
        if share == 1
        else RefundRequest(Reach.AMOUNT, part_of(order, share)),
        reason="requested_by_customer",
        note="",
        by="member:1",
        at_once=now,
    )
    if now and made.state is RefundState.OPENING:
        tried = await refunds.try_now(market.gateway, made.id, made.write)
        return tried.state
    return made.state


async def decide(*, yes: bool) -> bool:
    """The operator decides about the refund that waits longest; False when none waits."""
    waiting = (
        await Refund.filter(status=RefundState.AWAITING_APPROVAL).order_by("id").first()
    )
    if waiting is None:
        return False
    if yes:
        await approval.approve(waiting.id, by="member:2")
    else:
        await approval.decline(waiting.id, reason="Not like this.", by="member:2")
    return True


async def cancel(market: Market, sale: int, *, now: bool) -> None:
    """The shopper cancels before it is sent; Stripe is asked at once, or by the job."""
    order = await order_by_id(sale)
    made = await cancel_and_refund(market.gateway, order, by="shopper")
    if now:
        await refunds.try_now(market.gateway, made.id, made.write)


async def send(sale: int, *, anyway: bool) -> None:
    """The vendor sends an order, also where its money is in doubt if `anyway`."""
    order = await Order.get(id=sale)
    await mark_as_shipped(
        vendor_id=order.vendor_id,
        number=order.number,
        carrier="",
        tracking="",
        actor="member:1",
        all_the_same=anyway,
    )


async def refund_at_stripe(
    market: Market,
    sale: int,
    share: float,
    *,
    reverse: bool,
    fee: bool,
    named: bool = True,
) -> None:
    """Staff give back past us, in Stripe's dashboard; Stripe may refuse. Of a charge that orders
    share: a part of the one that they name, or of the whole charge, all that is left for 1.0.
    """
    order = await Order.get(id=sale)
    intent_id = order.payment_intent_id
    given: dict[str, Any] = {
        "payment_intent": intent_id,
        "amount": str(part_of(order, share)),
    }
    given |= {"reverse_transfer": "true"} if reverse else {}
    given |= {"refund_application_fee": "true"} if reverse and fee else {}
    if await Payment.exists(order_id=sale, intent_key__not_isnull=True):
        if named:
            given["metadata"] = {"order_number": order.number}
        elif share == 1.0:
            del given["amount"]
        else:
            orders = await Order.filter(payment_intent_id=intent_id)
            given["amount"] = str(sum(part_of(each, share) for each in orders))
    market.stand.send("POST", "/v1/refunds", given)


async def take_back_at_stripe(
    market: Market, sale: int, share: float, *, fee: bool
) -> None:
    """Staff reverse a part of a transfer past us, in Stripe's dashboard; Stripe may refuse."""
    payment = await Payment.filter(
        order_id=sale, stripe_transfer_id__not_isnull=True
    ).first()
    if payment is not None:
        amount = part_of(await Order.get(id=sale), share)
        given = {"amount": str(amount)} | (
            {"refund_application_fee": "true"} if fee else {}
        )
        market.stand.send(
            "POST", f"/v1/transfers/{payment.stripe_transfer_id}/reversals", given
        )


def other_world(market: Market) -> None:
    """From now on Stripe asks for cover where it did not when a destination charge's transfer comes
    back, or the reverse.
    """
    act = market.act()
    worlds = choices.CHOICES["destination_reversals"]
    now = choices.chosen(act)["destination_reversals"]
    with act.store.transaction():
        choices.choose(act, {"destination_reversals": worlds[1 - worlds.index(now)]})


def meanwhile(market: Market, shop: Shop, what: str) -> None:
    """Between our next look at a balance and our next refund or reversal: the vendor's money
    leaves, or the world changes.
    """

    def money_leaves() -> None:
        account = {"stripe-account": shop.account_id}
        _, balance, _ = market.stand.send("GET", "/v1/balance", None, account)
        for line in balance["available"]:
            if (amount := line["amount"] // 100 * 100) > 0:
                market.stand.send(
                    "POST",
                    "/v1/payouts",
                    {"amount": str(amount), "currency": line["currency"]},
                    account,
                )

    happens = {"world": lambda: other_world(market), "money": money_leaves}
    market.line.meanwhile.append(happens[what])


async def replay(market: Market, which: int) -> None:
    """The operator applies a stored event again."""
    rows = await WebhookEvent.all().order_by("-id").limit(40)
    if rows:
        await dispatch.replay(
            market.context, rows[which % len(rows)].stripe_event_id, actor="member:2"
        )
