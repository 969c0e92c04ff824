"""What the marketplace pays of a price: out of its commission first, beyond it a contribution out
of its own balance (decision 29). Balances are compared with Stripe's at rest, to the cent.
"""

from __future__ import annotations

from functools import partial
from itertools import count
from typing import TYPE_CHECKING

import pytest

from portal.orders.waterfall import vendor_lines
from shared.core.money import Money
from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerPosting
from shared.finance.order_money.waterfall import order_waterfall
from shared.finance.payments.service import confirm_payment
from shared.finance.recovery import service as recovery
from shared.finance.recovery.contributions import waiting_contributions
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.rules import CONTRIBUTION
from shared.finance.refunds.models import Refund
from shared.trade.commission import service as fees
from shared.trade.commission.rules import RefundPolicy
from tests.support import market_acts as acts
from tests.support import market_payouts as acts_of_payouts
from tests.support.killing import killed_in_turn
from tests.support.machine_shops import fund
from tests.support.market_disputes import bank_decides, bank_disputes
from tests.support.market_findings import at_rest
from tests.support.money import booked
from tests.support.purchases import buy_from, pay
from tests.support.taken_off import bought_for_less, euros_at, take_off

if TYPE_CHECKING:
    from tests.support.machine import Market
    from tests.support.market import Shop


@pytest.mark.parametrize("several", [False, True])
async def test_a_vendor_gets_its_price_whatever_the_marketplace_takes_off(
    market: Market, *, several: bool
) -> None:
    """Total less commission and the marketplace's discount besides: in its balance, and booked."""
    shops = (await market.fill("LU", "FR"))[: 2 if several else 1]
    purchase = await bought_for_less(market, shops, 3000)

    await at_rest(market)
    for shop, order in zip(shops, await purchase.orders(), strict=True):
        share = order.total_amount_cents + 3000 - order.platform_fee_amount
        assert euros_at(market, shop) == share
        claim = await Claim.get(order_id=order.id)
        assert claim.taken == claim.amount == order.platform_fee_amount - 3000
        told = vendor_lines(await order_waterfall(order.id))
        (paid_for,) = (line for line in told if line[0] == "Paid by the marketplace")
        assert paid_for[1:3] == (
            Money(3000, order.currency),
            f"for {order.discount_code}",
        )
    assert await booked(Account.MARKETPLACE_DISCOUNTS) == {"EUR": 3000 * len(shops)}


async def test_a_discount_within_the_commission_lowers_the_application_fee_alone(
    market: Market,
) -> None:
    """No second transfer; Stripe keeps so much less for the marketplace."""
    (shop,) = await market.fill("LU")
    purchase = await bought_for_less(market, [shop], 60)

    await at_rest(market)
    (order,) = await purchase.orders()
    (payment,) = await purchase.payments()
    assert payment.amount_platform_fee == order.platform_fee_amount - 60 == 40
    assert not await Claim.exists()
    assert euros_at(market, shop) == order.total_amount_cents - 40


async def test_a_vendors_own_discount_is_its_own_alone(market: Market) -> None:
    """The commission is of what is left; the marketplace pays nothing."""
    (shop,) = await market.fill("LU")
    purchase = await bought_for_less(market, [shop], 1000, by_marketplace=False)

    await at_rest(market)
    (order,) = await purchase.orders()
    assert order.platform_fee_amount == 74
    assert euros_at(market, shop) == 3998 - 1000 - 74
    assert await booked(Account.MARKETPLACE_DISCOUNTS) == {}


