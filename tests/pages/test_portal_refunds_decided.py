"""The operator decides about a refund, and the shopper reads of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from shared.finance.refunds import approval
from shared.finance.refunds.errors import RefundAlreadyDecided
from shared.finance.refunds.models import Refund
from shared.finance.refunds.queries import awaiting_approval
from shared.finance.refunds.rules import RefundState
from shared.infra.mail.models import Email
from shared.trade.commission.rules import RefundPolicy
from shared.trade.orders.models import Checkout, Order
from tests.support.app import link_of
from tests.support.money import assert_books_agree
from tests.support.portal import operator_in
from tests.support.refund_pages import AMOUNT, ORDERS, body, owner_of
from tests.support.refunds import amount, ask, refund, set_policy, sold

if TYPE_CHECKING:
    from quart import Quart
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox


class TestTheOperator:
    async def test_a_refund_above_the_limit_waits_and_is_let_through(
        self,
        app: Quart,
        client: TestClientProtocol,
        gateway: Gateway,
        sandbox: RunningSandbox,
    ) -> None:
        """It counts against what is left; the operator is mailed; once approved it is sent at
        once.
        """
        await set_policy(RefundPolicy.PROPORTIONAL, EUR=1000)
        sale = await sold(gateway, sandbox)
        operator = await operator_in(app.test_client())
        portal = await owner_of(client, sale)
        address = f"{ORDERS}/{sale.order.number}"
        form = {**AMOUNT, "amount": "15"}
        text = await body(await portal.post(f"{address}/refunds/preview", form))
        assert "above the limit" in text
        assert "Ask for a refund of €15.00" in text
        await portal.post(f"{address}/refunds", form)
        assert "Waits for the marketplace" in await portal.get(address)
        assert (await Order.get(id=sale.order.id)).refunded_amount == 1500
        assert "€15.00" in (await Email.get(kind="refund_waits")).subject

        row = await Refund.get()
        text = await operator.get("/operator/refunds")
        assert sale.order.number in text
        assert "Approve €15.00" in text
        answer = await operator.post(f"/operator/refunds/{row.id}/approve")
        assert answer.status_code == 303
        row = await Refund.get()
        assert row.status == RefundState.SUCCEEDED
        assert row.decided_by.startswith("member:")
        again = await operator.post(f"/operator/refunds/{row.id}/approve")
        assert again.status_code == 303
        assert "decided already" in await operator.get(
            "/operator/refunds?status=succeeded"
        )
        await assert_books_agree(sandbox)

    async def test_declining_needs_a_reason_and_frees_the_amount(
        self,
        app: Quart,
        client: TestClientProtocol,
        gateway: Gateway,
        sandbox: RunningSandbox,
    ) -> None:
        """The vendor reads it on the order and in a mail; nothing moved."""
        await set_policy(RefundPolicy.PROPORTIONAL, EUR=1000)
        sale = await sold(gateway, sandbox, funded=False)
        row = await ask(gateway, sale)
        operator = await operator_in(app.test_client())
        answer = await operator.post(
            f"/operator/refunds/{row.id}/decline", {"reason": " "}
        )
        assert answer.status_code == 422
        assert "Say why" in await body(answer)
        answer = await operator.post(
            f"/operator/refunds/{row.id}/decline", {"reason": "Ask the shopper first."}
        )
        assert answer.status_code == 303
        assert (await Refund.get()).status == RefundState.DECLINED
        assert (await Order.get(id=sale.order.id)).refunded_amount == 0
        assert (
            "Ask the shopper first." in (await Email.get(kind="refund_declined")).text
        )
        portal = await owner_of(client, sale)
        assert "Ask the shopper first." in await portal.get(
            f"{ORDERS}/{sale.order.number}"
        )
        await assert_books_agree(sandbox)

    async def test_many_small_ones_are_one_large_one(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Splitting does not get around the limit."""
        await set_policy(RefundPolicy.PROPORTIONAL, EUR=1000)
        sale = await sold(gateway, sandbox)
        assert (
            await refund(gateway, sale, amount(900))
        ).status == RefundState.SUCCEEDED
        assert (
            await refund(gateway, sale, amount(101))
        ).status == RefundState.AWAITING_APPROVAL
        assert (
            await refund(gateway, sale, amount(100))
        ).status == RefundState.AWAITING_APPROVAL

    async def test_approve_and_decline_at_once_one_wins(
        self, database: str, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The other is told."""
        await set_policy(RefundPolicy.KEEP, EUR=0)
        sale = await sold(gateway, sandbox, funded=False)
        row = await ask(gateway, sale)
        both = await asyncio.gather(
            approval.approve(row.id, by="member:1"),
            approval.decline(row.id, reason="No.", by="member:2"),
            approval.approve(row.id, by="member:3"),
            return_exceptions=True,
        )
        assert sum(isinstance(r, RefundAlreadyDecided) for r in both) == 2
        left = (await Order.get(id=sale.order.id)).refunded_amount
        assert left == (
            2000 if (await Refund.get()).status == RefundState.OPENING else 0
        )

    async def test_nobody_else_decides(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Not the vendor; and to the shopper a refund is nothing until it is allowed."""
        await set_policy(RefundPolicy.KEEP, EUR=0)
        sale = await sold(gateway, sandbox, funded=False, others=0)
        row = await ask(gateway, sale)
        checkout = await Checkout.get(id=sale.order.checkout_id)
        seen = await (
            await client.get(f"/shop/orders/{link_of(checkout.token)}")
        ).get_data(as_text=True)
        assert "Paid, being prepared" in seen
        assert await awaiting_approval([sale.order.id]) == {sale.order.id: 2000}
        portal = await owner_of(client, sale)
        for verb in ("approve", "decline"):
            assert (
                await portal.post(f"/operator/refunds/{row.id}/{verb}", {"reason": "x"})
            ).status_code == 403
        assert (await Refund.get()).status == RefundState.AWAITING_APPROVAL

    @pytest.mark.parametrize("number", ["0", "999999", "9" * 30])
    async def test_what_does_not_exist_is_404(
        self, client: TestClientProtocol, database: str, number: str
    ) -> None:
        """Whatever number it is."""
        operator = await operator_in(client)
        for verb in ("approve", "decline"):
            answer = await operator.post(
                f"/operator/refunds/{number}/{verb}", {"reason": "x"}
            )
            assert answer.status_code == 404
        assert "No refunds here" in await operator.get(
            "/operator/refunds?status=%27&page=-1"
        )


class TestTheShopper:
    async def test_the_order_page_shows_what_goes_back(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Amount, where it stands, the shop's note; nothing of commission or of what waits for the
        operator.
        """
        sale = await sold(gateway, sandbox, card="pm_card_pendingRefund")
        await refund(gateway, sale, amount(500))
        await set_policy(RefundPolicy.KEEP, EUR=0)
        await ask(gateway, sale, amount(777))
        token = (await Checkout.get(id=sale.order.checkout_id)).token
        answer = await client.get(f"/shop/orders/{link_of(token)}")
        text = await body(answer)
        assert "€5.00" in text
        assert "On its way" in text
        assert "writes: Sorry." in text
        assert "€7.77" not in text
        assert "the marketplace looks" not in text
