"""What can stand in the way of a vendor that wants to sell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.errors import Conflict, Invalid, NotFound
from shared.core.locales import gettext_noop as _n
from shared.trade.vendors import closures

if TYPE_CHECKING:
    from shared.trade.vendors.queries import VendorView


class PaymentNotConfigured(Conflict):
    """The vendor has no Stripe account yet."""

    code = "payment_not_configured"
    default = _n("Payments are not set up yet. Connect with Stripe first.")


class UnsupportedCountry(Conflict):
    """We cannot pay businesses in that country."""

    code = "unsupported_country"
    default = _n("The marketplace cannot pay businesses in that country yet.")


class SellerNameLacking(Invalid):
    """A business without a name."""

    code = "seller_name_lacking"
    default = _n("The name of your business, in 120 characters at most.")


class SellerAddressUnfit(Invalid):
    """No address that a letter could go to."""

    code = "seller_address_unfit"
    default = _n(
        "Street and number, then postal code and town, in two to %(most)s lines."
    )


class SellerPhoneUnfit(Invalid):
    """No number that could be called."""

    code = "seller_phone_unfit"
    default = _n("A phone number, such as +352 123 456.")


class ShopClosed(Conflict):
    """The vendor has closed its shop for a while.

    `product`: the name of what was asked for, if it was one thing.
    """

    code = "shop_closed"

    def __init__(self, vendor: VendorView, product: str = "") -> None:
        self.vendor = vendor
        self.product = product
        super().__init__(closures.sentence(vendor.name, vendor.closed_until))


class OpeningTooSoon(Invalid):
    """A shop opens again tomorrow at the earliest."""

    param = "until"
    default = _n("Choose a day from tomorrow on.")


class OpeningTooFar(Invalid):
    """Nobody knows a day that is years away."""

    param = "until"
    default = _n("Choose a day within the next two years.")


class ShopNameTaken(Conflict):
    """Another shop took the name meanwhile."""

    param = "business_name"
    default = _n("That shop name was just taken. Please try another one.")


class ShopNotFound(NotFound):
    """There is no such shop."""

    default = _n("We could not find that shop.")


class VendorNotFound(NotFound):
    """There is no such vendor."""

    default = _n("We could not find that vendor.")
