"""Vendors write their products."""

from __future__ import annotations

from collections.abc import Mapping

from tortoise.exceptions import IntegrityError

from shared.core.editing import Look, unseen
from shared.core.errors import Conflict
from shared.core.frozen import frozen
from shared.core.ids import slugify
from shared.core.money import MAX_AMOUNT, Money, step
from shared.infra import unit
from shared.infra.database.columns import texts_in
from shared.infra.unit import Transaction
from shared.trade.catalogue.categories import category_tree
from shared.trade.catalogue.category_names import kept_name
from shared.trade.catalogue.errors import (
    AddressTaken,
    BadName,
    BadSlug,
    CategoryTooLong,
    ForeignCurrency,
    PriceNotPositive,
    ProductTakenOff,
    SafetyTooLong,
    SkuTooLong,
    StockBelowReserved,
    StockOutOfRange,
)
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.product_views import (
    ProductView,
)
from shared.trade.catalogue.queries import (
    product_for_vendor,
)
from shared.trade.catalogue.rules import LONGEST_SKU, MOST_SAFETY
from shared.trade.catalogue.variant_rows import follow, locked_variants
from shared.trade.people.queries import require_confirmed
from shared.trade.vat.sales.rules import TaxClass
from shared.trade.vendors.terms import locked_terms

MAX_STOCK = 1_000_000
_LONG = {"description", "maker", "warnings"}
# What variants have of their product.
_WITH_VARIANTS = {
    "name",
    "category",
    "slug",
    "is_published",
    "picture",
    "weight_grams",
    "vat_class",
}


@frozen
class ProductValues:
    """What a vendor says of a product.

    `slug` empty: made of the name, and kept ever after. `stock` None: as it is.
    """

    name: str
    price: Money
    stock: int | None
    category: str = ""
    description: str = ""
    picture: str = ""
    is_published: bool = True
    slug: str = ""
    weight_grams: int | None = None  # None: as it is
    vat_class: TaxClass | None = None  # None: as it is; a new one: as its category says
    sku: str | None = None  # None: as it is
    maker: str | None = None  # None: as it is
    warnings: str | None = None  # None: as it is


async def save_product(
    *,
    vendor_id: int,
    product_id: int | None,
    values: ProductValues,
    actor: str,
    look: Look[ProductView] = unseen,
) -> int:
    """Make or change one of this vendor's products; returns its id.

    Raises NotFound for another vendor's, and what `look` does.
    """
    _check(values)
    async with unit.transaction() as tx:
        category = await kept_name(tx, values.category.strip())
        terms = await locked_terms(tx, vendor_id)
        if values.price.currency != terms.currency:
            raise ForeignCurrency(currency=terms.currency)
        row = await _row(tx, vendor_id, product_id)
        if product_id is not None:
            await look(await product_for_vendor(vendor_id, product_id))
        changes = await _changes(row, values, category)
        if changes.get("is_published"):
            await _require_publishable(row)
        if product_id is not None and not changes:
            return int(row.id)
        picture_before = row.picture
        row.update_from_dict(changes)
        await _store(tx, row, values.slug)
        if product_id is not None and _WITH_VARIANTS & set(changes):
            there = await locked_variants(tx, row)
            await follow(row, there, picture_before=picture_before)
        tx.record(
            "product.created" if product_id is None else "product.changed",
            actor=actor,
            subject=f"product:{row.id}",
            vendor_id=vendor_id,
            **_told(changes, values.price.currency),
        )
        return int(row.id)


async def _require_publishable(row: Product) -> None:
    """Raise ProductTakenOff, EmailNotConfirmed."""
    if row.taken_off_for:
        raise ProductTakenOff(reason=row.taken_off_for)
    await require_confirmed(row.vendor_id, to="publish this", param="is_published")


def _told(changes: Mapping[str, object], currency: str) -> dict[str, object]:
    """What the trail keeps of a change: no long text, and a price with its currency."""
    told = {name: value for name, value in changes.items() if name not in _LONG}
    return {**told, "currency": currency} if "price_amount" in told else told


