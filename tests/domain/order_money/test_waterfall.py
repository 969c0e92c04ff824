"""The waterfall of an order, from a real payment to the bank, on the vendor's page and on the
staff's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.finance.ledger import postings
from shared.finance.order_money.flows import FlowKind
from shared.finance.order_money.waterfall import order_waterfall
from tests.support.books import at, book, sold
from tests.support.factories import make_order, make_ready_vendor
from tests.support.market import open_shop
from tests.support.money import sell
from tests.support.order_stories import a_story, paid_out
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
        "Shopper paid €100.00 Platform fee −€10.00 Your share €90.00 Refund 1 6 Oct −€20.00"
        in said
    )
    assert "Platform fee given back 6 Oct €2.00" in said
    assert (
        "Paid out to your bank arrived 12 Oct −€50.00 Not paid out yet €22.00" in said
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
