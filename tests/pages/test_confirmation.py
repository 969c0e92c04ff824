"""After paying: thanked, declined, asked by the bank, or cancelled; believed is Stripe alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shared.core import clock
from shared.finance.payments.models import Payment
from shared.infra import unit
from shared.trade.orders.cancellation import close_checkout
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.rules import CheckoutStatus
from shared.trade.orders.shipping import mark_as_shipped
from tests.support.checkouts import browser, confirmation_of, intent_of, lux, to_payment
from tests.support.market import Shop, confirm
from tests.support.storefront import (
    Browser,
    counted,
    htmx,
    words,
)

__all__ = ["browser", "lux"]  # fixtures


class TestConfirmation:
    async def test_paid(self, browser: Browser, lux: Shop, sandbox: Any) -> None:
        """Asked of Stripe on return: thank you, the number, the way back later; the basket is
        empty; asked again, same.
        """
        path, page = await to_payment(browser)
        await confirm(sandbox, intent_of(page))

        html = await browser.get(confirmation_of(path))

        said, order = words(html), await Order.get()
        assert "Thank you" in said
        assert order.number in said
        assert "ada@example.test" in said
        assert order.payment_status == "paid"
        assert "every " not in html
        assert "Your basket is empty" in words(await browser.get("/shop/basket"))
        assert "Thank you" in words(await browser.get("/shop/order-confirmation"))
        assert (await browser.client.get(path)).location == confirmation_of(path)

    async def test_what_the_address_claims_is_not_believed(
        self, browser: Browser, lux: Shop
    ) -> None:
        """redirect_status=succeeded without a payment is not a payment, and Stripe's secrets leave
        the address.
        """
        path, _ = await to_payment(browser)
        claimed = (
            f"{confirmation_of(path)}&payment_intent=pi_x"
            "&payment_intent_client_secret=y&redirect_status=succeeded"
        )

        response = await browser.client.get(claimed)
        assert (response.status_code, response.location) == (303, confirmation_of(path))
        said = words(await browser.get(confirmation_of(path)))

        assert "Thank you" not in said
        assert "Not paid yet" in said
        assert (await Order.get()).payment_status == "pending"

    async def test_declined_then_another_card_on_the_same_intent(
        self, browser: Browser, lux: Shop, sandbox: Any
    ) -> None:
        """What the bank said, "Try another card", and the same order and intent behind it."""
        path, page = await to_payment(browser)
        await confirm(sandbox, intent_of(page), "pm_card_visa_chargeDeclined")

        html = await browser.get(confirmation_of(path))
        assert "declined" in words(html)
        assert "Try another card" in words(html)
        assert f'href="{path}"' in html

        again = await browser.get(path)
        assert intent_of(again) == intent_of(page)
        await confirm(sandbox, intent_of(again))
        assert "Thank you" in words(await browser.get(confirmation_of(path)))
        assert await Payment.all().count() == 1

    async def test_while_the_bank_asks(
        self, browser: Browser, lux: Shop, sandbox: Any
    ) -> None:
        """The page asks again for itself, and by a plain link without JavaScript."""
        path, page = await to_payment(browser)
        await confirm(sandbox, intent_of(page), "pm_card_threeDSecure2Required")

        html = await browser.get(confirmation_of(path))

        assert "Your bank wants to hear from you" in words(html)
        assert 'hx-trigger="every 2s"' in html
        assert "asked=2" in html
        assert "Check again" in words(html)
        fragment = await browser.get(
            confirmation_of(path) + "&asked=40", htmx("payment-state")
        )
        assert "<html" not in fragment
        assert 'hx-trigger="every 10s"' in fragment
        assert "hx-trigger" not in await browser.get(
            confirmation_of(path) + "&asked=91"
        )

    async def test_stripe_down_is_not_an_answer(
        self, browser: Browser, lux: Shop, sandbox: Any
    ) -> None:
        """Neither paid nor failed is claimed; it asks again."""
        path, page = await to_payment(browser)
        await confirm(sandbox, intent_of(page))
        sandbox.fails(500, "/v1/payment_intents")

        html = await browser.get(confirmation_of(path))

        assert "We are checking your payment" in words(html)
        assert "do not pay twice" in words(html)
        assert "every 2s" in html
        sandbox.faults()
        assert "Thank you" in words(await browser.get(confirmation_of(path)))

    async def test_cancelled(self, browser: Browser, lux: Shop) -> None:
        """A replaced order says so."""
        path, _ = await to_payment(browser)
        async with unit.transaction() as tx:
            await close_checkout(
                tx, await Checkout.get(), CheckoutStatus.CANCELLED, actor="shopper"
            )

        said = words(await browser.get(confirmation_of(path)))

        assert "This order was cancelled" in said
        assert "Back to basket" in said

    async def test_the_orders_own_page_works_tomorrow_and_elsewhere(
        self, app: Any, browser: Browser, lux: Shop, sandbox: Any
    ) -> None:
        """In another browser, after it was sent, with the tracking number; queries do not grow with
        lines.
        """
        path, page = await to_payment(browser)
        await confirm(sandbox, intent_of(page))
        await browser.get(confirmation_of(path))
        order = await Order.get()
        await mark_as_shipped(
            vendor_id=order.vendor_id,
            number=order.number,
            carrier="Post",
            tracking="LU123",
            actor="member:1",
        )

        with clock_moved(days=400), counted() as queries:
            said = words(
                await Browser(app.test_client()).get(
                    f"/shop/orders/{path.rpartition('/')[2]}"
                )
            )

        assert "On its way" in said
        assert "LU123" in said
        assert "12 rue du Marché" in said
        assert "€49.90" in said
        # The marketplace's settings and, once a minute, its name are two.
        assert len(queries) <= 6, queries
        assert "LU123" in words(await browser.get(confirmation_of(path)))


def clock_moved(*, days: int) -> Any:
    """The clock, some days ahead."""
    later = clock.now() + timedelta(days=days)
    return clock.use(lambda: later)
