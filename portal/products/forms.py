"""What a vendor says of a product."""

from __future__ import annotations

from typing import Any, ClassVar

from wtforms import (
    BooleanField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    ValidationError,
)

from shared.core.formats import number
from shared.core.locales import gettext as _
from shared.core.locales.lazy import lazy
from shared.core.locales.lazy import lazy_gettext as _l
from shared.core.money import Money
from shared.core.words import word
from shared.entrypoints.web.editing import Edited
from shared.entrypoints.web.forms import choices
from shared.entrypoints.web.number_fields import MoneyField, WholeField
from shared.trade.catalogue.product_views import (
    ProductView,
)
from shared.trade.catalogue.rules import LONGEST_SKU, MOST_SAFETY
from shared.trade.catalogue.service import MAX_STOCK, ProductValues
from shared.trade.shipping.rules import MOST_GRAMS
from shared.trade.vat.sales.rules import TaxClass


def _vat_classes() -> list[Any]:
    return choices((each.value, word("sales_vat.classes", each)) for each in TaxClass)


def new_vat_classes() -> list[Any]:
    """What a product that is not there yet can be to VAT: also what its category says."""
    unsaid = _("As its category says")
    return [*choices([("", unsaid)]), *_vat_classes()]


class ProductForm(Edited):
    """One product.

    Its stock moves as orders come in, so it is told, and set, only where the vendor typed another
    number.
    """

    moving: ClassVar = frozenset({"stock"})

    name = StringField(
        _l("Name"),
        [DataRequired(_l("Give the product a name.")), Length(max=120)],
    )
    price = MoneyField(_l("Price"), [InputRequired(_l("Enter a price such as 49.90."))])
    stock = WholeField(
        _l("Stock"),
        [
            InputRequired(_l("Enter how many you have. 0 is fine.")),
            NumberRange(
                min=0,
                max=MAX_STOCK,
                message=_l(
                    "Enter a number from 0 to %(most)s.", most=lazy(number, MAX_STOCK)
                ),
            ),
        ],
    )
    category = StringField(
        _l("Category"),
        [Optional(), Length(max=60)],
        description=_l("Shoppers filter your shop by it."),
    )
    description = TextAreaField(
        _l("Description"),
        [Optional(), Length(max=5000)],
    )
    weight_grams = WholeField(
        _l("Weight of one, in grams"),
        [
            Optional(),
            NumberRange(
                min=0,
                max=MOST_GRAMS,
                message=_l(
                    "Enter a number from 0 to %(most)s.", most=lazy(number, MOST_GRAMS)
                ),
            ),
        ],
        description=_l("Delivery by weight goes by it."),
    )
    sku = StringField(
        _l("Article number"),
        [
            Optional(),
            Length(
                max=LONGEST_SKU,
                message=_l("Use at most %(most)s characters.", most=LONGEST_SKU),
            ),
        ],
        description=_l("Your own. Shoppers and invoices show it."),
    )
    maker = TextAreaField(
        _l("Who made it"),
        [Optional(), Length(max=MOST_SAFETY)],
        description=_l(
            "Name, postal address and email or web address of the manufacturer; of one outside the "
            "EU also those of who answers for it in the EU. Empty: you made it, and your business "
            "stands there."
        ),
    )
    warnings = TextAreaField(
        _l("Warnings"),
        [Optional(), Length(max=MOST_SAFETY)],
        description=_l(
            "What must be known to use it safely, such as an age, in the languages of the "
            "countries that you send to."
        ),
    )
    vat_class = SelectField(
        _l("Kind of goods for VAT"),
        choices=_vat_classes,
        default="",
    )
    slug = StringField(
        _l("Address in your shop"),
        [
            Optional(),
            Length(max=60),
            Regexp(
                r"^[a-z0-9]+(-[a-z0-9]+)*\Z",
                message=_l(
                    "Use small letters, digits and hyphens, such as linen-shirt."
                ),
            ),
        ],
    )
    picture = RadioField(_l("Picture"), validate_choice=True, default="")
    is_published = BooleanField(_l("For sale in your shop"), default=True)

    def validate_price(self, field: MoneyField) -> None:
        """Nothing is sold for nothing."""
        if isinstance(field.data, Money) and field.data.amount == 0:
            raise ValidationError(_("Enter a price above zero."))

    def values(self, product: ProductView | None) -> ProductValues:
        """What the use case takes. Only after the form was found right.

        Of a `product` with options price and stock are those of its variants.
        """
        is_plain = "price" in self
        moved = is_plain and self.touched("stock")
        return ProductValues(
            name=self.name.data or "",
            price=product.price if product and not is_plain else self.price.data,
            stock=(self.stock.data or 0) if moved else None,
            category=self.category.data or "",
            description=self.description.data or "",
            picture=self.picture.data or "",
            is_published=bool(self.is_published.data),
            slug=self.slug.data or "",
            weight_grams=self.weight_grams.data or 0,
            vat_class=TaxClass(self.vat_class.data) if self.vat_class.data else None,
            sku=(self.sku.data or "") if is_plain else None,
            maker=self.maker.data,
            warnings=self.warnings.data,
        )


class VariedProductForm(ProductForm):
    """A product with options: each of its variants has a price, a stock and a number instead."""

    price = None  # type: ignore[assignment]  # which takes the field away
    stock = None  # type: ignore[assignment]
    sku = None  # type: ignore[assignment]


def from_product(product: ProductView) -> dict[str, object]:
    """The form's first content for a product that exists."""
    return {
        "name": product.name,
        "price": product.price,
        "stock": product.stock,
        "category": product.category,
        "description": product.description,
        "slug": product.slug,
        "picture": product.picture,
        "is_published": product.is_published,
        "weight_grams": product.weight_grams or None,
        "vat_class": product.vat_class.value,
        "sku": product.sku,
        "maker": product.maker,
        "warnings": product.warnings,
    }
