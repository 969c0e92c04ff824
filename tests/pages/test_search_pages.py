"""What a search shows at once, keeps of its filters, and hears of each change."""

from __future__ import annotations

import re
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from tortoise.connection import get_connection

from shared.core.money import Money
from shared.entrypoints.web.pages import ROOT
from shared.infra.database.searching import Searched, SearchedQuerySet, folded
from shared.infra.database.tables import models
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.service import ProductValues, save_product
from shared.trade.orders.models import Checkout
from shared.trade.vendors.models import Vendor
from tests.support.factories import (
    make_order,
    make_product,
    make_ready_vendor,
    make_vendor,
)
from tests.support.portal import operator_in
from tests.support.storefront import Browser, counted, htmx, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = pytest.mark.both_engines


class TestHowMuch:
    """How many there are, and where the rest is."""

    async def test_a_search_says_how_many_and_leads_to_the_rest(
        self, client: TestClientProtocol
    ) -> None:
        """The count, plain links to each page, and every product on exactly one of them."""
        vendor = await make_ready_vendor(slug="lux")
        rows = [
            Product(
                vendor_id=vendor.id,
                slug=f"t{n}",
                name=f"Thing {n}",
                price_amount=9,
                currency="EUR",
                stock=1,
            )
            for n in range(53)
        ]
        await Product.bulk_create(rows)
        browser, address, seen = Browser(client), "/search?q=thing", list[str]()
        for number in (24, 24, 5):
            html = await browser.get(address)
            assert "53 products" in words(html)
            shown = re.findall(r'product-card-link" href="([^"]+)"', html)
            assert len(shown) == number
            seen += shown
            following = re.search(r'href="([^"]+)" rel="next"', html)
            address = following[1].replace("&amp;", "&") if following else ""
        assert (len(set(seen)), len(seen), address) == (53, 53, "")

    async def test_many_shops_are_paged(self, client: TestClientProtocol) -> None:
        """The directory by 24, behind the last one shown, whatever comes or goes meanwhile; a
        search shows six and a link to all that it found.
        """
        for n in range(29):
            await make_ready_vendor(name=f"Sattler {n:02}", tagline="leather")
        soon = await make_vendor(name="A Sattler", tagline="leather")
        browser = Browser(client)
        first = await browser.get("/vendors")
        assert "30 shops" in words(first)
        assert first.count('class="vendor-card"') == 24
        following = re.search(r'href="(/vendors\?after=\d+)" rel="next"', first)
        assert following is not None
        await make_ready_vendor(name="A new one")  # which moves nothing
        rest = await browser.get(following[1])
        assert rest.count('class="vendor-card"') == 6
        assert "Sattler 24" in rest
        assert "Sattler 23" not in rest
        assert rest.index("Sattler 28") < rest.index(soon.name)
        assert 'rel="next"' not in rest
        part = await browser.get(following[1], headers=htmx("more"))
        assert part.strip().startswith('<ul class="vendor-grid"')
        for nonsense in ("0", "x", "9" * 30, "999999"):
            assert await browser.get(f"/vendors?after={nonsense}")
        found = await browser.get("/search?q=sattler")
        assert found.count('class="vendor-card"') == 6
        assert 'href="/vendors?q=sattler">All 30 shops' in found
        first = await browser.get("/vendors?q=sattler")
        following = re.search(r'href="([^"]+)" rel="next"', first)
        assert following is not None
        rest = await browser.get(following[1].replace("&amp;", "&"))
        assert rest.count('class="vendor-card"') == 6

    async def test_the_number_of_queries_does_not_grow(
        self, client: TestClientProtocol
    ) -> None:
        """With the shops, the products or the words."""
        browser, costs = Browser(client), set()
        await browser.get("/search")  # the marketplace's name is read once a minute
        for number in (1, 30):
            for _ in range(number):
                await make_product(
                    await make_ready_vendor(name="Thing maker"), name="Thing"
                )
            for text in ("thing", "thing maker of things"):
                with counted() as queries:
                    await browser.get(f"/search?q={text.replace(' ', '+')}")
                costs.add((text, len(queries)))
        assert len(costs) == 2, costs


