"""The waterfall of an order, from a real payment to the bank, on the vendor's page and on the
staff's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.finance.ledger import postings
from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerEntry
from shared.finance.order_money.flows import FlowKind
from shared.finance.order_money.waterfall import order_waterfall
from shared.finance.payouts.models import Payout, PayoutItem
from shared.finance.refunds.models import Refund
from shared.trade.orders.models import Order
from shared.trade.vendors.models import Vendor
from tests.support.books import a_dispute, at, book, sold
from tests.support.factories import make_order, make_payment, make_ready_vendor
from tests.support.market import open_shop
from tests.support.money import sell
from tests.support.portal import operator_in, signed_in
from tests.support.storefront import counted, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.finance.order_money.waterfall import Waterfall
    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


def comes_to_zero(found: Waterfall) -> bool:
    """Every line that is no sum, on both sides."""
    lines = [line for line in found.lines if not line.is_sum]
    return all(
        sum(side) == 0
        for side in zip(
            *((line.vendor.amount, line.market.amount) for line in lines),
            strict=True,
        )
    )


async def paid_out(
    order: Order,
    amount: int,
    *,
    status: str = "paid",
    n: int = 1,
) -> None:
    """A payout that a part of the order's money went out with."""
    entry = await LedgerEntry.filter(
        posting__subject=f"order:{order.id}", account=Account.STRIPE_VENDOR
    ).first()
    assert entry is not None
    payout = await Payout.create(
        vendor_id=order.vendor_id,
        period=f"2026-10-{n:02d}",
        status=status,
        amount=amount,
        currency=order.currency,
        stripe_payout_id=f"po_{n}",
        arrives_on=at("2026-10-12 00:00"),
        paid_at=at("2026-10-12 08:00") if status == "paid" else None,
    )
    await PayoutItem.create(
        payout_id=payout.id, entry_id=entry.id, order_id=order.id, amount=amount
    )


async def a_story(vendor_id: int | None = None) -> Order:
    """Sold, partly refunded, disputed and won back, paid out once in vain and once for good."""
    vendor = (
        await make_ready_vendor()
        if vendor_id is None
        else await Vendor.get(id=vendor_id)
    )
    order = await sold(vendor, at("2026-10-05 10:00"))
    payment = await make_payment(
        order,
        status="succeeded",
        stripe_charge_id="ch_1",
        stripe_transfer_id="tr_1",
        stripe_application_fee_id="fee_1",
    )
    fee = postings.StripeFee(payment.id, order.id, "EUR", 170, "txn_fee")
    await book(postings.stripe_fee(fee), at("2026-10-05 10:01"))
    refund = await Refund.create(
        vendor_id=order.vendor_id,
        order_id=order.id,
        payment_id=payment.id,
        number=1,
        status="succeeded",
        amount=2000,
        vendor_part=1800,
        commission_part=200,
        currency="EUR",
        policy="proportional",
        idempotency_key=f"refund:{order.number}",
        stripe_refund_id="re_1",
        requested_by="test",
    )
    fact = postings.RefundFact(
        refund.id,
        order.id,
        order.vendor_id,
        "EUR",
        1800,
        200,
        "re_1",
    )
    await book(postings.refund(fact), at("2026-10-06 10:00"))
    await book(postings.refund_paid(fact), at("2026-10-06 10:01"))
    dispute = a_dispute(order, vendor_part=7200, commission_part=0)
    await book(postings.dispute_withdrawn(dispute), at("2026-10-07 10:00"))
    won = postings.DisputedMoney(
        order.id,
        order.vendor_id,
        "EUR",
        7200,
        0,
        0,
        0,
        "txn_won",
    )
    await book(postings.dispute_reinstated(won), at("2026-10-08 10:00"))
    await paid_out(order, 7200, status="failed", n=1)
    await paid_out(order, 5000, n=2)
    return order


