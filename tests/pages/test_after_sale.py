"""After the sale, as a guest with the order's link: cancel, withdraw, ask for money back, say that
it came; and what its vendor answers.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

import run
from shared.core import clock
from shared.core.locales import speaking
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import RefundState
from shared.infra.jobs.worker import Worker
from shared.infra.mail.models import Email
from shared.trade.catalogue.models import Product
from shared.trade.commission.rules import RefundPolicy
from shared.trade.orders import delivery, shipping
from shared.trade.orders.errors import CannotShip
from shared.trade.orders.models import Order, OrderLine
from shared.trade.people.models import Member
from shared.trade.returns.models import (
    ReturnLine,
    ReturnRequest,
    UnmatchedWithdrawal,
)
from tests.support.app import link_of
from tests.support.factories import make_member, make_order, make_product
from tests.support.money import assert_books_agree
from tests.support.portal import Portal, operator_in, sign_in
from tests.support.refunds import Sold, set_policy, sold
from tests.support.storefront import Browser, text_of, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

WRONG = {"reason": "damaged", "note": "It has a crack."}


async def below(order: Order) -> str:
    """The address below which everything about an order is done."""
    return f"{await page_of(order)}/{order.number}"


async def page_of(order: Order) -> str:
    """The order's page, as its mails name it."""
    return f"/shop/orders/{link_of((await order.checkout).token)}"


async def paid(quantity: int = 1) -> Order:
    """A paid order of so many pieces of one thing, nowhere but here."""
    order = await make_order(
        status="processing", payment_status="paid", stock_state="taken"
    )
    lines = OrderLine.filter(order_id=order.id)
    await lines.update(quantity=quantity)
    return order


async def send(order: Order) -> None:
    """The vendor sends it."""
    await shipping.mark_as_shipped(
        vendor_id=order.vendor_id,
        number=order.number,
        carrier="DHL",
        tracking="00340434161094000000",
        actor="member:1",
    )


async def arrive(order: Order) -> None:
    """The vendor says that it arrived."""
    await delivery.mark_as_delivered(
        vendor_id=order.vendor_id, number=order.number, actor="member:1"
    )


async def mails(kind: str) -> list[Email]:
    """The mails of a kind."""
    return await Email.filter(kind=kind).order_by("id")


async def shop_of(client: TestClientProtocol, sale: Sold) -> Portal:
    """The browser of the shop that sold something."""
    member = await Member.get(id=sale.shop.member_id)
    await sign_in(client, member.email)
    return Portal(client, sale.shop.vendor_id)


