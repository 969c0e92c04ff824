"""What becomes of an intent that several orders share, when it is not paid at once: declined,
expired, given up, unheard of. All of its orders go the same way.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import stripe

from shared.finance.payments import abandonment, jobs, stock_hold
from shared.finance.payments.errors import OrderNotPayable
from shared.finance.payments.models import Payment
from shared.finance.payments.return_page import refresh
from shared.finance.payments.service import confirm_payment
from shared.infra import unit
from shared.infra.jobs.models import Job
from shared.infra.mail.models import Email
from shared.trade.baskets import service as baskets
from shared.trade.catalogue.errors import SoldOut
from shared.trade.catalogue.models import Product
from shared.trade.orders.cancellation import close_checkout
from shared.trade.orders.errors import CannotShip
from shared.trade.orders.models import Checkout
from shared.trade.orders.rules import CheckoutStatus
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


async def _states(purchase: SharedPurchase) -> tuple[set[str], set[str]]:
    """Where its payments are, and where its orders' money is."""
    orders, payments = await purchase.orders(), await purchase.payments()
    return (
        {each.status for each in payments},
        {each.payment_status for each in orders},
    )


async def test_a_declined_card_fails_all_and_the_next_one_pays_all(
    market: Market,
) -> None:
    """The same intent takes another card; the shopper reads one sentence."""
    purchase = await buy_from(await market.fill("LU", "FR"))
    view = await purchase.open(market)
    with pytest.raises(stripe.CardError):
        pay(market, view.payment_intent_id, "pm_card_visa_chargeDeclined")
    told = await refresh(market.gateway, checkout_token=purchase.token)
    assert told.can_retry
    assert told.message
    assert await _states(purchase) == ({"failed"}, {"failed"})
    assert (await purchase.open(market, 1)).payment_intent_id == view.payment_intent_id
    pay(market, view.payment_intent_id)
    told = await refresh(market.gateway, checkout_token=purchase.token)
    assert told.settled
    assert await _states(purchase) == ({"succeeded"}, {"paid"})


@pytest.mark.both_engines
async def test_when_the_time_is_over_the_one_intent_is_cancelled_and_all_stock_free(
    market: Market,
) -> None:
    """Nothing of the purchase is payable after that."""
    shops = await market.fill("LU", "FR")
    purchase = await buy_from(shops)
    view = await purchase.open(market)
    assert {each.reserved for each in await Product.all()} == {1}
    market.advance(31 * 60)
    await market.settle()
    assert await _states(purchase) == ({"canceled"}, {"cancelled"})
    assert (await Checkout.get(id=purchase.checkout_id)).status == "expired"
    assert {each.reserved for each in await Product.all()} == {0}
    intent = await market.gateway.payment_intents.get(view.payment_intent_id)
    assert intent.status == "canceled"
    for which in (0, 1):
        with pytest.raises(OrderNotPayable):
            await purchase.open(market, which)


async def test_money_that_wins_the_race_against_the_end_pays_all(
    market: Market,
) -> None:
    """It arrived at Stripe, and nobody has told us when the time is over."""
    purchase = await buy_from(await market.fill("LU", "FR"))
    view = await purchase.open(market)
    market.advance(29 * 60)
    pay(market, view.payment_intent_id)
    for delivery in market.pending():
        market.drop(delivery)
    market.advance(2 * 60)
    await market.rest()
    assert await _states(purchase) == ({"succeeded"}, {"paid"})
    assert all(each.stripe_transfer_id for each in await purchase.payments())
    await books_agree(market)


async def test_a_closed_purchase_whose_money_came_all_the_same_is_paid(
    market: Market,
) -> None:
    """Closed by hand while the card was typed: its jobs find the money."""
    purchase = await buy_from(await market.fill("LU", "FR"))
    view = await purchase.open(market)
    async with unit.transaction() as tx:
        checkout = await tx.lock(Checkout, id=purchase.checkout_id)
        await close_checkout(tx, checkout, CheckoutStatus.CANCELLED, actor="shopper")
    pay(market, view.payment_intent_id)
    await market.rest()
    assert await _states(purchase) == ({"succeeded"}, {"paid"})
    await books_agree(market)


