"""What our pages are about, in schema.org's terms: things, offers, who sells them, where one is.

Pure; `tests/pages/test_described.py` holds every property and what it holds to schema.org's own
list. Only what is known is said: no rating, no condition.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.core.folding import fold
from shared.core.frozen import frozen
from shared.core.markup import as_plain
from shared.trade.catalogue.product_views import ProductView
from shared.trade.vendors.queries import VendorView
from storefront.described.sending import SCHEMA, Sending, plain, returns, shipping

Thing = dict[str, Any]


@frozen(kw_only=True)
class Addresses:
    """Whole addresses of a product's page, of its shop's and of its picture (empty: none)."""

    product: str
    shop: str
    picture: str = ""


# What vendors call what varies, in the languages of our shoppers, as schema.org names it.
_VARIES = {
    "size": ("size", "grosse", "taille"),
    "color": ("color", "colour", "farbe", "couleur"),
    "material": ("material", "matiere", "materiau"),
    "pattern": ("pattern", "muster", "motif"),
}


@frozen
class Shown:
    """A product as its page shows it: with the variants that are on offer, and how it is sent."""

    item: ProductView
    vendor: VendorView
    at: Addresses
    sending: Sending
    variants: Sequence[ProductView] = ()


def product(shown: Shown) -> Thing:
    """A product with its offer; one with options as the group of its variants."""
    item = shown.item
    found: Thing = {
        "@type": "Product",
        "name": item.full_name,
        "url": shown.at.product,
        "brand": {"@type": "Brand", "name": shown.vendor.name},
        "offers": _offer(shown),
    }
    known = {
        "description": as_plain(item.description),
        "category": item.category,
        "sku": item.sku,
        "image": shown.at.picture,
    }
    told = found | {key: value for key, value in known.items() if value}
    return told | _group(shown) if item.options else told


def _group(shown: Shown) -> Thing:
    names = [_varies(option.name) for option in shown.item.options]
    return {
        "@type": "ProductGroup",
        "productGroupID": str(shown.item.id),
        "variesBy": names,
        "hasVariant": [_variant(shown, one, names) for one in shown.variants],
    }


def _varies(name: str) -> str:
    folded = fold(name)
    found = (term for term, called in _VARIES.items() if folded in called)
    return next(
        found,
        name,
    )


def _variant(
    shown: Shown,
    one: ProductView,
    names: Sequence[str],
) -> Thing:
    """What is its own; how it is sent and comes back stands with the group."""
    address = f"{shown.at.product}?variant={one.id}"
    found: Thing = {
        "@type": "Product",
        "name": one.full_name,
        "url": address,
        "offers": {
            "@type": "Offer",
            "url": address,
            "price": plain(one.price),
            "priceCurrency": one.price.currency,
            "availability": _availability(one, shown.vendor),
        },
    }
    if one.sku:
        found["sku"] = one.sku
    values = zip(
        names,
        one.values,
        strict=True,
    )
    return found | {name: value for name, value in values if name in _VARIES}


def _availability(
    item: ProductView,
    vendor: VendorView,
) -> str:
    can_be_bought = item.available > 0 and vendor.accepts_payments
    return SCHEMA + ("InStock" if can_be_bought else "OutOfStock")


def _offer(shown: Shown) -> Thing:
    item, vendor = shown.item, shown.vendor
    return {
        **_prices(item),
        "url": shown.at.product,
        "priceCurrency": item.price.currency,
        "availability": _availability(item, vendor),
        "seller": organization(vendor.name, shown.at.shop),
        "shippingDetails": shipping(vendor, shown.sending),
        "hasMerchantReturnPolicy": returns(vendor),
    }


def _prices(item: ProductView) -> Thing:
    if item.top_price is None or item.top_price == item.price:
        return {"@type": "Offer", "price": plain(item.price)}
    return {
        "@type": "AggregateOffer",
        "lowPrice": plain(item.price),
        "highPrice": plain(item.top_price),
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
        **({"legalName": vendor.legal_name} if vendor.legal_name else {}),
        address={key: value for key, value in place.items() if value},
    )


def site(
    name: str,
    address: str,
) -> Thing:
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
