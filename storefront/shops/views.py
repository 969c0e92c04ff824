"""A vendor's shop and its products."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from quart import Blueprint, Response, request

from shared.core.errors import Conflict, Invalid, NotFound
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.markup import blocks
from shared.entrypoints.web.access import origin_suffices, public
from shared.entrypoints.web.kit import is_htmx
from shared.entrypoints.web.limits import limit_instead
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import page, see_other
from shared.entrypoints.web.same_for_all import same_for_all, shows_only
from shared.trade.baskets import service as baskets
from shared.trade.baskets.queries import count_items, reserved_for
from shared.trade.catalogue import queries as catalogue
from shared.trade.catalogue.product_views import (
    ProductView,
    as_seen_by,
)
from shared.trade.catalogue.shop_pages import shop_categories, visited_shop
from shared.trade.shipping.queries import plan_of_vendor
from shared.trade.shipping.rules import Parcel
from shared.trade.vat.sellers import seller_of
from shared.trade.vendors.errors import ShopClosed
from shared.trade.vendors.queries import VendorView, vendor_by_id
from shared.trade.vendors.seller import SellerLine
from storefront.browser import basket_token, promise_basket
from storefront.described.pages import of_product, of_shop
from storefront.described.sending import sending_of
from storefront.search.listing import ListRequest, read
from storefront.search.views import listed
from storefront.shops.choice import VARIANT, ProductChoice, bought, choice_of
from storefront.shops.delivery_promise import promises
from storefront.shops.forms import AddForm
from storefront.shops.gallery import pictures_of

shops = Blueprint("shops", __name__)

_HEX = re.compile(r"[0-9a-f]{6}", re.ASCII)


@frozen
class Brand:
    """What a vendor's own pages look like."""

    slug: str
    name: str
    colour: str


def brand_of(vendor: VendorView) -> Brand:
    """The brand of a shop; a colour that is none is left out."""
    colour = vendor.brand_color.lower()
    return Brand(
        vendor.slug,
        vendor.name,
        colour if colour[:1] == "#" and _HEX.fullmatch(colour[1:]) else "",
    )


@shops.get("/shop/brand/<colour>.css")
@public
@limit_instead("6000/minute")
async def brand_css(colour: str) -> Response:
    """A shop's colour as a stylesheet: the policy of our pages allows no inline style, and htmx
    parses whole pages.
    """
    if _HEX.fullmatch(colour) is None:
        raise NotFound
    headers = {
        "Content-Type": "text/css; charset=utf-8",
        "Cache-Control": "public, max-age=31536000, immutable",
    }
    return Response(f":root{{--brand:#{colour}}}\n", headers=headers)


@shops.get("/shops/<slug>")
@public
@same_for_all("category", "sort")
async def shop(slug: str) -> Response:
    """One shop: categories as chips, search, filters and sort, 24 products at a time."""
    try:
        vendor = await visited_shop(slug)
    except ShopClosed as closed:
        return await _closed(closed)
    shows_only(vendor.id)
    categories = await shop_categories(vendor.id)
    asked = read(url_for("shops.shop", slug=vendor.slug), currency=vendor.currency)
    if asked.category not in dict(categories):
        asked = replace(asked, category="")
    asked = replace(asked, vendor="")
    listing = await listed(
        asked,
        vendor_id=vendor.id,
        category=asked.category or None,
    )
    return await page(
        "storefront/shops/shop.html",
        fragments={"found": "found", "more": "more"},
        listing=listing,
        asked=asked,
        vendor=vendor,
        brand=brand_of(vendor),
        query=asked.words,
        search_address=asked.address(q=None),
        fragment=is_htmx(),
        chips=_chips(asked, categories),
        seller=await seller_of(vendor.id) if vendor.legal_name else None,
        meta=of_shop(vendor, asked.category),
    )


async def _closed(closed: ShopClosed) -> Response:
    """A closed shop's page, and that of each of its things, says so.

    With 200: the shop exists, and who follows a link reads what they came to know. 404 and 410
    would deny it, 503 would call it a failure of ours. Search engines keep the address if a day is
    named, since it will be of use again soon.
    """
    shows_only(closed.vendor.id)
    return await page(
        "storefront/shops/closed.html",
        vendor=closed.vendor,
        product=closed.product,
        sentence=closed.message,
        is_listed=closed.vendor.closed_until is not None,
    )


