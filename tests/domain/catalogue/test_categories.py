"""The marketplace's categories: a tree that the operator keeps and shoppers walk."""

from __future__ import annotations

from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from tortoise.connection import get_connection

import run
from shared.core import locales
from shared.core.money import Money
from shared.infra.jobs import Context
from shared.infra.jobs.worker import Worker
from shared.trade.catalogue.categories import (
    CategoryValues,
    add_category,
    category_cards,
    category_tree,
    change_category,
    remove_category,
)
from shared.trade.catalogue.category_names import moved_to
from shared.trade.catalogue.errors import (
    CategoryBelowItself,
    CategoryNeeded,
    CategoryNotFound,
    CategoryTaken,
)
from shared.trade.catalogue.models import Category, Product
from shared.trade.catalogue.service import ProductValues, save_product
from shared.trade.commission.models import FeeRule
from shared.trade.commission.rules import Rule
from shared.trade.commission.service import add_rule, switch_rule
from shared.trade.discounts.service import DiscountOwner, switch_discount
from shared.trade.vendors.models import Vendor
from tests.support.discounts import make_discount
from tests.support.factories import make_product, make_ready_vendor

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("database")]


async def add(name: str, parent_id: int | None = None, **more: Any) -> int:
    """A category of this name."""
    return await add_category(
        CategoryValues(name=name, parent_id=parent_id, **more), actor="test"
    )


async def test_a_tree_in_its_order_and_in_each_language() -> None:
    """By position, then by name; where a name is not translated the English one stands."""
    home = await add("Home", position=2, name_de="Wohnen")
    bags = await add("Bags", position=1)
    cups = await add("Cups", home)
    await add("Bowls", home)
    tree = await category_tree()
    assert [(depth, each.name) for depth, each in tree.walk()] == [
        (0, "Bags"),
        (0, "Home"),
        (1, "Bowls"),
        (1, "Cups"),
    ]
    cup = tree.of_id(cups)
    assert cup is not None
    assert [each.name for each in tree.path(cup)] == ["Home", "Cups"]
    top, bag = tree.of_id(home), tree.of_id(bags)
    assert top is not None
    assert bag is not None
    assert {each.name for each in tree.whole(top)} == {"Home", "Cups", "Bowls"}
    locales.speak("de")
    assert (top.label, bag.label) == ("Wohnen", "Bags")


async def test_a_card_shows_a_picture_of_what_is_for_sale_in_it_or_below() -> None:
    """Of an open shop's published product, with a picture if any has one; a category without such
    a product says so.
    """
    home, _ = await add("Home"), await add("Empty")
    await add("Cups", home)
    vendor = await make_ready_vendor()
    in_cups = {"category": "Cups", "picture": "img/cup.webp"}
    hidden = await make_product(vendor, is_published=False, **in_cups)
    assert [card.has_products for card in await category_cards()] == [False, False]
    await make_product(vendor, category="Home")
    _, card = await category_cards()
    assert (card.has_products, card.picture) == (True, "")
    await Product.filter(id=hidden.id).update(is_published=True)
    empty, card = await category_cards()
    assert (card.has_products, card.picture) == (True, "img/cup.webp")
    assert [each.name for each in card.below] == ["Cups"]
    assert not empty.has_products
    await Vendor.filter(id=vendor.id).update(is_open=False)
    assert [card.has_products for card in await category_cards()] == [False, False]


async def test_nothing_stands_below_itself_nor_twice() -> None:
    """Not below what is below it either; a name is one name, whatever the case."""
    home = await add("Home")
    cups = await add("Cups", home)
    for parent in (home, cups):
        with pytest.raises(CategoryBelowItself):
            await change_category(
                home, CategoryValues(name="Home", parent_id=parent), actor="test"
            )
    with pytest.raises(CategoryTaken):
        await add("cups")
    with pytest.raises(CategoryNotFound):
        await add("Bowls", 999)
    await change_category(cups, CategoryValues(name="Cups"), actor="test")
    tree = await category_tree()
    assert [depth for depth, _ in tree.walk()] == [0, 0]


async def test_what_products_say_already_becomes_the_first_level() -> None:
    """Once each, whatever the case; products and commission rules go on by the same names."""
    vendor = await make_ready_vendor()
    for name in ("Étuis & more", "Bags", "bags", ""):
        await make_product(vendor, category=name)
    migration: Any = import_module("shared.infra.database.migrations.0066_categories")
    client = get_connection("default")
    editor = SimpleNamespace(DIALECT=client.capabilities.dialect, client=client)
    await migration.fill(None, editor)
    rows = await Category.all().order_by("position")
    assert sorted(row.name.casefold() for row in rows) == ["bags", "étuis & more"]
    assert {row.slug for row in rows} == {"bags", "etuis-more"}
    said = set(await Product.all().values_list("category", flat=True))
    assert said == {"", *(row.name for row in rows)}


