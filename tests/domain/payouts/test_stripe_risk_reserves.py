"""What Stripe itself holds in reserve is nobody's loss and nobody's payout: known, shown,
explained, and released again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shared.finance.ledger.chart import Account
from shared.finance.overview.queries import exposure_now, held_of_platform
from shared.finance.payouts import stripe_risk_reserves
from shared.finance.payouts.models import Payout
from shared.finance.payouts.rules import Due, Funds, Obstacle, PayoutConditions, due
from shared.finance.payouts.vendor_page import vendor_payouts
from shared.finance.reconciliation import repairs
from shared.finance.reconciliation.models import ReconciliationRun
from tests.support import market_acts as acts
from tests.support import market_findings, market_payouts
from tests.support.money import booked, held
from tests.support.tamper import forget_posting

if TYPE_CHECKING:
    from tests.support.machine import Market
    from tests.support.market import Shop


async def earned(market: Market) -> tuple[Shop, int]:
    """A vendor with a sale whose money is available, and what that comes to."""
    (shop,) = await market.fill("LU")
    await acts.buy(market, shop, 2, "bypassPending", back=True)
    await market.settle()
    stripe: Any = market
    return shop, held(stripe, shop.account_id)["EUR"]


async def in_reserve(shop: Shop) -> int:
    """What the ledger says that Stripe holds of the vendor's money."""
    return (await booked(Account.STRIPE_HELD_VENDOR, vendor_id=shop.vendor_id)).get(
        "EUR", 0
    )


@pytest.mark.parametrize("heard", [True, False])
async def test_what_stripe_holds_is_not_paid_out_until_it_is_let_go(
    market: Market, heard: bool
) -> None:
    """Told by webhook, or found by the hourly look; it is shown, and reconciliation has nothing to
    say.
    """
    shop, whole = await earned(market)
    market_payouts.stripe_holds(market, shop, 0.5)
    if not heard:
        for delivery in market.pending():
            market.drop(delivery)
        await market.rest()
    await market.settle()
    half = int(whole * 0.5)
    assert await in_reserve(shop) == half
    page = await vendor_payouts(market.gateway, shop.vendor_id)
    view = page.overview.balances[0]
    assert (view.held_by_stripe.amount, view.available.amount, view.coming.amount) == (
        half,
        whole - half,
        0,
    )
    assert view.agrees
    (risk,) = (await exposure_now()).vendors
    assert (risk.parts.held_by_stripe, risk.parts.total) == (half, 0)
    await market_payouts.plan(market, shop, "daily", 0)
    await market.live(3)
    assert (
        sum([row.amount for row in await Payout.filter(vendor_id=shop.vendor_id)])
        == whole - half
    )
    if heard:
        assert await market_findings.differences(market) == []
    market_payouts.stripe_lets_go(market, 0, 1.0)
    await market.live(3)
    assert (
        sum([row.amount for row in await Payout.filter(vendor_id=shop.vendor_id)])
        == whole
    )
    assert await in_reserve(shop) == 0
    assert market.complaints.found == []


@pytest.mark.one_engine
async def test_a_reserve_that_the_ledger_lost_is_one_difference_and_repaired(
    market: Market,
) -> None:
    """Of a vendor and of the platform; posted again from Stripe's rows, twice makes no
    difference.
    """
    shop, whole = await earned(market)
    market_payouts.stripe_holds(market, shop, 0.5)
    market_payouts.stripe_holds(market, None, 0.1)
    await market.settle()
    (own,) = await held_of_platform()
    for account_id, vendor in ((None, None), (shop.account_id, shop.vendor_id)):
        (row,) = [
            t
            for t in await market.gateway.balance_transactions.list(
                account_id, of_type="reserve_hold"
            )
            if t.balance_type == stripe_risk_reserves.PAYMENTS
        ]
        await forget_posting(f"stripe_held:{row.id}")
        assert [kind for kind, *_ in await market_findings.differences(market)] == [
            "money_unposted"
        ]
        run = await ReconciliationRun.all().order_by("-id").first()
        assert run is not None
        assert await repairs.apply_all(market.context, run.id, actor="test") == (1, 0)
        assert await market_findings.differences(market) == []
        assert (
            await stripe_risk_reserves.sync_reserves(market.gateway, account_id) == 0
        ), vendor
    assert await in_reserve(shop) == int(whole * 0.5)
    assert await held_of_platform() == (own,)
    assert (
        await stripe_risk_reserves.sync_reserves(market.gateway, "acct_not_ours")
        is None
    )


def test_all_that_stripe_holds_is_an_obstacle_of_its_own() -> None:
    """A part of it leaves the rest free; all of it is not our reserve and not nothing."""
    conditions = PayoutConditions(
        connected=True, held=False, enabled=True, bank=True, bank_errored=False
    )
    some = Funds("EUR", 600, payable=1000, balance=600, held=400)
    assert (some.free, some.ready, some.coming) == (600, 600, 0)
    assert due(some, conditions, minimum=0) == Due(600)
    allof = Funds("EUR", 0, payable=1000, balance=0, held=1000)
    assert due(allof, conditions, minimum=0) == Due(0, Obstacle.HELD_BY_STRIPE)
