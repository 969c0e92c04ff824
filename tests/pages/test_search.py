"""Every list with a field of search finds what is typed, as people type it."""

from __future__ import annotations

from typing import Any

import pytest

from shared.core import clock
from shared.finance.connect.queries import vendor_rows
from shared.finance.inbox.models import WebhookEvent
from shared.finance.inbox.queries import event_page
from shared.trade.catalogue.finding import ProductList, find
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.queries import vendor_products
from shared.trade.catalogue.wanted import ProductQuery, Sort
from shared.trade.orders.models import Checkout
from shared.trade.orders.order_lists import vendor_orders
from shared.trade.vendors.open_shops import open_shops
from tests.support.factories import (
    make_order,
    make_product,
    make_ready_vendor,
)

pytestmark = pytest.mark.both_engines

# What is written in a row, and what people type for it.
TYPED = [
    ("Žamet", ("žamet", "ŽAMET", "zamet", "ZAMET", "z\u030camet")),
    ("Müller", ("müller", "MÜLLER", "muller")),
    ("VÉLO", ("vélo", "velo", "Velo")),
    ("étui", ("Étui", "etui", "ÉTUI")),
    ("Straße", ("strasse", "STRASSE", "straße")),
    ("Łódź & Sørensen", ("lodz", "sorensen", "SØRENSEN łódź")),
    ("Σίσυφος", ("ΣΊΣΥΦΟΣ", "σισυφος")),
    ("100% wool_mix", ("100%", "wool_mix", "%", "_")),
    ("back\\slash", ("\\", "BACK\\SLASH")),
]


NOT_TYPED = ("z%t", "_amet", "m_ller", "%%%", "—", "nobody")


ALL_OF_IT = " ".join(written for written, _ in TYPED)


async def found_by(words: str, **more: Any) -> ProductList:
    """What shoppers find by these words, best first."""
    return await find(ProductQuery(words=words, sort=Sort.RELEVANCE, **more))


class TestEveryList:
    """One folding in all of them."""

    async def test_the_shops_and_the_vendors_products(self, database: str) -> None:
        """Both sides' lists of products find a name however it is typed, and take wildcards for
        letters.
        """
        vendor = await make_ready_vendor(slug="lux", name="Lux")
        await make_product(vendor, name="Other")
        for written, typed in TYPED:
            row = await make_product(vendor, name=written)
            for text in typed:
                assert [p.id for p in (await found_by(text)).products] == [row.id], text
                assert [
                    p.id for p in (await found_by(text, vendor_id=vendor.id)).products
                ] == [row.id], text
                assert [
                    p.id
                    for p in (await vendor_products(vendor.id, search=text)).products
                ] == [row.id], text
            await Product.filter(id=row.id).delete()

    async def test_what_was_not_typed_is_not_found(self, database: str) -> None:
        """Wildcards are letters, and a search without a word finds nothing."""
        vendor = await make_ready_vendor(slug="lux", name="Lux", tagline="Žamet")
        await make_product(vendor, name="Žamet Müller")
        await make_order(vendor)
        for text in NOT_TYPED:
            assert (await found_by(text)).total == 0, text
            assert (await found_by(text, vendor_id=vendor.id)).total == 0, text
            assert (await vendor_products(vendor.id, search=text)).total == 0, text
            assert (await open_shops(search=text)).total == 0, text
            assert (await vendor_rows(search=text)).total == 0, text
            assert (await vendor_orders(vendor.id, search=text)).counts["all"] == 0, (
                text
            )

    async def test_shops_vendors_and_orders(self, database: str) -> None:
        """The directory, the operator's list and a vendor's orders find names the same way."""
        vendor = await make_ready_vendor(
            name=ALL_OF_IT, tagline="Sattlerei", city="Wien", business_email="a@x.test"
        )
        order = await make_order(vendor)
        await save_name(order.checkout_id, ALL_OF_IT)
        other = await make_ready_vendor()
        await make_order(other)
        for text in [*(text for _, typed in TYPED for text in typed), ALL_OF_IT]:
            assert [v.id for v in (await open_shops(search=text)).vendors] == [
                vendor.id
            ], text
            assert [row.id for row in (await vendor_rows(search=text)).rows] == [
                vendor.id
            ], text
            assert [
                row.number for row in (await vendor_orders(vendor.id, search=text)).rows
            ] == [order.number], text
            assert (await vendor_orders(other.id, search=text)).counts["all"] == 0, text

    async def test_shoppers_do_not_find_a_vendor_by_its_email(
        self, database: str
    ) -> None:
        """Staff do."""
        vendor = await make_ready_vendor(business_email="secret@müller.test")
        await make_product(vendor)
        assert [row.id for row in (await vendor_rows(search="SECRET@muller")).rows] == [
            vendor.id
        ]
        assert (await open_shops(search="secret")).total == 0
        assert (await found_by("secret")).total == 0

    async def test_an_order_number_in_any_spelling(self, database: str) -> None:
        """Whole or in part, with hyphens or without, in a vendor's list and in the operator's
        inbox.
        """
        order = await make_order()
        _, first, last = order.number.split("-")
        whole = (
            order.number,
            order.number.lower(),
            order.number.replace("-", ""),
            f"mh {first} {last}".lower(),
        )
        parts = (
            first,
            last.lower(),
            f"{first[2:]}{last[:2]}",
            f"{first}-{last[:2]}",
            f"lovelace {first}",
        )
        for text in (*whole, *parts):
            found = await vendor_orders(order.vendor_id, search=text)
            assert [row.number for row in found.rows] == [order.number], text
        assert (await vendor_orders(order.vendor_id, search=f"{last}x{first}")).counts[
            "all"
        ] == 0
        told: dict[str, Any] = {
            "source": "platform",
            "type": "charge.updated",
            "livemode": False,
            "stripe_created_at": clock.now(),
        }
        await WebhookEvent.create(stripe_event_id="evt_1", order_id=order.id, **told)
        for text in whole:
            assert [
                event.stripe_event_id for event in (await event_page(search=text)).rows
            ] == ["evt_1"], text


