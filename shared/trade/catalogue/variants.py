"""A product's variants: read for pages, written by their vendor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from shared.core.editing import Look, unseen
from shared.core.errors import Conflict, Invalid
from shared.core.frozen import frozen
from shared.core.money import MAX_AMOUNT, Money, step
from shared.infra import unit
from shared.trade.catalogue.errors import (
    ForeignCurrency,
    PriceNotPositive,
    SkuTooLong,
    StockBelowReserved,
    StockOutOfRange,
)
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.product_views import (
    ProductView,
    views_of,
)
from shared.trade.catalogue.rules import (
    LONGEST_SKU,
    in_words,
    values_in,
)
from shared.trade.catalogue.service import MAX_STOCK
from shared.trade.catalogue.variant_rows import (
    locked_product,
    locked_variants,
    record,
    store,
)


@frozen
class VariantValues:
    """What a vendor says of a variant.

    `stock` None: as it is. `picture` empty: the product's.
    """

    price: Money
    stock: int | None
    sku: str = ""
    picture: str = ""
    is_offered: bool = True


async def variants_of(product_id: int) -> tuple[ProductView, ...]:
    """What is sold of a product with options, on offer or not, in the vendor's order."""
    mine = Product.filter(parent_id=product_id, removed_at=None)
    return await views_of(mine.order_by("position", "id"))


async def variants_on_offer(product_id: int) -> tuple[ProductView, ...]:
    """Those of a product's variants that shoppers may buy, in the vendor's order."""
    return tuple(one for one in await variants_of(product_id) if one.is_published)


async def save_variants(
    *,
    vendor_id: int,
    product_id: int,
    values: Mapping[int, VariantValues],
    actor: str,
    look: Look[Sequence[ProductView]] = unseen,
) -> None:
    """Write variants of one of this vendor's products, by id.

    Raises NotFound for another vendor's product, Invalid and StockBelowReserved at `price_7`,
    `stock_7` of the variant 7, and what `look` does.
    """
    async with unit.transaction() as tx:
        row = await locked_product(tx, vendor_id, product_id)
        await look(await variants_of(product_id))
        there = await locked_variants(tx, row)
        changed = _changed(row, there, values)
        if changed:
            await store(row, there)
            record(tx, row, actor, variants=changed)


def _changed(
    row: Product,
    there: Sequence[Product],
    values: Mapping[int, VariantValues],
) -> dict[str, dict[str, object]]:
    """Write what is said into the rows; what changed, by the variants' words."""
    changed = {}
    for variant in there:
        if variant.id in values and variant.removed_at is None:
            found = _changes(row, variant, values[variant.id])
            variant.update_from_dict(found)
            if found:
                told = {**found, "currency": row.currency}
                name = in_words(values_in(variant.options))
                changed[name] = told if "price_amount" in found else found
    return changed


def _changes(
    row: Product,
    variant: Product,
    values: VariantValues,
) -> dict[str, object]:
    """The columns of a variant that would change. Raises Invalid, StockBelowReserved."""
    _check_values(row, variant, values)
    wanted: dict[str, object] = {
        "price_amount": values.price.amount,
        "sku": values.sku.strip(),
        "picture": values.picture or row.picture,
        "is_offered": values.is_offered,
    }
    if values.stock is not None:
        wanted["stock"] = values.stock
    return {
        name: value for name, value in wanted.items() if getattr(variant, name) != value
    }


def _check_values(
    row: Product,
    variant: Product,
    values: VariantValues,
) -> None:
    for problem in _problems(row, variant, values):
        problem.param = f"{problem.param}_{variant.id}"
        raise problem


def _problems(
    row: Product,
    variant: Product,
    values: VariantValues,
) -> Iterator[Invalid | Conflict]:
    price, stock = values.price, values.stock
    if price.currency != row.currency:
        yield ForeignCurrency(currency=row.currency)
    if not 0 < price.amount <= MAX_AMOUNT or price.amount % step(row.currency):
        yield PriceNotPositive()
    if stock is not None and not 0 <= stock <= MAX_STOCK:
        yield StockOutOfRange(most=f"{MAX_STOCK:,}")
    if stock is not None and stock < variant.reserved:
        yield StockBelowReserved(variant.reserved)
    if len(values.sku) > LONGEST_SKU:
        yield SkuTooLong(most=LONGEST_SKU)
