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
from shared.trade.orders.models import Checkout
from shared.trade.orders.rules import CheckoutStatus
from tests.support.purchases import (
    SharedPurchase,
    books_agree,
    buy_from,
    pay,
)

if TYPE_CHECKING:
    from tests.support.machine import Market


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
    assert await purchase.states() == ({"failed"}, {"failed"})
    assert (await purchase.open(market, 1)).payment_intent_id == view.payment_intent_id
    pay(market, view.payment_intent_id)
    told = await refresh(market.gateway, checkout_token=purchase.token)
    assert told.settled
    assert await purchase.states() == ({"succeeded"}, {"paid"})


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
    assert await purchase.states() == ({"canceled"}, {"cancelled"})
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
    assert await purchase.states() == ({"succeeded"}, {"paid"})
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
    assert await purchase.states() == ({"succeeded"}, {"paid"})
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
    assert await purchase.states() == ({"succeeded"}, {"paid"})
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
    assert await purchase.states() == ({"succeeded"}, {"paid"})
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
    assert await purchase.states() == ({"succeeded"}, {"paid"})
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
    assert await purchase.states() == ({"canceled"}, {"cancelled"})
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
