"""What stands in the way of sending something, in sentences for shoppers and vendors."""

from __future__ import annotations

from shared.core.errors import Conflict, Invalid, NotFound
from shared.core.formats import country_within
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n


class NotServed(Conflict):
    """The vendor sends nothing there, or not so heavy a parcel."""

    code = "not_served"

    def __init__(self, *, shop: str, country: str) -> None:
        super().__init__(
            _(
                "%(shop)s does not send these things to %(country)s. Choose another country, or"
                " take them out of your basket.",
                shop=shop,
                country=country_within(country),
            )
        )


class ChooseShipping(Conflict):
    """None of what fits the address was chosen."""

    code = "choose_shipping"

    def __init__(self, *, shop: str) -> None:
        super().__init__(_("Choose how %(shop)s sends your order.", shop=shop))


class ShippingChanged(Conflict):
    """What was chosen costs something else by now."""

    code = "shipping_changed"

    def __init__(self, *, shop: str) -> None:
        super().__init__(
            _(
                "%(shop)s has changed what delivery costs since you opened this page. Please look"
                " at it again.",
                shop=shop,
            )
        )


class ZoneNotFound(NotFound):
    """The vendor has no such zone."""

    default = _n("That zone is not there any more.")


class MethodNotFound(NotFound):
    """The zone has no such method."""

    default = _n("That way of sending is not there any more.")


class NoPlaces(Invalid):
    """A zone without places is none."""

    param = "places"
    default = _n("Choose at least one country.")


class PlaceTaken(Conflict):
    """Another zone has the place already, and a country is in one zone alone."""

    code = "place_taken"

    def __init__(self, place: str) -> None:
        super().__init__(
            _("%(place)s is in another of your zones already.", place=place),
            param="places",
        )


class TooManyZones(Invalid):
    """A plan takes only so many zones."""

    default = _n("A shop has at most %(most)s zones.")


class ZoneFull(Invalid):
    """A zone takes only so many methods."""

    default = _n("A zone has at most %(most)s ways of sending.")


class MethodUnnamed(Invalid):
    """Shoppers choose by the name."""

    param = "name"
    default = _n("Give it a name, such as Standard parcel.")


class PickupPlaceMissing(Invalid):
    """Whoever picks something up has to find the place."""

    param = "place"
    default = _n("Say where shoppers pick it up: street, town, opening hours.")


class DaysOutOfOrder(Invalid):
    """Both days are given or none, and the first is not after the last."""

    param = "days_to"
    default = _n("Enter the fewest days first, then the most, or leave both empty.")


class ShippingAmountOutOfRange(Invalid):
    """Nothing is sent for less than nothing, or for more than Stripe takes."""

    param = "price"
    default = _n("Enter an amount from zero.")
