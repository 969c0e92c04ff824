"""A purchase of several vendors' goods, its orders as the basket will place them: one checkout with
an order at each shop, and one intent that they share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from shared.core.ids import digest, new_token
from shared.finance.payments.models import Payment
from shared.finance.payments.service import IntentView, create_payment_intent
from shared.sandbox.events import emit
from shared.sandbox.resources import onboarding
from shared.trade.baskets.models import Basket, BasketLine
from shared.trade.catalogue.models import Product
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.service import place_order
from tests.support.codes import take_code
from tests.support.market import ADA
from tests.support.money import assert_books_agree
from tests.support.shipping import chosen_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.support.machine import Market
    from tests.support.market import Shop
    from tests.support.sandbox import RunningSandbox


@dataclass(frozen=True)
class SharedPurchase:
    """A checkout, the ids of its orders in the order of the shops, and the basket's token."""

    token: str
    checkout_id: int
    order_ids: tuple[int, ...]
    basket: str

    async def orders(self) -> list[Order]:
        """As they are now."""
        return await Order.filter(checkout_id=self.checkout_id).order_by("id")

    async def payments(self) -> list[Payment]:
        """What each order has of the latest intent, as it is now."""
        latest: dict[int, Payment] = {}
        mine = Payment.filter(order__checkout_id=self.checkout_id)
        for payment in await mine.order_by("attempt", "order_id"):
            latest[payment.order_id] = payment
        return [latest[order_id] for order_id in sorted(latest)]

    async def states(self) -> tuple[set[str], set[str]]:
        """Where its payments are, and where its orders' money is."""
        orders, payments = await self.orders(), await self.payments()
        return (
            {each.status for each in payments},
            {each.payment_status for each in orders},
        )

    async def open(self, market: Market, which: int = 0) -> IntentView:
        """Ask for the intent of one of its orders."""
        return await create_payment_intent(
            market.gateway, order_id=self.order_ids[which]
        )


async def basket_of(pieces: Mapping[int, int]) -> str:
    """A basket of so many pieces of each product, by its id."""
    token = new_token("ba")
    basket = await Basket.create(token_digest=digest(token))
    for product in await Product.filter(id__in=list(pieces)).order_by("id"):
        await BasketLine.create(
            basket_id=basket.id,
            product_id=product.id,
            quantity=pieces[product.id],
            seen_amount=product.price_amount,
        )
    return token


async def buy_from(
    shops: Sequence[Shop],
    *,
    quantity: int = 1,
    customer_id: int | None = None,
    sent: str = "standard",
    code: str = "",
) -> SharedPurchase:
    """A checkout with an order at each of these shops; `sent`: how, by those who let one choose."""
    basket = await basket_of({shop.product_id: quantity for shop in shops})
    await take_code(basket, code)
    token = await place_order(
        basket_token=basket,
        contact=ADA,
        customer_id=customer_id,
        hold_minutes=30,
        shipping=await chosen_of([shop.vendor_id for shop in shops], sent),
    )
    checkout = await Checkout.get(token=token)
    orders = {o.vendor_id: o.id for o in await Order.filter(checkout_id=checkout.id)}
    ids = tuple(orders[shop.vendor_id] for shop in shops)
    return SharedPurchase(token, checkout.id, ids, basket)


def pay(market: Market, intent_id: str, card: str = "pm_card_visa") -> Any:
    """Confirm an intent as a browser would."""
    return market.stand.v1.payment_intents.confirm(
        intent_id,
        {"payment_method": card, "return_url": "http://127.0.0.1/back"},
    )


async def buy_and_pay(
    market: Market, shops: Sequence[Shop], *, quantity: int = 1
) -> SharedPurchase:
    """A purchase at these shops whose money, transfers and charge have arrived everywhere."""
    purchase = await buy_from(shops, quantity=quantity)
    pay(market, (await purchase.open(market)).payment_intent_id)
    market.advance(1)
    await market.settle()
    return purchase


def transfers_of(market: Market, payment: Payment) -> list[Any]:
    """What Stripe has sent on of a payment's intent."""
    group = {"transfer_group": payment.transfer_group, "limit": 100}
    return list(market.stand.v1.transfers.list(group).data)


async def books_agree(market: Market) -> None:
    """Each balance in the ledger is what Stripe says it is."""
    await assert_books_agree(cast("RunningSandbox", market))


def turn(market: Market, intent_id: str, status: str, error: str = "") -> None:
    """Let an intent of a slow method be under way, or come back unpaid; Stripe tells of it."""
    act = market.act()
    with market.stand.world.store.transaction():
        doc = act.get("payment_intent", intent_id)
        doc.body["status"] = status
        told = "processing"
        if error:
            told = "payment_failed"
            doc.body["last_payment_error"] = {
                "type": "card_error",
                "code": "payment_intent_payment_attempt_failed",
                "message": error,
            }
        act.store.save(doc)
        emit(act, f"payment_intent.{told}", doc)


def let_transfers_be(market: Market, shop: Shop, state: str) -> None:
    """What Stripe says of whether a vendor's account can be sent something: active or inactive."""
    act = market.act()
    given = {"capabilities": {"transfers": {"status": state}}}
    with market.stand.world.store.transaction():
        assert not onboarding.force(act, act.get("account", shop.account_id), given)