class TestFiltersStay:
    """A search keeps the filter, a filter keeps the search."""

    async def test_a_search_in_a_shop_keeps_category_and_sort(
        self, client: TestClientProtocol
    ) -> None:
        """Also a category with letters that an address writes differently; chips and sort keep the
        search.
        """
        vendor = await make_ready_vendor(slug="lux")
        await make_product(vendor, name="Étui", category="Étuis & more")
        await make_product(vendor, name="Cup")
        html = await Browser(client).get(
            "/shops/lux?category=%C3%89tuis+%26+more&sort=price-up&q=etui"
        )
        search = html[html.index('role="search"') :]
        search = search[: search.index("</form>")]
        assert (
            '<input type="hidden" name="category" value="Étuis &amp; more">' in search
        )
        assert '<input type="hidden" name="sort" value="price-up">' in search
        assert (
            "/shops/lux?q=etui&amp;sort=price-up" in html
        )  # the chip for all categories
        nothing = await Browser(client).get(
            "/shops/lux?category=%C3%89tuis+%26+more&q=cup"
        )
        assert "Search the whole shop" in words(nothing)
        assert 'href="/shops/lux?q=cup"' in nothing
        for path in (
            "/search",
            "/shops/lux",
        ):  # what finds nothing alone is not offered
            nothing = await Browser(client).get(f"{path}?q=etui+cup+unheard")
            singly = re.findall(r'class="chip" href="([^"]+\?q=\w+)"', nothing)
            assert singly == [f"{path}?q=etui", f"{path}?q=cup"], path

    @pytest.mark.parametrize(
        ("path", "filter_"),
        [("/operator/vendors", "only=held"), ("/operator/webhooks", "status=parked")],
    )
    async def test_the_operators_lists(
        self, client: TestClientProtocol, path: str, filter_: str
    ) -> None:
        """The form sends the filter along, each chip the search."""
        operator = await operator_in(client)
        html = await operator.get(f"{path}?{filter_}&q=m%C3%BCller")
        key, value = filter_.split("=")
        assert f'<input type="hidden" name="{key}" value="{value}">' in html
        chips = re.findall(r'class="chip" href="([^"]+)"', html)
        assert chips
        assert all("q=m%C3%BCller" in chip for chip in chips), chips


class TestNoWriteForgets:
    """The folded columns follow their sources on every way a row is written."""

    async def test_every_way(self, database: str) -> None:
        """Saved, saved in part, made or changed in bulk, updated."""
        vendor = await make_vendor(name="Édith", city="Wien")
        vendor.city = "Zürich"
        await vendor.save(update_fields=["city"])
        assert (await Vendor.get(id=vendor.id)).search == "edith zurich"
        vendor.name = "Ödön"
        await Vendor.bulk_update([vendor], ["name"])
        assert (await Vendor.get(id=vendor.id)).search == "odon zurich"
        await Vendor.filter(id=vendor.id).update(
            name="Ülo", tagline="", city="Tartu", is_open=False
        )
        assert (await Vendor.get(id=vendor.id)).search == "ulo tartu"
        with pytest.raises(RuntimeError, match="update all of them"):
            Vendor.filter(id=vendor.id).update(name="Half")
        product = await make_product(await make_ready_vendor(), name="Étui")
        values = ProductValues(
            name="Žamet", price=Money(500, "EUR"), stock=1, description="Ein Tuch"
        )
        await save_product(
            vendor_id=product.vendor_id,
            product_id=product.id,
            values=values,
            actor="test",
        )
        assert (await Product.get(id=product.id)).search == "zamet ein tuch"

    def test_every_searched_table_is_guarded(self) -> None:
        """Each model with folded columns has the manager, and names columns that it has."""
        searched = [model for model in models() if issubclass(model, Searched)]
        assert {model.__name__ for model in searched} == {
            "Vendor",
            "Product",
            "Checkout",
            "Customer",
            "Member",
        }
        for model in searched:
            assert isinstance(model._meta.manager.get_queryset(), SearchedQuerySet)
            for column, sources in model.searched.items():
                assert {column, *sources} <= set(model._meta.fields_map)

    def test_no_sql_of_ours_writes_such_a_column(self) -> None:
        """Only migrations may write these tables by hand; what moves stock sets no word, and a
        renamed category's words follow by jobs (test_categories.py).
        """
        tables = "|".join(
            model._meta.db_table for model in models() if issubclass(model, Searched)
        )
        by_hand = re.compile(rf"(UPDATE|INSERT INTO)\s+\W?({tables})\b", re.IGNORECASE)
        # Of StockChange, of orders that wait for money, of a category, of benchmarks.
        no_words = (
            "UPDATE members SET vendor_id",
            "UPDATE products SET reserved = reserved + ?, updated_at = ?",
            "UPDATE products SET {', '.join(sets)} WHERE {met}",
            "UPDATE products SET category = ?, updated_at = ? WHERE category = ?",
        )
        for folder in ("portal", "storefront", "shared"):
            for path in (ROOT / folder).rglob("*.py"):
                if "migrations" in path.parts:
                    continue
                text = path.read_text()
                for each in no_words:
                    text = text.replace(each, "")
                assert not by_hand.search(text), path

    async def test_rows_from_before_are_found(self, database: str) -> None:
        """The migration folds what was there, a thousand rows at a time."""
        migration = import_module("shared.infra.database.migrations.0017_search")
        vendor = await make_vendor(name="Žamet", business_email="a@müller.test")
        order = await make_order(vendor)
        client = get_connection("default")
        for table, column, _ in migration.COLUMNS:
            await client.execute_query(f"UPDATE {table} SET {column} = ''")

        await migration.fill(
            None, SimpleNamespace(DIALECT=client.capabilities.dialect, client=client)
        )
        told = {"products": Product, "vendors": Vendor, "checkouts": Checkout}
        for table, column, sources in migration.COLUMNS:
            assert told[table].searched[column] == sources
        assert (await Vendor.get(id=vendor.id)).search == "zamet"
        assert (await Checkout.get(id=order.checkout_id)).search == folded(
            ["Ada Lovelace", "ada@example.test"]
        )
