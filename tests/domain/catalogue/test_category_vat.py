"""A category says what new products of it are to VAT, where their vendors say nothing."""

from __future__ import annotations

from typing import Any

import pytest

from shared.core.money import Money
from shared.trade.catalogue.categories import (
    CategoryValues,
    add_category,
    change_category,
)
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.service import ProductValues, save_product
from shared.trade.vat.sales.rules import TaxClass
from tests.support.factories import make_ready_vendor

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("database")]


async def test_a_new_product_is_what_its_category_says() -> None:
    """Or the nearest above it that says something; what its vendor says comes first, and whatever
    is there stays as it is.
    """
    vendor = await make_ready_vendor()

    async def add(name: str, **said: Any) -> int:
        return await add_category(CategoryValues(name=name, **said), actor="test")

    async def saved(
        category: str, said: TaxClass | None = None, product_id: int | None = None
    ) -> Product:
        price = Money(900, "EUR")
        values = ProductValues("A thing", price, 1, category=category, vat_class=said)
        new_id = await save_product(
            vendor_id=vendor.id, product_id=product_id, values=values, actor="test"
        )
        return await Product.get(id=new_id)

    shelf = await add("Shelf", vat_class=TaxClass.BOOKS)
    await add("Atlases", parent_id=shelf)
    await add("Jams", parent_id=shelf, vat_class=TaxClass.FOOD)
    await add("Rest")
    expected = {
        "Shelf": "books",
        "Atlases": "books",
        "Jams": "food",
        "Rest": "standard",
        "Nobody's": "standard",
        "": "standard",
    }
    for category, kind in expected.items():
        assert (await saved(category)).vat_class == kind
    assert (await saved("Jams", TaxClass.STANDARD)).vat_class == "standard"
    atlas = await saved("Atlases")
    assert (await saved("Jams", product_id=atlas.id)).vat_class == "books"
    await change_category(shelf, CategoryValues(name="Shelf"), actor="test")
    assert (await saved("Atlases")).vat_class == "standard"
    assert (await Product.get(id=atlas.id)).vat_class == "books"
