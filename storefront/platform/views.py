"""The marketplace's public face: home, the directory of shops, what selling costs, the small print."""

from __future__ import annotations

from decimal import Decimal

from quart import Blueprint, Response, request

from shared.catalogue.queries import clean_search, search_products, showcase
from shared.fees.rules import share
from shared.money import Money
from shared.vendors.queries import VendorView, list_open_vendors
from shared.web.access import public
from shared.web.pages import page

platform = Blueprint("platform", __name__)

# What a new vendor pays (VendorPaymentConfig.platform_fee_percentage's default), shown before signing up.
STANDARD_FEE = Decimal("2.50")
_EXAMPLE = Money(10000, "EUR")


@platform.get("/")
@public
async def home() -> Response:
    """Sell the idea: shops, things, how it works; selling comes second."""
    vendors = await list_open_vendors()
    selling = [v for v in vendors if v.accepts_payments]
    products = await showcase([v.id for v in selling], limit=12)
    tiles = products[8:] if len(products) == 12 else products[:4]
    return await page(
        "storefront/platform/home.html",
        vendors=selling[:6],
        products=products[:8],
        tiles=tiles,
        standard_fee=STANDARD_FEE,
    )


@platform.get("/vendors")
@public
async def directory() -> Response:
    """Every open shop; with a search, the shops and products of that name."""
    search = clean_search(request.args.get("q"))
    vendors = await list_open_vendors()
    found = [v for v in vendors if _matches(v, search)] if search else list(vendors)
    found.sort(key=lambda v: not v.accepts_payments)
    products = await search_products(search)
    return await page("storefront/platform/vendors.html", vendors=found, products=products, query=search)


def _matches(vendor: VendorView, search: str) -> bool:
    words = f"{vendor.name} {vendor.tagline} {vendor.city}".casefold()
    return all(word in words for word in search.casefold().split())


@platform.get("/pricing")
@public
async def pricing() -> Response:
    """What selling here costs, with an example worked out by the rule that orders use."""
    fee = Money(share(_EXAMPLE.amount, STANDARD_FEE, _EXAMPLE.currency), _EXAMPLE.currency)
    return await page(
        "storefront/platform/pricing.html", standard_fee=STANDARD_FEE, example=_EXAMPLE, fee=fee, rest=_EXAMPLE - fee
    )


@platform.get("/sell")
@public
async def sell() -> Response:
    """Why and how to open a shop."""
    return await page("storefront/platform/sell.html", standard_fee=STANDARD_FEE)


@platform.get("/legal/terms")
@public
async def terms() -> Response:
    """The terms, short."""
    return await page("storefront/platform/terms.html")


@platform.get("/legal/privacy")
@public
async def privacy() -> Response:
    """What is kept of whom, short."""
    return await page("storefront/platform/privacy.html")
