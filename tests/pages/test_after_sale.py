"""After the sale, as a guest: that it came, to withdraw without the link, to buy it again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import run
from shared.core import clock
from shared.core.locales import speaking
from shared.infra.jobs.worker import Worker
from shared.trade.catalogue.models import Product
from shared.trade.orders import delivery
from shared.trade.orders.models import Order, OrderLine
from shared.trade.returns.models import (
    ReturnRequest,
    UnmatchedWithdrawal,
)
from tests.support.after_sale import below, mails, page_of, paid, send
from tests.support.factories import make_member, make_order, make_product
from tests.support.portal import operator_in
from tests.support.storefront import Browser, text_of, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.jobs import Context


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
