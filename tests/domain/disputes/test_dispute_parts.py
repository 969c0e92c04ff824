"""Disputes of a part of a charge, of more than it, and several of one: who bears what, once, in any
order; and odd readings.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shared.finance.disputes import service
from shared.finance.disputes.dispute_postings import borne_by
from shared.finance.disputes.models import Dispute
from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerPosting
from shared.finance.order_money.waterfall import order_waterfall
from shared.finance.payments import sync
from shared.finance.payments.models import Payment
from shared.finance.recovery.models import Claim, Movement
from shared.finance.refunds.errors import ChargedBack, TooMuch
from shared.finance.refunds.models import Refund
from shared.sandbox import choices
from shared.sandbox.resources import dispute_lifecycle
from shared.trade.commission import service as fees
from shared.trade.commission.rules import RefundPolicy
from shared.trade.orders.models import Order
from tests.support import market_acts as acts
from tests.support import market_disputes, market_findings
from tests.support.money import booked, held

if TYPE_CHECKING:
    from shared.infra.gateway.disputes import StripeDispute
    from shared.sandbox.store import Document
    from tests.support.machine import Market
    from tests.support.market import Shop


async def sold(market: Market, *, card: str = "visa") -> tuple[Shop, Order, Payment]:
    """A sale of two cups, known and at rest."""
    (shop,) = await market.fill("LU")
    sale = await acts.buy(market, shop, 2, card, back=True)
    await market.settle()
    return shop, await Order.get(id=sale), await Payment.get(order_id=sale)


def dispute(
    market: Market,
    payment: Payment,
    amount: int,
    *,
    case: str = "chargeback",
) -> Document:
    """The shopper's bank disputes so much of the charge."""
    act = market.act()
    charge = act.get("charge", str(payment.stripe_charge_id))
    with act.store.transaction():
        return dispute_lifecycle.open_up(act, charge, "general", amount, case=case)


def decide(
    market: Market,
    stripe_id: str,
    *,
    won: bool,
    returned: int = 0,
) -> None:
    """The bank's word."""
    act = market.act()
    with act.store.transaction():
        dispute_lifecycle.end(
            act, act.get("dispute", stripe_id), won=won, returned=returned
        )


async def agree(market: Market, shop: Shop) -> None:
    """Our books, Stripe's and reconciliation are of one mind."""
    await market.rest()
    stripe: Any = market
    assert await booked(*Account) == {}
    assert await booked(Account.STRIPE_PLATFORM) == held(stripe)
    assert await booked(Account.STRIPE_VENDOR, vendor_id=shop.vendor_id) == held(
        stripe, shop.account_id
    )
    assert market.complaints.found == []
    assert await market_findings.differences(market) == []


async def together() -> tuple[int, int, int]:
    """What all disputes took of vendor, commission and marketplace, and have not given back."""
    rows = await Dispute.all()
    parts = [borne_by(row) for row in rows]
    return (
        sum(p.vendor for p in parts),
        sum(p.commission for p in parts),
        sum(p.loss for p in parts),
    )


