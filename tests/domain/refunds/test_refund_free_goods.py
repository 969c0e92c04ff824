"""A code of the marketplace paid for all the goods, the shopper for delivery alone: what comes back
of the marketplace's part comes with the goods.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from shared.finance.invoices.models import SalesDocument
from shared.finance.invoices.service import issue
from shared.finance.ledger.chart import Account
from shared.finance.refunds import service as refunds
from shared.finance.refunds.errors import GoodsWouldStay, NothingPaid
from shared.finance.refunds.models import Refund
from shared.finance.refunds.preview import preview
from shared.finance.refunds.rules import Reach, RefundRequest
from shared.trade.commission.rules import RefundPolicy
from shared.trade.orders.models import Order, OrderLine
from shared.trade.vendors.models import Vendor
from tests.support import market_acts as acts
from tests.support.discounts import make_discount
from tests.support.market_findings import at_rest
from tests.support.money import booked
from tests.support.purchases import buy_from, pay
from tests.support.refunds import amount, set_policy
from tests.support.shipping import send_by

if TYPE_CHECKING:
    from tests.support.machine import Market

GOODS, DELIVERY = 3998, 490
WHOLE = RefundRequest(Reach.WHOLE)
DELIVERY_ALONE = RefundRequest(Reach.LINES, shipping=True)


async def _bought(market: Market) -> Order:
    """Two pieces that a code paid for, sent for money, with the vendor's own VAT inside."""
    (shop,) = await market.fill("LU")
    await Vendor.filter(id=shop.vendor_id).update(vat_scheme="local")
    await send_by(shop.vendor_id)
    await make_discount(code="ALLOFIT", kind="percent", percentage=Decimal(100))
    purchase = await buy_from([shop], quantity=2, code="ALLOFIT")
    pay(market, (await purchase.open(market)).payment_intent_id)
    market.advance(1)
    await market.settle()
    (order,) = await purchase.orders()
    kept = (order.total_amount_cents, order.marketplace_discount)
    assert kept == (DELIVERY, GOODS)
    return order


async def _refund(market: Market, order: Order, wish: RefundRequest) -> Refund:
    made = await refunds.request(
        market.gateway,
        vendor_id=order.vendor_id,
        number=order.number,
        wish=wish,
        reason="requested_by_customer",
        note="",
        by="member:1",
        at_once=True,
    )
    await refunds.try_now(market.gateway, made.id, made.write)
    return await Refund.get(id=made.id)


async def _vat(order: Order) -> list[int]:
    """What is VAT on each document of an order."""
    await issue(order.id)
    found = await SalesDocument.filter(order_id=order.id).order_by("id")
    return [sum(row["vat"] for row in each.content["vat"]) for each in found]


@pytest.mark.both_engines
@pytest.mark.parametrize("policy", RefundPolicy)
async def test_a_part_of_the_delivery_leaves_the_vendor_what_it_sold(
    market: Market, policy: RefundPolicy
) -> None:
    """The page says before what it will be; then the whole order brings the rest, and nobody holds
    anything of it.
    """
    await set_policy(policy)
    order = await _bought(market)
    told = await preview(
        market.gateway,
        vendor_id=order.vendor_id,
        number=order.number,
        wish=amount(200),
    )
    assert (told.discount_part, told.vendor_part + told.commission_part) == (0, 200)
    part = await _refund(market, order, amount(200))
    assert part.discount_part == 0
    assert part.vendor_part <= 200
    await at_rest(market)
    assert await booked(Account.MARKETPLACE_DISCOUNTS) == {"EUR": GOODS}

    rest = await _refund(market, order, WHOLE)
    assert (rest.amount, rest.shipping_amount) == (DELIVERY - 200, DELIVERY - 200)
    assert rest.discount_part == GOODS
    await at_rest(market)
    assert await booked(Account.MARKETPLACE_DISCOUNTS) == {}
    kept = order.platform_fee_amount if policy is RefundPolicy.KEEP else 0
    assert await booked(Account.COMMISSION) == ({"EUR": -kept} if kept else {})
    invoice, *notes = await _vat(order)
    assert invoice == sum(notes) > 0
    assert len(notes) == 2
    assert notes[0] == invoice * 200 // (GOODS + DELIVERY)


@pytest.mark.usefixtures("database")
async def test_all_of_the_delivery_does_not_go_back_without_the_goods(
    market: Market,
) -> None:
    """Nor as an amount, nor with some of them; with all of them it is the whole order."""
    order = await _bought(market)
    line = await OrderLine.get(order_id=order.id)
    one = RefundRequest(Reach.LINES, quantities={line.id: 1}, shipping=True)
    for wish in (DELIVERY_ALONE, amount(DELIVERY), one):
        with pytest.raises(GoodsWouldStay):
            await _refund(market, order, wish)
    with pytest.raises(NothingPaid):
        await _refund(
            market, order, RefundRequest(Reach.LINES, quantities={line.id: 1})
        )
    assert not await Refund.exists()
    all_of_it = RefundRequest(Reach.LINES, quantities={line.id: 2}, shipping=True)
    made = await _refund(market, order, all_of_it)
    assert (made.amount, made.discount_part) == (DELIVERY, GOODS)
    await at_rest(market)
    invoice, note = await _vat(order)
    assert invoice == note


@pytest.mark.usefixtures("database")
async def test_all_of_it_in_stripes_dashboard_is_the_whole_order(
    market: Market,
) -> None:
    """Nobody says there what it is for, and all that was paid is back."""
    order = await _bought(market)
    await acts.refund_at_stripe(market, order.id, 1.0, reverse=False, fee=False)
    await at_rest(market)
    made = await Refund.get()
    assert (made.amount, made.discount_part) == (DELIVERY, GOODS)
    assert await booked(Account.MARKETPLACE_DISCOUNTS) == {}
    invoice, note = await _vat(order)
    assert invoice == note
