"""What can stop an order, in sentences for the person who reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.core import formats
from shared.core.errors import Conflict, NotFound, TooMany
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.core.money import Money

if TYPE_CHECKING:
    from shared.trade.orders.restocking import Short


class EmptyBasket(Conflict):
    """There is nothing to order."""

    code = "empty_basket"
    default = _n("Your basket is empty.")


class BasketProblem(Conflict):
    """Something in the basket can no longer be bought as it stands."""

    code = "basket_problem"


class PriceChanged(BasketProblem):
    """The shopper was shown another price than the product has now."""

    code = "price_changed"
    default = _n("The price of %(name)s has changed. Please look at your basket again.")


class TooLittleToPay(BasketProblem):
    """Stripe takes no payment that small."""

    default = _n(
        "The smallest amount that can be paid is %(amount)s. Please add something to your basket."
    )

    def __init__(self, least: Money) -> None:
        super().__init__(amount=formats.money(least))


class TooMuchToPay(BasketProblem):
    """Stripe takes no payment that large."""

    default = _n(
        "This is more than can be paid at once. Please split it into two orders."
    )


class NetPricesChanged(Conflict):
    """What a business pays without VAT is something else than what stood on the page."""

    code = "net_prices_changed"
    default = _n(
        "What you buy without VAT has changed. Nothing was ordered: please look at the total and "
        "send it again."
    )


class BusinessNotConfirmed(NetPricesChanged):
    """The number by which a business would buy without VAT is not confirmed, or not any more."""

    code = "business_not_confirmed"
    default = _n(
        "Your VAT number %(number)s is not confirmed any more, so the prices contain VAT again. "
        "Nothing was ordered or charged: please look at the total and go on."
    )


class NumberWithdrawn(Conflict):
    """An order was placed without VAT by a number that is not confirmed any more; it is unpaid."""

    code = "vat_number_withdrawn"
    default = _n(
        "The VAT number %(number)s is not confirmed any more, so this order cannot be paid without "
        "VAT. Nothing was charged. Go back to the basket to order the same things with VAT."
    )


class SellerNumberWithdrawn(Conflict):
    """An order was placed without VAT from a vendor whose number is not confirmed any more; it is
    unpaid.
    """

    code = "seller_vat_number_withdrawn"
    default = _n(
        "A shop's own VAT number is not confirmed any more, so it cannot sell without VAT just now."
        " Nothing was charged. Go back to the basket to order the same things with VAT."
    )


class SoldOutAtPayment(Conflict):
    """What an order holds only from Pay on is gone; no card was confirmed."""

    code = "sold_out"


class VendorCannotSell(Conflict):
    """The vendor cannot take payments at the moment."""

    code = "vendor_cannot_take_payments"
    default = _n(
        "This shop cannot take payments at the moment. Your basket is kept; please try again later."
    )


class GoesBack(Conflict):
    """All of the order's money goes back to the shopper: it is sent only by somebody who says that
    this is meant.
    """

    code = "order_is_refunded"
    default = _n(
        "All of this order is being refunded. Tick the box if the shopper is to get the goods "
        "all the same."
    )


class Contested(Conflict):
    """The shopper's bank holds the money and has not decided: the order is sent only by somebody
    who says that this is meant.
    """

    code = "order_is_disputed"
    default = _n(
        "The shopper’s bank has taken this payment back until it decides, so you may never get "
        "the money. "
        "Tick the box if the shopper is to get the goods all the same."
    )


class MoneyGone(Conflict):
    """Nothing of the order's money is there any more, for good."""

    code = "order_money_gone"
    default = _n(
        "The shopper has all of the money of this order back, so there is nothing to send."
    )


class PiecesMissing(Conflict):
    """Pieces that a refund put into stock were sold before the refund came back: they are sent
    only if that is meant.
    """

    code = "pieces_missing"

    def __init__(self, short: Sequence[Short]) -> None:
        pieces = ", ".join(piece.text for piece in short)
        super().__init__(
            _(
                "You do not have %(pieces)s in stock for this order any more."
                " Tick the box if you can send it all the same.",
                pieces=pieces,
            ),
            param="all_the_same",
        )


class NothingToKeep(Conflict):
    """There is nothing of an order that could go back into stock."""

    code = "nothing_to_keep"
    default = _n(
        "Nothing of this order can go back in stock: it was sent, still has to be, or "
        "stands there already."
    )


class CannotShip(Conflict):
    """Only a paid order that was not sent yet can be marked as shipped."""

    code = "cannot_ship"
    default = _n(
        "This order cannot be marked as shipped: it is not paid, or it was sent already."
    )


class CannotDeliver(Conflict):
    """Only an order that was sent and has not arrived yet can be marked as delivered."""

    code = "cannot_deliver"
    default = _n(
        "This order cannot be marked as delivered: it was not sent yet, or it has arrived already."
    )


class CannotCallOff(Conflict):
    """Only a paid order that was not sent can be cancelled, and none whose money is on its way."""

    code = "cannot_call_off"
    default = _n(
        "This order cannot be cancelled any more: it was sent, or its money is on its way already."
    )


class CannotCorrect(Conflict):
    """Only what is under way has a parcel to look for."""

    code = "cannot_correct"
    default = _n(
        "The tracking can be corrected while the parcel is on its way: between sending and arrival."
    )


class OrderNotFound(NotFound):
    """Nobody who may know of it has such an order."""

    default = _n("We could not find that order.")


class TooManyDeclines(TooMany):
    """So many cards were declined from here that none is tried for a while."""

    code = "too_many_declines"
    default = _n(
        "Too many cards were declined from here, so no more are tried for now. Nothing was charged."
        " Please try again in an hour."
    )


class CardWorn(Conflict):
    """One card was declined so often that the payment it was tried with has ended; another card
    pays, on the page made anew.
    """

    code = "card_worn"
    default = _n(
        "This card was declined too often today, so we do not try it any more. Nothing was charged."
    )
