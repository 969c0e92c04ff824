"""Variants: what vendors write of them, and what shoppers can buy; on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tortoise.exceptions import IntegrityError

from shared.core.errors import Conflict, Invalid, NotFound
from shared.core.money import Money
from shared.infra import unit
from shared.trade.catalogue import queries, stock
from shared.trade.catalogue.errors import StockBelowReserved, TooManyVariants
from shared.trade.catalogue.finding import find
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.options import set_options
from shared.trade.catalogue.rules import Option
from shared.trade.catalogue.service import ProductValues, save_product
from shared.trade.catalogue.variants import (
    VariantValues,
    save_variants,
    variants_of,
    variants_on_offer,
)
from shared.trade.catalogue.wanted import ProductQuery
from shared.trade.vendors.models import Vendor
from tests.support.factories import make_product, make_ready_vendor, make_variants

pytestmark = pytest.mark.usefixtures("database")
SIZE = Option("Size", ("S", "M"))
COLOUR = Option("Colour", ("Blue", "Red"))


async def options(vendor: Vendor, product: Product, *said: Option) -> None:
    await set_options(
        vendor_id=vendor.id, product_id=product.id, options=said, actor="member:1"
    )


async def save(vendor: Vendor, product: Product, **by_choice: VariantValues) -> None:
    ids = {one.choice: one.id for one in await variants_of(product.id)}
    await save_variants(
        vendor_id=vendor.id,
        product_id=product.id,
        values={ids[choice]: values for choice, values in by_choice.items()},
        actor="member:1",
    )


def worth(amount: int, pieces: int | None = None, **more: object) -> VariantValues:
    return replace(VariantValues(Money(amount, "EUR"), pieces), **more)  # type: ignore[arg-type]


class TestOptions:
    async def test_combinations_cost_what_the_product_did_and_none_is_there(
        self,
    ) -> None:
        """Stock is said only where it is true: nobody has counted them yet."""
        vendor = await make_ready_vendor()
        product = await make_product(vendor, stock=14, picture="img/a.svg")
        await options(vendor, product, SIZE, COLOUR)

        found = await variants_of(product.id)
        assert [one.choice for one in found] == [
            "S, Blue",
            "S, Red",
            "M, Blue",
            "M, Red",
        ]
        assert {(one.price.amount, one.stock, one.picture) for one in found} == {
            (4990, 0, "img/a.svg")
        }
        assert (await Product.get(id=product.id)).stock == 0

    async def test_a_renamed_value_keeps_stock_price_and_number(self) -> None:
        """The row is the same one, so that baskets and orders go on with it."""
        vendor = await make_ready_vendor()
        product, (small, _medium) = await make_variants(vendor, SIZE)
        await save(vendor, product, S=worth(3000, 7, sku="S-1"))
        await options(vendor, product, Option("Size", ("Small", "M")), COLOUR)

        first = (await variants_of(product.id))[0]
        assert (first.id, first.choice, first.price.amount, first.stock, first.sku) == (
            small.id,
            "Small, Blue",
            3000,
            7,
            "S-1",
        )

    async def test_what_is_taken_out_is_sold_no_more_and_comes_back_as_itself(
        self,
    ) -> None:
        """What open orders hold of it stays theirs; what was free is gone with it."""
        vendor = await make_ready_vendor()
        product, (small, medium) = await make_variants(vendor, SIZE, stock=9)
        async with unit.transaction():
            await stock.reserve([(medium.id, 2)])
        await options(vendor, product, Option("Size", ("S",)))

        assert [one.id for one in await variants_of(product.id)] == [small.id]
        gone = await Product.get(id=medium.id)
        assert (gone.stock, gone.reserved, gone.is_published) == (2, 2, False)
        async with unit.transaction():
            await stock.take([(medium.id, 2)])

        await options(vendor, product, SIZE)
        back = await Product.get(id=medium.id)
        assert (back.stock, back.is_published, back.removed_at) == (0, True, None)

    async def test_without_options_the_product_is_sold_itself_again(self) -> None:
        """With the stock that its vendor says from now on."""
        vendor = await make_ready_vendor(slug="lux")
        product, _ = await make_variants(vendor, SIZE, slug="shirt")
        await options(vendor, product)

        shown = await queries.product("lux", "shirt")
        assert (shown.is_sold, shown.available, shown.top_price) == (True, 0, None)
        assert await variants_on_offer(product.id) == ()

    @pytest.mark.parametrize(
        ("said", "told"),
        [
            ([Option("", ("S",))], "Give the option a name"),
            ([Option("Size", ())], "Give the option a name"),
            ([Option("Size", ("S" * 31,))], "up to 30 characters"),
            ([Option("Size", ("S", "s"))], "“s” stands there twice"),
            ([SIZE, Option("SIZE", ("L",))], "Two options have the same name"),
            ([SIZE, COLOUR, Option("A", ("1",)), Option("B", ("1",))], "at most 3"),
        ],
    )
    async def test_what_cannot_be_an_option_is_said(
        self, said: list[Option], told: str
    ) -> None:
        """In a sentence, and nothing is saved."""
        vendor = await make_ready_vendor()
        product = await make_product(vendor)
        with pytest.raises(Invalid, match=told):
            await options(vendor, product, *said)
        assert await variants_of(product.id) == ()

    async def test_a_hundred_variants_and_no_more(self) -> None:
        """The sentence says how many it would be."""
        vendor = await make_ready_vendor()
        product = await make_product(vendor)
        ten = tuple(str(n) for n in range(10))
        await options(vendor, product, Option("A", ten), Option("B", ten))
        assert len(await variants_of(product.id)) == 100

        with pytest.raises(TooManyVariants, match="110 variants"):
            await options(vendor, product, Option("A", (*ten, "x")), Option("B", ten))

    async def test_another_vendors_product_is_not_there(self) -> None:
        """Neither its options nor its variants; nor is a variant a product of its own."""
        mine, theirs = await make_ready_vendor(), await make_ready_vendor()
        product, (small, _) = await make_variants(theirs, SIZE)
        with pytest.raises(NotFound):
            await options(mine, product)
        with pytest.raises(NotFound):
            await save_variants(
                vendor_id=mine.id,
                product_id=product.id,
                values={small.id: worth(1)},
                actor="member:1",
            )
        with pytest.raises(NotFound):
            await queries.product_for_vendor(theirs.id, small.id)
        with pytest.raises(NotFound):
            await options(theirs, await Product.get(id=small.id), SIZE)

        other, _ = await make_variants(theirs, SIZE)
        await save_variants(  # a variant of another product is left as it is
            vendor_id=theirs.id,
            product_id=other.id,
            values={small.id: worth(1)},
            actor="member:1",
        )
        assert (await Product.get(id=small.id)).price_amount == 4990


class TestTheTable:
    async def test_price_stock_number_picture_and_whether_it_is_sold(self) -> None:
        """Each its own; the product's price is the lowest on offer."""
        vendor = await make_ready_vendor(slug="lux")
        product, _ = await make_variants(vendor, SIZE, COLOUR, slug="shirt")
        await save(
            vendor,
            product,
            **{
                "S, Blue": worth(3000, 1, is_offered=False),
                "S, Red": worth(4000, 2, picture="img/red.svg", sku="R"),
                "M, Red": worth(6000, 0),
            },
        )

        shown = await queries.product("lux", "shirt")
        on_offer = await variants_on_offer(product.id)
        assert [(one.choice, one.available) for one in on_offer] == [
            ("S, Red", 2),
            ("M, Blue", 10),
            ("M, Red", 0),
        ]
        assert on_offer[0].picture == "img/red.svg"
        assert (shown.price.amount, shown.costs_from, shown.available) == (
            4000,
            True,
            12,
        )

    async def test_stock_never_falls_below_what_open_orders_hold(self) -> None:
        """Of each variant by itself, in a sentence at its field; the database holds it, too."""
        vendor = await make_ready_vendor()
        product, (small, _) = await make_variants(vendor, SIZE, stock=5)
        async with unit.transaction():
            await stock.reserve([(small.id, 3)])

        with pytest.raises(StockBelowReserved, match="3 are held") as caught:
            await save(vendor, product, S=worth(4990, 2))
        assert caught.value.param == f"stock_{small.id}"
        with pytest.raises(IntegrityError):
            await Product.filter(id=small.id).update(stock=2)

    async def test_a_price_of_nothing_or_in_other_money_is_refused(self) -> None:
        """As for a product."""
        vendor = await make_ready_vendor()
        product, _ = await make_variants(vendor, SIZE)
        with pytest.raises(Invalid, match="above zero"):
            await save(vendor, product, S=worth(0))
        with pytest.raises((Invalid, Conflict), match="EUR"):
            await save(vendor, product, S=VariantValues(Money(100, "USD"), None))


