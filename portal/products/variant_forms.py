"""What a vendor says of a product's options, and of each variant that they make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError

from shared.core.formats import number
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.locales.lazy import lazy
from shared.core.locales.lazy import lazy_gettext as _l
from shared.core.money import Money
from shared.entrypoints.web.editing import Edited
from shared.entrypoints.web.forms import choices
from shared.entrypoints.web.number_fields import MoneyField, WholeField
from shared.trade.catalogue.product_views import (
    ProductView,
)
from shared.trade.catalogue.rules import (
    LONGEST_SKU,
    LONGEST_VALUE,
    MOST_OPTIONS,
    Option,
)
from shared.trade.catalogue.service import MAX_STOCK
from shared.trade.catalogue.variants import VariantValues

NUMBERS = range(1, MOST_OPTIONS + 1)


class OptionsForm(Edited):
    """Up to three things that shoppers choose; the values of each stand one a line."""

    name_1 = StringField(_l("Option 1"), [Length(max=LONGEST_VALUE)])
    values_1 = TextAreaField(_l("Its values, one a line"))
    name_2 = StringField(_l("Option 2"), [Length(max=LONGEST_VALUE)])
    values_2 = TextAreaField(_l("Its values, one a line"))
    name_3 = StringField(_l("Option 3"), [Length(max=LONGEST_VALUE)])
    values_3 = TextAreaField(_l("Its values, one a line"))

    def options(self) -> tuple[Option, ...]:
        """What was typed; an option without name and values is none."""
        read = [self._option(at) for at in NUMBERS]
        return tuple(option for option in read if option.name or option.values)

    def _option(self, at: int) -> Option:
        name = self[f"name_{at}"].data or ""
        text = self[f"values_{at}"].data
        return Option(name, tuple(_lines(text)))


def from_options(product: ProductView) -> dict[str, object]:
    """How the form shows a product's options."""
    shown: dict[str, object] = {}
    for n, option in enumerate(product.options, 1):
        shown[f"name_{n}"] = option.name
        shown[f"values_{n}"] = "\n".join(option.values)
    return shown


def _lines(text: str | None) -> Iterable[str]:
    typed = (text or "").splitlines()
    lines = (" ".join(line.split()) for line in typed)
    return (line for line in lines if line)


class VariantForm(Edited):
    """The table of a product's variants; its fields are made for the variants there are."""

    def of(self, variant: ProductView) -> VariantFields:
        """The fields of one variant."""
        mine = {name: self[f"{name}_{variant.id}"] for name in NAMES}
        return VariantFields(variant, **mine)

    def values(
        self,
        variants: Iterable[ProductView],
    ) -> dict[int, VariantValues]:
        """What the use case takes. Only after the form was found right."""
        return {
            variant.id: self.of(variant).values(
                is_stock_touched=self.touched(f"stock_{variant.id}")
            )
            for variant in variants
        }


NAMES = ("price", "stock", "sku", "picture", "offered")


@frozen
class VariantFields:
    """One row of the table."""

    variant: ProductView
    price: Any
    stock: Any
    sku: Any
    picture: Any
    offered: Any

    @property
    def errors(self) -> list[str]:
        """Everything that is wrong in this row."""
        return [
            str(error)
            for field in (self.price, self.stock, self.sku, self.picture)
            for error in field.errors
        ]

    def values(self, *, is_stock_touched: bool) -> VariantValues:
        """What was typed into this row."""
        return VariantValues(
            price=self.price.data,
            stock=(self.stock.data or 0) if is_stock_touched else None,
            sku=self.sku.data or "",
            picture=self.picture.data or "",
            is_offered=bool(self.offered.data),
        )


def variant_form(
    variants: Sequence[ProductView],
    pictures: Mapping[str, str],
) -> type[VariantForm]:
    """The form of these variants; `pictures` are those to choose from, by path."""
    fields: dict[str, Any] = {}
    for variant in variants:
        fields |= _fields_of(variant, pictures)
    moving = frozenset(f"stock_{variant.id}" for variant in variants)
    fields["moving"] = moving
    return type(
        "VariantsOfProduct",
        (VariantForm,),
        fields,
    )


_STOCK_RANGE = _l("Enter a number from 0 to %(most)s.", most=lazy(number, MAX_STOCK))


def _fields_of(
    variant: ProductView,
    pictures: Mapping[str, str],
) -> dict[str, Any]:
    named = {"name": variant.choice}
    return {
        f"price_{variant.id}": MoneyField(
            _l("Price of %(name)s", **named),
            [
                InputRequired(_l("Enter a price such as 49.90.")),
                _above_zero,
            ],
        ),
        f"stock_{variant.id}": WholeField(
            _l("Stock of %(name)s", **named),
            [
                InputRequired(_l("Enter how many you have. 0 is fine.")),
                NumberRange(
                    min=0,
                    max=MAX_STOCK,
                    message=_STOCK_RANGE,
                ),
            ],
        ),
        f"sku_{variant.id}": StringField(
            _l("Article number of %(name)s", **named),
            [Length(max=LONGEST_SKU)],
        ),
        f"picture_{variant.id}": SelectField(
            _l("Picture of %(name)s", **named),
            choices=choices(pictures.items()),
            default="",
        ),
        f"offered_{variant.id}": BooleanField(_l("Sell %(name)s", **named)),
    }


def _above_zero(_form: object, field: MoneyField) -> None:
    """Nothing is sold for nothing."""
    if isinstance(field.data, Money) and field.data.amount == 0:
        raise ValidationError(_("Enter a price above zero."))


def from_variants(
    variants: Iterable[ProductView],
    product: ProductView,
) -> dict[str, object]:
    """How the form shows variants."""
    shown: dict[str, object] = {}
    for variant in variants:
        own = variant.picture if variant.picture != product.picture else ""
        shown |= {
            f"price_{variant.id}": variant.price,
            f"stock_{variant.id}": variant.stock,
            f"sku_{variant.id}": variant.sku,
            f"picture_{variant.id}": own,
            f"offered_{variant.id}": variant.is_offered,
        }
    return shown