class TestCancelling:
    async def test_an_order_that_was_not_sent_is_cancelled_and_paid_back_at_once(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Above the operator's limit, too: it is the shopper's right. Nobody can send it any more,
        its pieces are in stock again, both sides have a mail, and the books agree.
        """
        sale = await sold(gateway, sandbox)
        await set_policy(RefundPolicy.RETURN, EUR=1)
        line = await OrderLine.get(order_id=sale.order.id)
        stock = (await Product.get(id=line.product_id)).stock
        browser, here = Browser(client), await below(sale.order)
        assert "Cancel the order" in await browser.get(await page_of(sale.order))
        assert "€20.00 back" in words(await browser.get(f"{here}/cancel"))
        answer = await browser.post(f"{here}/cancel")
        assert answer.status_code == 303, await text_of(answer)
        page = words(await browser.get(answer.location))
        assert "is cancelled, and is paid back to you." in page
        assert "Paid back" in page
        order = await Order.get(id=sale.order.id)
        assert (order.status, order.returned_amount) == ("cancelled", 2000)
        assert (await Refund.get()).status == RefundState.SUCCEEDED
        assert (await Product.get(id=line.product_id)).stock == stock + 1
        assert len(await mails("order_called_off")) == 1
        assert len(await mails("order_not_to_send")) == 1
        with pytest.raises(CannotShip):
            await send(sale.order)
        await assert_books_agree(sandbox)

    async def test_what_a_refund_left_is_cancelled_too(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """A vendor that gave a part back and never sends keeps nothing: the rest goes back."""
        sale = await sold(gateway, sandbox)
        portal = await shop_of(client, sale)
        form = f"/vendor/admin/orders/{sale.order.number}/refunds"
        await portal.get(form)
        some = {"reach": "amount", "amount": "5.00", "note": "", "seen": "0"}
        await portal.post(form, {**some, "reason": "requested_by_customer"})
        browser, here = Browser(client), await below(sale.order)
        assert "Cancel the order" in await browser.get(await page_of(sale.order))
        assert "You get €15.00 back" in words(await browser.get(f"{here}/cancel"))
        answer = await browser.post(f"{here}/cancel")
        assert answer.status_code == 303, await text_of(answer)
        order = await Order.get(id=sale.order.id)
        assert (order.status, order.payment_status) == ("cancelled", "refunded")
        amounts = await Refund.all().order_by("id").values_list("amount", flat=True)
        assert list(amounts) == [500, 1500]
        (told,) = await mails("order_called_off")
        assert "What is left of it, €15.00, goes back" in " ".join(told.text.split())
        await assert_books_agree(sandbox)

    async def test_while_there_is_no_money_to_send_nobody_reads_that_it_was_sent(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Stripe takes the refund on and waits for the platform's balance: neither page nor mail
        says that it is paid back, and both say that a mail follows.
        """
        sale = await sold(gateway, sandbox, funded=False, others=0)
        browser, here = Browser(client), await below(sale.order)
        await browser.get(f"{here}/cancel")
        answer = await browser.post(f"{here}/cancel")
        assert answer.status_code == 303, await text_of(answer)
        assert (await Refund.get()).pending_reason == "insufficient_funds"
        page = words(await browser.get(answer.location))
        assert "is cancelled. We write to you when your money has been sent." in page
        assert "Not sent yet" in page
        assert "It waits for money in the marketplace’s account" in page
        assert "banks usually take" not in page
        (told,) = await mails("order_called_off")
        assert "we write to you again when it has been sent" in " ".join(
            told.text.split()
        )
        assert not await mails("refunded")

    async def test_a_vendor_reads_what_its_refund_waits_for(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """At once, not only below the order's refunds."""
        sale = await sold(gateway, sandbox, funded=False, others=0)
        portal = await shop_of(client, sale)
        here = f"/vendor/admin/orders/{sale.order.number}"
        await portal.get(f"{here}/refunds")
        wish = {"reach": "whole", "reason": "requested_by_customer", "note": ""}
        answer = await portal.post(f"{here}/refunds", {**wish, "seen": "0"})
        assert answer.status_code == 303, await text_of(answer)
        page = words(await portal.get(here))
        assert "is asked for and not sent yet. It waits for money" in page
        assert "The refund of €20.00 is on its way." not in page

    async def test_twice_is_once(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Who presses again reads that it is cancelled; one refund."""
        sale = await sold(gateway, sandbox)
        browser, here = Browser(client), await below(sale.order)
        await browser.get(f"{here}/cancel")
        await browser.post(f"{here}/cancel")
        again = await browser.post(f"{here}/cancel")
        assert again.status_code == 303
        page = words(await browser.get(again.location))
        assert "is cancelled." in page
        assert await Refund.all().count() == 1

    async def test_whoever_comes_again_reads_that_it_is_cancelled(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Not that it was sent; the same of an order that nobody paid."""
        sale = await sold(gateway, sandbox)
        browser, here = Browser(client), await below(sale.order)
        await browser.get(f"{here}/cancel")
        await browser.post(f"{here}/cancel")
        page = words(await browser.get(f"{here}/cancel"))
        assert "This order is cancelled already" in page
        assert "you get your money back" in page
        assert "was sent" not in page
        unpaid = await make_order(status="cancelled", payment_status="cancelled")
        page = words(await browser.get(f"{await below(unpaid)}/cancel"))
        assert "It was called off before a payment arrived." in page

    async def test_what_was_sent_a_moment_ago_stays_sent(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The page was open while the vendor sent it: a sentence, and no money moves."""
        sale = await sold(gateway, sandbox)
        browser, here = Browser(client), await below(sale.order)
        await browser.get(f"{here}/cancel")
        await send(sale.order)
        answer = await browser.post(f"{here}/cancel")
        assert answer.status_code == 409
        assert "cannot be cancelled any more" in words(await text_of(answer))
        assert not await Refund.exists()
        assert (await Order.get(id=sale.order.id)).status == "shipped"


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


async def test_a_link_opens_the_orders_of_its_own_purchase_alone(
    client: TestClientProtocol, database: str
) -> None:
    """Another order's number, an unknown one, a made-up link or kind: all the same 404."""
    order, other = await make_order(), await make_order()
    browser, mine = Browser(client), await page_of(order)
    for path in (
        f"{mine}/{other.number}/cancel",
        f"{mine}/MH-0000-0000/cancel",
        f"{mine}x/{order.number}/cancel",
        f"{mine}/{other.number}/return/refund",
        f"{mine}/{order.number}/return/theft",
    ):
        await browser.get(path, status=404)
    for path in ("cancel", "received", "return/withdrawal", "return/take-back"):
        answer = await browser.post(f"{mine}/{other.number}/{path}", {})
        assert answer.status_code == 404, path


class TestReceipt:
    async def test_the_shopper_says_that_it_came(
        self, client: TestClientProtocol, database: str
    ) -> None:
        """Once; the vendor's history tells it, and no mail asks whether it did."""
        order = await paid()
        await send(order)
        browser, here = Browser(client), await below(order)
        assert "I received it" in await browser.get(await page_of(order))
        await browser.post(f"{here}/received")
        order = await Order.get(id=order.id)
        assert (order.status, order.delivered_by) == ("delivered", "shopper")
        page = words(await browser.get(await page_of(order)))
        assert "Received, as you said" in page
        await browser.post(f"{here}/received")
        assert await mails("order_delivered") == []

    async def test_who_has_not_got_it_hears_that_it_counts_as_delivered(
        self, client: TestClientProtocol, database: str
    ) -> None:
        """In the shopper's language; and their own word takes the place of what was assumed."""
        order = await paid()
        await send(order)
        checkout = await order.checkout
        checkout.language = "fr"
        await checkout.save()
        later = clock.now() + timedelta(days=60)
        with clock.use(lambda: later):
            assert await delivery.take_for_granted() == 1
        (told,) = await mails("order_delivered")
        with speaking("fr"):
            assert "est-elle arrivée" in told.subject
        browser, here = Browser(client), await below(order)
        await browser.get(await page_of(order))
        await browser.post(f"{here}/received")
        assert (await Order.get(id=order.id)).delivered_by == "shopper"


class TestWithoutALink:
    async def _declare(self, browser: Browser, **typed: str) -> Any:
        await browser.get("/shop/withdraw")
        answer = await browser.post("/shop/withdraw", typed)
        assert answer.status_code == 303, await text_of(answer)
        return await browser.get(answer.location)

    async def test_nobody_learns_whether_there_is_such_an_order(
        self, client: TestClientProtocol, context: Context
    ) -> None:
        """The same page for both. The receipt goes to the address that was typed; what fits no
        order is for a person.
        """
        order = await paid()
        await send(order)
        await make_member(None, email="boss@example.test")
        checkout, browser = await order.checkout, Browser(client)
        told = {"full_name": "Ada Lovelace", "email": checkout.email}
        right = await self._declare(browser, number=order.number.lower(), **told)
        wrong = await self._declare(browser, number="MH-0000-0000", **told)
        assert words(right) == words(wrong)
        await Worker(context, run.job_handlers()).run_due()
        asked = await ReturnRequest.get()
        assert (asked.order_id, asked.kind) == (order.id, "withdrawal")
        (matched,), (other,) = (
            await mails("return_received"),
            await mails("withdrawal_received"),
        )
        assert matched.to == other.to == checkout.email
        assert "MH-0000-0000" in other.text
        (person,) = await mails("withdrawal_to_match")
        assert person.to == "boss@example.test"

    async def test_however_many_fit_no_order_the_operators_get_one_mail_an_hour(
        self, client: TestClientProtocol, context: Context
    ) -> None:
        """All of them wait on their page, each until somebody has dealt with it."""
        boss = await make_member(None, email="boss@example.test")
        browser, start = Browser(client), clock.now()
        for hour, number in ((0, "MH-1"), (0, "MH-2"), (0, "MH-2"), (1, "MH-3")):
            at = start.replace(minute=5) + timedelta(hours=hour)
            with clock.use(lambda at=at: at):  # type: ignore[misc]
                await self._declare(
                    browser, full_name="Ada", number=number, email="ada@example.test"
                )
                await Worker(context, run.job_handlers()).run_due()
        assert len(await mails("withdrawal_received")) == 4
        told = await mails("withdrawal_to_match")
        assert [mail.to for mail in told] == [boss.email] * 2
        assert "/operator/withdrawals" in told[0].text

        operator = await operator_in(client)
        home = words(await operator.get("/operator"))
        assert "4 withdrawals fit no order" in home
        page = words(await operator.get("/operator/withdrawals"))
        assert [page.count(number) for number in ("MH-1", "MH-2", "MH-3")] == [1, 2, 1]
        first = await UnmatchedWithdrawal.first()
        assert first is not None
        for _ in range(2):
            answer = await operator.post(
                f"/operator/withdrawals/{first.id}/answered", {}
            )
            assert answer.status_code == 303
        assert "MH-1" not in words(await operator.get("/operator/withdrawals"))
        assert (await UnmatchedWithdrawal.get(id=first.id)).answered_at is not None

    async def test_another_address_opens_nothing(
        self, client: TestClientProtocol, context: Context
    ) -> None:
        """Who knows a number alone withdraws from nobody else's order."""
        order = await paid()
        await send(order)
        await self._declare(
            Browser(client),
            full_name="Mallory",
            number=order.number,
            email="mallory@example.test",
        )
        await Worker(context, run.job_handlers()).run_due()
        assert not await ReturnRequest.exists()
        (receipt,) = await mails("withdrawal_received")
        assert receipt.to == "mallory@example.test"
        assert receipt.order_id is None

    async def test_every_page_leads_there(self, client: TestClientProtocol) -> None:
        """Also for guests, from the first page on."""
        assert "/shop/withdraw" in await Browser(client).get("/")


class TestAgain:
    async def test_what_is_still_on_sale_goes_into_the_basket(
        self, client: TestClientProtocol, database: str
    ) -> None:
        """At today's price; what is not is named, and nothing else is lost."""
        order = await paid(2)
        gone = await make_product(await order.vendor, name="Old lamp")
        await OrderLine.create(
            order_id=order.id,
            product_id=gone.id,
            name=gone.name,
            unit_amount=gone.price_amount,
            quantity=1,
        )
        await Product.filter(id=gone.id).update(is_published=False)
        await Order.filter(id=order.id).update(paid_at=clock.now())
        line = await OrderLine.filter(order_id=order.id).first()
        assert line is not None
        await Product.filter(id=line.product_id).update(price_amount=777, stock=9)
        browser, here = Browser(client), await below(order)
        assert "Order again" in await browser.get(await page_of(order))
        answer = await browser.post(f"{here}/again")
        assert (answer.status_code, answer.location) == (303, "/shop/basket")
        page = words(await browser.get("/shop/basket"))
        assert "Not on sale, or not in stock: Old lamp." in page
        assert "€15.54" in page

    async def test_nothing_on_sale_is_said_and_changes_nothing(
        self, client: TestClientProtocol, database: str
    ) -> None:
        """Back on the order's page."""
        order = await paid()
        await Product.all().update(is_published=False)
        browser, here = Browser(client), await below(order)
        await browser.get(await page_of(order))
        answer = await browser.post(f"{here}/again")
        page = words(await browser.get(answer.location))
        assert "Nothing of this order is on sale just now." in page
