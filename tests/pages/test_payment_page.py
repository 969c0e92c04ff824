"""The payment page: what it carries, whom it lets in, what it says when something is away."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payments.models import Payment
from shared.infra import unit
from shared.trade.orders.cancellation import close_checkout
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.rules import CheckoutStatus
from tests.support.checkouts import (
    browser,
    confirmation_of,
    intent_of,
    lux,
    ready,
    to_payment,
)
from tests.support.declines import declined_too_often
from tests.support.market import Shop
from tests.support.storefront import (
    Browser,
    words,
)

__all__ = ["browser", "lux"]  # fixtures


class TestPayment:
    async def test_the_page_carries_secret_and_button(
        self, browser: Browser, lux: Shop
    ) -> None:
        """Stripe.js by the stand-in, the amount on the button."""
        path, page = await to_payment(browser, 2)

        said = words(page)
        assert "Pay €99.80" in said
        assert "JavaScript" in said  # the noscript sentence
        assert "/js/stripe.js" in page
        assert "js/checkout.js" in page
        back = re.search(r'data-return-url="([^"]+)"', page)[1]  # type: ignore[index]
        assert unescape(back).endswith(confirmation_of(path))

    async def test_the_client_never_sets_an_amount(
        self, browser: Browser, lux: Shop
    ) -> None:
        """Amounts in forms and addresses are not even read."""
        await browser.add("/shops/lux/cup")
        path = await browser.check_out(
            amount="1", total="0.01", price="1", currency="JPY"
        )

        await browser.get(f"{path}?amount=1&total=1")

        payment = await Payment.get()
        assert (payment.amount_total, payment.currency) == (4990, "EUR")

    async def test_the_client_secret_is_neither_stored_nor_cached(
        self, client: Any, lux: Shop
    ) -> None:
        """It lives on the page and nowhere else."""
        browser = Browser(client)
        path, page = await to_payment(browser)
        secret = unescape(re.search(r'data-client-secret="([^"]+)"', page)[1])  # type: ignore[index]

        rows = [
            str(vars(row))
            for model in (Payment, Order, Checkout)
            for row in await model.all()
        ]
        response = await client.get(path)

        assert not any(secret in row for row in rows)
        assert response.headers["Cache-Control"] == "no-store"

    async def test_coming_again_gives_the_same_intent(
        self, browser: Browser, lux: Shop
    ) -> None:
        """Reload, back and forth, the form sent again: one order, one intent."""
        path, page = await to_payment(browser)

        again = await browser.check_out(city="Esch")
        reloaded = await browser.get(again)

        assert again == path
        assert intent_of(reloaded) == intent_of(page)
        assert (
            await Order.all().count(),
            await Payment.all().count(),
        ) == (1, 1)
        assert "Esch" in words(reloaded)

    async def test_only_the_payment_page_lets_stripe_in(
        self, client: Any, lux: Shop
    ) -> None:
        """The policy names Stripe's origin where a card is entered and nowhere else."""
        browser = Browser(client)
        path, _ = await to_payment(browser)

        origin = re.search(
            r"script-src ([^;]+)",
            (await client.get(path)).headers["Content-Security-Policy"],
        )
        elsewhere = re.search(
            r"script-src ([^;]+)",
            (await client.get("/shop/basket")).headers["Content-Security-Policy"],
        )

        assert origin
        assert "http" in origin[1]
        assert elsewhere
        assert "http" not in elsewhere[1]

    async def test_stripe_down_is_a_sentence_and_the_same_page_works_later(
        self, browser: Browser, lux: Shop, sandbox: Any
    ) -> None:
        """503 with "Try again"; afterwards one intent, never two."""
        await browser.add("/shops/lux/cup")
        path = await browser.check_out()
        sandbox.fails(503, "/v1/payment_intents")

        said = words(await browser.get(path, status=503))
        assert "is not answering right now" in said
        assert "Try again" in said
        assert (await Order.get()).payment_status == "pending"

        sandbox.faults()
        page = await browser.get(path)
        assert "Pay €49.90" in words(page)
        assert intent_of(page)

    async def test_a_vendor_that_lost_its_account_is_a_sentence(
        self, browser: Browser, lux: Shop
    ) -> None:
        """The order waits."""
        await browser.add("/shops/lux/cup")
        path = await browser.check_out()
        await VendorPaymentConfig.all().update(accepts_payments=False)

        assert "cannot take payments" in words(await browser.get(path, status=409))

    async def test_who_has_many_cards_declined_reads_to_come_again(
        self, browser: Browser, lux: Shop
    ) -> None:
        """On the page, and when Pay is pressed on one that was open before; the order waits."""
        path, html = await to_payment(browser)
        checkout = await Checkout.get()
        await declined_too_often(checkout)
        sent = {"intent": intent_of(html)}
        as_script = {"Accept": "application/json"}
        pressed = await browser.post(f"{path}/hold", sent, as_script)
        assert pressed.status_code == 429
        assert (await pressed.get_json())["error"]["code"] == "too_many_declines"
        await Payment.all().update(status="canceled")
        said = words(await browser.get(path, status=429))
        assert "Too many cards were declined from here" in said
        assert (await Order.get()).payment_status == "pending"

    async def test_an_order_that_ran_out_leads_back_to_the_basket(
        self, browser: Browser, lux: Shop
    ) -> None:
        """410, the goods still in the basket."""
        await browser.add("/shops/lux/cup")
        path = await browser.check_out()
        async with unit.transaction() as tx:
            await close_checkout(
                tx, await Checkout.get(), CheckoutStatus.EXPIRED, actor="system"
            )

        said = words(await browser.get(path, status=410))

        assert "has run out" in said
        assert "Back to basket" in said
        assert "A cup" in words(await browser.get("/shop/basket"))

    @pytest.mark.parametrize(
        "path",
        [
            "/shop/checkout/co_unknown",
            "/shop/checkout/co_" + "x" * 32,
            "/shop/checkout/1",
            "/shop/orders/1",
            "/shop/orders/MH-2345-6789",
            "/shop/orders/co_" + "x" * 32,
            "/shop/orders/" + "x" * 900,
            "/shop/order-confirmation",
            "/shop/order-confirmation?order=",
            "/shop/order-confirmation?order=1",
            "/shop/order-confirmation?order=co_" + "x" * 32,
            "/shop/order-confirmation?payment_intent=pi_1&redirect_status=succeeded",
            "/shop/order-confirmation?order=co_"
            + "x" * 32
            + "&redirect_status=succeeded",
        ],
    )
    async def test_unknown_orders_and_tokens_are_404(
        self, browser: Browser, path: str
    ) -> None:
        """Whatever the address claims."""
        assert "We could not find" in words(await browser.get(path, status=404))

    async def test_somebody_elses_order_is_not_reached_by_its_number_or_id(
        self, app: Any
    ) -> None:
        """Only the unguessable link opens an order."""
        await ready()
        ada, eve = Browser(app.test_client()), Browser(app.test_client())
        await ada.add("/shops/lux/cup")
        await ada.check_out()
        order = await Order.get()

        token = (
            await Checkout.get()
        ).token  # what stands in the database opens nothing either
        for name in (
            order.number,
            str(order.id),
            str(order.checkout_id),
            token,
            f"co_{token}",
        ):
            await eve.get(f"/shop/orders/{name}", status=404)
            await eve.get(f"/shop/order-confirmation?order={name}", status=404)
        await eve.get("/shop/order-confirmation", status=404)
