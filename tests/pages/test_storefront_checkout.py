"""Checkout, payment and what comes after, through the real application, database and stand-in."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from shared.core import clock
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payments.models import Payment
from shared.infra import unit
from shared.trade.baskets.service import clear
from shared.trade.catalogue.models import Product
from shared.trade.orders.cancellation import close_checkout
from shared.trade.orders.decline_statements import PER_BROWSER
from shared.trade.orders.models import CardDecline, Checkout, Order
from shared.trade.orders.rules import CheckoutStatus
from shared.trade.orders.service import place_order
from shared.trade.orders.shipping import mark_as_shipped
from shared.trade.vendors.models import Vendor
from tests.support.factories import make_product, make_ready_vendor
from tests.support.market import Shop, confirm, open_shop
from tests.support.storefront import (
    ADDRESS,
    HTMX,
    Browser,
    counted,
    htmx,
    text_of,
    words,
)


@pytest.fixture
def browser(client: Any) -> Browser:
    return Browser(client)


@pytest.fixture
async def lux(gateway: Any, sandbox: Any) -> Shop:
    """A vendor with an account at the stand-in and cups at €49.90."""
    shop = await open_shop(gateway, sandbox)
    await (
        (await Vendor.get(id=shop.vendor_id))
        .update_from_dict({"slug": "lux", "name": "Lux"})
        .save()
    )
    return shop


async def ready(slug: str = "lux") -> None:
    """A vendor that says it takes payments, for tests that never reach Stripe."""
    await make_product(
        await make_ready_vendor(slug=slug, name="Lux"), slug="cup", name="Cup", stock=5
    )


def intent_of(html: str) -> str:
    """The intent whose client secret the page carries."""
    secret = re.search(r'data-client-secret="([^"]+)"', html)
    assert secret, words(html)
    return unescape(secret[1]).partition("_secret_")[0]


async def to_payment(browser: Browser, quantity: int = 1) -> tuple[str, str]:
    """Add, check out, open the payment page: its address and its HTML."""
    await browser.add("/shops/lux/cup", quantity)
    path = await browser.check_out()
    return path, await browser.get(path)


def confirmation_of(path: str) -> str:
    return f"/shop/order-confirmation?order={path.rpartition('/')[2]}"


class TestContact:
    async def test_an_empty_basket_has_nothing_to_check_out(
        self, browser: Browser
    ) -> None:
        """Both ways lead to the basket, which says so."""
        response = await browser.client.get("/shop/checkout")
        assert (response.status_code, response.location) == (303, "/shop/basket")
        assert "nothing to check out yet" in words(await browser.get("/shop/basket"))

        assert (await browser.post("/shop/checkout", ADDRESS)).status_code == 303
        assert await Order.all().count() == 0

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("email", "", "Enter your email"),
            ("email", "nobody", "such as name@example.com"),
            ("email", "a" * 300 + "@example.test", "Field cannot be longer"),
            ("full_name", "   ", "Enter the name for the parcel."),
            ("full_name", "x" * 121, "at most 120"),
            ("full_name", "\u200b…", "plain letters"),
            ("address", "", "Enter street"),
            ("city", "x" * 81, "at most 80"),
            ("postal_code", "", "Enter the postal code."),
            ("postal_code", "17280", "postal code of Luxembourg, such as 4750"),
            ("country", "XX", "Choose the country"),
            ("country", "", "Choose the country"),
        ],
    )
    async def test_what_is_wrong_stands_beside_its_field(
        self, browser: Browser, field: str, value: str, sentence: str
    ) -> None:
        """422, what was typed is kept, no order is made."""
        await ready()
        await browser.add("/shops/lux/cup")
        await browser.get("/shop/checkout")

        response = await browser.post("/shop/checkout", {**ADDRESS, field: value})

        page = await response.get_data(as_text=True)
        assert response.status_code == 422
        assert sentence in words(page)
        assert 'aria-invalid="true"' in page
        assert f'value="{ADDRESS["address"]}"' in page or field == "address"
        assert await Order.all().count() == 0

    async def test_one_field_is_checked_while_typing(self, browser: Browser) -> None:
        """Only that field comes back; the server decides."""
        await ready()
        await browser.add("/shops/lux/cup")
        await browser.get("/shop/checkout")

        wrong = await browser.post(
            "/shop/checkout/check/email", {**ADDRESS, "email": "ada"}, HTMX
        )
        right = await browser.post(
            "/shop/checkout/check/email", {**ADDRESS, "full_name": ""}, HTMX
        )

        assert "such as name@example.com" in await text_of(wrong)
        assert (wrong.status_code, right.status_code) == (200, 200)
        assert "Enter" not in await text_of(right)
        assert "Full name" not in await text_of(right)
        assert (
            await browser.post("/shop/checkout/check/csrf_token", ADDRESS, HTMX)
        ).status_code == 404

    async def test_another_country_checks_the_postal_code_again(
        self, browser: Browser
    ) -> None:
        """One answer, two fields."""
        await ready()

        response = await browser.post(
            "/shop/checkout/check/country", {**ADDRESS, "country": "DE"}, HTMX
        )

        html = await response.get_data(as_text=True)
        assert 'hx-target="#place-postal_code"' in html
        assert "postal code of Germany" in words(html)

    async def test_hostile_text_is_escaped(self, browser: Browser) -> None:
        """In the form that comes back and on the pages after it."""
        await ready()
        await browser.add("/shops/lux/cup")
        await browser.get("/shop/checkout")
        evil = {
            "full_name": "<script>alert(1)</script>",
            "address": "\"'><img src=x>",
            "city": "{{7*7}}",
        }

        back = await browser.post("/shop/checkout", {**ADDRESS, **evil, "email": "x"})
        assert "<script>alert" not in await back.get_data(as_text=True)

        token = (await browser.check_out(**evil)).rpartition("/")[2]
        page = await browser.get(f"/shop/orders/{token}")
        assert "<script>alert" not in page
        assert "<img src=x>" not in page
        assert "{{7*7}}" in words(page)

    async def test_guests_order_without_an_account(self, browser: Browser) -> None:
        """No customer row is needed."""
        await ready()
        await browser.add("/shops/lux/cup")

        await browser.check_out()

        order = await Order.get()
        assert order.customer_id is None


async def test_the_basket_is_counted_where_the_page_says_how_much_is_in_it(
    browser: Browser,
) -> None:
    """The checkout's pages lead nowhere else, so nobody is asked."""
    await ready()
    await browser.add("/shops/lux/cup")

    for page, is_counted in (("/categories", True), ("/shop/checkout", False)):
        with counted() as statements:
            told = await browser.get(page)
        asked = [each for each in statements if "quantity) AS n" in each]
        assert ('class="top-count"' in told) is is_counted
        assert bool(asked) is is_counted, statements


