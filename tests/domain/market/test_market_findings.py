"""What the market machine found, each as a story that stays told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.ledger.chart import Account
from shared.finance.recovery import dashboard_transfers
from shared.finance.recovery.dashboard_transfers import DashboardTransfer
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.rules import MovementKind
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import RefundState
from shared.infra.audit.models import AuditEntry
from shared.trade.commission import service as fees
from shared.trade.commission.rules import RefundPolicy
from tests.support import market_acts as acts
from tests.support import market_findings, market_payouts
from tests.support.money import booked, held

if TYPE_CHECKING:
    from tests.support.machine import Market


async def test_a_refund_made_at_stripe_while_the_whole_order_is_spoken_for(
    market: Market,
) -> None:
    """It waits until Stripe has refused ours; then there is room for it.

    Nothing is an error on the way.
    """
    (shop,) = await market.fill("LU")
    await fees.set_policy(
        refund_policy=RefundPolicy.RETURN, refund_approval_limits={}, actor="test"
    )
    sale = await acts.buy(market, shop, 2, "visa", back=True)
    await market.rest()
    await acts.refund(market, sale, 1.0, now=False)
    await acts.refund_at_stripe(market, sale, 0.1, reverse=False, fee=False)
    for delivery in market.pending():
        await market.deliver(delivery)
    await market.rest()
    assert market.complaints.found == []
    assert await market_findings.unfinished() == []
    assert {r.status for r in await Refund.filter(order_id=sale)} == {
        RefundState.REFUSED,
        RefundState.SUCCEEDED,
    }


async def test_what_could_not_be_sent_to_a_restricted_vendor_is_sent_once_it_is_whole_again(
    market: Market,
) -> None:
    """A failed refund gives the vendor its part back; Stripe takes no transfer for weeks, and
    nobody has to remember.
    """
    (shop,) = await market.fill("LU")
    sale = await acts.buy(market, shop, 2, "refundFail", back=True)
    await acts.buy(market, shop, 3, "bypassPending", back=True)
    await market_payouts.plan(market, shop, "daily", 0)
    await market.live(3)
    market_payouts.bank_returns(market, 0)
    for _ in range(40):
        await market.live(1)
        if not (
            await VendorPaymentConfig.get(vendor_id=shop.vendor_id)
        ).transfers_active:
            break
    else:
        pytest.fail("the account was never restricted")
    await acts.refund(market, sale, 1.0, now=True)
    await market.live(1)
    (claim,) = await Claim.all()
    assert claim.amount == 0
    assert claim.taken > 0, "it was sent at once: the story has changed"
    await market.live(7)
    market.stand.complete(shop.account_id)
    await market.live(2)
    await claim.refresh_from_db()
    assert claim.taken == 0


@pytest.mark.parametrize("heard", [True, False])
async def test_commission_that_went_back_with_a_reversal_by_hand_belongs_to_its_claim(
    market: Market, heard: bool
) -> None:
    """A refund takes the reversal for its own; what its fee gave the vendor is noted with it too,
    and taken again.
    """
    _, _, shop = await market.fill("LU", "DK", "HU")
    sale = await acts.buy(market, shop, 2, "pendingRefund", back=True)
    await market.rest()
    await acts.take_back_at_stripe(market, sale, 0.1, fee=True)
    if not heard:
        for delivery in market.pending():
            market.drop(delivery)
    await acts.refund(market, sale, 0.5, now=True)
    await market.rest()
    await market_findings.decide_what_was_taken(market)
    await market.rest()
    stripe: Any = market  # it answers as the stand-in over HTTP does
    for account in (shop.account_id, None):
        where = {"vendor_id": shop.vendor_id} if account else {}
        place = Account.STRIPE_VENDOR if account else Account.STRIPE_PLATFORM
        assert await booked(place, **where) == held(stripe, account)
    claim = await Claim.get(payment__order_id=sale).select_related("payment")
    assert claim.taken == claim.amount
    assert await market_findings.differences(market) == []
    row = await Movement.get(claim_id=claim.id, kind=MovementKind.FEE_REFUND)
    again = DashboardTransfer(
        MovementKind.FEE_REFUND, row.amount, row.stripe_source_id, str(row.stripe_id)
    )
    told = AuditEntry.filter(action="claim.by_hand").count()
    before = await told
    both = [
        dashboard_transfers.note_commission(market.gateway, claim.payment, again)
        for _ in range(2)
    ]
    assert [found and found.id for found in await asyncio.gather(*both)] == [
        claim.id,
        claim.id,
    ]
    assert (
        await told,
        (await Claim.get(id=claim.id)).taken,
    ) == (before, claim.taken)
