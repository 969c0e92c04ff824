"""Refunds of one vendor's order out of a charge that several vendors share: its own slice is the
limit, its own transfer pays it back, and the others see nothing of it (decision 19).
"""

from __future__ import annotations

import asyncio
from itertools import count
from typing import TYPE_CHECKING

import pytest

from shared.core.errors import NotFound
from shared.core.money import Money
from shared.finance.ledger.chart import Account
from shared.finance.payments.models import Payment
from shared.finance.recovery.models import Claim, Movement
from shared.finance.refunds import service
from shared.finance.refunds.errors import TooMuch
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import Reach, RefundRequest, RefundState
from shared.infra.mail.models import Email
from shared.trade.orders.models import Order
from shared.trade.vendors.models import Vendor
from tests.support import market_acts as acts
from tests.support import market_findings
from tests.support.killing import killed_in_turn
from tests.support.market_findings import at_rest
from tests.support.money import booked
from tests.support.purchases import (
    SharedPurchase,
    buy_and_pay,
    buy_from,
    let_transfers_be,
    pay,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from tests.support.machine import Market
    from tests.support.market import Shop


async def _sold(market: Market) -> tuple[list[Shop], SharedPurchase]:
    shops = await market.fill("LU", "FR", "DE")
    return shops, await buy_and_pay(market, shops, quantity=2)


async def test_a_refund_takes_its_own_vendors_part_back_and_nobody_elses(
    market: Market,
) -> None:
    """In part, then the rest; each out of that vendor's own transfer."""
    shops, purchase = await _sold(market)
    paid = await purchase.payments()
    before = [await _holds(shop) for shop in shops]
    for share in (0.333, 1.0):
        state = await acts.refund(market, purchase.order_ids[1], share, now=True)
        assert state is RefundState.SUCCEEDED
    await at_rest(market)
    after = [await _holds(shop) for shop in shops]
    assert after == [before[0], before[1] - paid[1].amount_vendor, before[2]]
    moved = {each.stripe_source_id for each in await Movement.all()}
    assert moved == {paid[1].stripe_transfer_id}
    states = [each.status for each in await purchase.payments()]
    assert states == ["succeeded", "refunded", "succeeded"]
    orders = await purchase.orders()
    assert [o.payment_status for o in orders] == ["paid", "refunded", "paid"]
    assert orders[1].returned_amount == orders[1].total_amount_cents


async def _holds(shop: Shop) -> int:
    sums = await booked(Account.STRIPE_VENDOR, vendor_id=shop.vendor_id)
    return sums.get("EUR", 0)


@pytest.mark.both_engines
async def test_a_slice_gives_back_no_more_than_it_brought(market: Market) -> None:
    """Although there is more on the charge, also for two who ask at the same moment; the database
    holds it.
    """
    shops, purchase = await _sold(market)
    order = (await purchase.orders())[0]
    with pytest.raises(TooMuch):
        await _ask(market, shops[0], order, order.total_amount_cents + 1)
    most = order.total_amount_cents
    asked = [_ask(market, shops[0], order, most - 100) for _ in range(2)]
    told = await asyncio.gather(*asked, return_exceptions=True)
    assert sorted(type(each).__name__ for each in told) == ["Requested", "TooMuch"]
    await at_rest(market)
    assert (await Order.get(id=order.id)).refunded_amount == most - 100
    with pytest.raises(Exception, match=r"(?i)ck_orders_refunded|check"):
        await Order.filter(id=order.id).update(refunded_amount=most + 1)


async def _ask(
    market: Market, shop: Shop, order: Order, amount: int
) -> service.Requested:
    return await service.request(
        market.gateway,
        vendor_id=shop.vendor_id,
        number=order.number,
        wish=RefundRequest(Reach.AMOUNT, amount),
        reason="requested_by_customer",
        note="",
        by="member:1",
    )


async def test_another_vendor_of_the_purchase_cannot_give_it_back(
    market: Market,
) -> None:
    """One charge, and each vendor knows its own order alone."""
    shops, purchase = await _sold(market)
    order = (await purchase.orders())[0]
    for shop in shops[1:]:
        with pytest.raises(NotFound):
            await _ask(market, shop, order, 100)
    assert not await Refund.exists()


@pytest.mark.both_engines
async def test_all_vendors_give_all_back_at_the_same_moment(market: Market) -> None:
    """The whole charge goes back; Stripe's fee is what is left to the marketplace."""
    shops, purchase = await _sold(market)
    await asyncio.gather(
        *(acts.refund(market, order, 1.0, now=True) for order in purchase.order_ids)
    )
    await at_rest(market)
    assert {each.status for each in await purchase.payments()} == {"refunded"}
    assert [await _holds(shop) for shop in shops] == [0, 0, 0]
    charge = market.stand.v1.charges.retrieve(
        str((await purchase.payments())[0].stripe_charge_id)
    )
    assert charge.refunded


@pytest.mark.both_engines
async def test_a_kill_at_any_statement_of_a_refund_gives_back_once(
    market: Market,
) -> None:
    """Whoever goes on finds what was written down."""
    shops = await market.fill("LU", "FR")

    async def give_back(order: int) -> None:
        await acts.refund(market, order, 1.0, now=True)

    orders = [
        each async for each in killed_in_turn(_sales(market, shops), give_back, 3)
    ]
    assert len(orders) > 5
    await market.rest()
    for order in orders:
        if not await Refund.filter(order_id=order).exists():
            await give_back(order)
    await market.rest()
    for order in orders:
        (made,) = await Refund.filter(order_id=order)
        assert made.status == RefundState.SUCCEEDED
        (claim,) = await Claim.filter(order_id=order)
        assert claim.taken == claim.amount == made.vendor_part
    await at_rest(market)


def _sales(market: Market, shops: Sequence[Shop]) -> Callable[[], Awaitable[int]]:
    """Orders of both shops by turns, each of a purchase of its own."""
    numbers = count()

    async def sell() -> int:
        purchase = await buy_and_pay(market, shops)
        return purchase.order_ids[next(numbers) % 2]

    return sell


async def test_what_comes_back_after_all_is_the_vendors_again(market: Market) -> None:
    """Sent to it out of the same charge, in the group that Stripe asks for."""
    shops = await market.fill("LU", "FR")
    purchase = await buy_from(shops)
    view = await purchase.open(market)
    pay(market, view.payment_intent_id, "pm_card_refundFail")
    market.advance(1)
    await market.settle()
    before = [await _holds(shop) for shop in shops]
    await acts.refund(market, purchase.order_ids[0], 1.0, now=True)
    await at_rest(market)
    (made,) = await Refund.all()
    assert made.status == RefundState.FAILED
    assert [await _holds(shop) for shop in shops] == before
    sent = await Movement.filter(kind="transfer")
    group = (await purchase.payments())[0].transfer_group
    for each in sent:
        transfer = market.stand.v1.transfers.retrieve(str(each.stripe_id))
        assert transfer.transfer_group == group


async def test_what_goes_back_before_the_vendor_got_its_part_waits_for_it(
    market: Market,
) -> None:
    """Its account takes no transfer: the shopper has the money, and the vendor is owed the rest."""
    shops = await market.fill("LU", "FR")
    purchase = await buy_from(shops)
    view = await purchase.open(market)
    let_transfers_be(market, shops[1], "inactive")
    pay(market, view.payment_intent_id)
    market.advance(1)
    await market.settle()
    state = await acts.refund(market, purchase.order_ids[1], 0.5, now=True)
    assert state is RefundState.SUCCEEDED
    await market.rest()
    assert await market.stuck() == []
    (claim,) = await Claim.all()
    assert (claim.taken, claim.receivable) == (0, 0)
    waits = await Payment.get(order_id=purchase.order_ids[1])
    owed = await booked(Account.VENDOR_PAYABLE, vendor_id=shops[1].vendor_id)
    assert owed == {"EUR": claim.amount - waits.amount_vendor}
    market.complaints.found.clear()
    assert await market_findings.differences(market) == []
    let_transfers_be(market, shops[1], "active")
    await at_rest(market)
    assert (await Claim.get(id=claim.id)).taken == claim.amount
    assert await _holds(shops[1]) == waits.amount_vendor - claim.amount


async def test_what_staff_took_back_from_one_vendor_is_that_vendors(
    market: Market,
) -> None:
    """Reversed in Stripe's dashboard: booked as taken from whom the transfer went to."""
    shops, purchase = await _sold(market)
    before = [await _holds(shop) for shop in shops]
    await acts.take_back_at_stripe(market, purchase.order_ids[1], 0.1, fee=False)
    await market.rest()
    await market_findings.decide_what_was_taken(market)
    await at_rest(market)
    after = [await _holds(shop) for shop in shops]
    assert [was - now for was, now in zip(before, after, strict=True)] == [0, 399, 0]
    (claim,) = await Claim.all()
    assert (claim.order_id, claim.taken) == (purchase.order_ids[1], 399)


@pytest.mark.both_engines
async def test_the_shopper_hears_once_of_what_the_marketplace_gave_back(
    market: Market,
) -> None:
    """One mail with each shop's part; it says that the marketplace did it. So it is when the bank
    sends it back.
    """
    shops = await market.fill("LU", "FR", "DE")
    purchase = await buy_from(shops, quantity=2)
    intent_id = (await purchase.open(market)).payment_intent_id
    pay(market, intent_id, "pm_card_refundFail")
    market.advance(1)
    await market.settle()
    await acts.refund_at_stripe(
        market, purchase.order_ids[0], 1.0, reverse=False, fee=False, named=False
    )
    await market.settle()
    market.advance(8 * 86400)
    await market.rest()
    orders = await purchase.orders()
    names = {vendor.id: vendor.name for vendor in await Vendor.all()}
    whole = Money(sum(order.total_amount_cents for order in orders), "EUR")
    for kind in ("refunded", "refund_came_back"):
        (mail,) = await Email.filter(kind=kind)
        assert mail.order_id == orders[0].id
        assert "the marketplace" in mail.text
        assert "has given you €" not in mail.text.replace("the marketplace has", "")
        assert f"€{whole.to_decimal()}" in mail.text
        assert "€" not in mail.subject
        for order in orders:
            part = Money(order.total_amount_cents, "EUR").to_decimal()
            said = f"{names[order.vendor_id]}, order {order.number}  €{part}"
            assert said in mail.text


async def test_a_refund_of_one_order_in_the_dashboard_is_the_marketplaces_too(
    market: Market,
) -> None:
    """A vendor's own says that the shop gave it."""
    _, purchase = await _sold(market)
    for order_id in purchase.order_ids[:2]:
        if order_id == purchase.order_ids[0]:
            await acts.refund_at_stripe(market, order_id, 0.5, reverse=False, fee=False)
        else:
            await acts.refund(market, order_id, 0.5, now=True)
        await at_rest(market)
    texts = [mail.text for mail in await Email.filter(kind="refunded").order_by("id")]
    assert "the marketplace has given you" in texts[0]
    assert "the marketplace" not in texts[1]
    assert "has given you" in texts[1]
