"""What our pages are about, in schema.org's terms: things, offers, who sells them, where one is.

Pure; `tests/pages/test_described.py` holds every property and what it holds to schema.org's own
list. Only what is known is said: no rating, no price of delivery, no condition.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.core.frozen import frozen
from shared.core.markup import as_plain
from shared.core.money import Money
from shared.trade.catalogue.product_views import ProductView
from shared.trade.vendors.queries import VendorView

Thing = dict[str, Any]

_SCHEMA = "https://schema.org/"
RETURN_DAYS = 14  # as each product's page promises


@frozen(kw_only=True)
class Addresses:
    """Whole addresses of a product's page, of its shop's and of its picture (empty: none)."""

    product: str
    shop: str
    picture: str = ""


def product(
    item: ProductView,
    vendor: VendorView,
    at: Addresses,
) -> Thing:
    """A product with its offer."""
    found: Thing = {
        "@type": "Product",
        "name": item.full_name,
        "url": at.product,
        "brand": {"@type": "Brand", "name": vendor.name},
        "offers": _offer(item, vendor, at),
    }
    known = {
        "description": as_plain(item.description),
        "category": item.category,
        "sku": item.sku,
        "image": at.picture,
    }
    return found | {key: value for key, value in known.items() if value}


def _offer(
    item: ProductView,
    vendor: VendorView,
    at: Addresses,
) -> Thing:
    can_be_bought = item.available > 0 and vendor.accepts_payments
    state = "InStock" if can_be_bought else "OutOfStock"
    return {
        **_prices(item),
        "url": at.product,
        "priceCurrency": item.price.currency,
        "availability": _SCHEMA + state,
        "seller": organization(vendor.name, at.shop),
        "shippingDetails": _shipping(vendor),
        "hasMerchantReturnPolicy": _returns(vendor),
    }


def _prices(item: ProductView) -> Thing:
    if item.top_price is None or item.top_price == item.price:
        return {"@type": "Offer", "price": plain(item.price)}
    return {
        "@type": "AggregateOffer",
        "lowPrice": plain(item.price),
        "highPrice": plain(item.top_price),
    }


def _shipping(vendor: VendorView) -> Thing:
    return {
        "@type": "OfferShippingDetails",
        "shippingOrigin": {
            "@type": "DefinedRegion",
            "addressCountry": vendor.country,
        },
        "deliveryTime": {
            "@type": "ShippingDeliveryTime",
            "handlingTime": {
                "@type": "QuantitativeValue",
                "minValue": 0,
                "maxValue": vendor.ships_in_days,
                "unitCode": "DAY",
            },
        },
    }


def _returns(vendor: VendorView) -> Thing:
    return {
        "@type": "MerchantReturnPolicy",
        "applicableCountry": vendor.country,
        "returnPolicyCategory": _SCHEMA + "MerchantReturnFiniteReturnWindow",
        "merchantReturnDays": RETURN_DAYS,
        "returnMethod": _SCHEMA + "ReturnByMail",
    }


def organization(
    name: str,
    at: str,
    **known: Any,
) -> Thing:
    """Who sells, or the marketplace itself; `known` are further properties, empty ones left out."""
    told = {key: value for key, value in known.items() if value}
    return {
        "@type": "Organization",
        "name": name,
        "url": at,
        **told,
    }


def shop(
    vendor: VendorView,
    at: str,
    logo: str,
) -> Thing:
    """A vendor, with where it is."""
    place = {
        "@type": "PostalAddress",
        "addressCountry": vendor.country,
        "addressLocality": vendor.city,
    }
    return organization(
        vendor.name,
        at,
        description=vendor.tagline,
        logo=logo,
        address={key: value for key, value in place.items() if value},
    )


def site(name: str, address: str) -> Thing:
    """The marketplace's pages as a whole."""
    return {
        "@type": "WebSite",
        "name": name,
        "url": address,
    }


def breadcrumbs(steps: Sequence[tuple[str, str]]) -> Thing:
    """Where a page stands: names with whole addresses, from the outermost one in."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": number,
                "name": name,
                "item": {"@id": address},
            }
            for number, (name, address) in enumerate(steps, 1)
        ],
    }


def plain(money: Money) -> str:
    """An amount as machines read it: `49.90`, `1200`."""
    return format(money.to_decimal(), "f")
