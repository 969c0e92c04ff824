"""The marketplace's categories: a tree that the operator keeps and shoppers walk."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from tortoise.connection import get_connection

from shared.core import locales
from shared.trade.catalogue.categories import (
    CategoryValues,
    add_category,
    category_tree,
    change_category,
)
from shared.trade.catalogue.errors import (
    CategoryBelowItself,
    CategoryNotFound,
    CategoryTaken,
)
from shared.trade.catalogue.models import Category, Product
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
