"""A purchase at several vendors by a method that takes days: held, sent later or freed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.finance.payments import stock_hold
from shared.finance.payments.return_page import refresh
from shared.infra.mail.models import Email
from shared.trade.catalogue.models import Product
from shared.trade.orders.errors import CannotShip
from shared.trade.orders.models import Checkout
from shared.trade.orders.shipping import mark_as_shipped
from tests.support.purchases import (
    SharedPurchase,
    books_agree,
    buy_from,
    pay,
    turn,
)

if TYPE_CHECKING:
    from tests.support.machine import Market


class TestSlowMethods:
    """The shopper's bank works on it for days: nothing is sent, and nothing is sold to others."""

    async def _under_way(self, market: Market) -> tuple[SharedPurchase, str]:
        purchase = await buy_from(await market.fill("LU", "FR"))
        view = await purchase.open(market)
        turn(market, view.payment_intent_id, "processing")
        market.advance(3 * 24 * 3600)
        await market.settle()
        return purchase, view.payment_intent_id

    async def _waits(self, purchase: SharedPurchase) -> None:
        assert await purchase.states() == ({"processing"}, {"processing"})
        assert {each.reserved for each in await Product.all()} == {1}
        assert (await Checkout.get(id=purchase.checkout_id)).status == "open"
        for order in await purchase.orders():
            with pytest.raises(CannotShip):
                await mark_as_shipped(
                    vendor_id=order.vendor_id,
                    number=order.number,
                    carrier="",
                    tracking="",
                    actor="test",
                )

    @pytest.mark.both_engines
    async def test_while_it_is_under_way_the_pieces_are_held_and_nothing_is_sent(
        self, market: Market
    ) -> None:
        """Long after the time to pay is over; nobody tries to call the money back."""
        purchase, intent = await self._under_way(market)
        await self._waits(purchase)
        read = await market.gateway.payment_intents.get(intent)
        assert read.status == "processing"
        told = await refresh(market.gateway, checkout_token=purchase.token)
        assert not told.settled

    @pytest.mark.both_engines
    async def test_it_arrives_days_later_and_every_vendor_has_its_part(
        self, market: Market
    ) -> None:
        """As if it had come at once."""
        purchase, intent = await self._under_way(market)
        turn(market, intent, "requires_payment_method")
        pay(market, intent)
        await market.rest()
        assert await purchase.states() == ({"succeeded"}, {"paid"})
        assert all(each.stripe_transfer_id for each in await purchase.payments())
        assert {each.reserved for each in await Product.all()} == {0}
        assert await Email.filter(kind="purchase_confirmed").count() == 1
        await books_agree(market)

    @pytest.mark.both_engines
    async def test_it_fails_days_later_and_the_pieces_are_free_again(
        self, market: Market
    ) -> None:
        """Its time was over long ago, so the purchase is; nothing was sent on."""
        purchase, intent = await self._under_way(market)
        turn(market, intent, "requires_payment_method", "The account was closed.")
        await market.rest()
        assert await purchase.states() == ({"canceled"}, {"cancelled"})
        assert {each.reserved for each in await Product.all()} == {0}
        assert not [each for each in await purchase.payments() if each.paid_at]
        assert (await Checkout.get(id=purchase.checkout_id)).status == "expired"
        await books_agree(market)

    async def test_what_pay_set_aside_stays_while_it_is_under_way(
        self, market: Market
    ) -> None:
        """Also where little is there and Pay holds it for minutes only."""
        shops = await market.fill("LU", "FR")
        for shop in shops:
            await Product.filter(id=shop.product_id).update(stock=1)
        purchase = await buy_from(shops)
        view = await purchase.open(market)
        assert await stock_hold.press(
            market.gateway,
            checkout_id=purchase.checkout_id,
            intent_id=view.payment_intent_id,
        )
        turn(market, view.payment_intent_id, "processing")
        market.advance(3 * 24 * 3600)
        await market.settle()
        await self._waits(purchase)

    async def _without_pay(self, market: Market, pieces: int) -> SharedPurchase:
        """The last pieces, paid by a slow method where nobody asked for them to be set aside."""
        shops = await market.fill("LU", "FR")
        products = Product.filter(id__in=[shop.product_id for shop in shops])
        await products.update(stock=1)
        purchase = await buy_from(shops)
        view = await purchase.open(market)
        await products.update(stock=pieces)
        turn(market, view.payment_intent_id, "processing")
        market.advance(3 * 24 * 3600)
        await market.settle()
        return purchase

    @pytest.mark.both_engines
    async def test_what_pay_did_not_set_aside_is_once_the_money_is_on_its_way(
        self, market: Market
    ) -> None:
        """By a payment page of its own, or where Pay holds nothing any more; free after a no."""
        purchase = await self._without_pay(market, 1)
        await self._waits(purchase)
        (intent,) = {
            each.stripe_payment_intent_id for each in await purchase.payments()
        }
        turn(market, intent or "", "requires_payment_method", "The account was closed.")
        await market.rest()
        assert {each.reserved for each in await Product.all()} == {0}
        await books_agree(market)

    async def test_what_is_gone_by_then_sets_nothing_aside(
        self, market: Market
    ) -> None:
        """The payment goes on as it does; nothing is counted below nothing."""
        purchase = await self._without_pay(market, 0)
        assert await purchase.states() == ({"processing"}, {"processing"})
        assert {each.reserved for each in await Product.all()} == {0}