class TestWhatIsFound:
    """Words of name, category, description and vendor, all of them, in any order."""

    async def test_words_of_each_kind(self, database: str) -> None:
        """A category, a word of the description, the maker, and several of them at once."""
        velo = await make_ready_vendor(name="Vélo Nord")
        await make_product(
            velo,
            name="Bell",
            category="Bags",
            description="Cast in brass.\n\nRings for years.",
        )
        await make_product(velo, name="Bridle leather belt", category="Belts")
        for text in ("bags", "BRASS", "rings brass bell", "bags velo", "nord"):
            assert "Bell" in [p.name for p in (await found_by(text)).products], text
        assert [p.name for p in (await found_by("belt bridle")).products] == [
            "Bridle leather belt"
        ]
        assert (await found_by("bell belt")).total == 0

    async def test_sold_out_stands_last(self, database: str) -> None:
        """In a search and in a shop, whatever the sort; all that is left may be reserved."""
        vendor = await make_ready_vendor(slug="lux")
        stock = {
            "Thing a": (0, 0),
            "Thing b": (3, 3),
            "Thing c": (3, 2),
            "Thing d": (1, 0),
        }
        for price, (name, (lies, held)) in enumerate(stock.items(), 500):
            await make_product(
                vendor, name=name, stock=lies, reserved=held, price_amount=price
            )
        assert [p.name[-1] for p in (await found_by("thing")).products] == [
            "c",
            "d",
            "a",
            "b",
        ]
        shown = {
            sort: [
                p.name[-1]
                for p in (
                    await find(ProductQuery(vendor_id=vendor.id, sort=sort))
                ).products
            ]
            for sort in Sort
        }
        assert shown[Sort.NEWEST] == ["d", "c", "b", "a"]
        assert shown[Sort.PRICE_UP] == ["c", "d", "a", "b"]
        assert shown[Sort.PRICE_DOWN] == ["d", "c", "b", "a"]
        assert shown[Sort.NAME] == ["c", "d", "a", "b"]

    async def test_names_are_sorted_as_people_do(self, database: str) -> None:
        """É beside e, on both databases."""
        vendor = await make_ready_vendor()
        for name in ("thing Zebra", "thing étui", "Thing Apple", "thing echo"):
            await make_product(vendor, name=name)
        names = [p.name for p in (await found_by("thing")).products]
        assert names == ["Thing Apple", "thing echo", "thing étui", "thing Zebra"]


async def save_name(checkout_id: int, name: str) -> None:
    """Give the shopper of a purchase another name."""
    checkout = await Checkout.get(id=checkout_id)
    checkout.full_name = name
    await checkout.save()
