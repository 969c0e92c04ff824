"""To be found: what pages say of themselves to machines, the sitemap, robots.txt, the feed."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from shared.trade.catalogue import machine_lists
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.rules import Option
from storefront.described import documents
from tests.support import schema_org
from tests.support.factories import (
    make_product,
    make_ready_vendor,
    make_variants,
    make_vendor,
)
from tests.support.shipping import send_by
from tests.support.storefront import Browser

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = pytest.mark.both_engines

DATA = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
GOOGLE = "{http://base.google.com/ns/1.0}"
SIZE = Option("Size", ("S", "M"))
EVIL = "</script><script>alert(1)</script><!-- <script> \u2028 ' \" & ]]>"


@pytest.fixture
def browser(client: TestClientProtocol) -> Browser:
    return Browser(client)


def told(html: str) -> dict[str, Any]:
    """What a page is about, by type; each document is right in schema.org's terms."""
    found = [json.loads(text) for text in DATA.findall(html)]
    for document in found:
        assert schema_org.problems(document) == [], document
    return {document["@type"]: document for document in found}


def heads(html: str) -> dict[str, str]:
    """The meta and link elements of a page: name or property -> content."""
    found = re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)"', html)
    links = re.findall(r'<link rel="(canonical)" href="([^"]*)"', html)
    return dict([*found, *links])


class TestStructuredData:
    async def test_a_product_with_its_offer(self, browser: Browser) -> None:
        """Price, whether it is there, who sells it, how soon it goes, until when it comes back."""
        lux = await make_ready_vendor(slug="lux", name="Lux", country="LU")
        await make_product(
            lux, slug="cup", name="Cup", price_amount=1250, category="Cups"
        )
        html = await browser.get("/shops/lux/cup")
        product = told(html)["Product"]
        offer = product["offers"]
        assert (product["name"], product["category"]) == ("Cup", "Cups")
        assert (offer["price"], offer["priceCurrency"]) == ("12.50", "EUR")
        assert offer["availability"] == "https://schema.org/InStock"
        assert offer["seller"]["name"] == "Lux"
        assert offer["hasMerchantReturnPolicy"]["merchantReturnDays"] == 14
        assert offer["shippingDetails"]["shippingOrigin"]["addressCountry"] == "LU"
        steps = told(html)["BreadcrumbList"]["itemListElement"]
        assert [step["name"] for step in steps] == ["Shops", "Lux", "Cup"]
        await Product.filter(slug="cup").update(stock=0)
        gone = told(await browser.get("/shops/lux/cup"))["Product"]["offers"]
        assert gone["availability"] == "https://schema.org/OutOfStock"

    async def test_a_product_with_variants_tells_the_span(
        self, browser: Browser
    ) -> None:
        """From the lowest price to the highest; a variant's page is known by its product's, and
        each variant stands in it with its own price, number and whether it is there.
        """
        lux = await make_ready_vendor(slug="lux")
        cut = Option("Cut", ("Slim",))
        product, variants = await make_variants(lux, SIZE, cut, slug="shirt")
        await Product.filter(id=variants[0].id).update(sku="S-1", stock=0)
        await Product.filter(id=product.id).update(
            price_amount=900, top_price_amount=1200
        )
        html = await browser.get(f"/shops/lux/shirt?variant={variants[0].id}")
        group = told(html)["ProductGroup"]
        assert group["variesBy"] == ["size", "Cut"]
        small, medium = group["hasVariant"]
        assert (small["size"], small["sku"], "Cut" in small) == ("S", "S-1", False)
        assert small["url"].endswith(f"/shops/lux/shirt?variant={variants[0].id}")
        assert small["offers"]["availability"].endswith("OutOfStock")
        assert medium["offers"]["availability"].endswith("InStock")
        assert medium["offers"]["price"] == "49.90"
        offer = group["offers"]
        assert offer["@type"] == "AggregateOffer"
        assert (offer["lowPrice"], offer["highPrice"]) == ("9.00", "12.00")
        assert heads(html)["canonical"].endswith("/shops/lux/shirt")

    async def test_what_delivery_costs_is_the_vendors_own_price(
        self, browser: Browser
    ) -> None:
        """Of the cheapest way within its country, with its days; nothing where it is included,
        and said where nothing is sent there.
        """
        lux = await make_ready_vendor(slug="lux", country="LU")
        await make_product(lux, slug="cup", price_amount=4990)

        async def details() -> dict[str, Any]:
            offer = told(await browser.get("/shops/lux/cup"))["Product"]["offers"]
            found: dict[str, Any] = offer["shippingDetails"]
            return found

        assert (await details())["shippingRate"]["value"] == "0.00"
        row = await send_by(lux.id)
        found = await details()
        rate = found["shippingRate"]
        assert (rate["value"], rate["currency"]) == ("4.90", "EUR")
        assert found["shippingDestination"]["addressCountry"] == "LU"
        time = found["deliveryTime"]
        assert time["handlingTime"]["maxValue"] == 2
        transit = time["transitTime"]
        assert (transit["minValue"], transit["maxValue"]) == (1, 3)
        row.zones[0]["places"] = ["CH"]
        row.zones[1]["places"] = ["FR"]
        await row.save()
        found = await details()
        assert found["doesNotShip"] is True
        assert "shippingRate" not in found

    async def test_home_and_shop(self, browser: Browser) -> None:
        """The marketplace as an organization with its site, a shop as one with its place."""
        await make_ready_vendor(slug="lux", name="Lux", city="Luxembourg", country="LU")
        assert set(told(await browser.get("/"))) == {"Organization", "WebSite"}
        shop = told(await browser.get("/shops/lux"))["Organization"]
        assert shop["address"]["addressLocality"] == "Luxembourg"

    async def test_what_a_vendor_writes_stays_data(self, browser: Browser) -> None:
        """It ends no element, begins none, and comes out as it was written."""
        lux = await make_ready_vendor(
            slug="lux", name=EVIL[:110], tagline=EVIL, city=EVIL[:70]
        )
        await make_product(
            lux, slug="cup", name=EVIL, description=EVIL, category=EVIL[:60]
        )
        for path in ("/shops/lux", "/shops/lux/cup"):
            html = await browser.get(path)
            assert told(html)
            assert "<script>alert" not in html
            for text in DATA.findall(html):
                assert not set("<>&'") & set(text)
        html = await browser.get("/shops/lux/cup")
        assert told(html)["Product"]["description"] == " ".join(EVIL.split())

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"prise": "1"}, "no property prise"),
            ({"price": "1"}, "Product has no property price"),
            ({"offers": "cheap"}, "holds"),
            ({"offers": {"@type": "Organization", "name": "x"}}, "holds"),
            (
                {"offers": {"@type": "Offer", "availability": "InStock"}},
                "availability: holds",
            ),
            ({"url": "/shops"}, "url: holds"),
            ({"@type": "Prodct"}, "no type"),
        ],
    )
    def test_the_validator_finds_what_is_wrong(
        self, change: dict[str, Any], said: str
    ) -> None:
        """Properties and types that are not there, and values of another kind."""
        right = {"@context": "https://schema.org", "@type": "Product", "name": "Cup"}
        assert schema_org.problems(right) == []
        found = schema_org.problems(right | change)
        assert found
        assert said in found[0]


