"""What staff do in Stripe's dashboard to a sale that the marketplace paid a part of beyond its
commission (decision 29): refunds of its charge, and the contribution's own transfer reversed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.finance.ledger.chart import Account
from shared.finance.overview.dashboard import read_dashboard
from shared.finance.reconciliation.findings import DifferenceKind
from shared.finance.recovery.contributions import waiting_contributions
from shared.finance.recovery.models import Movement
from shared.finance.recovery.rules import CONTRIBUTION
from shared.finance.refunds.models import Refund
from tests.support import market_acts as acts
from tests.support import market_findings
from tests.support import market_payouts as acts_of_payouts
from tests.support.market_findings import at_rest
from tests.support.money import booked
from tests.support.taken_off import bought_for_less, euros_at

if TYPE_CHECKING:
    from tests.support.machine import Market

OFF = 3000
SHARE = 3898  # of two pieces, less the commission of 100
CONTRIBUTED = 2900


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
async def test_a_refund_of_all_of_an_order_made_at_stripe_takes_the_contribution_back_too(
    market: Market, *, several: bool, reverse: bool
) -> None:
    """What came back with the refund is the charge's own; the rest is claimed. Of a charge that
    orders share it names its order, and the other one keeps all that it got.
    """
    shops = (await market.fill("LU", "FR"))[: 2 if several else 1]
    purchase = await bought_for_less(market, shops, OFF)
    await acts.refund_at_stripe(
        market, purchase.order_ids[0], 1.0, reverse=reverse and not several, fee=False
    )
    await at_rest(market)

    (made,) = await Refund.all()
    assert (made.amount, made.discount_part, made.vendor_part) == (998, OFF, SHARE)
    assert [euros_at(market, shop) for shop in shops] == [0, SHARE][: len(shops)]
    left = {"EUR": OFF} if several else {}
    assert await booked(Account.MARKETPLACE_DISCOUNTS) == left


async def test_a_refund_of_a_whole_shared_charge_takes_every_contribution_back(
    market: Market,
) -> None:
    """It names one order but is more than that one cost: the rest is the other's."""
    shops = await market.fill("LU", "FR")
    purchase = await bought_for_less(market, shops, OFF)
    first, _ = await purchase.orders()
    given = {
        "payment_intent": str(first.payment_intent_id),
        "metadata": {"order_number": first.number},
    }
    status, body, _ = market.stand.send("POST", "/v1/refunds", given)
    assert (status, body["amount"]) == (200, 2 * 998)
    await at_rest(market)

    rows = await Refund.all().order_by("id")
    assert [(row.order_id, row.amount) for row in rows] == [
        (order_id, 998) for order_id in purchase.order_ids
    ]
    assert {(row.discount_part, row.vendor_part) for row in rows} == {(OFF, SHARE)}
    assert [euros_at(market, shop) for shop in shops] == [0, 0]
    assert await booked(Account.MARKETPLACE_DISCOUNTS) == {}


async def test_a_contribution_that_was_reversed_by_hand_is_shown_until_it_is_decided(
    market: Market,
) -> None:
    """Nobody guesses why; once booked as taken, both sides agree again."""
    (shop,) = await market.fill("LU")
    await bought_for_less(market, [shop], OFF)
    movement = await Movement.get(claim__subject__startswith=CONTRIBUTION)
    path = f"/v1/transfers/{movement.stripe_id}/reversals"
    status, _, _ = market.stand.send("POST", path, {"amount": "500"})
    assert status == 200
    await market.rest()

    assert euros_at(market, shop) == SHARE - 500
    found = await market_findings.differences(market)
    assert {each[0] for each in found} == {DifferenceKind.TAKEN_BY_HAND}

    await market_findings.decide_what_was_taken(market)
    await at_rest(market)
    owed = await booked(Account.VENDOR_PAYABLE, vendor_id=shop.vendor_id)
    assert owed == {"EUR": 500 - SHARE}


async def test_the_operators_home_adds_up_what_is_neither_sent_nor_set_off(
    market: Market,
) -> None:
    """After half of the sale went back, the marketplace owes only what is left of its part."""
    (shop,) = await market.fill("LU")
    await acts_of_payouts.pay_out_at_stripe(market, None, 1.0)
    purchase = await bought_for_less(market, [shop], OFF)
    await market.rest()
    await acts.refund(market, purchase.order_ids[0], 0.5, now=True)
    await market.rest()

    (waiting,) = await waiting_contributions()
    assert 0 < waiting.amount.amount < CONTRIBUTED
    home = await read_dashboard(market.context.settings)
    assert home.contributions.sums == (waiting.amount,)
