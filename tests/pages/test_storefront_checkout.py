"""The checkout's form: what is wrong, what changed meanwhile, with an account or without."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shared.finance.connect.models import VendorPaymentConfig
from shared.trade.baskets.service import clear
from shared.trade.catalogue.models import Product
from shared.trade.orders.models import Order
from shared.trade.orders.service import place_order
from tests.support.checkouts import browser, lux, ready
from tests.support.factories import make_product, make_ready_vendor
from tests.support.storefront import (
    ADDRESS,
    HTMX,
    Browser,
    counted,
    text_of,
    words,
)

__all__ = ["browser", "lux"]  # fixtures


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
        for visitor in (first, second):
            await visitor.add("/shops/lux/cup")
            await visitor.get("/shop/checkout")

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