class TestConflicts:
    async def test_a_race_for_the_last_one_has_one_winner(self, app: Any) -> None:
        """The other shopper reads a sentence and keeps basket and address."""
        cup = await make_product(
            await make_ready_vendor(slug="lux"), slug="cup", name="Cup", stock=2
        )
        first, second = Browser(app.test_client()), Browser(app.test_client())
        for browser in (first, second):
            await browser.add("/shops/lux/cup")
            await browser.get("/shop/checkout")

        await first.check_out()
        await Product.filter(id=cup.id).update(stock=1)  # the vendor found one broken
        response = await second.post("/shop/checkout", ADDRESS)

        assert response.status_code == 409
        page = await response.get_data(as_text=True)
        assert "Cup is sold out" in words(page)
        assert f'value="{ADDRESS["email"]}"' in page
        assert "Cup" in words(await second.get("/shop/basket"))
        assert await Order.all().count() == 1

    async def test_of_two_clicks_at_the_same_moment_one_holds_the_half_that_orders_may(
        self, app: Any
    ) -> None:
        """Really at once: both are orders, one holds its piece, the other waits for Pay."""
        await make_product(
            await make_ready_vendor(slug="lux"), slug="cup", name="Cup", stock=2
        )
        shoppers = [Browser(app.test_client()) for _ in range(2)]
        for shopper in shoppers:
            await shopper.add("/shops/lux/cup")
            await shopper.get("/shop/checkout")

        answers = await asyncio.gather(
            *(shopper.post("/shop/checkout", ADDRESS) for shopper in shoppers)
        )

        assert [answer.status_code for answer in answers] == [303, 303]
        assert sorted([order.stock_state for order in await Order.all()]) == [
            "at_payment",
            "reserved",
        ]
        assert (await Product.get()).reserved == 1

    async def test_a_basket_emptied_while_it_was_submitted_is_told_so(
        self, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Paid or emptied in another tab between the look and the order: back to the basket, no
        crash.
        """
        await ready()
        await browser.add("/shops/lux/cup")
        await browser.get("/shop/checkout")

        async def emptied_first(**wanted: Any) -> str:
            await clear(wanted["basket_token"])
            return await place_order(**wanted)

        monkeypatch.setattr("storefront.checkout.views.place_order", emptied_first)
        response = await browser.post("/shop/checkout", ADDRESS)
        assert (response.status_code, response.location) == (303, "/shop/basket")

    async def test_a_changed_price_and_a_shut_vendor_are_sentences(
        self, browser: Browser
    ) -> None:
        """409 on the form with what was typed."""
        await ready()
        await browser.add("/shops/lux/cup")
        await browser.get("/shop/checkout")
        await Product.all().update(price_amount=5500)

        changed = await browser.post("/shop/checkout", ADDRESS)
        assert changed.status_code == 409
        assert "from €49.90 to €55.00" in await text_of(changed)

        await Product.all().update(price_amount=4990)
        await VendorPaymentConfig.all().update(accepts_payments=False)
        shut = await browser.post("/shop/checkout", ADDRESS)
        assert shut.status_code == 409
        assert "Lux cannot take payments" in await text_of(shut)
        assert await Order.all().count() == 0


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
        down = {
            "match": {"path": "/v1/payment_intents"},
            "effect": "status",
            "status": 503,
        }
        sandbox.control("PUT", "faults", {"rules": [down]})

        said = words(await browser.get(path, status=503))
        assert "is not answering right now" in said
        assert "Try again" in said
        assert (await Order.get()).payment_status == "pending"

        sandbox.control("PUT", "faults", {"rules": []})
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
        for number in range(PER_BROWSER):
            await CardDecline.create(
                stripe_charge_id=f"ch_{number}",
                checkout_id=checkout.id,
                network="",
                basket_id=checkout.basket_id,
                fingerprint="",
                code="generic_decline",
                declined_at=clock.now(),
            )
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
        down = {
            "match": {"path": "/v1/payment_intents"},
            "effect": "status",
            "status": 500,
        }
        sandbox.control("PUT", "faults", {"rules": [down]})

        html = await browser.get(confirmation_of(path))

        assert "We are checking your payment" in words(html)
        assert "do not pay twice" in words(html)
        assert "every 2s" in html
        sandbox.control("PUT", "faults", {"rules": []})
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


class TestAccount:
    async def test_a_shopper_signs_up_buys_and_finds_the_order(
        self, browser: Browser
    ) -> None:
        """The forms know the name; the list shows the order; leaving ends it."""
        await ready()
        await browser.get("/shop/account/signup?next=/shop/checkout")
        form = {
            "full_name": "Ada Lovelace",
            "email": "Ada@Example.test",
            "password": "correct horse battery",
        }

        joined = await browser.post("/shop/account/signup?next=/shop/checkout", form)
        assert (joined.status_code, joined.location) == (303, "/shop/checkout")
        await browser.add("/shops/lux/cup")
        page = await browser.get("/shop/checkout")
        assert 'value="ada@example.test"' in page
        assert 'value="Ada Lovelace"' in page

        await browser.check_out()
        assert (await Order.get()).number in words(await browser.get("/shop/account"))

        await browser.post("/shop/account/logout")
        assert (await browser.client.get("/shop/account")).status_code == 303
        await browser.get("/shop/account/login")
        wrong = await browser.post(
            "/shop/account/login", {"email": "ada@example.test", "password": "no"}
        )
        assert wrong.status_code == 422
        assert "Email or password is not right." in await text_of(wrong)
        right = await browser.post("/shop/account/login", form)
        assert (right.status_code, right.location) == (303, "/shop/account")

    async def test_what_is_wrong_with_a_new_account_is_said(
        self, browser: Browser
    ) -> None:
        """Weak password, taken address."""
        form = {
            "full_name": "Ada",
            "email": "ada@example.test",
            "password": "correct horse battery",
        }
        await browser.post("/shop/account/signup", form)
        await browser.get("/shop/account")
        await browser.post("/shop/account/logout")
        await browser.get("/shop/account/signup")

        weak = await browser.post(
            "/shop/account/signup",
            {**form, "email": "b@example.test", "password": "aaaaaaaaaaaa"},
        )
        taken = await browser.post("/shop/account/signup", form)

        assert weak.status_code == 422
        assert "easy to guess" in await text_of(weak)
        assert taken.status_code == 409
        assert "already an account" in await text_of(taken)

    @pytest.mark.parametrize(
        "target",
        [
            "https://evil.test/",
            "//evil.test",
            "/\\evil.test",
            "/shop/\\..\\evil",
            "/vendor/admin",
            "javascript:1",
        ],
    )
    async def test_signing_in_leads_nowhere_else(
        self, browser: Browser, target: str
    ) -> None:
        """`next` is a path of the shopping pages or nothing."""
        form = {
            "full_name": "Ada",
            "email": "ada@example.test",
            "password": "correct horse battery",
        }
        await browser.get("/shop/account/signup")

        response = await browser.post(f"/shop/account/signup?next={target}", form)

        assert response.location == "/shop/account"


def clock_moved(*, days: int) -> Any:
    """The clock, some days ahead."""
    later = clock.now() + timedelta(days=days)
    return clock.use(lambda: later)
