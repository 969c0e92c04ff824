"""What may be given back, what of it goes on the shelf again, and who is told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from shared.core.errors import MarketError, NotFound
from shared.finance.ledger.models import LedgerPosting
from shared.finance.refunds import preview, service, sync
from shared.finance.refunds.errors import (
    BadRefund,
    ChargedBack,
    NotPaid,
    RefundedMeanwhile,
    TooMuch,
)
from shared.finance.refunds.models import Refund, RefundLine
from shared.finance.refunds.refundability import Refundability
from shared.finance.refunds.rules import (
    Reach,
    RefundRequest,
    RefundState,
)
from shared.infra.mail.models import Email
from shared.trade.catalogue.models import Product
from shared.trade.orders.models import Order, OrderLine
from tests.support.factories import make_order
from tests.support.money import assert_books_agree
from tests.support.refunds import (
    PRICE,
    WHOLE,
    amount,
    ask,
    refund,
    run_jobs,
    sold,
)

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


async def _asked(
    gateway: Gateway, vendor_id: int, number: str, reason: str = "duplicate"
) -> service.Requested:
    """All of an order is asked back for this reason."""
    return await service.request(
        gateway,
        vendor_id=vendor_id,
        number=number,
        wish=WHOLE,
        reason=reason,
        note="",
        by="member:1",
    )


class TestWhatMayBeAsked:
    @pytest.mark.parametrize(
        ("wish", "param"),
        [
            (amount(2001), "amount"),
            (amount(0), "amount"),
            (amount(-5), "amount"),
            (RefundRequest(Reach.AMOUNT), "amount"),
            (RefundRequest(Reach.LINES), "reach"),
            (RefundRequest(Reach.LINES, quantities={10**9: 1}), None),
        ],
    )
    async def test_an_amount_that_cannot_be_is_told_at_its_field(
        self,
        gateway: Gateway,
        sandbox: RunningSandbox,
        wish: RefundRequest,
        param: str | None,
    ) -> None:
        """Nothing is written down."""
        sale = await sold(gateway, sandbox, others=0)
        with pytest.raises(BadRefund) as told:
            await ask(gateway, sale, wish)
        assert told.value.param == param
        assert not await Refund.exists()
        assert (await Order.get(id=sale.order.id)).refunded_amount == 0

    async def test_two_at_once_one_wins(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The other is told what is left; together they never exceed the order."""
        sale = await sold(gateway, sandbox)
        both = await asyncio.gather(
            refund(gateway, sale, amount(1500)),
            refund(gateway, sale, amount(1200)),
            return_exceptions=True,
        )
        [lost] = [r for r in both if isinstance(r, BaseException)]
        [made] = [r for r in both if isinstance(r, Refund)]
        assert isinstance(lost, TooMuch)
        assert f"{(PRICE - made.amount) / 100:.2f}" in lost.message
        assert await Refund.all().count() == 1
        assert (await Order.get(id=sale.order.id)).refunded_amount == made.amount
        await assert_books_agree(sandbox)

    async def test_pressed_twice_is_one_refund(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Both would fit, but the second had not seen the first."""
        sale = await sold(gateway, sandbox)
        both = await asyncio.gather(
            ask(gateway, sale, amount(100), seen=0),
            ask(gateway, sale, amount(100), seen=0),
            return_exceptions=True,
        )
        assert sorted(type(r).__name__ for r in both) == ["Refund", "RefundedMeanwhile"]
        assert any(
            isinstance(r, RefundedMeanwhile) and "€19.00" in r.message for r in both
        )

    async def test_another_vendors_order_is_not_there(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """404, whatever is asked."""
        sale = await sold(gateway, sandbox, others=0)
        other = await make_order()
        for call in (
            preview.refundable(other.vendor_id, sale.order.number),
            preview.preview(
                gateway, vendor_id=other.vendor_id, number=sale.order.number, wish=WHOLE
            ),
            _asked(gateway, other.vendor_id, sale.order.number),
        ):
            with pytest.raises(NotFound):
                await call

    async def test_an_unpaid_order_has_nothing_to_give_back(
        self, gateway: Gateway
    ) -> None:
        """A sentence."""
        order = await make_order()
        with pytest.raises(NotPaid):
            await _asked(gateway, order.vendor_id, order.number)

    async def test_a_reason_that_blocks_the_shoppers_card_is_never_sent(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """`fraudulent` is refused here already."""
        sale = await sold(gateway, sandbox, others=0)
        with pytest.raises(MarketError):
            await _asked(gateway, sale.shop.vendor_id, sale.order.number, "fraudulent")

    async def test_what_the_bank_took_is_not_given_back_as_well(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """A chargeback stands in the way, in a sentence."""
        sale = await sold(gateway, sandbox)
        sandbox.control(
            "POST",
            "disputes",
            {"charge": sale.payment.stripe_charge_id, "reason": "fraudulent"},
        )
        with pytest.raises(ChargedBack):
            await ask(gateway, sale)
        told = await preview.preview(
            gateway, vendor_id=sale.shop.vendor_id, number=sale.order.number, wish=WHOLE
        )
        assert told.refundability is Refundability.CHARGED_BACK
        assert (await Order.get(id=sale.order.id)).refunded_amount == 0

    async def test_an_inquiry_is_no_obstacle(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """A refund closes it, and the preview says so."""
        sale = await sold(gateway, sandbox)
        sandbox.control(
            "POST",
            "disputes",
            {
                "charge": sale.payment.stripe_charge_id,
                "reason": "fraudulent",
                "inquiry": True,
            },
        )
        told = await preview.preview(
            gateway, vendor_id=sale.shop.vendor_id, number=sale.order.number, wish=WHOLE
        )
        assert told.refundability is Refundability.INQUIRY
        assert (await refund(gateway, sale)).status == RefundState.SUCCEEDED

    async def test_a_chargeback_between_looking_and_asking_is_told(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Stripe refuses; what was spoken for is left again, and the vendor gets the sentence."""
        sale = await sold(gateway, sandbox)
        made = await ask(gateway, sale)
        sandbox.control(
            "POST",
            "disputes",
            {"charge": sale.payment.stripe_charge_id, "reason": "fraudulent"},
        )
        await service.try_now(gateway, made.id)
        made = await Refund.get(id=made.id)
        assert made.status == RefundState.REFUSED
        assert "bank has taken" in made.refusal
        assert (await Order.get(id=sale.order.id)).refunded_amount == 0
        assert await Email.filter(kind="refund_refused").count() == 1


class TestLines:
    async def test_pieces_go_back_on_the_shelf_once(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """When the money has gone; refunded again after a failure, they are not counted twice."""
        sale = await sold(
            gateway, sandbox, card="pm_card_refundFail", quantity=3, others=0
        )
        line = await OrderLine.get(order_id=sale.order.id)
        shelf = (await Product.get(id=sale.shop.product_id)).stock
        wish = RefundRequest(
            Reach.LINES,
            quantities={line.id: 2},
            restock=frozenset({line.id}),
        )
        made = await refund(gateway, sale, wish)
        assert (made.amount, made.status) == (2 * PRICE, RefundState.SUCCEEDED)
        assert (await Product.get(id=sale.shop.product_id)).stock == shelf + 2
        sandbox.advance(120)
        await run_jobs(context)
        assert (await Refund.get(id=made.id)).status == RefundState.FAILED
        again = await refund(
            gateway, sale, RefundRequest(Reach.WHOLE, restock=frozenset({line.id}))
        )
        assert again.amount == 3 * PRICE
        assert (await Product.get(id=sale.shop.product_id)).stock == shelf + 3
        await assert_books_agree(sandbox)

    async def test_a_piece_is_given_back_once(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The line says how many are left."""
        sale = await sold(gateway, sandbox, quantity=3)
        line = await OrderLine.get(order_id=sale.order.id)
        await refund(gateway, sale, RefundRequest(Reach.LINES, quantities={line.id: 2}))
        with pytest.raises(BadRefund, match="At most 1") as told:
            await ask(
                gateway, sale, RefundRequest(Reach.LINES, quantities={line.id: 2})
            )
        assert told.value.param == f"quantity_{line.id}"
        rest = await refund(gateway, sale)
        assert rest.amount == PRICE
        assert [p.quantity for p in await RefundLine.all().order_by("id")] == [2, 1]

    async def test_not_asked_for_nothing_goes_back_on_the_shelf(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Broken goods are refunded too."""
        sale = await sold(gateway, sandbox)
        shelf = (await Product.get(id=sale.shop.product_id)).stock
        await refund(gateway, sale)
        assert (await Product.get(id=sale.shop.product_id)).stock == shelf


class TestPeople:
    async def test_the_shopper_is_told_and_later_that_it_did_not_arrive(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """With the vendor's note; the vendor is told of the failure with its reason."""
        sale = await sold(gateway, sandbox, card="pm_card_refundFail")
        await refund(gateway, sale)
        mail = await Email.get(kind="refunded")
        assert mail.to == "ada@example.test"
        assert "Sorry." in mail.text
        assert "€20.00" in mail.subject
        sandbox.advance(120)
        await run_jobs(context)
        assert (
            "expired or was cancelled" in (await Email.get(kind="refund_failed")).text
        )
        assert (await Email.get(kind="refund_came_back")).to == "ada@example.test"

    async def test_following_twice_does_everything_once(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Postings, mails, movements."""
        sale = await sold(gateway, sandbox)
        made = await refund(gateway, sale)
        await asyncio.gather(*(sync.sync_refund(gateway, made.id) for _ in range(3)))
        assert await LedgerPosting.filter(kind__startswith="refund").count() == 2
        assert await Email.filter(kind="refunded").count() == 1
        await assert_books_agree(sandbox)
