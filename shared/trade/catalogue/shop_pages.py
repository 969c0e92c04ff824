"""One shop as shoppers look through it: who it is, and which categories it has."""

from __future__ import annotations

from tortoise.functions import Count

from shared.trade.catalogue.pieces import listed
from shared.trade.catalogue.queries import is_slug
from shared.trade.vendors.errors import ShopClosed, ShopNotFound
from shared.trade.vendors.queries import VendorView, vendor_by_slug


async def visited_shop(slug: str) -> VendorView:
    """The open shop of this address part. Raises NotFound, ShopClosed for one that is closed."""
    if not is_slug(slug):
        raise ShopNotFound
    vendor = await vendor_by_slug(slug)
    if not vendor.is_open:
        raise ShopClosed(vendor)
    return vendor


async def shop_categories(vendor_id: int) -> tuple[tuple[str, int], ...]:
    """Each category of a shop by name, with how many published products are in it."""
    counted = (
        listed(
            vendor_id=vendor_id,
            is_published=True,
        )
        .annotate(number=Count("id"))
        .group_by("category")
        .order_by("category")
    )
    found = await counted.values_list("category", "number")
    return tuple((str(name), int(count)) for name, count in found if name)
