"""What a shopper chooses about a product with options, and which variant that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.core.frozen import frozen
from shared.trade.catalogue.errors import ChoiceLacking, NotOffered
from shared.trade.catalogue.product_views import (
    ProductView,
    as_seen_by,
)
from shared.trade.catalogue.rules import Option
from shared.trade.catalogue.variants import variants_on_offer

VARIANT = "variant"  # what names a variant in an address

Picked = tuple[str, ...]  # a value for each option; empty: nothing yet


@frozen
class ValueShown:
    """A value of an option: `is_left` says whether what it would make can be bought."""

    text: str
    is_chosen: bool
    is_left: bool


@frozen
class OptionShown:
    """One question about a product, with its answers; `field` names it in forms."""

    field: str
    name: str
    values: tuple[ValueShown, ...]


@frozen
class ProductChoice:
    """How far a shopper has come: `chosen` is the variant that is picked, if one is.

    `is_gone`: the address names one that is not sold, or no more. `variants`: all that are.
    """

    options: tuple[OptionShown, ...] = ()
    chosen: ProductView | None = None
    picked: Picked = ()
    is_gone: bool = False
    variants: tuple[ProductView, ...] = ()

    @property
    def fields(self) -> dict[str, str]:
        """What was picked, as a form sends it again."""
        return {
            option.field: value
            for option, value in zip(
                self.options,
                self.picked,
                strict=True,
            )
            if value
        }


NONE = ProductChoice()


def field_of(number: int) -> str:
    """What the answer about this option is called in forms, counted from one."""
    return f"option-{number}"


async def choice_of(
    product: ProductView,
    given: Mapping[str, str],
    held: Mapping[int, int],
) -> ProductChoice:
    """What an address or a form says about a product with options; nothing of one without.

    `held`: what the browser's own unpaid order holds, by id.
    """
    if not product.options:
        return NONE
    variants = as_seen_by(await variants_on_offer(product.id), held)
    named = given.get(VARIANT)
    by_id = {str(variant.id): variant for variant in variants}
    if named in by_id:
        picked = by_id[named].values
    else:
        picked = _picked(product.options, given)
    return ProductChoice(
        options=tuple(
            _shown(
                number,
                option,
                picked,
                variants,
            )
            for number, option in enumerate(product.options)
        ),
        chosen=next((one for one in variants if one.values == picked), None),
        picked=picked,
        is_gone=named is not None and named not in by_id,
        variants=variants,
    )


def bought(product: ProductView, choice: ProductChoice) -> ProductView:
    """What is put into the basket. Raises ChoiceLacking, NotOffered."""
    if not product.options:
        return product
    if choice.chosen is not None:
        return choice.chosen
    open_ones = [
        option
        for option, value in zip(
            product.options,
            choice.picked,
            strict=True,
        )
        if not value
    ]
    if open_ones:
        raise ChoiceLacking(open_ones)
    raise NotOffered


def _picked(
    options: Sequence[Option],
    given: Mapping[str, str],
) -> Picked:
    picked = []
    for number, option in enumerate(options, 1):
        value = given.get(field_of(number), "")
        picked.append(value if value in option.values else "")
    return tuple(picked)


def _shown(
    number: int,
    option: Option,
    picked: Picked,
    variants: Sequence[ProductView],
) -> OptionShown:
    left = {
        one.values[number]
        for one in variants
        if one.available > 0
        and _agrees(
            one.values,
            picked,
            but=number,
        )
    }
    return OptionShown(
        field=field_of(number + 1),
        name=option.name,
        values=tuple(
            ValueShown(
                value,
                value == picked[number],
                value in left,
            )
            for value in option.values
        ),
    )


def _agrees(
    values: Picked,
    picked: Picked,
    *,
    but: int,
) -> bool:
    """Whether a variant has what was picked of all other options."""
    for number, wanted in enumerate(picked):
        is_asked = wanted and number != but
        if is_asked and values[number] != wanted:
            return False
    return True