def _chips(
    asked: ListRequest, categories: tuple[tuple[str, int], ...]
) -> list[tuple[str, str, bool]]:
    if len(categories) < 2:
        return []
    everything = (_("All"), asked.address(category=None), not asked.category)
    return [
        everything,
        *(
            (name, asked.address(category=name), name == asked.category)
            for name, _number in categories
        ),
    ]


@shops.get("/shops/<slug>/<product_slug>")
@public
@same_for_all(VARIANT)
async def product(slug: str, product_slug: str) -> Response:
    """One product; with options, as far as the address says what is chosen."""
    try:
        item = await catalogue.product(slug, product_slug)
    except ShopClosed as closed:
        return await _closed(closed)
    held = await reserved_for(basket_token())
    choice = await choice_of(
        item,
        request.args,
        held,
    )
    if choice.chosen is not None and VARIANT not in request.args and not is_htmx():
        return see_other(_variant_address(choice.chosen))
    response = await _product_page(
        item,
        choice,
        await AddForm.from_request(),
        held,
    )
    if choice.chosen is not None and is_htmx():
        response.headers["HX-Replace-Url"] = _variant_address(choice.chosen)
    return response


def _variant_address(variant: ProductView) -> str:
    return url_for(
        "shops.product",
        slug=variant.vendor_slug,
        product_slug=variant.slug,
        variant=variant.id,
    )


@shops.post("/shops/<slug>/<product_slug>")
@public
@origin_suffices
async def add_to_basket(slug: str, product_slug: str) -> Response:
    """Add to basket: back to the basket as a plain form, a line on this page with htmx."""
    item = await catalogue.product(slug, product_slug)
    form = await AddForm.from_request()
    held = await reserved_for(basket_token())
    choice = await choice_of(item, await request.form, held)
    if not form.ok():
        return await _product_page(item, choice, form, held, status=422)
    token, quantity = promise_basket(), form.quantity.data or 0
    try:
        await baskets.add(
            token,
            product_id=bought(item, choice).id,
            quantity=quantity,
        )
    except (Conflict, Invalid) as problem:
        return await _product_page(
            item,
            choice,
            form,
            held,
            problem=problem,
            status=problem.status,
        )
    if not is_htmx():
        return see_other(url_for("basket.show"))
    return await _product_page(item, choice, form, held, added=quantity)


async def _product_page(
    item: ProductView,
    choice: ProductChoice,
    form: AddForm,
    held: Mapping[int, int],
    *,
    added: int = 0,
    problem: Conflict | Invalid | None = None,
    status: int = 200,
) -> Response:
    shows_only(item.vendor_id)
    vendor = await vendor_by_id(item.vendor_id)
    (item,) = as_seen_by([item], held)
    more = () if added else await _more(item, held)
    parcel = Parcel(vendor.country, item.price, item.weight_grams)
    plan = await plan_of_vendor(vendor.id)
    sending = sending_of(vendor, plan, parcel)
    return await page(
        "storefront/shops/product.html",
        fragments={"added": "added", "product": "product"},
        status=status,
        product=item,
        choice=choice,
        shown=choice.chosen or item,
        pictures=await pictures_of(item, choice.chosen),
        text=blocks(item.description),
        maker=_maker(item, vendor),
        meta=of_product(item, vendor, sending, choice.variants),
        vendor=vendor,
        promises=promises(plan, parcel),
        brand=brand_of(vendor),
        more=more,
        form=form,
        added=added,
        items_in_basket=await count_items(basket_token()) if added else 0,
        problem=problem.message if problem else None,
    )


def _maker(item: ProductView, vendor: VendorView) -> str:
    """Who answers for its safety, in a line; its seller where the vendor names nobody else
    (regulation 2023/988, article 19).
    """
    if item.maker:
        return ", ".join(
            line.strip() for line in item.maker.splitlines() if line.strip()
        )
    if not vendor.legal_name:
        return ""
    seller = SellerLine(
        vendor.legal_name,
        vendor.seller_address,
        vendor.country,
        vendor.business_email,
    )
    return str(seller)


async def _more(
    item: ProductView,
    held: Mapping[int, int],
) -> tuple[ProductView, ...]:
    """Other things of the same shop."""
    others = await catalogue.more_of_shop(
        item.vendor_id,
        without=item.id,
        category=item.category,
    )
    return as_seen_by(others, held)
