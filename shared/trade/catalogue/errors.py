"""What goes wrong with products, as facts that a shopper or a vendor may read."""

from __future__ import annotations

from collections.abc import Iterable

from shared.core import formats
from shared.core.errors import Conflict, Invalid, NotFound
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.core.locales import ngettext
from shared.trade.catalogue.rules import Option


class SoldOut(Conflict):
    """There are not enough left. `product_name` and `left` say of what and how many there are."""

    code = "sold_out"

    def __init__(self, product_name: str, left: int) -> None:
        self.product_name = product_name
        self.left = left
        super().__init__(how_many_left(product_name, left))


class ChoiceGone(SoldOut):
    """What was ordered is sold no more as it was: its product has other options by now."""

    def __init__(self, product_name: str) -> None:
        super().__init__(product_name, 0)
        self.message = _(
            "%(name)s is not sold in this version any more."
            " Please take it out of your basket and choose again.",
            name=product_name,
        )


class ChoiceLacking(Invalid):
    """Of a product with options one variant is bought, and nobody has said which."""

    param = "variant"

    def __init__(self, options: Iterable[Option]) -> None:
        names = formats.listed([option.name for option in options])
        super().__init__(_("Please choose: %(options)s.", options=names))


class NotOffered(Conflict):
    """What was chosen goes together in no variant that is sold."""

    code = "not_offered"
    default = _n("This combination is not offered. Please choose another one.")


class StockBooksDiffer(RuntimeError):
    """A programming error: an order gave back or took more than it had reserved.

    The transaction rolls back.
    """


def how_many_left(product_name: str, left: int) -> str:
    """The sentence for a product of which too few are left."""
    if left <= 0:
        return _("%(name)s is sold out.", name=product_name)
    return _("Only %(left)s left of %(name)s.", left=left, name=product_name)


class StockBelowReserved(Conflict):
    """Open orders hold more than the vendor says is in stock."""

    code = "stock_below_reserved"

    def __init__(self, reserved: int) -> None:
        self.reserved = reserved
        super().__init__(
            ngettext(
                "1 is held by open orders, so stock cannot be lower than 1.",
                "%(num)s are held by open orders, so stock cannot be lower than %(num)s.",
                reserved,
            ),
            param="stock",
        )


class AddressTaken(Conflict):
    """Another product of this vendor has that address already."""

    code = "address_taken"
    default = _n("Another of your products has this address already.")


class CurrencyFixed(Conflict):
    """Prices exist in the vendor's currency, so it stays."""

    code = "currency_fixed"
    default = _n(
        "Your currency is fixed, because your products already have prices in it."
    )


class BadName(Invalid):
    """A product needs a name of up to 120 characters."""

    param = "name"
    default = _n("Give the product a name of up to 120 characters.")


class PriceNotPositive(Invalid):
    """Nothing is given away."""

    param = "price"
    default = _n("Enter a price above zero.")


class StockOutOfRange(Invalid):
    """Stock goes from zero to so many pieces."""

    param = "stock"
    default = _n("Enter a stock from 0 to %(most)s.")


class CategoryTooLong(Invalid):
    """A category has at most 60 characters."""

    param = "category"
    default = _n("Use at most 60 characters for the category.")


class BadSlug(Invalid):
    """It would stand in the product's address."""

    param = "slug"
    default = _n("Use small letters, digits and hyphens, such as linen-shirt.")


class ForeignCurrency(Invalid):
    """The shop sells in another currency."""

    param = "price"
    default = _n("Prices in this shop are in %(currency)s.")


class TooManyOptions(Invalid):
    """A shopper is asked a few things at most."""

    default = _n("A product has at most %(most)s options.")


class BadOption(Invalid):
    """An option needs a name and values, each short enough for a button."""

    default = _n(
        "Give the option a name and at least one value, each of up to %(most)s characters."
    )


class OptionTwice(Invalid):
    """Two options have one name."""

    default = _n("Two options have the same name.")


class ValueTwice(Invalid):
    """An option has one value twice."""

    default = _n("“%(value)s” stands there twice.")


class TooManyVariants(Invalid):
    """The values of all options make more combinations than anybody looks after."""

    default = _n("That makes %(number)s variants. A product has at most %(most)s.")


class SkuTooLong(Invalid):
    """The vendor's own number is a short one."""

    param = "sku"
    default = _n("Use at most %(most)s characters.")


class SafetyTooLong(Invalid):
    """What is said of a product's maker, or its warnings, is more than anybody reads."""

    default = _n("Use at most %(most)s characters.")


class NoReasonSaid(Invalid):
    """Nobody's product is taken off without saying why."""

    default = _n("Say why, in at most %(most)s characters.")


class ProductTakenOff(Conflict):
    """The staff took it off sale, so its vendor cannot publish it."""

    code = "product_taken_off"
    param = "is_published"
    default = _n("The marketplace took it off sale: %(reason)s Answer its mail.")


class GalleryFull(Conflict):
    """A product has so many pictures at most."""

    code = "gallery_full"
    param = "picture"
    default = _n("A product has at most %(most)s pictures. Take one away first.")


class AlternativeTextTooLong(Invalid):
    """What a picture shows is said in a sentence."""

    default = _n("Use at most %(most)s characters.")


class PictureNotInGallery(NotFound):
    """The product has no such picture."""

    default = _n("We could not find that picture.")


class ProductNotFound(NotFound):
    """There is no such product, or none that is on offer."""

    default = _n("We could not find that product.")


class CategoryNotFound(NotFound):
    """There is no such category."""

    default = _n("We could not find that category.")


class CategoryTaken(Conflict):
    """Another category is called so already."""

    code = "category_taken"
    param = "name"
    default = _n("There is a category of this name already.")


class CategoryNeeded(Conflict):
    """A commission rule or a discount is for this category."""

    code = "category_needed"


class CategoryCharged(CategoryNeeded):
    """A commission rule is."""

    default = _n("A commission rule is for %(name)s. Change it or switch it off first.")


class CategoryBelowItself(Invalid):
    """A category would stand below itself."""

    param = "parent"
    default = _n("A category cannot stand below itself. Choose another place.")


class TooManyCategories(Invalid):
    """More would be no help to anybody who looks for something."""

    param = "name"
    default = _n("There are %(most)s categories already, which is the most.")
