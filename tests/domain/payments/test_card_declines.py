"""Card testing: who has many cards declined is stopped for a while, however the payment page is got
round; a shopper who tries a few times is not.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import stripe

from shared.core import clock
from shared.finance.payments import stock_hold
from shared.trade.orders import declines
from shared.trade.orders.decline_statements import (
    PER_BROWSER,
    PER_CARD,
    PER_NETWORK,
)
from shared.trade.orders.errors import CardWorn, TooManyDeclines
from shared.trade.orders.models import CardDecline, Checkout
from tests.support.purchases import buy_from, pay

if TYPE_CHECKING:
    from tests.support.machine import Market
    from tests.support.market import Shop
    from tests.support.purchases import SharedPurchase

pytestmark = pytest.mark.both_engines
NETWORK = "192.0.2.0/24"
OTHER_CARDS = [
    "pm_card_visa_chargeDeclinedInsufficientFunds",
    "pm_card_visa_chargeDeclinedLostCard",
    "pm_card_visa_chargeDeclinedStolenCard",
]


async def _buy(shops: list[Shop], *, network: str = NETWORK) -> SharedPurchase:
    purchase = await buy_from(shops)
    await Checkout.filter(id=purchase.checkout_id).update(network=network)
    return purchase


async def _decline(
    market: Market,
    purchase: SharedPurchase,
    times: int,
    card: str = "pm_card_visa_chargeDeclined",
) -> None:
    """Try a card straight at Stripe with the intent of an order, as often; its events arrive."""
    view = await purchase.open(market)
    for _ in range(times):
        with pytest.raises(stripe.CardError):
            pay(market, view.payment_intent_id, card)
    await market.settle()


async def _earlier(**values: object) -> None:
    """Declines that were noted a moment ago, elsewhere."""
    checkout = await Checkout.all().order_by("-id").first()
    assert checkout is not None
    number = await CardDecline.all().count()
    given = {
        "checkout_id": checkout.id,
        "network": "",
        "fingerprint": "",
        "code": "generic_decline",
        "declined_at": clock.now(),
        **values,
    }
    await CardDecline.create(stripe_charge_id=f"ch_{number}", **given)


@pytest.mark.parametrize("several", [False, True])
async def test_a_browser_that_tries_on_is_stopped_and_its_secret_ends(
    market: Market, *, several: bool
) -> None:
    """At Stripe, too; an hour after the first of the last ones it may pay."""
    shops = (await market.fill("LU", "FR"))[: 2 if several else 1]
    purchase = await _buy(shops)
    view = await purchase.open(market)
    await _decline(market, purchase, 3)
    await _decline(market, purchase, 2, OTHER_CARDS[0])
    assert (await purchase.open(market)).payment_intent_id == view.payment_intent_id
    assert await CardDecline.all().count() == 5
    await _decline(market, purchase, PER_BROWSER - 5, OTHER_CARDS[1])
    assert market.stand.v1.payment_intents.retrieve(view.payment_intent_id).status == (
        "canceled"
    )
    with pytest.raises(TooManyDeclines) as stopped:
        await purchase.open(market)
    assert 3500 < stopped.value.retry_after <= 3600
    later = clock.now() + timedelta(minutes=61)
    with clock.use(lambda: later):
        await declines.must_take_cards(purchase.checkout_id)


async def test_pay_is_refused_before_the_bank_is_asked(market: Market) -> None:
    """From the whole network, also where another shopper's page was open before."""
    shops = (await market.fill("LU"))[:1]
    mine, other = await _buy(shops), await _buy(shops, network="198.51.100.0/24")
    opened = [await mine.open(market), await other.open(market)]
    for _ in range(PER_NETWORK):
        await _earlier(network=NETWORK)
    with pytest.raises(TooManyDeclines):
        await stock_hold.press(
            market.gateway,
            checkout_id=mine.checkout_id,
            intent_id=opened[0].payment_intent_id,
        )
    assert await stock_hold.press(
        market.gateway,
        checkout_id=other.checkout_id,
        intent_id=opened[1].payment_intent_id,
    )


async def test_one_card_that_is_tried_everywhere_ends_each_payment(
    market: Market,
) -> None:
    """By its fingerprint, whatever the browser and the network; Pay says so, another card pays."""
    shops = (await market.fill("LU"))[:1]
    first = await _buy(shops, network="")
    await _decline(market, first, 1)
    (noted,) = await CardDecline.all()
    assert noted.fingerprint
    assert noted.code
    for number in range(PER_CARD - 2):
        network = f"10.0.{number}.0/24"
        await _earlier(fingerprint=noted.fingerprint, network=network)
    second = await _buy(shops, network="198.51.100.0/24")
    view = await second.open(market)
    await _decline(market, second, 1)
    status = market.stand.v1.payment_intents.retrieve(view.payment_intent_id).status
    assert status == "canceled"
    with pytest.raises(CardWorn):
        await stock_hold.press(
            market.gateway,
            checkout_id=second.checkout_id,
            intent_id=view.payment_intent_id,
        )
    again = await second.open(market)
    pay(market, again.payment_intent_id)
    await market.settle()
    assert {order.payment_status for order in await second.orders()} == {"paid"}


async def test_nobody_is_stopped_for_networks_that_are_not_known(
    market: Market,
) -> None:
    """Purchases without a network, or without a basket, are not one place."""
    shops = (await market.fill("LU"))[:1]
    purchase = await _buy(shops, network="")
    await Checkout.filter(id=purchase.checkout_id).update(basket_id=None)
    for _ in range(PER_NETWORK):
        await _earlier(network="", basket_id=None)
    await declines.must_take_cards(purchase.checkout_id)


async def test_an_event_that_comes_twice_counts_once(market: Market) -> None:
    """And of another's purchase nothing is written."""
    shops = (await market.fill("LU"))[:1]
    purchase = await _buy(shops)
    await _decline(market, purchase, 2)
    checkout = await Checkout.get(id=purchase.checkout_id)
    (row, _) = await CardDecline.all().order_by("id")
    again = declines.Decline(row.stripe_charge_id, row.fingerprint, row.code)
    assert not await declines.note(checkout, again)
    assert await CardDecline.all().count() == 2


async def test_the_operator_reads_from_where(market: Market) -> None:
    """How many cards, for how many purchases; few declines are nobody's business."""
    shops = (await market.fill("LU"))[:1]
    await _buy(shops)
    for number in range(PER_BROWSER):
        await _earlier(network=NETWORK, fingerprint=f"card{number % 3}")
    for _ in range(PER_BROWSER - 1):
        await _earlier(network="198.51.100.0/24")
    (found,) = await declines.trying()
    assert (found.network, found.declines, found.cards, found.purchases) == (
        NETWORK,
        PER_BROWSER,
        3,
        1,
    )
    assert await declines.count_trying() == 1