@pytest.mark.parametrize("off", [60, 100, 3947])
@pytest.mark.parametrize("policy", [*RefundPolicy])
async def test_what_goes_back_takes_from_the_vendor_what_it_got_and_no_more(
    market: Market, policy: RefundPolicy, off: int
) -> None:
    """All of it back: the marketplace has its discount again, the vendor owes what the policy
    says, and each balance is Stripe's.
    """
    await fees.set_policy(refund_policy=policy, refund_approval_limits={}, actor="test")
    shops = await market.fill("LU", "FR")
    purchase = await bought_for_less(market, shops[:1], off)
    # So that the vendor can bear what it owes.
    await bought_for_less(market, shops[:1], 10)
    before = euros_at(market, shops[0])
    (order,) = await purchase.orders()
    share = 3998 - order.platform_fee_amount
    for way in (0.0001, 0.37, 1.0):
        await acts.refund(market, order.id, way, now=True)
        await market.settle()

    await at_rest(market)
    refunds = await Refund.filter(order_id=order.id)
    assert sum(each.amount for each in refunds) == order.total_amount_cents
    assert sum(each.discount_part for each in refunds) == off
    kept = order.platform_fee_amount if policy is RefundPolicy.KEEP else 0
    assert euros_at(market, shops[0]) == before - share - kept
    assert await booked(Account.MARKETPLACE_DISCOUNTS) == {"EUR": 10}


@pytest.mark.parametrize("several", [False, True])
async def test_too_little_in_the_balance_is_said_owed_and_sent_later(
    market: Market, *, several: bool
) -> None:
    """The vendor's part of the charge arrives meanwhile; asked again hourly, under the next key."""
    shops = (await market.fill("LU", "FR"))[: 2 if several else 1]
    await acts_of_payouts.pay_out_at_stripe(market, None, 1.0)
    purchase = await bought_for_less(market, shops, 3000)
    await market.rest()

    waiting = await waiting_contributions()
    assert [each.vendor_id for each in waiting] == [shop.vendor_id for shop in shops]
    assert {each.amount.amount for each in waiting} == {2900}
    assert {each.why for each in waiting} == {"balance_insufficient"}
    for shop in shops:
        assert euros_at(market, shop) == 998
        owed = await booked(Account.VENDOR_PAYABLE, vendor_id=shop.vendor_id)
        assert owed == {"EUR": -3898}
    assert market.complaints.found == []

    await fund(market, "EUR")
    await market.rest()
    assert await waiting_contributions() == ()
    for shop in shops:
        assert euros_at(market, shop) == 3898
    for order in await purchase.orders():
        sent = await Movement.filter(claim__order_id=order.id)
        assert [each.status for each in sent].count("done") == 1
        keys = {each.idempotency_key for each in sent}
        assert len(keys) == len(sent) > 1


async def test_what_waits_is_set_off_against_what_the_vendor_bears_of_that_sale(
    market: Market,
) -> None:
    """Nothing is sent that would be taken back at once."""
    (shop,) = await market.fill("LU")
    await acts_of_payouts.pay_out_at_stripe(market, None, 1.0)
    purchase = await bought_for_less(market, [shop], 3000)
    await market.rest()
    (order,) = await purchase.orders()
    await acts.refund(market, order.id, 1.0, now=True)
    await market.rest()
    await fund(market, "EUR")
    await market.rest()

    assert await waiting_contributions() == ()
    assert euros_at(market, shop) == 0
    assert await booked(Account.VENDOR_PAYABLE, vendor_id=shop.vendor_id) == {}
    sent = await Movement.filter(claim__subject__startswith="contribution:")
    assert {each.status for each in sent} == {"refused"}
    netted = await Claim.filter(order_id=order.id).values_list("netted", flat=True)
    assert sorted(int(str(each)) for each in netted) == [-2900, 2900]


@pytest.mark.parametrize("won", [True, False])
@pytest.mark.parametrize("several", [False, True])
async def test_a_dispute_takes_it_too_and_a_win_gives_it_again(
    market: Market, *, several: bool, won: bool
) -> None:
    """As a refund of the whole would; what is won lies with everybody as before."""
    shops = (await market.fill("LU", "FR"))[: 2 if several else 1]
    purchase = await bought_for_less(market, shops, 3000)
    before = [euros_at(market, shop) for shop in shops]
    await bank_disputes(market, purchase.order_ids[0], case="chargeback")
    await market.settle()
    assert [euros_at(market, shop) for shop in shops] == [0 for _ in shops]
    assert await booked(Account.MARKETPLACE_DISCOUNTS) == {}

    bank_decides(market, 0, won=won)
    await at_rest(market)
    after = before if won else [0 for _ in shops]
    assert [euros_at(market, shop) for shop in shops] == after
    paid = {"EUR": 3000 * len(shops)} if won else {}
    assert await booked(Account.MARKETPLACE_DISCOUNTS) == paid