async def test_what_names_a_renamed_category_follows_it(context: Context) -> None:
    """Products, rules and codes at once, in whatever case a rule says it; the search by a job; an
    old address and an old name in a vendor's list lead on, also after a second renaming.
    """
    vendor = await make_ready_vendor()
    bags = await add("Bags")
    tote = await make_product(vendor, name="Tote", category="Bags")
    rule_id = await add_rule(Rule(category="bags", percentage=Decimal(9)), actor="test")
    code = await make_discount(categories=["Bags", "Cups"])
    await change_category(bags, CategoryValues(name="Carriers"), actor="test")
    await change_category(bags, CategoryValues(name="Things to carry"), actor="test")
    await tote.refresh_from_db()
    assert tote.category == "Things to carry"
    assert (await FeeRule.get(id=rule_id)).category == "Things to carry"
    await code.refresh_from_db()
    assert code.categories == ["Cups", "Things to carry"]
    assert await moved_to("bags") == await moved_to("carriers") == "things-to-carry"
    assert await moved_to("never") is None
    assert "carry" not in tote.terms
    await Worker(context, run.job_handlers()).run_due()
    await tote.refresh_from_db()
    assert "carry" in tote.terms
    assert "bags" not in tote.search
    product_id = await save_product(
        vendor_id=vendor.id,
        product_id=None,
        values=ProductValues("Sack", Money(900, "EUR"), 1, category="Bags"),
        actor="test",
    )
    assert (await Product.get(id=product_id)).category == "Things to carry"


async def test_a_name_that_comes_back_has_its_address_again() -> None:
    """And nobody else can take the address of one that has moved."""
    bags = await add("Bags")
    await change_category(bags, CategoryValues(name="Carriers"), actor="test")
    cups = await add("Cups")
    with pytest.raises(CategoryTaken):
        await change_category(cups, CategoryValues(name="carriers"), actor="test")
    other = await add("Bags")
    assert (await Category.get(id=other)).slug == "bags-2"
    await remove_category(other, None, actor="test")
    await change_category(bags, CategoryValues(name="Bags"), actor="test")
    assert (await Category.get(id=bags)).slug == "bags"
    assert await moved_to("carriers") == "bags"


async def test_a_category_that_goes_leaves_its_things_to_another() -> None:
    """What stands below it moves up; links lead to who has its things, or to all categories."""
    vendor = await make_ready_vendor()
    home = await add("Home")
    cups = await add("Cups", home)
    await add("Mugs", cups)
    mug = await make_product(vendor, category="Cups")
    for into in (cups, 999):
        with pytest.raises(CategoryNotFound):
            await remove_category(cups, into, actor="test")
    await remove_category(cups, home, actor="test")
    await mug.refresh_from_db()
    assert mug.category == "Home"
    tree = await category_tree()
    assert [(depth, each.name) for depth, each in tree.walk()] == [
        (0, "Home"),
        (1, "Mugs"),
    ]
    assert await moved_to("cups") == "home"
    await remove_category(home, None, actor="test")
    await mug.refresh_from_db()
    assert mug.category == ""
    assert await moved_to("cups") == await moved_to("home") == ""


async def test_a_category_that_is_charged_or_reduced_stays() -> None:
    """Until the rule or the code is switched off; nothing of it has changed by then."""
    vendor = await make_ready_vendor()
    bags = await add("Bags")
    tote = await make_product(vendor, category="Bags")
    rule_id = await add_rule(Rule(category="Bags", percentage=Decimal(9)), actor="test")
    with pytest.raises(CategoryNeeded, match="commission rule"):
        await remove_category(bags, None, actor="test")
    await switch_rule(rule_id, on=False, actor="test")
    code = await make_discount(categories=["Bags"])
    with pytest.raises(CategoryNeeded, match=code.code):
        await remove_category(bags, None, actor="test")
    await tote.refresh_from_db()
    assert tote.category == "Bags"
    await switch_discount(DiscountOwner(None, "test"), code.id, on=False)
    await remove_category(bags, None, actor="test")
    assert not await Category.exists(id=bags)
