"""A vendor's part of a shared payment has not gone out, and something of it is taken back: the
claim waits for the transfer, in whatever order the two come (decision 19).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.core.money import Money
from shared.finance.ledger.chart import Account
from shared.finance.payments.service import confirm_payment
from shared.finance.recovery.models import Claim
from shared.finance.recovery.queries import claimed_of
from tests.support import market_acts as acts
from tests.support.market_findings import at_rest
from tests.support.money import booked
from tests.support.purchases import (
    SharedPurchase,
    buy_from,
    let_transfers_be,
    pay,
    transfers_of,
)

if TYPE_CHECKING:
    from tests.support.machine import Market
    from tests.support.market import Shop

pytestmark = pytest.mark.both_engines


async def _waiting(market: Market) -> tuple[list[Shop], SharedPurchase]:
    """Two shops' purchase is paid; the second's account can be sent nothing."""
    shops = await market.fill("LU", "FR")
    purchase = await buy_from(shops, quantity=2)
    let_transfers_be(market, shops[1], "inactive")
    pay(market, (await purchase.open(market)).payment_intent_id)
    market.advance(1)
    await market.settle()
    return shops, purchase


async def _holds(shop: Shop) -> int:
    sums = await booked(Account.STRIPE_VENDOR, vendor_id=shop.vendor_id)
    return sums.get("EUR", 0)


async def _sent(market: Market, purchase: SharedPurchase, which: int) -> int:
    """How many transfers have gone to one of the vendors."""
    payment = (await purchase.payments())[which]
    made = transfers_of(market, payment)
    return sum(each.destination == payment.stripe_account_id for each in made)


@pytest.mark.parametrize("share", [0.5, 1.0])
async def test_given_back_first_and_sent_later(market: Market, share: float) -> None:
    """What is still to be taken is known; the transfer is whole, and gives back what it must."""
    shops, purchase = await _waiting(market)
    await acts.refund(market, purchase.order_ids[1], share, now=True)
    await market.rest()
    waits = (await purchase.payments())[1]
    (claim,) = await Claim.all()
    assert await claimed_of([waits.id]) == {waits.id: Money(claim.amount, "EUR")}
    market.complaints.found.clear()
    let_transfers_be(market, shops[1], "active")
    await at_rest(market)
    assert await _sent(market, purchase, 1) == 1
    assert await _holds(shops[1]) == waits.amount_vendor - claim.amount
    assert await claimed_of([waits.id]) == {}


async def test_sent_first_and_given_back_later(market: Market) -> None:
    """The other way round it comes to the same."""
    shops, purchase = await _waiting(market)
    market.complaints.found.clear()
    let_transfers_be(market, shops[1], "active")
    await at_rest(market)
    await acts.refund(market, purchase.order_ids[1], 0.5, now=True)
    await at_rest(market)
    (claim,) = await Claim.all()
    paid = (await purchase.payments())[1]
    assert await _sent(market, purchase, 1) == 1
    assert await _holds(shops[1]) == paid.amount_vendor - claim.amount


@pytest.mark.parametrize("won", [True, False])
async def test_disputed_first_and_sent_later(market: Market, won: bool) -> None:
    """Decided before or after it was sent, the vendor has what is its own."""
    shops, purchase = await _waiting(market)
    paid = await purchase.payments()
    market.stand.complain(str(paid[0].stripe_charge_id), "chargeback", None)
    await market.rest()
    market.complaints.found.clear()
    let_transfers_be(market, shops[1], "active")
    await market.rest()
    market.stand.decide_dispute(won=won)
    await at_rest(market)
    expected = [each.amount_vendor if won else 0 for each in paid]
    assert [await _holds(shop) for shop in shops] == expected


async def test_lost_before_anything_was_sent(market: Market) -> None:
    """The vendor's transfer comes and goes; nothing of it is left, and nothing is owed."""
    shops, purchase = await _waiting(market)
    paid = await purchase.payments()
    market.stand.complain(str(paid[0].stripe_charge_id), "chargeback", None)
    await market.rest()
    market.stand.decide_dispute(won=False)
    await market.rest()
    market.complaints.found.clear()
    let_transfers_be(market, shops[1], "active")
    await at_rest(market)
    assert [await _holds(shop) for shop in shops] == [0, 0]
    assert {each.receivable for each in await Claim.all()} == {0}


async def test_given_back_while_nobody_knows_whether_it_was_sent(
    market: Market,
) -> None:
    """Stripe made the transfer and its answer was lost: it is found, sent once, and gives back."""
    shops = await market.fill("LU", "FR")
    purchase = await buy_from(shops, quantity=2)
    intent = (await purchase.open(market)).payment_intent_id
    pay(market, intent)
    market.advance(1)
    await confirm_payment(market.gateway, intent)
    market.line.breaks = ["after"] * 6
    await market.work()
    await acts.refund(market, purchase.order_ids[1], 0.5, now=False)
    market.complaints.found.clear()
    await at_rest(market)
    paid = await purchase.payments()
    (claim,) = await Claim.all()
    for which in (0, 1):
        assert await _sent(market, purchase, which) == 1
    assert await _holds(shops[1]) == paid[1].amount_vendor - claim.amount
