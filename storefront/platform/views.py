"""The marketplace's public face: home, the directory of shops, what selling costs, the small print."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from quart import Blueprint, Response, request

from shared.catalogue.queries import clean_search, search_products, showcase
from shared.fees import words
from shared.fees.queries import general_rules
from shared.fees.rules import Rule, Sold, charge, choose
from shared.money import Money
from shared.orders import terms as order_terms
from shared.vendors.queries import list_open_vendors, open_shops
from shared.web.access import public
from shared.web.filters import money
from shared.web.kit import page_number
from shared.web.pages import page
from shared.web.paging import address, pager

platform = Blueprint("platform", __name__)

DIRECTORY = "/vendors"
FEW_SHOPS = 6  # above the products that a search finds

# What a new vendor pays (VendorPaymentConfig.platform_fee_percentage's default), shown before signing up.
STANDARD_FEE = Decimal("2.50")
_EXAMPLE = Money(10000, "EUR")
_LINE = Sold(vendor_id=0, product_id=None, category="", amount=_EXAMPLE.amount)


@dataclass(frozen=True)
class Terms:
    """What a new vendor pays: the usual rate in words, and the rules that charge some sales differently."""

    rule: Rule
    usual: str
    others: tuple[str, ...]


async def _terms() -> Terms:
    """As orders would be charged: by the first rule that holds whoever sells, else the standard percentage."""
    views = await general_rules()
    usual = choose([view.rule for view in views], _LINE, _EXAMPLE.currency, otherwise=Rule(STANDARD_FEE))
    others = tuple(words.sentence(view.rule, money) for view in views if view.rule is not usual)
    return Terms(usual, words.charge(usual, money), others)


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
        terms=await _terms(),
    )


@platform.get("/vendors")
@public
async def directory() -> Response:
    """Every open shop; with a search, the first shops and all products that it finds, or with `kind=shops` all shops."""
    search = clean_search(request.args.get("q"))
    if search and request.args.get("kind") != "shops":
        return await _found(search)
    shops = await open_shops(search=search, page=page_number())
    kind = "shops" if search else None
    return await page(
        "storefront/platform/vendors.html",
        query=search,
        shops=shops,
        all_shops=None,
        products=None,
        pager=pager(DIRECTORY, shops, q=search, kind=kind),
    )


async def _found(search: str) -> Response:
    products = await search_products(search, page=page_number())
    shops = await open_shops(search=search, size=FEW_SHOPS)
    return await page(
        "storefront/platform/vendors.html",
        query=search,
        shops=shops if products.number == 1 else None,
        all_shops=address(DIRECTORY, q=search, kind="shops") if shops.pages > 1 else None,
        products=products,
        pager=pager(DIRECTORY, products, q=search),
    )


@platform.get("/pricing")
@public
async def pricing() -> Response:
    """What selling here costs, with an example worked out by the rule that orders use."""
    terms = await _terms()
    (charged,) = charge([_LINE], [], _EXAMPLE.currency, otherwise=terms.rule)
    fee = Money(charged.amount, _EXAMPLE.currency)
    return await page("storefront/platform/pricing.html", terms=terms, example=_EXAMPLE, fee=fee, rest=_EXAMPLE - fee)


@platform.get("/sell")
@public
async def sell() -> Response:
    """Why and how to open a shop."""
    return await page("storefront/platform/sell.html")


@platform.get("/legal/terms")
@public
async def terms() -> Response:
    """The terms, short."""
    return await page(
        "storefront/platform/terms.html", version=order_terms.VERSION, returns=order_terms.RETURNS[order_terms.VERSION]
    )


@platform.get("/legal/privacy")
@public
async def privacy() -> Response:
    """What is kept of whom, short."""
    return await page("storefront/platform/privacy.html")
