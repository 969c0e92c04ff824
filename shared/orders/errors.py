"""What can stop an order, in sentences for the person who reads them."""

from __future__ import annotations

from shared.errors import Conflict


class EmptyBasket(Conflict):
    """There is nothing to order."""

    code = "empty_basket"
    default = "Your basket is empty."


class BasketProblem(Conflict):
    """Something in the basket can no longer be bought as it stands."""

    code = "basket_problem"


class PriceChanged(BasketProblem):
    """The shopper was shown another price than the product has now."""

    code = "price_changed"


class VendorCannotSell(Conflict):
    """The vendor cannot take payments at the moment."""

    code = "vendor_cannot_take_payments"
    default = "This shop cannot take payments at the moment. Your basket is kept; please try again later."


class GoesBack(Conflict):
    """All of the order's money goes back to the shopper: it is sent only by somebody who says that this is meant."""

    code = "order_is_refunded"
    default = "All of this order is being refunded. Tick the box if the shopper is to get the goods all the same."


class CannotShip(Conflict):
    """Only a paid order that was not sent yet can be marked as shipped."""

    code = "cannot_ship"
    default = "This order cannot be marked as shipped: it is not paid, or it was sent already."


class CannotDeliver(Conflict):
    """Only an order that was sent and has not arrived yet can be marked as delivered."""

    code = "cannot_deliver"
    default = "This order cannot be marked as delivered: it was not sent yet, or it has arrived already."
