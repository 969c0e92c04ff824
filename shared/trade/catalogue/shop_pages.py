"""One shop as shoppers look through it: a page of its products, by category, sort and search."""

from __future__ import annotations

from enum import StrEnum

from tortoise.functions import Count
from tortoise.queryset import QuerySet

from shared.core.frozen import frozen
from shared.infra.database.paging import Counted, window_of
from shared.infra.database.searching import matching
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.pieces import listed, sold_out_last
from shared.trade.catalogue.product_views import (
    ProductView,
    views_of,
)
from shared.trade.catalogue.queries import (
    PAGE_SIZE,
    SEARCHED,
    clean_search,
    is_slug,
)
from shared.trade.vendors.errors import ShopClosed, ShopNotFound
from shared.trade.vendors.queries import VendorView, vendor_by_slug


class Sort(StrEnum):
    """The orders a shop can be looked through in."""

    NEWEST = "newest"
    PRICE_UP = "price-up"
    PRICE_DOWN = "price-down"


_ORDER_BY = {
    Sort.NEWEST: ("-id",),
    Sort.PRICE_UP: ("price_amount", "id"),
    Sort.PRICE_DOWN: ("-price_amount", "id"),
}


@frozen(kw_only=True)
class ShopPage(Counted):
    """One page of a vendor's shop, with what is needed to look at another one."""

    vendor: VendorView
    products: tuple[ProductView, ...]
    categories: tuple[tuple[str, int], ...]
    category: str | None
    sort: Sort
    search: str


def read_sort(text: str | None) -> Sort:
    """The sort of this name, newest first when there is none."""
    return Sort(text) if text in set(Sort) else Sort.NEWEST


async def shop_page(
    vendor_slug: str,
    *,
    category: str | None = None,
    sort: Sort = Sort.NEWEST,
    search: str = "",
    page: int = 1,
) -> ShopPage:
    """A page of a shop's published products, those that are sold out last; pages beyond the last
    show the last.

    Raises NotFound for an unknown shop, ShopClosed for one that is closed.
    """
    vendor = await _open_vendor(vendor_slug)
    published = listed(vendor_id=vendor.id, is_published=True)
    categories = await _categories(published)
    search = clean_search(search)
    chosen = category if category in dict(categories) else None
    found = published.filter(matching(search, *SEARCHED)) if search else published
    if chosen:
        found = found.filter(category=chosen)
    shown = await window_of(found, page=page, size=PAGE_SIZE)
    products = await views_of(sold_out_last(found, *_ORDER_BY[sort]), shown)
    return ShopPage(
        vendor=vendor,
        products=products,
        categories=categories,
        category=chosen,
        sort=sort,
        search=search,
        number=shown.number,
        pages=shown.pages,
        goes_on=shown.goes_on,
        total=shown.total,
        size=PAGE_SIZE,
    )


async def _categories(published: QuerySet[Product]) -> tuple[tuple[str, int], ...]:
    """Each category by name, with how many products are in it."""
    counted = (
        published.annotate(number=Count("id")).group_by("category").order_by("category")
    )
    found = await counted.values_list("category", "number")
    return tuple((str(name), int(count)) for name, count in found if name)


async def _open_vendor(slug: str) -> VendorView:
    if not is_slug(slug):
        raise ShopNotFound
    vendor = await vendor_by_slug(slug)
    if not vendor.is_open:
        raise ShopClosed(vendor)
    return vendor
