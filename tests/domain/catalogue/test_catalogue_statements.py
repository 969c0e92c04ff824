"""The catalogue's statements by hand answer as the ORM does."""

from __future__ import annotations

import pytest

from shared.infra.database.columns import texts_in
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.product_statements import shown_product
from shared.trade.catalogue.product_views import views_of
from shared.trade.catalogue.queries import all_categories
from tests.support.factories import (
    make_product,
    make_ready_vendor,
    make_variants,
    make_vendor,
)


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


@pytest.mark.both_engines
@pytest.mark.usefixtures("database")
async def test_a_product_is_read_with_its_pieces() -> None:
    """Those of its variants where it has any; nothing of a closed shop, nothing unpublished."""
    vendor = await make_ready_vendor()
    cup = await make_product(vendor, name="Cup", stock=5)
    await Product.filter(id=cup.id).update(reserved=2)
    shirt, variants = await make_variants(vendor, stock=3)
    await Product.filter(id=variants[0].id).update(is_published=False, reserved=1)
    for product, available in ((cup, 3), (shirt, 3)):
        (expected,) = await views_of(Product.filter(id=product.id))
        found = await shown_product(vendor.slug, product.slug)
        assert found == expected
        assert found.available == available
    assert await shown_product("another", cup.slug) is None
    await Product.filter(id=cup.id).update(is_published=False)
    assert await shown_product(vendor.slug, cup.slug) is None
    vendor.is_open = False
    await vendor.save()
    assert await shown_product(vendor.slug, shirt.slug) is None