async def test_a_part_that_was_sold_meanwhile_is_told_and_the_others_are_sent(
    market: Market,
) -> None:
    """The money came late: one receipt, which says of the one part that it cannot be sent; its
    vendor is not asked to send anything.
    """
    shops = await market.fill("LU", "FR")
    purchase = await buy_from(shops)
    view = await purchase.open(market)
    async with unit.transaction() as tx:
        checkout = await tx.lock(Checkout, id=purchase.checkout_id)
        await close_checkout(tx, checkout, CheckoutStatus.CANCELLED, actor="shopper")
    await Product.filter(id=shops[1].product_id).update(stock=0)
    pay(market, view.payment_intent_id)
    market.advance(1)
    await market.settle()
    assert await _states(purchase) == ({"succeeded"}, {"paid"})
    sent, gone = await purchase.orders()
    assert [sent.status, gone.status] == ["processing", "cancelled"]
    receipt = await Email.get(kind="purchase_confirmed")
    _, of_sent, of_gone = re.split(rf"{sent.number}|{gone.number}", receipt.text)
    assert "sold before your payment arrived" in of_gone
    assert "sold before your payment arrived" not in of_sent
    (asked,) = await Email.filter(kind="order_sold")
    assert asked.order_id == sent.id


async def test_when_nothing_of_it_is_left_no_receipt_thanks_for_it(
    market: Market,
) -> None:
    """People are written to by hand then."""
    shops = await market.fill("LU", "FR")
    purchase = await buy_from(shops)
    view = await purchase.open(market)
    async with unit.transaction() as tx:
        checkout = await tx.lock(Checkout, id=purchase.checkout_id)
        await close_checkout(tx, checkout, CheckoutStatus.CANCELLED, actor="shopper")
    await Product.all().update(stock=0)
    pay(market, view.payment_intent_id)
    market.advance(1)
    await market.settle()
    assert {order.status for order in await purchase.orders()} == {"cancelled"}
    assert not await Email.filter(
        kind__in=["purchase_confirmed", "order_sold"]
    ).exists()


async def test_without_a_webhook_and_without_a_job_the_sweep_brings_it_home(
    market: Market,
) -> None:
    """One job for the intent, not one for each of its orders."""
    purchase = await buy_from(await market.fill("LU", "FR"))
    view = await purchase.open(market)
    pay(market, view.payment_intent_id)
    for delivery in market.pending():
        market.drop(delivery)
    await Job.filter(kind="payments.settle_unknown").delete()
    market.advance(20 * 60)
    await market.work()
    assert await Job.filter(kind="payments.settle_unknown").count() == 1
    await market.rest()
    assert await _states(purchase) == ({"succeeded"}, {"paid"})
    assert all(each.amount_stripe_fee for each in await purchase.payments())
    await books_agree(market)


async def test_a_charge_that_nobody_told_of_is_read_for_all(market: Market) -> None:
    """Its fee is noted with each order by the job of the one that leads."""
    purchase = await buy_from(await market.fill("LU", "FR"))
    view = await purchase.open(market)
    pay(market, view.payment_intent_id)
    await confirm_payment(market.gateway, view.payment_intent_id)
    market.advance(1)
    lead, _ = await purchase.payments()
    await jobs.read_charge.run(market.context, {"payment_id": lead.id})
    assert (
        len({p.stripe_balance_transaction_id for p in await purchase.payments()}) == 1
    )
    assert all(each.amount_stripe_fee for each in await purchase.payments())


async def test_an_intent_that_was_cancelled_at_stripe_is_followed_by_another_one(
    market: Market,
) -> None:
    """Over all orders again, under the next key."""
    purchase = await buy_from(await market.fill("LU", "FR"))
    first = await purchase.open(market)
    market.stand.v1.payment_intents.cancel(first.payment_intent_id)
    second = await purchase.open(market, 1)
    assert second.payment_intent_id != first.payment_intent_id
    assert [each.attempt for each in await purchase.payments()] == [2, 2]
    pay(market, second.payment_intent_id)
    market.advance(1)
    await market.settle()
    assert await _states(purchase) == ({"succeeded"}, {"paid"})
    await books_agree(market)


