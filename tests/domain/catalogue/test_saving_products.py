"""A product is saved: its address, its price, its stock, each with what it may be."""

from __future__ import annotations

import asyncio

import pytest

from shared.core.errors import Invalid, NotFound
from shared.core.money import Money
from shared.finance.connect import payment_configs
from shared.infra import unit
from shared.infra.audit.models import AuditEntry
from shared.trade.catalogue import service, stock
from shared.trade.catalogue.errors import (
    AddressTaken,
    CurrencyFixed,
    StockBelowReserved,
)
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.service import ProductValues
from tests.support.factories import make_product, make_ready_vendor

pytestmark = pytest.mark.usefixtures("database")
CUP = ProductValues(name="A cup", price=Money(1250, "EUR"), stock=5)


async def _save(
    vendor_id: int, values: ProductValues, product_id: int | None = None
) -> int:
    return await service.save_product(
        vendor_id=vendor_id, product_id=product_id, values=values, actor="member:1"
    )


def _with(**changes: object) -> ProductValues:
    return ProductValues(**{**CUP.__dict__, **changes})  # type: ignore[arg-type]


class TestService:
    async def test_a_product_gets_an_address_of_its_name_and_keeps_it(self) -> None:
        """Links of shoppers stay good when the name changes."""
        vendor = await make_ready_vendor()
        product_id = await _save(vendor.id, CUP)
        await _save(vendor.id, _with(name="A better cup"), product_id)

        product = await Product.get(id=product_id)
        assert (product.slug, product.name) == ("a-cup", "A better cup")

    async def test_addresses_are_unique_per_vendor_and_free_between_vendors(
        self,
    ) -> None:
        """The same name twice gets a number; a chosen address that is taken is the vendor's to
        change.
        """
        one, two = await make_ready_vendor(), await make_ready_vendor()
        ids = [
            await _save(one.id, CUP),
            await _save(one.id, CUP),
            await _save(two.id, CUP),
        ]

        slugs = [(await Product.get(id=i)).slug for i in ids]
        assert slugs == ["a-cup", "a-cup-2", "a-cup"]
        with pytest.raises(AddressTaken):
            await _save(one.id, _with(slug="a-cup-2"))
        with pytest.raises(AddressTaken):
            await _save(one.id, _with(slug="a-cup-2"), ids[0])

    async def test_many_saves_at_once_make_many_addresses(self) -> None:
        """Nobody gets an error because two clicks came together."""
        vendor = await make_ready_vendor()
        await asyncio.gather(*(_save(vendor.id, CUP) for _ in range(5)))

        slugs = await Product.filter(vendor_id=vendor.id).values_list("slug", flat=True)
        assert len(set(slugs)) == 5

    async def test_stock_never_falls_below_what_open_orders_hold(self) -> None:
        """A sentence, not a broken promise to a shopper at the till."""
        vendor = await make_ready_vendor()
        product = await make_product(vendor, stock=5)
        async with unit.transaction():
            await stock.reserve([(product.id, 3)])

        with pytest.raises(StockBelowReserved, match="3 are held by open orders"):
            await _save(vendor.id, _with(stock=2), product.id)
        assert (await Product.get(id=product.id)).stock == 5

    async def test_a_stock_that_nobody_gives_stays_as_it_is(self) -> None:
        """Whatever was sold meanwhile."""
        vendor = await make_ready_vendor()
        product = await make_product(vendor, stock=5)
        await _save(vendor.id, _with(stock=None), product.id)
        assert (await Product.get(id=product.id)).stock == 5

    async def test_another_vendor_s_product_is_not_there(self) -> None:
        """Nor changed."""
        mine, theirs = await make_ready_vendor(), await make_ready_vendor()
        product = await make_product(theirs)

        with pytest.raises(NotFound):
            await _save(mine.id, CUP, product.id)
        assert (await Product.get(id=product.id)).name == product.name

    async def test_a_price_in_another_currency_is_refused(self) -> None:
        """One shop, one currency."""
        vendor = await make_ready_vendor()
        with pytest.raises(Invalid):
            await _save(vendor.id, _with(price=Money(100, "USD")))

    async def test_the_currency_is_free_until_there_is_a_product(self) -> None:
        """Then it is fixed, so no price changes its meaning."""
        vendor = await make_ready_vendor()
        await payment_configs.choose_currency(
            vendor_id=vendor.id, currency="DKK", actor="member:1"
        )
        await _save(vendor.id, _with(price=Money(9900, "DKK")))

        with pytest.raises(CurrencyFixed):
            await payment_configs.choose_currency(
                vendor_id=vendor.id, currency="EUR", actor="member:1"
            )

    async def test_saving_the_same_again_writes_nothing(self) -> None:
        """The audit trail tells changes, not clicks."""
        vendor = await make_ready_vendor()
        product_id = await _save(vendor.id, CUP)
        await _save(vendor.id, CUP, product_id)

        assert await AuditEntry.filter(subject=f"product:{product_id}").count() == 1
