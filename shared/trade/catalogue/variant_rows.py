"""A product and the rows of its variants, written together: what of each follows from the other."""

from __future__ import annotations

from collections.abc import Sequence

from shared.core import clock
from shared.infra.unit import Transaction
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.pieces import VARIANT_MARK
from shared.trade.vendors.terms import locked_terms

FOLLOWED = (
    "name",
    "category",
    "slug",
    "is_published",
    "picture",
    "weight_grams",
    "vat_class",
    "updated_at",
)
WRITTEN = (
    "options",
    "position",
    "removed_at",
    "stock",
    "price_amount",
    "sku",
    "is_offered",
    *FOLLOWED,
)
AT_ONCE = 20  # rows in one statement, each with all these columns


async def locked_product(tx: Transaction, vendor_id: int, product_id: int) -> Product:
    """Lock a vendor's terms and its product, in their order. Raises NotFound, for a variant too."""
    await locked_terms(tx, vendor_id)
    return await tx.lock(
        Product,
        id=product_id,
        vendor_id=vendor_id,
        parent_id=None,
    )


async def locked_variants(tx: Transaction, row: Product) -> list[Product]:
    """Lock a product's variants, removed or not; they have higher ids than their product."""
    return await tx.lock_all(Product.filter(parent_id=row.id))


async def store(row: Product, variants: Sequence[Product]) -> None:
    """Write a locked product and its variants."""
    live = [one for one in variants if one.removed_at is None]
    prices = [one.price_amount for one in live if one.is_offered]
    prices = prices or [one.price_amount for one in live]
    if prices:
        row.price_amount = min(prices)
    row.top_price_amount = max(prices) if prices and row.options else None
    await row.save()
    for variant in variants:
        _follow(row, variant)
    await _update([one for one in variants if one._saved_in_db], WRITTEN)
    await Product.bulk_create(one for one in variants if not one._saved_in_db)


async def follow(
    row: Product,
    variants: Sequence[Product],
    *,
    picture_before: str,
) -> None:
    """Write what the variants of a product have of it, and its picture where they have no other."""
    for variant in variants:
        if variant.picture == picture_before:
            variant.picture = row.picture
        _follow(row, variant)
    await _update(variants, FOLLOWED)


async def _update(variants: Sequence[Product], columns: Sequence[str]) -> None:
    if variants:
        await Product.bulk_update(
            variants,
            fields=columns,
            batch_size=AT_ONCE,
        )


def _follow(row: Product, variant: Product) -> None:
    mark = variant.slug.partition(VARIANT_MARK)[2]
    variant.slug = f"{row.slug}{VARIANT_MARK}{mark}"
    variant.name, variant.category = row.name, row.category
    variant.weight_grams = row.weight_grams
    variant.vat_class = row.vat_class
    is_sold = variant.is_offered and variant.removed_at is None
    variant.is_published = row.is_published and is_sold and row.has_options
    variant.updated_at = clock.now()


def record(tx: Transaction, row: Product, actor: str, **details: object) -> None:
    """Note in the audit trail what was changed about a product's variants."""
    tx.record(
        "product.variants_changed",
        actor=actor,
        subject=f"product:{row.id}",
        vendor_id=row.vendor_id,
        **details,
    )
