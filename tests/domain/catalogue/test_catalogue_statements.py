"""The catalogue's statement by hand answers as the ORM does."""

from __future__ import annotations

import pytest

from shared.infra.database.columns import texts_in
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.queries import all_categories
from tests.support.factories import make_product, make_vendor


@pytest.mark.both_engines
@pytest.mark.usefixtures("database")
async def test_each_category_is_named_once_and_in_order() -> None:
    """However many products it has; what has none names none."""
    assert await all_categories() == ()
    vendor = await make_vendor()
    for category in ["", "Tea", "Art", "Tea", "Çay", "art", "Art", "Zoo"]:
        await make_product(vendor, category=category)
    named = Product.exclude(category="").order_by("category").distinct()
    expected = tuple(await texts_in(named, "category"))
    assert await all_categories() == expected
    assert await all_categories(limit=2) == expected[:2]