async def test_what_is_not_wanted_any_more_is_let_go_as_a_whole(
    market: Market,
) -> None:
    """Something was taken out of the basket."""
    shops = await market.fill("LU", "FR")
    purchase = await buy_from(shops)
    await purchase.open(market)
    await baskets.set_quantity(
        purchase.basket, product_id=shops[1].product_id, quantity=0
    )
    await abandonment.give_up.run(market.context, {"checkout_id": purchase.checkout_id})
    assert await _states(purchase) == ({"canceled"}, {"cancelled"})
    assert {each.reserved for each in await Product.all()} == {0}


class TestPay:
    """Where little is there, Pay sets the pieces of all orders aside, or of none."""

    async def _scarce(self, market: Market, *stock: int) -> SharedPurchase:
        shops = await market.fill("LU", "FR")
        for shop, pieces in zip(shops, stock, strict=True):
            await Product.filter(id=shop.product_id).update(stock=pieces)
        return await buy_from(shops)

    async def _press(self, market: Market, purchase: SharedPurchase) -> bool:
        view = await purchase.open(market)
        return await stock_hold.press(
            market.gateway,
            checkout_id=purchase.checkout_id,
            intent_id=view.payment_intent_id,
        )

    async def _reserved(self) -> list[int]:
        rows = await Product.all().order_by("id")
        return [each.reserved for each in rows]

    @pytest.mark.both_engines
    async def test_all_of_it_is_set_aside_and_let_go_after_a_decline(
        self, market: Market
    ) -> None:
        """Each vendor's last piece."""
        purchase = await self._scarce(market, 1, 1)
        assert await self._reserved() == [0, 0]
        assert await self._press(market, purchase)
        assert await self._press(market, purchase)
        assert await self._reserved() == [1, 1]
        view = await purchase.open(market)
        with pytest.raises(stripe.CardError):
            pay(market, view.payment_intent_id, "pm_card_visa_chargeDeclined")
        await stock_hold.release(
            market.gateway,
            checkout_id=purchase.checkout_id,
            intent_id=view.payment_intent_id,
        )
        assert await self._reserved() == [0, 0]
        assert await self._press(market, purchase)
        pay(market, view.payment_intent_id)
        await confirm_payment(market.gateway, view.payment_intent_id)
        assert {each.stock for each in await Product.all()} == {0}

    async def test_one_piece_that_is_gone_sets_nothing_aside(
        self, market: Market
    ) -> None:
        """No card is asked, and the other vendor's piece stays free."""
        purchase = await self._scarce(market, 1, 1)
        second = await Product.all().order_by("-id").first()
        assert second is not None
        await Product.filter(id=second.id).update(stock=0)
        with pytest.raises(SoldOut):
            await self._press(market, purchase)
        assert await self._reserved() == [0, 0]

    async def test_what_nobody_pays_is_let_go_after_the_intent(
        self, market: Market
    ) -> None:
        """By the job of either order, whichever comes first."""
        purchase = await self._scarce(market, 1, 1)
        assert await self._press(market, purchase)
        market.advance(3 * 60)
        await market.settle()
        assert await self._reserved() == [0, 0]
        payments = await Payment.filter(order__checkout_id=purchase.checkout_id)
        assert {each.status for each in payments} == {"canceled"}
        assert await self._press(market, purchase)


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
        assert await _states(purchase) == ({"processing"}, {"processing"})
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
        assert await _states(purchase) == ({"succeeded"}, {"paid"})
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
        assert await _states(purchase) == ({"canceled"}, {"cancelled"})
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
        assert await _states(purchase) == ({"processing"}, {"processing"})
        assert {each.reserved for each in await Product.all()} == {0}