async def test_a_refund_that_comes_back_gives_each_its_own_again(
    market: Market,
) -> None:
    """Out of the charge what was taken of it, the contribution out of the balance."""
    (shop,) = await market.fill("LU")
    purchase = await buy_from([shop], quantity=2)
    (order_id,) = purchase.order_ids
    await take_off(order_id, 3000, by_marketplace=True)
    intent = (await purchase.open(market)).payment_intent_id
    pay(market, intent, "pm_card_refundFail")
    market.advance(1)
    await market.settle()
    before = euros_at(market, shop)
    await acts.refund(market, order_id, 1.0, now=True)
    await market.rest()

    (made,) = await Refund.filter(order_id=order_id)
    assert made.status == "failed"
    await at_rest(market)
    assert euros_at(market, shop) == before
    assert await booked(Account.MARKETPLACE_DISCOUNTS) == {"EUR": 3000}


@pytest.mark.both_engines
async def test_a_kill_at_any_statement_of_the_success_contributes_once(
    market: Market,
) -> None:
    """What the vendor is owed stands with the sale; whoever goes on sends it under its key."""
    shops = await market.fill("LU", "FR")
    numbers = count()

    async def sell() -> str:
        return await _paid(market, shops[: 1 + next(numbers) % 2])

    confirm = partial(confirm_payment, market.gateway)
    made = 0
    async for intent in killed_in_turn(sell, confirm):
        sold = await LedgerPosting.filter(kind="sale").count()
        owed = await Claim.filter(subject__startswith=CONTRIBUTION).count()
        assert owed == sold  # all or nothing of the purchase
        for _ in range(2):
            await confirm(intent)
        made += 1
    assert made > 6
    await market.settle()
    await at_rest(market)
    assert await _sent_twice() == []


async def _paid(market: Market, shops: list[Shop]) -> str:
    """An intent that is paid at Stripe, 15 euro off each order by the marketplace."""
    purchase = await buy_from(shops)
    for order_id in purchase.order_ids:
        await take_off(order_id, 1500, by_marketplace=True)
    view = await purchase.open(market)
    pay(market, view.payment_intent_id)
    return view.payment_intent_id


@pytest.mark.both_engines
async def test_a_kill_at_any_statement_of_sending_it_sends_nothing_twice(
    market: Market,
) -> None:
    """The next worker asks under the same key, or finds what is there."""
    shops = await market.fill("LU")

    async def owe() -> str:
        await confirm_payment(market.gateway, await _paid(market, shops))
        claims = Claim.filter(subject__startswith=CONTRIBUTION)
        return (await claims.order_by("-id").limit(1))[0].subject

    settle = partial(recovery.settle, market.gateway)
    claims = [each async for each in killed_in_turn(owe, settle)]
    assert len(claims) == len(set(claims)) > 6
    await market.rest()
    await at_rest(market)
    assert await _sent_twice() == []


@pytest.mark.parametrize("broken", ["before", "after"])
async def test_a_lost_answer_makes_no_second_contribution(
    market: Market, broken: str
) -> None:
    """It is found by its mark, or asked for under its key again."""
    (shop,) = await market.fill("LU")
    purchase = await buy_from([shop], quantity=2)
    await take_off(purchase.order_ids[0], 3000, by_marketplace=True)
    view = await purchase.open(market)
    pay(market, view.payment_intent_id)
    await confirm_payment(market.gateway, view.payment_intent_id)
    market.line.breaks += [broken] * 3  # as often as the SDK itself tries
    await market.settle()

    await at_rest(market)
    assert euros_at(market, shop) == 3898


async def _sent_twice() -> list[int]:
    """Claims whose vendor was sent more than its contribution, or less."""
    rows = await Claim.filter(subject__startswith=CONTRIBUTION)
    return [row.id for row in rows if row.taken != row.amount]
