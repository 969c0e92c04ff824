"""What can stop something from going into a basket, in sentences for the shopper."""

from __future__ import annotations

from shared.core.errors import Conflict, Invalid, NotFound
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n


class NotForSale(Conflict):
    """The shop cannot take payments, so nothing of it can be bought."""

    code = "not_for_sale"

    def __init__(self, vendor_name: str) -> None:
        super().__init__(
            _(
                "%(shop)s cannot take payments yet. Please come back a little later.",
                shop=vendor_name,
            )
        )


class BasketFull(Conflict):
    """A basket takes only so many different things."""

    code = "basket_full"
    default = _n(
        "Your basket is full. Check out with what is in it, or take something out first."
    )


class NotInBasket(NotFound):
    """The basket has no such line."""

    default = _n("That is not in your basket.")


class NothingInBasket(Conflict):
    """There is nothing that a code could take something off."""

    code = "nothing_in_basket"
    default = _n("Put something into your basket before you enter a code.")


class QuantityOutOfRange(Invalid):
    """A basket takes from one to so many pieces."""

    param = "quantity"
    default = _n("Enter a quantity from %(least)s to %(most)s.")


class TooManyPieces(Invalid):
    """With what is there already it would be too many."""

    param = "quantity"
    default = _n("A basket takes at most %(most)s of one thing.")
