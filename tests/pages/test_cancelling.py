"""A shopper cancels an order that was not sent, as a guest with its link."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import RefundState
from shared.trade.catalogue.models import Product
from shared.trade.commission.rules import RefundPolicy
from shared.trade.orders.errors import CannotShip
from shared.trade.orders.models import Order, OrderLine
from tests.support.after_sale import below, mails, page_of, send, shop_of
from tests.support.factories import make_order
from tests.support.money import assert_books_agree
from tests.support.refunds import set_policy, sold
from tests.support.storefront import Browser, text_of, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox


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