class TestHeads:
    async def test_each_page_has_one_address(self, browser: Browser) -> None:
        """Whatever order or place of a list was chosen; a category is a page of its own."""
        lux = await make_ready_vendor(slug="lux", name="Lux", tagline="Made by hand")
        await make_product(lux, slug="cup", category="Cups", description="For tea.")
        await make_product(lux, category="Bags")
        shop = heads(await browser.get("/shops/lux?sort=price-up"))
        assert shop["canonical"].endswith("/shops/lux")
        assert "robots" not in shop
        assert shop["description"] == shop["og:description"] == "Made by hand"
        category = heads(await browser.get("/shops/lux?category=Cups&sort=name"))
        assert category["canonical"].endswith("/shops/lux?category=Cups")
        for path in ("/shops/lux?q=cup", "/search?q=cup", "/vendors?q=lux"):
            assert heads(await browser.get(path))["robots"] == "noindex, follow"
        product = heads(await browser.get("/shops/lux/cup", {"Accept-Language": "de"}))
        assert product["og:type"] == "product"
        assert product["og:locale"] == "de_DE"
        assert product["product:price:amount"] == "49.90"
        for path in ("/", "/vendors", "/pricing", "/sell"):
            assert heads(await browser.get(path))["canonical"].endswith(path)


async def read_all(browser: Browser) -> list[str]:
    """Every address that the sitemap leads to."""
    index = ET.fromstring(await browser.get("/sitemap.xml"))
    assert index.tag == f"{MAP}sitemapindex"
    found: list[str] = []
    for part in index.iter(f"{MAP}loc"):
        path = str(part.text).partition("//")[2].partition("/")[2]
        urls = ET.fromstring(await browser.get(f"/{path}"))
        assert urls.tag == f"{MAP}urlset"
        here = [str(at.text) for at in urls.iter(f"{MAP}loc")]
        assert len(here) <= machine_lists.PART
        found += here
    return found


