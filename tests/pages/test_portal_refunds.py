"""A vendor gives money back by the form, which says beforehand what becomes of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import RefundState
from shared.trade.orders.models import OrderLine
from tests.support.factories import make_order
from tests.support.refund_pages import AMOUNT, ORDERS, body, hidden, owner_of
from tests.support.refunds import sold

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox


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
        sandbox.fails(429)
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