async def test_a_real_sale_with_the_stripe_objects_it_came_from(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Charge, fee object, transfer, balance transaction; nothing is paid out yet."""
    payment = await sell(gateway, sandbox, await open_shop(gateway, sandbox))
    found = await order_waterfall(payment.order_id)
    assert comes_to_zero(found)
    lines = {line.kind: line for line in found.lines}
    assert lines[FlowKind.PAID].stripe_id == payment.stripe_charge_id
    assert lines[FlowKind.COMMISSION].stripe_id == payment.stripe_application_fee_id
    assert lines[FlowKind.SHARE].stripe_id == payment.stripe_transfer_id
    assert lines[FlowKind.STRIPE_FEE].stripe_id == payment.stripe_balance_transaction_id
    assert lines[FlowKind.STRIPE_FEE].market.amount == -(payment.amount_stripe_fee or 0)
    assert lines[FlowKind.SHARE].vendor.amount == payment.amount_vendor
    assert lines[FlowKind.NOT_PAID_OUT].vendor.amount == -payment.amount_vendor


async def test_every_cent_of_a_long_story_is_somewhere() -> None:
    """A payout that came back counts for nothing; the fee of the dispute is the marketplace's."""
    found = await order_waterfall((await a_story()).id)
    assert comes_to_zero(found)
    told = [
        (
            line.kind,
            line.vendor.amount,
            line.market.amount,
        )
        for line in found.lines
    ]
    assert told == [
        (FlowKind.PAID, 10000, 0),
        (FlowKind.STRIPE_FEE, 0, -170),
        (FlowKind.COMMISSION, -1000, 1000),
        (FlowKind.SHARE, 9000, 0),
        (FlowKind.REFUND, -2000, 0),
        (FlowKind.COMMISSION_BACK, 200, -200),
        (FlowKind.DISPUTE, -7200, 0),
        (FlowKind.DISPUTE_COST, 0, -1500),
        (FlowKind.DISPUTE_WON, 7200, 0),
        (FlowKind.LEFT, 7200, 0),
        (FlowKind.PAYOUT_FAILED, 0, 0),
        (FlowKind.PAYOUT, -5000, 0),
        (FlowKind.NOT_PAID_OUT, -2200, 0),
        (FlowKind.BORNE, 0, 870),
    ]
    assert [place.kind for place in found.places] == ["refund_paid"]


async def test_what_was_paid_out_and_then_taken_back_is_owed() -> None:
    """Not hidden in a negative 'not paid out'."""
    order = await sold(await make_ready_vendor(), at("2026-10-05 10:00"))
    await paid_out(order, 9000)
    fact = postings.RefundFact(1, order.id, order.vendor_id, "EUR", 9000, 1000, "re_1")
    await book(postings.refund(fact), at("2026-10-20 10:00"))
    found = await order_waterfall(order.id)
    assert (
        found.lines[-2].kind,
        found.lines[-2].vendor.amount,
    ) == (FlowKind.OWED, 9000)
    assert comes_to_zero(found)


async def test_the_vendors_page_tells_it(client: TestClientProtocol) -> None:
    """With Stripe's fee as a note, since it is not the vendor's, and the day at the bank."""
    portal = await signed_in(client)
    order = await a_story(portal.vendor_id)
    with clock.use(lambda: at("2026-11-20 12:00")):
        page = await portal.get(f"/vendor/admin/orders/{order.number}")
    said = words(page)
    assert (
        "Shopper paid €100.00 Platform fee -€10.00 Your share €90.00 Refund 1 6 Oct -€20.00"
        in said
    )
    assert "Platform fee given back 6 Oct €2.00" in said
    assert (
        "Paid out to your bank arrived 12 Oct -€50.00 Not paid out yet €22.00" in said
    )
    assert "Stripe’s fee, paid by the marketplace: €1.70" in said
    assert "Cost of the dispute" not in said
    assert "Kept by the marketplace" not in said
    assert "ch_1" not in page


async def test_an_unpaid_order_says_what_is_owed(client: TestClientProtocol) -> None:
    """As before."""
    portal = await signed_in(client)
    order = await make_order(await portal.vendor())
    assert "Shopper owes" in await portal.get(f"/vendor/admin/orders/{order.number}")


class TestTheOperatorsOrderPage:
    async def test_both_sides_with_copyable_ids_and_who_is_who(
        self, client: TestClientProtocol
    ) -> None:
        """Charge, fee, transfer, refund, payout; vendor and shopper."""
        portal = await operator_in(client)
        order = await a_story()
        page = await portal.get(f"/operator/orders/{order.number}")
        for stripe_id in ("ch_1", "fee_1", "tr_1", "txn_fee", "re_1", "po_1", "po_2"):
            assert f'data-copy="{stripe_id}"' in page, stripe_id
        said = words(page)
        assert "Cost of the dispute" in said
        assert "Borne by the marketplace €8.70" in said
        assert "ada@example.test" in said
        assert f"acct_factory{order.vendor_id}" in said

    async def test_an_order_that_was_not_paid(self, client: TestClientProtocol) -> None:
        """Says so."""
        portal = await operator_in(client)
        order = await make_order()
        assert "Nothing was paid yet" in await portal.get(
            f"/operator/orders/{order.number}"
        )

    @pytest.mark.parametrize("number", ["MH-0000-0000", "x" * 30, "%20", "é"])
    async def test_an_unknown_number_is_404(
        self, client: TestClientProtocol, number: str
    ) -> None:
        """Whatever it looks like."""
        assert (
            await (await operator_in(client)).send("GET", f"/operator/orders/{number}")
        ).status_code == 404

    async def test_a_vendor_may_not_look(self, client: TestClientProtocol) -> None:
        """Not even at its own order: that has a page of its own."""
        portal = await signed_in(client)
        order = await make_order(await portal.vendor())
        assert (
            await portal.send("GET", f"/operator/orders/{order.number}")
        ).status_code == 403


@pytest.mark.one_engine
async def test_a_long_story_costs_as_many_queries_as_a_short_one() -> None:
    """However many refunds and payouts."""
    order = await a_story()
    with counted() as few:
        await order_waterfall(order.id)
    for n in range(20):
        fact = postings.RefundFact(
            100 + n,
            order.id,
            order.vendor_id,
            "EUR",
            9,
            1,
            f"re_{n}x",
        )
        await book(postings.refund(fact), at("2026-10-20 10:00"))
        await paid_out(order, 10, n=10 + n)
    with counted() as many:
        await order_waterfall(order.id)
    assert len(many) == len(few) <= 6