class TestAProductWithOptions:
    async def test_lists_show_it_once_and_find_it_by_its_own_words(self) -> None:
        """With what is left of all variants; sold out last, when all of them are."""
        vendor = await make_ready_vendor(slug="lux")
        product, variants = await make_variants(
            vendor, SIZE, name="Linen shirt", stock=0
        )
        cup = await make_product(vendor, name="A cup", stock=1)
        assert [
            one.id for one in (await find(ProductQuery(vendor_id=vendor.id))).products
        ] == [
            cup.id,
            product.id,
        ]

        await Product.filter(id=variants[1].id).update(stock=2)
        page = await find(ProductQuery(vendor_id=vendor.id))
        assert {one.id: one.available for one in page.products} == {
            cup.id: 1,
            product.id: 2,
        }
        assert page.total == 2
        assert [
            one.id for one in (await find(ProductQuery(words="linen"))).products
        ] == [product.id]
        assert [
            one.id for one in (await queries.vendor_products(vendor.id)).products
        ] == [
            cup.id,
            product.id,
        ]
        assert {one.id for one in await queries.showcase()} == {cup.id, product.id}

    async def test_name_category_address_and_being_hidden_are_those_of_its_variants(
        self,
    ) -> None:
        """A variant of a hidden product is not sold; one that is not offered stays so."""
        vendor = await make_ready_vendor(slug="lux")
        product, _ = await make_variants(
            vendor, SIZE, slug="shirt", picture="img/a.svg"
        )
        await save(
            vendor, product, M=worth(4990, 3, is_offered=False, picture="img/m.svg")
        )
        values = ProductValues(
            name="Shirt",
            price=Money(1, "EUR"),
            stock=77,
            category="Tops",
            slug="tee",
            picture="img/b.svg",
            is_published=False,
        )
        for is_published in (False, True):
            await save_product(
                vendor_id=vendor.id,
                product_id=product.id,
                values=replace(values, is_published=is_published),
                actor="member:1",
            )
            small, medium = await Product.filter(parent_id=product.id).order_by("id")
            assert (small.is_published, medium.is_published) == (is_published, False)
            assert (small.name, small.category) == ("Shirt", "Tops")
            assert (small.picture, medium.picture) == ("img/b.svg", "img/m.svg")
            assert small.slug.startswith("tee~")

        row = await Product.get(id=product.id)
        # Price and stock are those of the variants, whatever the form said.
        assert (row.price_amount, row.stock, small.price_amount) == (4990, 0, 4990)


async def test_what_a_shop_has_of_the_same_kind_comes_first() -> None:
    """Then the rest, newest first; what is sold out comes last; variants are no things of
    their own.
    """
    vendor = await make_ready_vendor()
    bag = await make_product(vendor, category="Bags")
    other_bag = await make_product(vendor, category="Bags")
    gone_bag = await make_product(vendor, category="Bags", stock=0)
    cup = await make_product(vendor, category="Cups")
    shirt, _ = await make_variants(vendor, category="Tops")
    found = await queries.more_of_shop(vendor.id, without=bag.id, category="Bags")
    assert [one.id for one in found] == [other_bag.id, shirt.id, cup.id, gone_bag.id]
