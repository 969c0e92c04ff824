"""A shopper withdraws or asks for money back by the order's link, and its vendor answers."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.core import clock
from shared.finance.refunds.models import Refund
from shared.trade.orders.models import OrderLine
from shared.trade.returns.models import (
    ReturnLine,
    ReturnRequest,
)
from tests.support.after_sale import (
    WRONG,
    arrive,
    below,
    mails,
    page_of,
    paid,
    send,
    shop_of,
)
from tests.support.factories import make_member, make_order
from tests.support.refunds import sold
from tests.support.storefront import Browser, text_of, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox


class TestReturns:
    async def test_a_withdrawal_is_one_case_with_a_receipt_however_often_it_is_sent(
        self, client: TestClientProtocol, database: str
    ) -> None:
        """By a guest, without a reason, of single pieces. The mail says what was declared, and
        when, and to whom; the vendor has one, too.
        """
        order = await paid(3)
        await send(order)
        browser, here = Browser(client), await below(order)
        line = await OrderLine.get(order_id=order.id)
        assert "Withdraw from contract here" in await browser.get(await page_of(order))
        assert "Confirm withdrawal" in await browser.get(f"{here}/return/withdrawal")
        wish = {f"quantity_{line.id}": "2", "note": "Too large.\nSorry."}
        for _ in range(2):
            answer = await browser.post(f"{here}/return/withdrawal", wish)
            assert answer.status_code == 303, await text_of(answer)
        assert (await ReturnLine.get()).quantity == 2
        receipt, told = (await mails("return_received")), (await mails("return_asked"))
        assert (len(receipt), len(told)) == (1, 1)
        asked = await ReturnRequest.get()
        for part in (
            "withdrawal from the contract",
            f"2 x {line.name}",
            "Too large. Sorry.",
            f"{asked.created_at:%Y}",
        ):
            assert part in receipt[0].text
        assert receipt[0].to == (await order.checkout).email
        page = words(await browser.get(await page_of(order)))
        assert "Withdrawal from the contract" in page
        assert "Withdraw from contract here" not in page.split("Sold by")[0]

    async def test_a_vendor_gives_the_money_back_by_its_own_form(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The form is filled in with what was asked for; the refund answers the request."""
        sale = await sold(gateway, sandbox, quantity=2)
        await send(sale.order)
        browser, here = Browser(client), await below(sale.order)
        line = await OrderLine.get(order_id=sale.order.id)
        await browser.get(f"{here}/return/refund")
        sent = await browser.post(
            f"{here}/return/refund", {**WRONG, f"quantity_{line.id}": "1"}
        )
        assert sent.status_code == 303, await text_of(sent)
        portal = await shop_of(client, sale)
        address = f"/vendor/admin/orders/{sale.order.number}"
        page = words(await portal.get(address))
        assert "It is damaged or does not work" in page
        assert "It has a crack." in page
        form = await portal.get(f"{address}/refunds")
        asked = await ReturnRequest.get()
        assert f'name="answers" value="{asked.id}"' in form
        assert re.search(rf'name="quantity_{line.id}"[^>]*value="1"', form)
        answer = await portal.post(
            f"{address}/refunds",
            {
                "reach": "lines",
                f"quantity_{line.id}": "1",
                "reason": "requested_by_customer",
                "note": "",
                "seen": "0",
                "answers": str(asked.id),
            },
        )
        assert answer.status_code == 303, await text_of(answer)
        asked = await ReturnRequest.get()
        assert (asked.status, asked.answered_by) == (
            "accepted",
            f"member:{sale.shop.member_id}",
        )
        assert (await Refund.get()).amount == 2000
        assert "Accepted" in words(await browser.get(await page_of(sale.order)))

    async def test_a_vendor_declines_with_a_reason_that_its_shopper_reads(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Not without one; and another shop's owner finds no such order."""
        sale = await sold(gateway, sandbox)
        await send(sale.order)
        browser, here = Browser(client), await below(sale.order)
        await browser.get(f"{here}/return/refund")
        await browser.post(f"{here}/return/refund", WRONG)
        asked = await ReturnRequest.get()
        portal = await shop_of(client, sale)
        address = f"/vendor/admin/orders/{sale.order.number}/returns/{asked.id}/decline"
        await portal.post(address, {"answer": "  "})
        assert (await ReturnRequest.get()).status == "open"
        await portal.post(address, {"answer": "It was packed\nwhole."})
        asked = await ReturnRequest.get()
        assert (asked.status, asked.answer) == ("declined", "It was packed whole.")
        (told,) = await mails("return_declined")
        assert "It was packed whole." in told.text
        page = words(await browser.get(await page_of(sale.order)))
        assert "It was packed whole." in page
        # Nothing is decided for good: it may be asked again.
        again = await browser.post(f"{here}/return/refund", WRONG)
        assert again.status_code == 303
        other = await make_order()
        await make_member(await other.vendor)
        second = await ReturnRequest.filter(status="open").get()
        foreign = f"/vendor/admin/orders/{other.number}/returns/{second.id}/decline"
        # Nor is a request answered at another order of one's own.
        mine = await make_order(await sale.order.vendor)
        elsewhere = f"/vendor/admin/orders/{mine.number}/returns/{second.id}/decline"
        for path in (foreign, elsewhere):
            refused = await portal.post(path, {"answer": "No."})
            assert refused.status_code == 404, path
        assert (await ReturnRequest.get(id=second.id)).status == "open"

    async def test_the_time_to_withdraw_begins_when_it_arrives(
        self, client: TestClientProtocol, database: str
    ) -> None:
        """Without an arrival it never ends; after it, it ends with the fourteenth day, and money
        back is asked for with a reason.
        """
        order = await paid()
        await send(order)
        browser, here = Browser(client), await below(order)
        start, page = clock.now(), f"{here}/return/withdrawal"

        async def offered(days: float) -> bool:
            with clock.use(lambda: start + timedelta(days=days)):
                return "Confirm withdrawal" in await browser.get(page)

        assert await offered(100)
        await arrive(order)
        assert await offered(14.9)
        assert not await offered(15.1)
        with clock.use(lambda: start + timedelta(days=16)):
            answer = await browser.post(page, {})
            assert answer.status_code == 409
            assert "time to withdraw" in words(await text_of(answer))
            assert not await ReturnRequest.exists()
            await browser.get(f"{here}/return/refund")
            lacking = await browser.post(f"{here}/return/refund", {"note": "Hm"})
            assert lacking.status_code == 400 or lacking.status_code == 422
            text = await text_of(lacking)
            assert "Choose what is wrong." in text
            assert "Hm" in text
            answer = await browser.post(f"{here}/return/refund", WRONG)
            assert answer.status_code == 303

    async def test_more_pieces_than_there_are_is_a_sentence_at_the_field(
        self, client: TestClientProtocol, database: str
    ) -> None:
        """And what was typed stays."""
        order = await paid(2)
        await send(order)
        browser, here = Browser(client), await below(order)
        line = await OrderLine.get(order_id=order.id)
        await browser.get(f"{here}/return/withdrawal")
        answer = await browser.post(
            f"{here}/return/withdrawal", {f"quantity_{line.id}": "3", "note": "Kept"}
        )
        text = await text_of(answer)
        assert "At most 2 of it can be given back." in text
        assert "Kept" in text
        assert not await ReturnRequest.exists()

    async def test_a_request_can_be_taken_back(
        self, client: TestClientProtocol, database: str
    ) -> None:
        """Then it waits for nobody, and another may be sent."""
        order = await paid()
        await send(order)
        browser, here = Browser(client), await below(order)
        await browser.get(f"{here}/return/withdrawal")
        await browser.post(f"{here}/return/withdrawal", {})
        await browser.post(f"{here}/return/take-back")
        assert (await ReturnRequest.get()).status == "taken_back"
        await browser.post(f"{here}/return/withdrawal", {})
        assert await ReturnRequest.all().count() == 2
