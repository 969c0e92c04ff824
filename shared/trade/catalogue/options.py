"""Vendors say what shoppers choose about a product: each combination becomes a variant."""

from __future__ import annotations

from collections.abc import Sequence

from shared.core import clock
from shared.core.editing import Look, unseen
from shared.infra import unit
from shared.trade.catalogue.errors import (
    BadOption,
    OptionTwice,
    TooManyOptions,
    TooManyVariants,
    ValueTwice,
)
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.pieces import VARIANT_MARK
from shared.trade.catalogue.product_views import ProductView
from shared.trade.catalogue.queries import product_for_vendor
from shared.trade.catalogue.rules import (
    LONGEST_VALUE,
    MOST_OPTIONS,
    MOST_VARIANTS,
    Option,
    Values,
    combinations,
    descent,
    options_in,
    options_text,
    values_in,
    values_text,
)
from shared.trade.catalogue.variant_rows import (
    locked_product,
    locked_variants,
    record,
    store,
)


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
        row = await locked_product(tx, vendor_id, product_id)
        await look(await product_for_vendor(vendor_id, product_id))
        before = options_in(row.options)
        if tuple(options) == before:
            return
        there = await locked_variants(tx, row)
        row.options = options_text(options)
        row.stock = row.reserved
        await store(row, _variants(row, there, before, options))
        told = {option.name: list(option.values) for option in options}
        record(tx, row, actor, options=told)


def _variants(
    row: Product,
    there: Sequence[Product],
    before: Sequence[Option],
    options: Sequence[Option],
) -> list[Product]:
    """All rows of a product's variants: those that go on, new ones, and those that are over."""
    kept = _matched(there, before, options)
    sold = []
    for position, values in enumerate(combinations(options)):
        variant = kept.get(values) or _new(row, len(there) + position + 1)
        variant.options = values_text(values)
        variant.position = position
        variant.removed_at = None
        sold.append(variant)
    over = [one for one in there if one not in sold]
    for variant in over:
        _remove(variant)
    return [*over, *sold]


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