class TestSitemap:
    async def test_it_has_every_page_once_that_shoppers_may_see(
        self, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Shops, products without their variants, in parts of so many; nothing that is hidden."""
        monkeypatch.setattr(machine_lists, "PART", 11)
        monkeypatch.setattr(machine_lists, "AT_ONCE", 2)
        lux = await make_ready_vendor(slug="lux")
        closed = await make_vendor(slug="closed", is_open=False)
        await make_product(closed, slug="unseen")
        await make_product(lux, slug="hidden", is_published=False)
        for number in range(12):
            await make_product(lux, slug=f"cup-{number}")
        await make_variants(lux, SIZE, slug="shirt")
        found = await read_all(browser)
        paths = ["/" + at.partition("//")[2].partition("/")[2] for at in found]
        assert len(paths) == len(set(paths))
        assert {path for path in paths if "/shops/" in path} == {
            "/shops/lux",
            "/shops/lux/shirt",
            *(f"/shops/lux/cup-{number}" for number in range(12)),
        }
        assert {"/", "/vendors", "/legal/imprint"} <= set(paths)
        await browser.get("/sitemap/orders-0.xml", status=404)
        await browser.get("/sitemap/products-99999999.xml", status=404)

    def test_a_day_of_change_and_signs_that_xml_reads(self) -> None:
        """Written as the format asks for."""
        changed = datetime(2026, 11, 30, 12, tzinfo=UTC)
        (url,) = ET.fromstring(documents.part([("https://x.test/?a=1&b=<", changed)]))
        assert [(child.tag, child.text) for child in url] == [
            (f"{MAP}loc", "https://x.test/?a=1&b=<"),
            (f"{MAP}lastmod", "2026-11-30"),
        ]

    async def test_robots_read_shops_and_no_persons_pages(
        self, browser: Browser
    ) -> None:
        """With the sitemap's address; a marketplace in test mode is not for search engines."""
        assert await browser.get("/robots.txt") == "User-agent: *\nDisallow: /\n"
        live = documents.robots("https://x.test/sitemap.xml", is_test=False)
        assert "Disallow: /shop/\n" in live
        assert "Disallow: /shops" not in live
        assert live.endswith("\nSitemap: https://x.test/sitemap.xml\n")


class TestFeed:
    async def test_everything_that_can_be_bought(self, browser: Browser) -> None:
        """A variant each by itself, in its product's group; what cannot be sold is left out."""
        lux = await make_ready_vendor(slug="lux", name="Lux & Co")
        await make_product(
            await make_vendor(slug="not-yet"), slug="ghost", name="Ghost"
        )
        await make_product(
            lux, slug="cup", name="Cup <1>\x0b", price_amount=1250, stock=0
        )
        product, variants = await make_variants(
            lux, SIZE, slug="shirt", name="Shirt", description="Linen."
        )
        feed = ET.fromstring(await browser.get("/feed/products.xml"))
        items = [
            {child.tag.removeprefix(GOOGLE): str(child.text) for child in item}
            for item in feed.iter("item")
        ]
        assert {item["id"] for item in items} == {
            str(items[0]["id"]),
            *(str(variant.id) for variant in variants),
        }
        cup, small, medium = items
        assert (cup["title"], cup["price"]) == ("Cup <1>", "12.50 EUR")
        assert cup["availability"] == "out_of_stock"
        assert cup["brand"] == "Lux & Co"
        assert "item_group_id" not in cup
        assert small["item_group_id"] == medium["item_group_id"] == str(product.id)
        assert small["link"].endswith(f"/shops/lux/shirt?variant={variants[0].id}")
        assert small["description"] == "Linen."
        assert "S" in small["title"]


@pytest.mark.parametrize(
    "address",
    [
        "/robots.txt",
        "/sitemap.xml",
        "/sitemap/pages-0.xml",
        "/sitemap/products-0.xml",
        "/feed/products.xml",
        "/search?q=cup",
        "/search?sort=price-up",
    ],
)
async def test_whoever_has_it_hears_only_that_it_is_the_same(
    browser: Browser, address: str
) -> None:
    """Until something in it changes; the answer is whole whether asked with an etag or without."""
    lux = await make_ready_vendor(slug="lux")
    await make_product(lux, slug="cup", name="Cup")
    first = await browser.client.get(address)
    body = await first.get_data()
    etag = first.headers["ETag"]
    assert (first.status_code, len(body)) == (200, first.content_length)
    again = await browser.client.get(address, headers={"If-None-Match": etag})
    assert (again.status_code, await again.get_data()) == (304, b"")
    assert again.headers["ETag"] == etag
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    other = await browser.client.get(address, headers={"If-None-Match": '"other"'})
    assert (other.status_code, await other.get_data()) == (200, body)
    if address != "/robots.txt" and "pages" not in address:
        await make_product(lux, slug="cup-2", name="Cup of tea")
        changed = await browser.client.get(address, headers={"If-None-Match": etag})
        assert changed.status_code == (304 if address == "/sitemap.xml" else 200)
