"""A vendor's products: written through the service and through the pages, on both databases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from shared.infra import unit
from shared.trade.catalogue import stock
from shared.trade.catalogue.models import Product
from shared.trade.orders.models import OrderLine
from shared.trade.vendors.seller import SellerDetails, save_seller
from tests.support.factories import make_order, make_product, make_ready_vendor
from tests.support.portal import Portal, owner_of, signed_in
from tests.support.visitor import carried

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = pytest.mark.usefixtures("database")


async def test_an_article_number_is_shown_where_the_thing_is(
    client: TestClientProtocol,
) -> None:
    """It is typed with the product; shoppers read it there, the vendor at each order."""
    portal = await signed_in(client)
    answer = await portal.post("/vendor/admin/products/new", {**FORM, "sku": "RB-1"})
    assert answer.status_code == 303
    product = await Product.get(name="Rye bread")
    assert 'value="RB-1"' in await portal.get(f"/vendor/admin/products/{product.id}")
    vendor = await portal.vendor()
    shown = await portal.get(f"/shops/{vendor.slug}/{product.slug}")
    assert "Article number RB-1" in shown
    order = await make_order(vendor, product, status="processing")
    page = f"/vendor/admin/orders/{order.number}"
    assert "Article number" not in await portal.get(page)
    await OrderLine.filter(order_id=order.id).update(sku="RB-1")
    assert "Article number RB-1" in await portal.get(page)
    wrong = await portal.post(
        "/vendor/admin/products/new", {**FORM, "name": "Other", "sku": "x" * 61}
    )
    assert wrong.status_code == 422
    assert "Use at most 60 characters." in await wrong.get_data(as_text=True)


async def test_who_made_it_and_its_warnings_stand_at_the_offer(
    client: TestClientProtocol,
) -> None:
    """Regulation 2023/988, article 19. Where the vendor names nobody, its own business stands
    there; a form from before it was asked for changes nothing.
    """
    portal = await signed_in(client)
    await portal.post("/vendor/admin/products/new", FORM)
    product, vendor = await Product.get(name="Rye bread"), await portal.vendor()
    offer = f"/shops/{vendor.slug}/{product.slug}"
    assert "Product safety" not in await portal.get(offer)
    luxe = SellerDetails("Luxe S.à r.l.", "4, rue de l’Eau\nL-1449 Luxembourg")
    await save_seller(vendor_id=vendor.id, values=luxe, actor="test")
    country = "Germany" if vendor.country == "DE" else "Luxembourg"
    own = f"Luxe S.à r.l., 4, rue de l’Eau, L-1449 Luxembourg, {country}, "
    assert f"Manufacturer: {own}{vendor.business_email}" in await portal.get(offer)

    form = f"/vendor/admin/products/{product.id}"
    safe = {"maker": "Mill Ltd, 1 Road, Leeds\nEU: Amt GmbH", "warnings": "Not <3."}
    assert (await portal.post(form, {**FORM, **safe})).status_code == 303
    await portal.post(form, {**FORM, "price": "7.00"})
    page = await portal.get(offer)
    assert "Manufacturer: Mill Ltd, 1 Road, Leeds, EU: Amt GmbH" in page
    assert "<strong>Warnings:</strong> Not &lt;3." in page
    assert "Not &lt;3.</textarea>" in await portal.get(form)
    wrong = await portal.post(form, {**FORM, "maker": "x" * 1001})
    assert wrong.status_code == 422


FORM = {
    "name": "Rye bread",
    "price": "6.50",
    "stock": "3",
    "category": "Bread",
    "description": "With caraway.",
    "slug": "",
    "picture": "",
    "is_published": "y",
}


class TestPages:
    async def test_a_product_is_made_and_listed(
        self, client: TestClientProtocol
    ) -> None:
        """The plain form: 303 to its own page, which offers pictures and variants; it stands in the
        list.
        """
        portal = await signed_in(client)

        answer = await portal.post("/vendor/admin/products/new", FORM)
        own = await portal.get(answer.headers["Location"])
        page = await portal.get("/vendor/admin/products")

        product = await Product.get(vendor_id=portal.vendor_id)
        here = f"/vendor/admin/products/{product.id}"
        assert (answer.status_code, answer.headers["Location"]) == (303, here)
        assert f'href="{here}/pictures"' in own
        assert f'href="{here}/variants"' in own
        assert (product.price_amount, product.stock, product.currency) == (
            650,
            3,
            "EUR",
        )
        assert "Rye bread" in page
        assert "€6.50" in page

    async def test_a_thousand_is_a_thousand_and_stays_it(
        self, client: TestClientProtocol
    ) -> None:
        """Price and stock as the pages print them; saved again without a change they are the
        same.
        """
        portal = await signed_in(client)
        for typed in ("1,000", "1.000", "€1,000.00", "1 000,00"):
            await portal.post(
                "/vendor/admin/products/new", {**FORM, "price": typed, "stock": "1,000"}
            )
            product = (
                await Product.filter(vendor_id=portal.vendor_id).order_by("-id")
            )[0]

            page = await portal.get(f"/vendor/admin/products/{product.id}")
            shown = {
                name: re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
                for name in ("price", "stock")
            }
            again = {name: found[1] for name, found in shown.items() if found}
            await portal.post(f"/vendor/admin/products/{product.id}", {**FORM, **again})

            assert again == {"price": "1000.00", "stock": "1000"}
            after = await Product.get(id=product.id)
            assert [(p.price_amount, p.stock) for p in (product, after)] == [
                (100_000, 1_000)
            ] * 2

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("name", "", "Give the product a name."),
            ("price", "", "Enter a price"),
            ("price", "  ", "Enter a price"),
            ("price", "0", "Enter a price above zero."),
            ("price", "-5", "not negative"),
            ("price", "0.999", "decimals"),
            ("price", "1e400", "amount"),
            ("stock", "-1", "Enter a number from 0"),
            ("stock", "9999999999999999999", "number"),
            ("stock", "many", "number"),
            ("slug", "Not A Slug", "small letters"),
            ("name", "x" * 121, "120"),
            ("picture", "../../etc/passwd", "Not a valid choice"),
        ],
    )
    async def test_a_mistake_is_told_beside_its_field_and_what_was_typed_is_kept(
        self, client: TestClientProtocol, field: str, value: str, sentence: str
    ) -> None:
        """422, the sentence, and the other fields as they were."""
        portal = await signed_in(client)

        answer = await portal.post("/vendor/admin/products/new", {**FORM, field: value})
        text = await answer.get_data(as_text=True)

        assert answer.status_code == 422
        assert sentence in text
        assert "With caraway." in text
        assert await Product.all().count() == 0

    async def test_a_field_checks_itself_when_it_is_left(
        self, client: TestClientProtocol
    ) -> None:
        """Only that field comes back, with its sentence; the others are not blamed yet."""
        portal = await signed_in(client)

        answer = await portal.post(
            "/vendor/admin/products/check/price",
            {**FORM, "name": "", "price": "x"},
            htmx="div",
        )
        text = await answer.get_data(as_text=True)

        assert answer.status_code == 200
        assert "Enter an amount such as 49.90." in text
        assert "Give the product a name" not in text
        assert "<html" not in text

    async def test_each_field_that_asks_to_be_checked_is(
        self, client: TestClientProtocol
    ) -> None:
        """The form names the addresses; none of them is one that nobody answers."""
        portal = await signed_in(client)
        form = await portal.get("/vendor/admin/products/new")
        addresses = re.findall(r'hx-post="(/vendor/admin/products/check/[^"]+)"', form)

        answers = {
            address: (await portal.post(address, FORM, htmx="div")).status_code
            for address in addresses
        }

        assert set(answers.values()) == {200}, answers

    async def test_htmx_gets_the_form_alone_on_a_mistake_and_a_new_page_on_success(
        self, client: TestClientProtocol
    ) -> None:
        """422 with the block; success tells htmx where to go."""
        portal = await signed_in(client)

        wrong = await portal.post(
            "/vendor/admin/products/new", {**FORM, "name": ""}, htmx="form#product-form"
        )
        right = await portal.post(
            "/vendor/admin/products/new", FORM, htmx="form#product-form"
        )

        assert wrong.status_code == 422
        assert "<html" not in await wrong.get_data(as_text=True)
        made = await Product.get(vendor_id=portal.vendor_id)
        assert right.headers["HX-Redirect"] == f"/vendor/admin/products/{made.id}"

    async def test_stock_below_what_is_held_is_a_sentence_on_the_form(
        self, client: TestClientProtocol
    ) -> None:
        """409 beside the stock field, nothing changed."""
        portal = await signed_in(client)
        vendor = await portal.vendor()
        product = await make_product(vendor, stock=5, reserved=2)

        answer = await portal.post(
            f"/vendor/admin/products/{product.id}", {**FORM, "stock": "1"}
        )

        assert answer.status_code == 409
        assert "2 are held by open orders" in await answer.get_data(as_text=True)

    async def test_a_sale_while_the_vendor_types_is_not_overwritten(
        self, client: TestClientProtocol
    ) -> None:
        """The form showed 5, one was sold: who types 10 is told, saves anyway and has 10; who did
        not touch it keeps the 4.
        """
        portal = await signed_in(client)
        product = await make_product(await portal.vendor(), stock=5)
        address = f"/vendor/admin/products/{product.id}"
        opened = await portal.get(address)
        async with unit.transaction():
            await stock.reserve([(product.id, 1)])
            await stock.take([(product.id, 1)])

        untouched = await portal.post(
            address,
            {**FORM, "stock": "5", **carried(opened, address)},
        )
        left = (await Product.get(id=product.id)).stock
        telling = await portal.post(
            address,
            {**FORM, "stock": "10", **carried(opened, address)},
        )
        told = await telling.get_data(as_text=True)
        kept = (await Product.get(id=product.id)).stock
        anyway = await portal.post(
            address,
            {**FORM, "stock": "10", **carried(told, address)},
        )

        assert (untouched.status_code, telling.status_code, anyway.status_code) == (
            303,
            409,
            303,
        )
        assert (
            "Was <strong>5</strong> when you opened the page, is now <strong>4</strong>; "
            "yours is <strong>10"
        ) in told
        assert (
            left,
            kept,
            (await Product.get(id=product.id)).stock,
        ) == (4, 4, 10)

    @pytest.mark.parametrize("method", ["GET", "POST"])
    async def test_another_vendor_s_product_is_404(
        self, client: TestClientProtocol, method: str
    ) -> None:
        """To read and to write."""
        theirs = await make_product(await make_ready_vendor())
        portal = await signed_in(client)

        answer = await portal.send(method, f"/vendor/admin/products/{theirs.id}", FORM)

        assert answer.status_code == 404
        assert (await Product.get(id=theirs.id)).name == theirs.name

    @pytest.mark.parametrize(
        "product_id", ["0", "99999999999999999999999999", "abc", "-1"]
    )
    async def test_no_such_product_is_404(
        self, client: TestClientProtocol, product_id: str
    ) -> None:
        """Whatever the number looks like."""
        portal = await signed_in(client)
        assert (
            await portal.send("GET", f"/vendor/admin/products/{product_id}")
        ).status_code == 404

    async def test_the_list_searches_and_says_when_nothing_is_found(
        self, client: TestClientProtocol
    ) -> None:
        """As a page and as a fragment."""
        portal = await signed_in(client)
        vendor = await portal.vendor()
        await make_product(vendor, name="Blue bowl")
        await make_product(vendor, name="Red cup")

        found = await portal.get("/vendor/admin/products?q=bowl")
        none = await portal.get(
            "/vendor/admin/products?q=%25zzz&page=99999999", htmx="div#product-list"
        )

        assert "Blue bowl" in found
        assert "Red cup" not in found
        assert "Nothing found" in none
        assert "<html" not in none

    async def test_a_stranger_is_sent_to_sign_in(
        self, client: TestClientProtocol
    ) -> None:
        """And comes back to where they were going."""
        answer = await client.get("/vendor/admin/products/new")

        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/vendor/login?next=")


async def test_the_form_keeps_the_currency_of_the_shop(
    client: TestClientProtocol,
) -> None:
    """A Danish shop types kroner."""
    vendor_id = await owner_of(client, country="DK")
    portal = Portal(client, vendor_id)

    await portal.post("/vendor/admin/products/new", FORM)

    assert (await Product.get(vendor_id=vendor_id)).currency == "DKK"
