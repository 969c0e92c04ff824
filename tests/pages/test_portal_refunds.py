"""The pages about refunds: the vendor's form and its preview, the operator's decisions, what the
shopper sees.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from shared.finance.refunds import approval
from shared.finance.refunds.errors import RefundAlreadyDecided
from shared.finance.refunds.models import Refund
from shared.finance.refunds.queries import awaiting_approval
from shared.finance.refunds.rules import RefundState
from shared.infra.mail.models import Email
from shared.trade.commission.rules import RefundPolicy
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.people.models import Member
from tests.support.app import link_of
from tests.support.factories import make_order
from tests.support.money import assert_books_agree
from tests.support.portal import Portal, operator_in, sign_in
from tests.support.refunds import amount, ask, refund, set_policy, sold

if TYPE_CHECKING:
    from quart import Quart
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from tests.support.refunds import Sold
    from tests.support.sandbox import RunningSandbox

ORDERS = "/vendor/admin/orders"
AMOUNT = {
    "reach": "amount",
    "amount": "5.00",
    "reason": "requested_by_customer",
    "note": "",
    "seen": "0",
}


async def owner_of(client: TestClientProtocol, sale: Sold) -> Portal:
    """The browser of the shop that sold something."""
    member = await Member.get(id=sale.shop.member_id)
    await sign_in(client, member.email)
    return Portal(client, sale.shop.vendor_id)


def hidden(text: str) -> dict[str, str]:
    """The hidden fields of the second step, as a browser would send them."""
    form = text[text.index('/refunds" class="stack"') :]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


async def body(answer: object) -> str:
    """The text of an answer."""
    text: str = await answer.get_data(as_text=True)  # type: ignore[attr-defined]
    return text


class TestTheForm:
    async def test_two_plain_steps_without_scripts(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Choose, see the numbers, press the button that says the amount; the order then tells what
        was done.
        """
        sale = await sold(gateway, sandbox)
        portal = await owner_of(client, sale)
        address = f"{ORDERS}/{sale.order.number}"
        assert f'href="{address}/refunds"' in await portal.get(address)
        assert "€20.00" in await portal.get(f"{address}/refunds")

        line = await OrderLine.get(order_id=sale.order.id)
        form = {
            "reach": "lines",
            f"quantity_{line.id}": "1",
            f"restock_{line.id}": "y",
            "reason": "duplicate",
            "seen": "0",
        }
        step = await portal.post(
            f"{address}/refunds/preview", {**form, "note": "We are sorry."}
        )
        text = await body(step)
        assert step.status_code == 200
        assert "Refund €20.00?" in text
        for number in ("€20.00", "€18.00", "€2.00"):
            assert number in text
        assert "on the card they paid with" in text
        assert re.search(r"Stripe’s fee of €\d\.\d\d is not returned", text)
        assert not await Refund.exists()

        sent = hidden(text)
        answer = await portal.post(f"{address}/refunds", sent)
        assert answer.status_code == 303
        page = await portal.get(address)
        assert "€20.00 went back" in page
        assert "You bear €18.00, the marketplace €2.00." in page
        assert "(back in stock)" in page
        row = await Refund.get()
        assert (row.reason, row.note, row.status) == (
            "duplicate",
            "We are sorry.",
            RefundState.SUCCEEDED,
        )
        assert "Refunded" in await portal.get(ORDERS)
        assert "Refunded" in await portal.get("/vendor/admin/transactions")

        again = await portal.post(f"{address}/refunds", sent)
        assert again.status_code == 409
        assert "in the meantime" in await body(again)
        assert await Refund.all().count() == 1

    async def test_the_first_step_comes_back_as_it_was(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The second step's Change keeps what was typed."""
        sale = await sold(gateway, sandbox, others=0)
        portal = await owner_of(client, sale)
        address = f"{ORDERS}/{sale.order.number}/refunds/preview"
        sent = hidden(
            await body(
                await portal.post(address, {**AMOUNT, "note": "A “note” & more"})
            )
        )
        text = await body(await portal.post(address, {**sent, "change": "yes"}))
        assert 'value="5.00"' in text
        assert 'id="refund-form"' in text
        assert "A “note”" in text

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"amount": "20.01"}, "At most €20.00 can still be given back."),
            ({"amount": "1000000.00"}, "At most €20.00 can still be given back."),
            ({"amount": "0"}, "Enter an amount above zero."),
            ({"amount": "-3"}, "not negative"),
            ({"amount": "0.005"}, "does not have that many decimals"),
            ({"amount": "lots"}, "Enter an amount such as 49.90."),
            ({"amount": ""}, "Enter an amount such as 10.00."),
            ({"reach": "lines"}, "Choose at least one piece"),
            ({"reach": ""}, "Choose what goes back"),
            ({"reach": "everything"}, "Not a valid choice"),
            ({"reason": "fraudulent"}, "Not a valid choice"),
            ({"note": "x" * 501}, "longer than 500"),
        ],
    )
    async def test_what_is_wrong_stands_at_its_field_with_what_was_typed(
        self,
        client: TestClientProtocol,
        gateway: Gateway,
        sandbox: RunningSandbox,
        given: dict[str, str],
        said: str,
    ) -> None:
        """At the preview, at the button, and in the part that follows what is typed; nothing is
        written down.
        """
        sale = await sold(gateway, sandbox, others=0, funded=False)
        portal = await owner_of(client, sale)
        address = f"{ORDERS}/{sale.order.number}/refunds"
        for where in ("/preview", ""):
            answer = await portal.post(address + where, {**AMOUNT, **given})
            text = await body(answer)
            assert answer.status_code == 422
            assert said in text
            assert f'value="{given["amount"]}"' in text if given.get("amount") else True
        part = await portal.post(
            f"{address}/preview", {**AMOUNT, **given}, htmx="div#refund-preview"
        )
        assert said in await body(part)
        assert "<html" not in await body(part)
        assert not await Refund.exists()

    async def test_garbage_in_lines(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Too many, negative, no number at all: a sentence at the line."""
        sale = await sold(gateway, sandbox, others=0, funded=False)
        portal = await owner_of(client, sale)
        line = await OrderLine.get(order_id=sale.order.id)
        for typed, said in (
            ("2", "At most 1"),
            ("-1", "from 0 on"),
            ("many", "whole number"),
            ("9" * 30, "whole number"),
        ):
            form = {**AMOUNT, "reach": "lines", f"quantity_{line.id}": typed}
            answer = await portal.post(
                f"{ORDERS}/{sale.order.number}/refunds/preview", form
            )
            text = await body(answer)
            assert answer.status_code == 422, typed
            assert said in text or "too large" in text, typed

    async def test_the_part_that_follows_what_is_typed(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Only the numbers, and no second step yet."""
        sale = await sold(gateway, sandbox, others=0)
        portal = await owner_of(client, sale)
        address = f"{ORDERS}/{sale.order.number}/refunds/preview"
        text = await body(await portal.post(address, AMOUNT, htmx="div#refund-preview"))
        assert "€4.50" in text
        assert "<form" not in text

    async def test_another_vendors_order_is_404(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """To see, to preview, to refund."""
        sale = await sold(gateway, sandbox, others=0, funded=False)
        theirs = await make_order(status="processing", payment_status="paid")
        portal = await owner_of(client, sale)
        for method, tail in (("GET", ""), ("POST", "/preview"), ("POST", "")):
            answer = await portal.send(
                method, f"{ORDERS}/{theirs.number}/refunds{tail}", AMOUNT
            )
            assert answer.status_code == 404

    async def test_an_unpaid_order_says_so(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """No form, and no way around it."""
        sale = await sold(gateway, sandbox, others=0, funded=False)
        portal = await owner_of(client, sale)
        unpaid = await make_order(await portal.vendor())
        assert "This order is not paid" in await portal.get(
            f"{ORDERS}/{unpaid.number}/refunds"
        )
        answer = await portal.post(
            f"{ORDERS}/{unpaid.number}/refunds", {**AMOUNT, "reach": "whole"}
        )
        assert answer.status_code == 409

    async def test_a_chargeback_is_told_before_and_at_the_button(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The second step has no button then."""
        sale = await sold(gateway, sandbox)
        sandbox.control(
            "POST",
            "disputes",
            {"charge": sale.payment.stripe_charge_id, "reason": "fraudulent"},
        )
        portal = await owner_of(client, sale)
        address = f"{ORDERS}/{sale.order.number}/refunds"
        text = await body(await portal.post(f"{address}/preview", AMOUNT))
        assert "bank has taken this payment back" in text
        assert "button-danger" not in text
        answer = await portal.post(address, AMOUNT)
        assert answer.status_code == 409
        assert "bank has taken this payment back" in await body(answer)

    async def test_stripe_that_does_not_answer_is_no_lost_refund(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """It is written down, the page says so, and the preview works without the balance."""
        sale = await sold(gateway, sandbox)
        portal = await owner_of(client, sale)
        sandbox.faults({"match": {"path": "/v1/"}, "effect": "status", "status": 429})
        address = f"{ORDERS}/{sale.order.number}"
        assert "Stripe does not answer just now" in await body(
            await portal.post(f"{address}/refunds/preview", AMOUNT)
        )
        answer = await portal.post(f"{address}/refunds", AMOUNT)
        assert answer.status_code == 303
        text = await portal.get(address)
        assert "Stripe does not answer just now" in text
        assert "Being sent" in text
        assert "Part refund on its way" in await portal.get(ORDERS)


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