def _check(values: ProductValues) -> None:
    if not values.name.strip() or len(values.name) > 120:
        raise BadName
    if not 0 < values.price.amount <= MAX_AMOUNT or values.price.amount % step(
        values.price.currency
    ):
        raise PriceNotPositive
    if values.stock is not None and not 0 <= values.stock <= MAX_STOCK:
        raise StockOutOfRange(most=f"{MAX_STOCK:,}")
    if len(values.category) > 60:
        raise CategoryTooLong
    if values.slug and values.slug != slugify(values.slug):
        raise BadSlug
    if len(values.sku or "") > LONGEST_SKU:
        raise SkuTooLong(most=LONGEST_SKU)
    for name in ("maker", "warnings"):
        if len(getattr(values, name) or "") > MOST_SAFETY:
            raise SafetyTooLong(most=MOST_SAFETY, param=name)


async def _row(
    tx: Transaction,
    vendor_id: int,
    product_id: int | None,
) -> Product:
    """The product to write, locked; a new one (not saved yet) when there is no id."""
    if product_id is None:
        return Product(
            vendor_id=vendor_id,
            slug="",
            name="",
            price_amount=0,
            currency="EUR",
        )
    return await tx.lock(
        Product,
        id=product_id,
        vendor_id=vendor_id,
        parent_id=None,
    )


async def _changes(
    row: Product,
    values: ProductValues,
    category: str,
) -> dict[str, object]:
    """The columns that would change; `category`: as it is called now.

    Stock is left alone unless the vendor gives a number. Price and stock of a product with options
    are those of its variants.
    """
    vat_class = values.vat_class or await _vat_class(row, category)
    wanted: dict[str, object] = {
        "name": values.name.strip(),
        "category": category,
        "description": values.description.strip(),
        "price_amount": row.price_amount if row.has_options else values.price.amount,
        "currency": values.price.currency,
        "picture": values.picture,
        "is_published": values.is_published,
        "slug": values.slug or row.slug or await _free_slug(row.vendor_id, values.name),
    }
    if values.weight_grams is not None:
        wanted["weight_grams"] = values.weight_grams
    if vat_class is not None:
        wanted["vat_class"] = vat_class.value
    if values.sku is not None:
        wanted["sku"] = values.sku.strip()
    if values.maker is not None:
        wanted["maker"] = values.maker.strip()
    if values.warnings is not None:
        wanted["warnings"] = values.warnings.strip()
    if values.stock is not None and not row.has_options:
        if values.stock < row.reserved:
            raise StockBelowReserved(row.reserved)
        wanted["stock"] = values.stock
    return {
        key: value
        for key, value in wanted.items()
        if getattr(row, key) != value or not row._saved_in_db
    }


async def _vat_class(row: Product, category: str) -> TaxClass | None:
    """What the category of a new product says; one that is there stays as it is."""
    if row._saved_in_db or not category:
        return None
    return (await category_tree()).tax_class(category)


async def _free_slug(vendor_id: int, name: str) -> str:
    """The first address part made of this name that none of the vendor's products has."""
    base = slugify(name) or "product"
    alike = Product.filter(vendor_id=vendor_id, slug__startswith=base)
    taken = set(await texts_in(alike, "slug"))
    return next(
        s
        for s in (
            base,
            *(f"{base}-{n}" for n in range(2, len(taken) + 3)),
        )
        if s not in taken
    )


async def _store(
    tx: Transaction,
    row: Product,
    chosen_slug: str,
) -> None:
    """Save; a taken address is the vendor's to change when they chose it.

    The lock on its terms keeps made ones apart.
    """
    try:
        async with tx.savepoint():
            await row.save()
    except IntegrityError:
        if (
            await Product.filter(vendor_id=row.vendor_id, slug=row.slug)
            .exclude(id=row.id or 0)
            .exists()
        ):
            raise AddressTaken(param="slug" if chosen_slug else None) from None
        raise Conflict(param="stock") from None


async def may_choose_currency(vendor_id: int) -> bool:
    """Whether the vendor has no product yet, so that no price would change its meaning."""
    return not await Product.filter(vendor_id=vendor_id).exists()
