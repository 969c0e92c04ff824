"""The shops that shoppers may see, in lists."""

from __future__ import annotations

from tortoise.expressions import Case, When
from tortoise.functions import Count

from shared.core.frozen import frozen
from shared.infra.database.paging import Counted, window_of
from shared.infra.database.searching import matching
from shared.trade.vendors.models import Vendor
from shared.trade.vendors.queries import VendorView, vendor_view

PAGE_SIZE = 24
USUAL_CURRENCY = "EUR"  # of a marketplace without shops


async def selling_vendors(limit: int) -> tuple[VendorView, ...]:
    """The first vendors that shoppers may see and buy from, by name."""
    selling = Vendor.filter(is_open=True, payment_config__accepts_payments=True)
    rows = selling.order_by("name", "id").limit(limit)
    return tuple(
        vendor_view(row) for row in await rows.select_related("payment_config")
    )


@frozen(kw_only=True)
class ShopsPage(Counted):
    """A page of the shops that shoppers may see."""

    vendors: tuple[VendorView, ...]


async def open_shops(
    *,
    search: str = "",
    page: int = 1,
    size: int = PAGE_SIZE,
) -> ShopsPage:
    """Open shops, those that can be bought from first, then by name.

    `search`: each of its words stands in name, tagline or city.
    """
    query = Vendor.filter(is_open=True)
    if search:
        query = query.filter(matching(search, "search"))
    shown = await window_of(query, page=page, size=size)
    # In the alphabet's order.
    sells = Case(
        When(payment_config__accepts_payments=True, then="now"), default="soon"
    )
    # The folded column begins with the name, and is sorted without regard to case or accents on
    # either engine.
    query = (
        query.annotate(sells=sells)
        .order_by("sells", "search", "id")
        .offset(shown.offset)
        .limit(shown.limit)
    )
    rows = await query.select_related("payment_config")
    vendors = tuple(vendor_view(row) for row in rows)
    return ShopsPage(
        vendors=vendors,
        number=shown.number,
        pages=shown.pages,
        goes_on=shown.goes_on,
        total=shown.total,
        size=size,
    )


NO_SHOPS = ShopsPage(
    vendors=(),
    number=1,
    pages=1,
    total=0,
    size=PAGE_SIZE,
)


async def currencies() -> tuple[str, ...]:
    """The currencies that open shops sell in, the one of most shops first; at least one."""
    counted = (
        Vendor.filter(is_open=True, payment_config__id__isnull=False)
        .annotate(number=Count("id"))
        .group_by("payment_config__currency")
        .order_by("-number", "payment_config__currency")
    )
    found = await counted.values_list("payment_config__currency", flat=True)
    return tuple(str(code) for code in found) or (USUAL_CURRENCY,)