@pytest.mark.one_engine
@pytest.mark.parametrize("policy", list(RefundPolicy))
async def test_however_often_a_charge_is_disputed_its_vendor_bears_its_share_once(
    market: Market, policy: RefundPolicy
) -> None:
    """A part, the rest, all of it again, more than it; won and lost in another order: the rest is
    the marketplace's.
    """
    await fees.set_policy(refund_policy=policy, refund_approval_limits={}, actor="test")
    shop, order, payment = await sold(market)
    total, commission = order.total_amount_cents, order.platform_fee_amount
    share = total - commission
    made = []
    for amount in (total // 3, total - total // 3, total, total + 110):
        made.append(dispute(market, payment, amount).id)
        await market.settle()
        vendor, back, loss = await together()
        assert vendor <= share
        assert back <= commission
        assert vendor + back + loss == sum(row.amount for row in await Dispute.all())
    assert (await together())[0] == share
    await agree(market, shop)
    for which, won in (
        (2, True),
        (0, False),
        (3, True),
        (1, True),
    ):
        decide(market, made[which], won=won)
        await market.settle()
        assert (await together())[0] <= share
    await agree(market, shop)
    lost = await Dispute.get(stripe_dispute_id=made[0])
    assert sum(await together()) == lost.amount
    assert sum([claim.amount for claim in await Claim.all()]) == lost.vendor_part


@pytest.mark.one_engine
@pytest.mark.parametrize("policy", [RefundPolicy.PROPORTIONAL, RefundPolicy.RETURN])
async def test_after_a_part_was_lost_the_rest_is_refunded_and_no_more(
    market: Market, policy: RefundPolicy
) -> None:
    """Refused while the bank decides; then exactly what is left, and both together come to the
    sale, on its page too.
    """
    await fees.set_policy(refund_policy=policy, refund_approval_limits={}, actor="test")
    shop, order, payment = await sold(market)
    total, commission = order.total_amount_cents, order.platform_fee_amount
    made = dispute(market, payment, 1000).id
    await market.settle()
    with pytest.raises(ChargedBack):
        await acts.refund(market, order.id, 0.1, now=True)
    decide(market, made, won=False)
    await market.settle()
    with pytest.raises(TooMuch):
        await acts.refund(market, order.id, 0.9, now=True)
    await acts.refund(market, order.id, 1, now=True)
    await agree(market, shop)
    refund, row = await Refund.get(), await Dispute.get()
    assert refund.amount == total - 1000
    assert refund.commission_part + row.commission_part == commission
    assert refund.vendor_part + row.vendor_part == total - commission
    assert sum([claim.taken for claim in await Claim.all()]) == total - commission
    flow = await order_waterfall(order.id)
    lines = [line for line in flow.lines if not line.is_sum]
    assert (
        sum(line.vendor.amount for line in lines)
        == sum(line.market.amount for line in lines)
        == 0
    )


async def test_a_dispute_won_in_part_gives_everybody_their_part_and_an_appeal_the_rest(
    market: Market,
) -> None:
    """Stripe calls it lost; what came back is shared as the money was taken, to the minor unit."""
    shop, order, payment = await sold(market)
    made = dispute(market, payment, order.total_amount_cents).id
    decide(market, made, won=False, returned=1000)
    await agree(market, shop)
    row = await Dispute.get()
    borne = borne_by(row)
    assert (row.status, borne.total) == ("lost", order.total_amount_cents - 1000)
    assert row.vendor_back == round(1000 * row.vendor_part / row.amount)
    await market_disputes.offer_appeal(market, 0)
    decide(market, made, won=True)
    await agree(market, shop)
    assert await together() == (0, 0, 0)
    assert [claim.amount for claim in await Claim.all()] == [0]


async def test_a_dispute_of_money_that_was_never_a_sale_is_claimed_from_nobody(
    market: Market,
) -> None:
    """A parked payment earned the vendor nothing: all of it is the marketplace's loss."""
    (shop,) = await market.fill("LU")
    sale = await acts.buy(market, shop, 2, None, back=False)
    payment = await Payment.get(order_id=sale)
    await Payment.filter(id=payment.id).update(stripe_account_id="acct_other")
    path = f"/v1/payment_intents/{payment.stripe_payment_intent_id}/confirm"
    market.stand.send(
        "POST",
        path,
        {"payment_method": "pm_card_visa", "return_url": "http://127.0.0.1/back"},
    )
    market.advance(1)
    intent = await market.gateway.payment_intents.get(
        str(payment.stripe_payment_intent_id)
    )
    await sync.apply(payment.id, intent)
    payment = await Payment.get(id=payment.id)
    assert payment.status == "parked"
    await Payment.filter(id=payment.id).update(stripe_charge_id=intent.latest_charge)
    payment = await Payment.get(id=payment.id)
    made = dispute(market, payment, 1000)
    await service.sync_dispute(market.gateway, made.id)
    row = await Dispute.get()
    assert (row.vendor_part, row.commission_part, row.loss_part) == (0, 0, 1000)
    assert not await Claim.exists()
    assert await booked(Account.VENDOR_PAYABLE, vendor_id=shop.vendor_id) == {}


@pytest.mark.one_engine
@pytest.mark.parametrize("world", choices.CHOICES["destination_reversals"])
async def test_money_that_leaves_between_our_look_and_our_reversal_is_owed_in_either_world(
    market: Market, world: str
) -> None:
    """Refused, the rest is taken and owed; taken all the same, the vendor's balance is below zero
    and nothing is owed beside it.
    """
    shop, order, payment = await sold(market, card="bypassPending")
    if world == choices.COVERED:
        acts.other_world(market)
    share = order.total_amount_cents - order.platform_fee_amount
    left = share % 100
    acts.meanwhile(market, shop, "money")
    dispute(market, payment, order.total_amount_cents)
    await market.settle()
    claim = await Claim.get()
    stripe: Any = market
    if world == choices.UNLIMITED:
        assert (claim.taken, claim.receivable) == (share, 0)
        assert held(stripe, shop.account_id) == {"EUR": left - share}
    else:
        assert (claim.taken, claim.receivable) == (left, share - left)
        assert await Movement.filter(status="refused").count() == 1
    await agree(market, shop)


async def reading(market: Market, stripe_id: str) -> StripeDispute:
    """What Stripe says of a dispute now."""
    return await market.gateway.disputes.get(stripe_id)


@pytest.mark.one_engine
async def test_money_that_went_and_came_in_one_second_went_first(
    market: Market,
) -> None:
    """Whatever the order of the list: nothing is given back before it was taken, and nobody has
    lost anything.
    """
    _, order, payment = await sold(market)
    made = dispute(market, payment, order.total_amount_cents).id
    decide(market, made, won=True)
    seen = await reading(market, made)
    out, back = sorted(seen.transactions, key=lambda t: t.amount)
    backwards = (replace(back, created=out.created), out)
    await service.apply(payment.id, replace(seen, transactions=backwards))
    row = await Dispute.get()
    assert (row.vendor_back, row.commission_back, row.loss_back) == (
        row.vendor_part,
        row.commission_part,
        0,
    )
    assert await together() == (0, 0, 0)


@pytest.mark.one_engine
async def test_money_that_went_again_later_went_on_its_first_day(
    market: Market,
) -> None:
    """A bank that takes a won dispute up again takes the money a second time; the story keeps the
    day of the first.
    """
    _, order, payment = await sold(market)
    made = dispute(market, payment, order.total_amount_cents).id
    await service.sync_dispute(market.gateway, made)
    first = (await Dispute.get()).withdrawn_at
    decide(market, made, won=True)
    seen = await reading(market, made)
    out = next(t for t in seen.transactions if t.amount < 0)
    again = replace(
        out,
        id="txn_again",
        fee=0,
        net=out.amount,
        created=out.created + timedelta(days=30),
    )
    await service.apply(
        payment.id,
        replace(seen, status="lost", transactions=(*seen.transactions, again)),
    )
    row = await Dispute.get()
    assert (row.withdrawn_at, row.status) == (first, "lost")
    assert (await together())[0] == order.total_amount_cents - order.platform_fee_amount


@pytest.mark.one_engine
async def test_money_in_another_currency_than_the_orders_is_a_persons_matter(
    market: Market,
) -> None:
    """Nothing is posted in a wrong currency and nothing claimed; the log has it, and reconciliation
    shows it.
    """
    _, order, payment = await sold(market)
    made = dispute(market, payment, order.total_amount_cents)
    _abroad(market, made)
    await service.sync_dispute(market.gateway, made.id)
    assert not await LedgerPosting.exists(kind="dispute_withdrawn")
    assert not await Claim.exists()
    said = market.complaints.found[0]
    assert f"{made.id} moved USD, the order is in EUR" in said
    await market.settle()
    found = await market_findings.differences(market)
    row = await Dispute.get()
    assert [(kind, subject) for kind, subject, *_ in found] == [
        ("money_unposted", f"dispute:{row.id}")
    ]
    market.complaints.found.clear()


def _abroad(market: Market, made: Document) -> None:
    """Stripe settles this dispute in dollars: its row, its own copy of it, and the balance that it
    was taken from.
    """
    act = market.act()
    (inner,) = made.body["balance_transactions"]
    row = act.get("balance_transaction", inner["id"])
    net = row.body["net"]
    with act.store.transaction():
        for body in (inner, row.body):
            body["currency"] = "usd"
        act.store.save(row)
        act.store.save(made)
        act.store.db.execute(
            "UPDATE balances SET net = net - ? WHERE (scope, currency, available_on) IN "
            "(SELECT scope, currency, available_on FROM balances WHERE scope = ? AND currency = "
            "'eur' LIMIT 1)",
            (net, act.scope),
        )
        act.store.db.execute(
            (
                "INSERT INTO balances (net, platform, scope, currency, available_on) VALUES (?, "
                "?, ?, 'usd', 0)"
            ),
            (net, act.platform, act.scope),
        )
