"""Stock: held, given back, taken; never more than there is, on both engines."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shared.infra import unit
from shared.trade.catalogue import stock
from shared.trade.catalogue.errors import SoldOut, StockBooksDiffer
from shared.trade.catalogue.models import Product
from tests.support.factories import make_product, make_vendor

pytestmark = pytest.mark.usefixtures("database")


async def shelf(product: Any) -> tuple[int, int]:
    """(stock, reserved) as the database has it."""
    row = await Product.get(id=product.id)
    return row.stock, row.reserved


async def reserve(*items: tuple[int, int]) -> None:
    async with unit.transaction():
        await stock.reserve(items)


class TestReserve:
    async def test_holds_every_item(self) -> None:
        """Several products at once, the same one named twice counts together."""
        vendor = await make_vendor()
        a, b = await make_product(vendor, stock=5), await make_product(vendor, stock=2)

        await reserve(
            (b.id, 1),
            (a.id, 2),
            (b.id, 1),
        )

        assert (await shelf(a), await shelf(b)) == ((5, 2), (2, 2))

    async def test_holds_nothing_when_one_is_short(self) -> None:
        """The whole order or none of it; the error says of what and how many are left."""
        vendor = await make_vendor()
        a, b = (
            await make_product(vendor, stock=5),
            await make_product(vendor, stock=2, name="Vase"),
        )

        with pytest.raises(SoldOut, match="Only 2 left of Vase") as caught:
            await reserve((a.id, 1), (b.id, 3))

        assert caught.value.left == 2
        assert (await shelf(a), await shelf(b)) == ((5, 0), (2, 0))

    async def test_needs_a_transaction(self) -> None:
        """Held stock without the order that holds it would be lost."""
        product = await make_product(await make_vendor())

        with pytest.raises(RuntimeError, match="transaction"):
            await stock.reserve([(product.id, 1)])

    async def test_two_shoppers_race_for_the_last_one(self) -> None:
        """Exactly one gets it, and nobody waits in a circle."""
        vendor = await make_vendor()
        a, b = await make_product(vendor, stock=1), await make_product(vendor, stock=9)

        results = await asyncio.gather(
            *(
                reserve(*(((a.id, 1), (b.id, 1)) if n % 2 else ((b.id, 1), (a.id, 1))))
                for n in range(6)
            ),
            return_exceptions=True,
        )

        assert sum(r is None for r in results) == 1
        assert all(isinstance(r, SoldOut) for r in results if r is not None)
        assert (await shelf(a), await shelf(b)) == ((1, 1), (9, 1))


class TestAfterwards:
    async def test_release_gives_back(self) -> None:
        """What was held is free again."""
        product = await make_product(await make_vendor(), stock=3, reserved=2)

        async with unit.transaction():
            await stock.release([(product.id, 2)])

        assert await shelf(product) == (3, 0)

    async def test_take_lets_it_leave(self) -> None:
        """What was held leaves the shelf."""
        product = await make_product(await make_vendor(), stock=3, reserved=2)

        async with unit.transaction():
            await stock.take([(product.id, 2)])

        assert await shelf(product) == (1, 0)

    @pytest.mark.parametrize("move", [stock.release, stock.take])
    async def test_what_was_not_held_cannot_be_moved(self, move: Any) -> None:
        """Books that do not add up stop the use case instead of going negative."""
        product = await make_product(await make_vendor(), stock=3, reserved=1)

        with pytest.raises(StockBooksDiffer):
            async with unit.transaction():
                await move([(product.id, 2)])

        assert await shelf(product) == (3, 1)
