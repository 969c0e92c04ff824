"""Vendors say what shoppers choose about a product, and write its variants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from shared.core import clock
from shared.core.editing import Look, unseen
from shared.core.errors import Conflict, Invalid
from shared.core.frozen import frozen
from shared.core.money import MAX_AMOUNT, Money, step
from shared.infra import unit
from shared.infra.unit import Transaction
from shared.trade.catalogue.errors import (
    BadOption,
    ForeignCurrency,
    OptionTwice,
    PriceNotPositive,
    SkuTooLong,
    StockBelowReserved,
    StockOutOfRange,
    TooManyOptions,
    TooManyVariants,
    ValueTwice,
)
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.queries import (
    VARIANT_MARK,
    ProductView,
    product_for_vendor,
    views_of,
)
from shared.trade.catalogue.rules import (
    LONGEST_VALUE,
    MOST_OPTIONS,
    MOST_VARIANTS,
    Option,
    Values,
    combinations,
    descent,
    in_words,
    options_in,
    options_text,
    values_in,
    values_text,
)
from shared.trade.catalogue.service import MAX_STOCK
from shared.trade.catalogue.variant_rows import locked_variants, store
from shared.trade.vendors.terms import locked_terms

LONGEST_SKU = 60


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


async def set_options(
    *,
    vendor_id: int,
    product_id: int,
    options: Sequence[Option],
    actor: str,
    look: Look[ProductView] = unseen,
) -> None:
    """Say what shoppers choose about a product; each combination becomes a variant.

    Variants that were there go on (`rules.descent`); new ones cost what the product does, and none
    of them is in stock. What there is no more is sold no more, and what was ordered of it stays
    ordered. Without options the product is sold itself again. Raises NotFound, Invalid, and what
    `look` does.
    """
    _check_options(options)
    async with unit.transaction() as tx:
        row = await _locked(tx, vendor_id, product_id)
        await look(await product_for_vendor(vendor_id, product_id))
        before = options_in(row.options)
        if tuple(options) == before:
            return
        there = await locked_variants(tx, row)
        kept = _matched(there, before, options)
        for variant in there:
            if variant.id not in {one.id for one in kept.values()}:
                _remove(variant)
        wanted = [
            kept.get(values) or _new(row, number)
            for number, values in enumerate(combinations(options), len(there) + 1)
        ]
        for position, values in enumerate(combinations(options)):
            _place(wanted[position], values, position)
        row.options, row.stock = options_text(options), row.reserved
        await store(row, [*there, *(one for one in wanted if not one._saved_in_db)])
        told = {option.name: list(option.values) for option in options}
        _record(tx, row, actor, options=told)


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
        row = await _locked(tx, vendor_id, product_id)
        await look(await variants_of(product_id))
        there = [
            one for one in await locked_variants(tx, row) if one.removed_at is None
        ]
        changes = {}
        for variant in there:
            if variant.id in values:
                found = _changes(row, variant, values[variant.id])
                variant.update_from_dict(found)
                changes[choice_label(variant)] = found
        changed = {name: found for name, found in changes.items() if found}
        if not changed:
            return
        await store(row, there)
        _record(tx, row, actor, variants=changed)


def choice_label(variant: Product) -> str:
    """What the audit trail calls a variant."""
    return in_words(values_in(variant.options))


def _check_options(options: Sequence[Option]) -> None:
    if len(options) > MOST_OPTIONS:
        raise TooManyOptions(most=MOST_OPTIONS)
    for number, option in enumerate(options, 1):
        if not 0 < len(option.name) <= LONGEST_VALUE:
            raise BadOption(most=LONGEST_VALUE, param=f"name_{number}")
        _check_values(option.values, param=f"values_{number}")
    if len({option.name.casefold() for option in options}) < len(options):
        raise OptionTwice(param=f"name_{len(options)}")
    if len(combinations(options)) > MOST_VARIANTS:
        raise TooManyVariants(
            most=MOST_VARIANTS,
            number=len(combinations(options)),
            param=f"values_{len(options)}",
        )


def _check_values(values: Values, *, param: str) -> None:
    if not values or not all(0 < len(value) <= LONGEST_VALUE for value in values):
        raise BadOption(most=LONGEST_VALUE, param=param)
    seen: set[str] = set()
    for value in values:
        if value.casefold() in seen:
            raise ValueTwice(value=value, param=param)
        seen.add(value.casefold())


async def _locked(tx: Transaction, vendor_id: int, product_id: int) -> Product:
    """Lock the vendor's terms and its product, in their order."""
    await locked_terms(tx, vendor_id)
    return await tx.lock(Product, id=product_id, vendor_id=vendor_id, parent_id=None)


def _matched(
    there: Sequence[Product],
    before: Sequence[Option],
    after: Sequence[Option],
) -> dict[Values, Product]:
    """Which rows go on as which variants."""
    by_values = {values_in(one.options): one for one in there}
    wanted = combinations(after)
    kept = {values: by_values[values] for values in wanted if values in by_values}
    ancestors = descent(before, after)
    for values in wanted:
        before_it = by_values.get(ancestors.get(values, values))
        if values in kept or before_it is None or before_it in kept.values():
            continue
        if before_it.removed_at is None:
            kept[values] = before_it
    return kept


def _new(row: Product, number: int) -> Product:
    return Product(
        vendor_id=row.vendor_id,
        parent_id=row.id,
        slug=f"{VARIANT_MARK}{row.id}-{number}",
        name=row.name,
        category=row.category,
        picture=row.picture,
        price_amount=row.price_amount,
        currency=row.currency,
    )


def _remove(variant: Product) -> None:
    """Sell it no more; what open orders hold of it stays theirs."""
    variant.removed_at = variant.removed_at or clock.now()
    variant.stock = variant.reserved


def _place(variant: Product, values: Values, position: int) -> None:
    variant.options = values_text(values)
    variant.position, variant.removed_at = position, None


def _changes(
    row: Product,
    variant: Product,
    values: VariantValues,
) -> dict[str, object]:
    """The columns of a variant that would change. Raises Invalid, StockBelowReserved."""
    _check_values_of(row, variant, values)
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


def _check_values_of(row: Product, variant: Product, values: VariantValues) -> None:
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


def _record(tx: Transaction, row: Product, actor: str, **details: object) -> None:
    tx.record(
        "product.variants_changed",
        actor=actor,
        subject=f"product:{row.id}",
        vendor_id=row.vendor_id,
        **details,
    )
