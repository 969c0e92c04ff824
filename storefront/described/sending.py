"""What an offer says of being sent and of coming back, in schema.org's terms. Pure."""

from __future__ import annotations

from typing import Any

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.trade.shipping.rules import (
    DeliveryDays,
    MethodKind,
    Parcel,
    ShippingPlan,
    offers,
)
from shared.trade.vendors.queries import VendorView

Thing = dict[str, Any]

SCHEMA = "https://schema.org/"
RETURN_DAYS = 14  # as each product's page promises


@frozen
class Sending:
    """Within the vendor's own country, for which the page shows it: what the cheapest way costs
    (None: nothing is sent there), after how many days it leaves, and when it arrives.
    """

    price: Money | None
    handling_days: int
    days: DeliveryDays | None = None


def sending_of(
    vendor: VendorView,
    plan: ShippingPlan | None,
    parcel: Parcel,
) -> Sending:
    """What is true of one piece; who has set nothing includes it."""
    if plan is None or not plan.zones:
        free = Money(
            0,
            parcel.goods.currency,
        )
        return Sending(
            free,
            vendor.ships_in_days,
        )
    sent = [o for o in offers(plan, parcel) if o.kind is not MethodKind.PICKUP]
    if not sent:
        return Sending(
            None,
            plan.handling_days,
        )
    cheapest = min(
        sent,
        key=lambda offer: offer.price.amount,
    )
    return Sending(
        cheapest.price,
        plan.handling_days,
        cheapest.days,
    )


def shipping(
    vendor: VendorView,
    sending: Sending,
) -> Thing:
    """From where to where, for how much and how fast."""
    region = {"@type": "DefinedRegion", "addressCountry": vendor.country}
    told: Thing = {
        "@type": "OfferShippingDetails",
        "shippingOrigin": region,
        "shippingDestination": region,
    }
    if sending.price is None:
        return told | {"doesNotShip": True}
    return told | {
        "shippingRate": {
            "@type": "MonetaryAmount",
            "value": plain(sending.price),
            "currency": sending.price.currency,
        },
        "deliveryTime": _delivery_time(sending),
    }


def _delivery_time(sending: Sending) -> Thing:
    handling = sending.handling_days
    told = {
        "@type": "ShippingDeliveryTime",
        "handlingTime": _span(0, handling),
    }
    if sending.days is not None:
        days = sending.days
        told["transitTime"] = _span(
            days.first - handling,
            days.last - handling,
        )
    return told


def _span(
    least: int,
    most: int,
) -> Thing:
    return {
        "@type": "QuantitativeValue",
        "minValue": least,
        "maxValue": most,
        "unitCode": "DAY",
    }


def returns(vendor: VendorView) -> Thing:
    """Until when it may come back."""
    return {
        "@type": "MerchantReturnPolicy",
        "applicableCountry": vendor.country,
        "returnPolicyCategory": SCHEMA + "MerchantReturnFiniteReturnWindow",
        "merchantReturnDays": RETURN_DAYS,
        "returnMethod": SCHEMA + "ReturnByMail",
    }


def plain(money: Money) -> str:
    """An amount as machines read it: `49.90`, `1200`."""
    return format(
        money.to_decimal(),
        "f",
    )
