"""Several orders of a purchase share one PaymentIntent: one charge, then exactly one transfer to
each vendor, whatever dies, repeats or comes late (decision 19).
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from shared.finance.ledger.chart import Account
from shared.finance.payments.models import Payment
from shared.finance.payments.service import confirm_payment, create_payment_intent
from shared.finance.payments.waiting_transfers import waiting_for_accounts
from shared.infra import unit
from shared.infra.gateway.errors import StripeUnavailable
from shared.infra.stripe_writes.models import StripeWrite
from shared.trade.orders.models import Checkout
from tests.support.killing import killed_in_turn
from tests.support.money import booked
from tests.support.purchases import (
    SharedPurchase,
    books_agree,
    buy_and_pay,
    buy_from,
    pay,
    transfers_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.machine import Market
    from tests.support.market import Shop


@pytest.mark.both_engines
async def test_whichever_order_is_asked_for_there_is_one_intent_over_all(
    market: Market,
) -> None:
    """On the platform's account, to nobody, over what the orders come to; also asked at once."""
    shops = await market.fill("LU", "FR", "DE")
    purchase = await buy_from(shops)
    views = await asyncio.gather(*(purchase.open(market, n) for n in (2, 0, 1, 2)))
    assert len({view.payment_intent_id for view in views}) == 1
    payments = await purchase.payments()
    total = sum(each.amount_total for each in payments)
    fee = sum(each.amount_platform_fee for each in payments)
    view = views[0]
    assert view.amount_total.amount == total == 3 * 1999
    assert (view.amount_vendor.amount, view.platform_fee.amount) == (total - fee, fee)
    intent = await market.gateway.payment_intents.get(view.payment_intent_id)
    assert (intent.amount, intent.destination, intent.application_fee) == (
        total,
        None,
        0,
    )
    assert [each.leads for each in payments] == [True, False, False]
    assert {each.intent_key for each in payments} == {payments[0].idempotency_key}
    assert await Payment.all().count() == 3


async def test_one_event_pays_every_order_and_each_vendor_gets_its_part_once(
    market: Market,
) -> None:
    """Stripe's fee is shared to the cent, and the books say of each balance what Stripe says."""
    shops = await market.fill("LU", "FR", "DE")
    purchase = await buy_and_pay(market, shops)
    orders, payments = await purchase.orders(), await purchase.payments()
    assert {order.payment_status for order in orders} == {"paid"}
    assert (await Checkout.get(id=purchase.checkout_id)).status == "completed"
    assert {each.status for each in payments} == {"succeeded"}
    assert len({each.stripe_charge_id for each in payments}) == 1
    made = transfers_of(market, payments[0])
    assert sorted((t.destination, t.amount) for t in made) == sorted(
        (each.stripe_account_id, each.amount_vendor) for each in payments
    )
    assert {t.source_transaction for t in made} == {payments[0].stripe_charge_id}
    assert {t.id for t in made} == {each.stripe_transfer_id for each in payments}
    fees = [each.amount_stripe_fee or 0 for each in payments]
    assert sum(fees) == _fee_of(market, payments[0])
    assert max(fees) - min(fees) <= 1
    await books_agree(market)


def _fee_of(market: Market, payment: Payment) -> int:
    charge = market.stand.v1.charges.retrieve(
        str(payment.stripe_charge_id), {"expand": ["balance_transaction"]}
    )
    fee: int = charge.balance_transaction.fee
    return fee


@pytest.mark.both_engines
async def test_a_kill_at_any_statement_of_settling_ends_in_one_transfer_each(
    market: Market,
) -> None:
    """All or nothing of the purchase; what comes again finishes it."""
    shops = await market.fill("LU", "FR")

    async def settled(purchase: SharedPurchase) -> None:
        (lead, *_) = await purchase.payments()
        await confirm_payment(market.gateway, str(lead.stripe_payment_intent_id))

    made = []
    async for purchase in killed_in_turn(partial(_paid, market, shops), settled):
        states = {each.status for each in await purchase.payments()}
        assert len(states) == 1, states
        for _ in range(2):
            await settled(purchase)
        made.append(purchase)
    await market.settle()
    for purchase in made:
        await _each_has_its_part(market, purchase)
    assert len(made) > 6
    await books_agree(market)


