"""Delivery goes back with its order: with the pieces, alone, with the rest; all that was paid and
no more, whatever the order of the parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.finance.refunds.approval import decline
from shared.finance.refunds.errors import NoPieces
from shared.finance.refunds.models import Refund
from shared.finance.refunds.preview import refundable
from shared.finance.refunds.rules import (
    Reach,
    RefundableLine,
    RefundRequest,
    Sum,
    bear,
)
from shared.finance.refunds.wishes import work_out
from shared.infra.mail.models import Email
from shared.trade.commission.rules import RefundPolicy
from shared.trade.orders.models import Order, OrderLine
from tests.support.money import assert_books_agree
from tests.support.refunds import (
    Sold,
    amount,
    refund,
    set_policy,
    sold_with_delivery,
)

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

PRICE, SHIPPING = 2000, 490
SENT = RefundRequest(Reach.LINES, shipping=True)


async def _piece(sale: Sold) -> RefundRequest:
    line = await OrderLine.get(order_id=sale.order.id)
    return RefundRequest(Reach.LINES, quantities={line.id: 1})


@pytest.mark.usefixtures("database")
class TestWithStripe:
    @pytest.mark.both_engines
    @pytest.mark.parametrize("policy", list(RefundPolicy))
    async def test_pieces_delivery_and_the_rest_are_what_was_paid(
        self, gateway: Gateway, sandbox: RunningSandbox, policy: RefundPolicy
    ) -> None:
        """A piece, the delivery alone, then all that is left; the books say what Stripe says."""
        await set_policy(policy)
        sale = await sold_with_delivery(gateway, sandbox)
        assert sale.payment.amount_total == 2 * PRICE + SHIPPING
        made = [
            await refund(gateway, sale, wish)
            for wish in (await _piece(sale), SENT, RefundRequest(Reach.WHOLE))
        ]
        assert [one.amount for one in made] == [PRICE, SHIPPING, PRICE]
        assert [one.shipping_amount for one in made] == [0, SHIPPING, 0]
        order = await Order.get(id=sale.order.id)
        assert (order.refunded_amount, order.shipping_refunded) == (
            order.total_amount_cents,
            SHIPPING,
        )
        back = sum(one.commission_part for one in made)
        kept = 0 if policy is RefundPolicy.KEEP else order.platform_fee_amount
        assert back == kept
        await assert_books_agree(sandbox)

    async def test_the_mails_of_the_sale_tell_the_delivery(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The shopper's and the vendor's, beside the goods and the total."""
        sale = await sold_with_delivery(gateway, sandbox)
        for kind in ("order_confirmed", "order_sold"):
            mail = await Email.get(unique_key=f"{kind}:{sale.order.id}")
            assert "Delivery: Standard parcel  €4.90" in mail.text, mail.text
            assert "Total  €44.90" in mail.text

    async def test_a_refund_that_is_not_made_leaves_the_delivery_again(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """It counts while it is asked for, and no longer than that."""
        await set_policy(RefundPolicy.PROPORTIONAL, EUR=1)
        sale = await sold_with_delivery(gateway, sandbox)
        asked = await refund(gateway, sale, SENT)
        there = await refundable(sale.shop.vendor_id, sale.order.number)
        assert there.shipping.amount == 0
        await decline(asked.id, reason="No.", by="member:1")
        there = await refundable(sale.shop.vendor_id, sale.order.number)
        assert there.shipping.amount == SHIPPING
        assert (await Refund.get(id=asked.id)).status == "declined"

    async def test_an_amount_that_went_before_leaves_no_more_than_the_rest(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The delivery is asked back after an amount that reaches into it."""
        sale = await sold_with_delivery(gateway, sandbox, quantity=1)
        await refund(gateway, sale, amount(PRICE + 90))
        made = await refund(gateway, sale, SENT)
        assert (made.amount, made.shipping_amount) == (400, 400)
        await assert_books_agree(sandbox)


lines = st.lists(st.tuples(st.integers(1, 5000), st.integers(1, 4)), min_size=1)


@given(lines, st.integers(0, 3000), st.integers(0, 3000))
def test_all_that_is_left_is_told_to_the_cent(
    sold: list[tuple[int, int]], shipping: int, before: int
) -> None:
    """What counts for the lines and for the delivery is the amount, after any other."""
    kept = tuple(RefundableLine(n, unit, of) for n, (unit, of) in enumerate(sold))
    total = sum(unit * of for unit, of in sold) + shipping
    refunded = min(before, total - 1)
    order = Sum("EUR", total, 0, refunded, 0, kept, shipping=shipping)
    found = work_out(order, RefundRequest(Reach.WHOLE))
    assert found.amount == total - refunded
    assert sum(part.amount for part in found.parts) + found.shipping == found.amount
    assert 0 <= found.shipping <= shipping
    assert bear(order, found.amount, RefundPolicy.RETURN).vendor == found.amount


def test_the_delivery_alone_needs_some_that_is_left() -> None:
    """An order without delivery has no pieces to give back here."""
    order = Sum("EUR", 1000, 0, 0, 0, (RefundableLine(1, 1000, 1),))
    with pytest.raises(NoPieces):
        work_out(order, SENT)
    assert work_out(
        Sum("EUR", 1490, 0, 0, 0, order.lines, shipping=490), SENT
    ).amount == (490)
