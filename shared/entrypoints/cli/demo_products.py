"""Fills the demo's shops with their products and variants, through the use cases of vendors."""

from __future__ import annotations

from collections.abc import Iterable

from shared.core.money import Money
from shared.entrypoints.cli.demo_goods import DemoVendor, Goods
from shared.finance.connect.queries import get_vendor_payment_config
from shared.trade.catalogue.options import set_options
from shared.trade.catalogue.pieces import listed
from shared.trade.catalogue.product_views import (
    ProductView,
)
from shared.trade.catalogue.service import ProductValues, save_product
from shared.trade.catalogue.variants import (
    VariantValues,
    save_variants,
    variants_of,
)

ACTOR = "system"
# Pieces of a few variants that are other than their product's, by their words.
FEW = {"Cognac, 22 mm": 2, "Navy, 18 mm": 0}
WIDER = {"22 mm": 600}  # what a value adds to the price, in minor units


async def stock_shop(vendor_id: int, demo: DemoVendor) -> None:
    """Make what of a demo vendor's products is not there yet."""
    mine = listed(vendor_id=vendor_id)
    known = dict(await mine.values_list("slug", "id"))
    currency = (await get_vendor_payment_config(vendor_id)).currency
    for goods in demo.goods:
        product_id = known.get(goods.slug)
        if product_id is None:
            product_id = await _make(
                vendor_id,
                goods,
                currency,
            )
        if goods.options and not await variants_of(product_id):
            await _variants(
                vendor_id,
                product_id,
                goods,
            )


async def _make(
    vendor_id: int,
    goods: Goods,
    currency: str,
) -> int:
    values = ProductValues(
        name=goods.name,
        price=Money.parse(goods.price, currency),
        stock=0 if goods.options else goods.stock,
        category=goods.category,
        description=goods.description,
        picture=_picture(goods),
        slug=goods.slug,
    )
    return await save_product(
        vendor_id=vendor_id, product_id=None, values=values, actor=ACTOR
    )


async def _variants(
    vendor_id: int,
    product_id: int,
    goods: Goods,
) -> None:
    await set_options(
        vendor_id=vendor_id,
        product_id=product_id,
        options=goods.options,
        actor=ACTOR,
    )
    values = {
        variant.id: VariantValues(
            price=variant.price + _more(variant),
            stock=FEW.get(variant.choice, goods.stock),
            sku=_sku(variant.values),
            picture=f"img/products/{goods.slug}-{variant.values[0].lower()}.svg",
        )
        for variant in await variants_of(product_id)
    }
    await save_variants(
        vendor_id=vendor_id,
        product_id=product_id,
        values=values,
        actor=ACTOR,
    )


def _picture(goods: Goods) -> str:
    first = f"-{goods.options[0].values[0].lower()}" if goods.options else ""
    return f"img/products/{goods.slug}{first}.svg"


def _more(variant: ProductView) -> Money:
    more = sum(WIDER.get(value, 0) for value in variant.values)
    return Money(more, variant.price.currency)


def _sku(values: Iterable[str]) -> str:
    return "-".join(value[:3].strip().upper() for value in values)