async def _paid(market: Market, shops: Sequence[Shop]) -> SharedPurchase:
    """At Stripe; nobody here has heard of it."""
    purchase = await buy_from(shops)
    pay(market, (await purchase.open(market)).payment_intent_id)
    return purchase


async def _each_has_its_part(market: Market, purchase: SharedPurchase) -> None:
    payments = await purchase.payments()
    assert {each.status for each in payments} == {"succeeded"}
    made = transfers_of(market, payments[0])
    assert {t.id: t.amount for t in made} == {
        str(each.stripe_transfer_id): each.amount_vendor for each in payments
    }


@pytest.mark.both_engines
async def test_a_kill_at_any_statement_of_the_transfers_sends_nothing_twice(
    market: Market,
) -> None:
    """The next worker asks under the same key, or finds what is there."""
    shops = await market.fill("LU", "FR")

    async def settled() -> SharedPurchase:
        purchase = await _paid(market, shops)
        (lead, *_) = await purchase.payments()
        await confirm_payment(market.gateway, str(lead.stripe_payment_intent_id))
        return purchase

    dying = killed_in_turn(settled, partial(_transfer, market))
    made = [purchase async for purchase in dying]
    await market.rest()
    for purchase in made:
        await _each_has_its_part(market, purchase)
    assert len(made) > 6
    await books_agree(market)


async def _transfer(market: Market, purchase: SharedPurchase) -> None:
    from shared.infra.stripe_writes import service as writes

    for payment in await purchase.payments():
        for write in await writes.waiting(payment.as_subject):
            await writes.perform(market.gateway, write.id)


@pytest.mark.parametrize("broken", ["before", "after"])
async def test_a_lost_answer_to_a_transfer_makes_no_second_one(
    market: Market, broken: str
) -> None:
    """Nor does one that comes back to it after Stripe has forgotten the key."""
    shops = await market.fill("LU", "FR")
    purchase = await buy_from(shops)
    view = await purchase.open(market)
    pay(market, view.payment_intent_id)
    await confirm_payment(market.gateway, view.payment_intent_id)
    market.line.breaks += [broken] * 3  # as often as the SDK itself tries
    with pytest.raises(StripeUnavailable):
        await _transfer(market, purchase)
    market.advance(40 * 24 * 3600)
    await market.rest()
    await _each_has_its_part(market, purchase)
    await books_agree(market)


@pytest.mark.both_engines
async def test_news_in_any_order_and_number_pays_once(market: Market) -> None:
    """Events late, twice, backwards, while two workers work."""
    shops = await market.fill("LU", "FR", "DE")
    purchase = await buy_from(shops)
    view = await purchase.open(market)
    pay(market, view.payment_intent_id)
    market.advance(1)
    await market.at_once(1)
    for delivery in reversed(market.pending()):
        await market.deliver(delivery, times=2)
    await market.rest()
    await _each_has_its_part(market, purchase)
    await books_agree(market)
    assert await StripeWrite.filter(operation="payments.transfer").count() == 3


async def test_a_vendor_that_cannot_receive_money_leaves_the_others_paid(
    market: Market,
) -> None:
    """What it is to get is owed to it in the ledger, and sent once its account can have it."""
    shops = await market.fill("LU", "FR")
    purchase = await buy_from(shops)
    view = await purchase.open(market)
    _capability(market, shops[1].account_id, "inactive")
    pay(market, view.payment_intent_id)
    market.advance(1)
    await market.settle()
    paid, waits = await purchase.payments()
    assert {order.payment_status for order in await purchase.orders()} == {"paid"}
    assert paid.stripe_transfer_id is not None
    assert waits.stripe_transfer_id is None
    owed = await booked(Account.VENDOR_PAYABLE, vendor_id=shops[1].vendor_id)
    assert owed == {"EUR": -waits.amount_vendor}
    assert await booked(Account.STRIPE_VENDOR, vendor_id=shops[1].vendor_id) == {}
    await market.rest()
    assert (await Payment.get(id=waits.id)).stripe_transfer_id is None
    (told,) = await waiting_for_accounts()
    assert (told.vendor_id, told.amount.amount) == (
        shops[1].vendor_id,
        waits.amount_vendor,
    )
    _capability(market, shops[1].account_id, "active")
    await market.rest()
    await _each_has_its_part(market, purchase)
    await books_agree(market)


