"""`/search`: products of every shop by words and filters, and what is found as somebody types."""

from __future__ import annotations

from dataclasses import replace

from quart import Blueprint, Response, request

from shared.entrypoints.web.access import public
from shared.entrypoints.web.etags import with_etag
from shared.entrypoints.web.kit import is_htmx
from shared.entrypoints.web.limits import limit_instead
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import page, see_other
from shared.entrypoints.web.paging import address
from shared.trade.baskets.queries import reserved_for
from shared.trade.catalogue.categories import category_tree
from shared.trade.catalogue.category_tree import CategoryTree, CategoryView
from shared.trade.catalogue.finding import NOTHING, ProductList, find
from shared.trade.catalogue.product_views import as_seen_by
from shared.trade.catalogue.queries import clean_search
from shared.trade.catalogue.wanted import ProductQuery, Sort
from shared.trade.vendors.open_shops import (
    NO_SHOPS,
    ShopsPage,
    currencies,
    open_shops,
)
from shared.trade.vendors.queries import VendorView, open_vendor
from storefront.browser import basket_token
from storefront.search.listing import Listing, ListRequest, currency_of, read, wanted

search = Blueprint("search", __name__)

FEW_SHOPS = 6  # above the products that a search finds
FEW_CATEGORIES = 6
SUGGESTED = 6
SUGGESTED_CATEGORIES = 2
SUGGESTED_SHOPS = 3


async def listed(
    asked: ListRequest,
    *,
    vendor_id: int | None = None,
    category: str | None = None,
    categories: tuple[str, ...] = (),
) -> Listing:
    """What this address asks for, as this browser sees it."""
    found = await find(
        wanted(
            asked,
            vendor_id=vendor_id,
            category=category,
            categories=categories,
        )
    )
    products = as_seen_by(found.products, await reserved_for(basket_token()))
    return Listing(
        asked=asked,
        found=replace(found, products=products),
        singly=()
        if found.products
        else await _singly(
            asked,
            vendor_id=None if asked.vendor else vendor_id,
            category=category,
            categories=() if asked.category else categories,
        ),
    )


async def _singly(
    asked: ListRequest,
    *,
    vendor_id: int | None,
    category: str | None,
    categories: tuple[str, ...],
) -> tuple[tuple[str, str], ...]:
    """The words that find something alone, on this page and without what its visitor chose."""
    some = []
    for word, place in asked.singly:
        query = ProductQuery(
            words=word,
            vendor_id=vendor_id,
            category=category,
            categories=categories,
            size=1,
        )
        if (await find(query)).products:
            some.append((word, place))
    return tuple(some)


@search.get("/search")
@public
async def results() -> Response:
    """Products of every open shop, above them the first shops that the words find.

    Never kept in memory: anybody can make up any number of searches. Who asks again for one that
    finds the same hears only that.
    """
    spoken = await currencies()
    asked = read(
        url_for("search.results"),
        currency=currency_of(spoken),
    )
    vendor = await open_vendor(asked.vendor) if asked.vendor else None
    tree = await category_tree()
    category = tree.of_slug(asked.category)
    if category is None:
        asked = replace(asked, category="")
    names = tuple(each.name for each in tree.whole(category)) if category else ()
    listing = await _products(asked, vendor, names)
    shops = await _shops(asked, listing.found)
    response = await page(
        "storefront/search/results.html",
        fragments={"found": "found", "more": "more"},
        listing=listing,
        asked=asked,
        vendor=vendor,
        shops=shops,
        kinds=tree.called(asked.words, FEW_CATEGORIES),
        all_shops=address(
            url_for("platform.directory"),
            q=asked.words,
        ),
        categories=_choices(tree),
        makers=_makers(listing.found, vendor),
        currencies=spoken,
        query=asked.words,
        fragment=is_htmx(),
    )
    return await with_etag(response)


async def _products(
    asked: ListRequest,
    vendor: VendorView | None,
    chosen: tuple[str, ...],
) -> Listing:
    if asked.vendor and vendor is None:
        return Listing(
            asked=asked,
            found=NOTHING,
        )
    return await listed(
        asked,
        vendor_id=vendor.id if vendor else None,
        categories=chosen,
    )


async def _shops(
    asked: ListRequest,
    found: ProductList,
) -> ShopsPage:
    """The first shops, above the first products; a filter is about products alone."""
    if not asked.words or asked.is_narrowed or not found.is_first:
        return NO_SHOPS
    return await open_shops(
        search=asked.words,
        size=FEW_SHOPS,
    )


def _choices(tree: CategoryTree) -> list[tuple[str, str]]:
    """The categories that can be chosen, by their address parts."""
    return [(each.slug, f"{'– ' * depth}{each.label}") for depth, each in tree.walk()]


def _makers(
    found: ProductList,
    vendor: VendorView | None,
) -> list[tuple[str, str]]:
    """The shops that can be chosen: whose most is of what was found, or the one that was."""
    shown = [(maker.slug, maker.name) for maker in found.makers]
    if vendor is not None and not found.makers:
        shown.append((vendor.slug, vendor.name))
    return shown


@search.get("/search/suggestions")
@public
@limit_instead("600/minute")
async def suggestions() -> Response:
    """While somebody types: the first things and shops, as links below the field.

    Without script nobody comes here; who does is sent to the page.
    """
    words = clean_search(request.args.get("q"))
    if not is_htmx():
        return see_other(
            address(
                url_for("search.results"),
                q=words,
            )
        )
    slug = request.args.get("vendor", "")[:60]
    vendor = await open_vendor(slug) if slug else None
    found, shops = NOTHING, NO_SHOPS
    kinds: tuple[CategoryView, ...] = ()
    if words and not slug:
        kinds = (await category_tree()).called(words, SUGGESTED_CATEGORIES)
    if words:
        found = await _first(words, vendor)
        if not slug:
            shops = await open_shops(
                search=words,
                size=SUGGESTED_SHOPS,
            )
    everything = url_for("shops.shop", slug=slug) if slug else url_for("search.results")
    return await page(
        "storefront/search/suggestions.html",
        words=words,
        found=found,
        shops=shops,
        kinds=kinds,
        with_vendor=vendor is None,
        everything=address(everything, q=words),
    )


async def _first(
    words: str,
    vendor: VendorView | None,
) -> ProductList:
    return await find(
        ProductQuery(
            words=words,
            vendor_id=vendor.id if vendor else None,
            sort=Sort.RELEVANCE,
            size=SUGGESTED,
        )
    )
