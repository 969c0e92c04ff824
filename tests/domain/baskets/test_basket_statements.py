"""The statements of baskets by hand answer as the ORM does, on both engines."""

from __future__ import annotations

import pytest

from shared.infra import unit
from shared.trade.baskets import statements
from shared.trade.baskets.models import Basket, BasketLine
from shared.trade.catalogue.models import Product
from shared.trade.vendors.queries import vendor_by_id
from tests.support.factories import make_product, make_ready_vendor, make_vendor

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("database")]


async def test_what_is_for_sale() -> None:
    """With its vendor, whatever that has set up; nothing that is not published."""
    for vendor in (await make_ready_vendor(), await make_vendor(is_open=False)):
        product = await make_product(vendor)
        found = await statements.for_sale(product.id)
        assert found is not None
        assert vars(found[0]) == vars(await Product.get(id=product.id))
        assert found[1] == await vendor_by_id(vendor.id)
        await Product.filter(id=product.id).update(is_published=False)
        assert await statements.for_sale(product.id) is None


async def test_a_basket_is_made_once() -> None:
    """The first time it is new, then the same with its lines."""
    product = await make_product(await make_ready_vendor())
    async with unit.transaction() as tx:
        made, lines = await statements.lock_basket(tx, "digest")
        assert lines == []
        tx.add(
            BasketLine(
                basket_id=made.id, product_id=product.id, quantity=2, seen_amount=5
            )
        )
    assert vars(made).keys() == vars(await Basket.get()).keys()
    async with unit.transaction() as tx:
        basket, (line,) = await statements.lock_basket(tx, "digest")
        assert tx.held(Basket, basket.id) is basket
    assert vars(basket) == vars(await Basket.get())
    assert vars(line) == vars(await BasketLine.get())