def _capability(market: Market, account_id: str, state: str) -> None:
    """Let Stripe say whether an account may receive transfers."""
    from shared.sandbox.resources import onboarding

    act = market.act()
    with market.stand.world.store.transaction():
        wrong = onboarding.force(
            act,
            act.get("account", account_id),
            {"capabilities": {"transfers": {"status": state}}},
        )
    assert not wrong


async def test_money_that_does_not_match_is_parked_as_a_whole(market: Market) -> None:
    """One slice in doubt is all of them; found right after all, each is a sale."""
    shops = await market.fill("LU", "FR")
    purchase = await buy_from(shops)
    view = await purchase.open(market)
    _, second = await purchase.payments()
    await Payment.filter(id=second.id).update(
        amount_total=second.amount_total + 1, amount_vendor=second.amount_vendor + 1
    )
    pay(market, view.payment_intent_id)
    await confirm_payment(market.gateway, view.payment_intent_id)
    assert [each.status for each in await purchase.payments()] == ["parked"] * 2
    assert await booked(Account.SUSPENSE) == {
        "EUR": -view.amount_total.amount + await _suspense_before()
    }
    await Payment.filter(id=second.id).update(
        amount_total=second.amount_total, amount_vendor=second.amount_vendor
    )
    await confirm_payment(market.gateway, view.payment_intent_id)
    market.complaints.found.clear()
    market.advance(1)
    await market.settle()
    await _each_has_its_part(market, purchase)
    await books_agree(market)


async def _suspense_before() -> int:
    """What `fund` has put there: money of the platform's own."""
    from shared.finance.ledger.models import LedgerEntry

    rows = await LedgerEntry.filter(
        account=Account.SUSPENSE, posting__kind="unexplained"
    )
    return sum(row.amount for row in rows)


async def test_a_purchase_of_one_order_is_a_destination_charge(market: Market) -> None:
    """Nothing of its row, its key and its postings is another than before."""
    (shop,) = await market.fill("LU")
    purchase = await buy_and_pay(market, [shop])
    (order,), (payment,) = await purchase.orders(), await purchase.payments()
    assert payment.intent_key is None
    assert payment.idempotency_key == f"order:{order.number}:pay:1"
    intent: Any = market.stand.v1.payment_intents.retrieve(
        str(payment.stripe_payment_intent_id)
    )
    assert intent.transfer_data.destination == shop.account_id
    assert intent.transfer_group == f"order_{order.id}"
    assert not await StripeWrite.filter(operation="payments.transfer").exists()


@pytest.mark.both_engines
async def test_locked_at_once_from_both_ends_nobody_waits_in_a_circle(
    market: Market,
) -> None:
    """Two purchases at the same shops, in either order, settled at the same moment."""
    shops = await market.fill("LU", "FR", "DE")
    purchases = [await buy_from(shops), await buy_from(shops[::-1])]
    for purchase in purchases:
        pay(market, (await purchase.open(market)).payment_intent_id)
    intents = [
        str((await each.payments())[0].stripe_payment_intent_id) for each in purchases
    ]
    await asyncio.gather(
        *(confirm_payment(market.gateway, one) for one in intents * 3),
        *(
            create_payment_intent_or_not(market, order)
            for each in purchases
            for order in each.order_ids
        ),
    )
    await market.settle()
    for purchase in purchases:
        await _each_has_its_part(market, purchase)


async def create_payment_intent_or_not(market: Market, order_id: int) -> None:
    """Ask for an order's intent, which may be paid by now."""
    from shared.finance.payments.errors import OrderNotPayable

    try:
        await create_payment_intent(market.gateway, order_id=order_id)
    except OrderNotPayable:
        assert not unit.is_open()
