"""The shops that shoppers may see, in lists."""

from __future__ import annotations

from tortoise.expressions import Case, Q, When
from tortoise.functions import Count

from shared.core.frozen import frozen
from shared.infra.database.counting import MOST, count_some
from shared.infra.database.searching import matching
from shared.trade.vendors.models import Vendor
from shared.trade.vendors.queries import VendorView, vendor_view

PAGE_SIZE = 24
USUAL_CURRENCY = "EUR"  # of a marketplace without shops


async def selling_vendors(limit: int) -> tuple[VendorView, ...]:
    """The first vendors that shoppers may see and buy from, by name."""
    selling = Vendor.filter(
        is_open=True,
        payment_config__accepts_payments=True,
    )
    rows = selling.order_by("name", "id").limit(limit)
    return tuple(
        vendor_view(row) for row in await rows.select_related("payment_config")
    )


@frozen(kw_only=True)
class ShopsPage:
    """Some of the shops that shoppers may see, and where the next ones begin (0: at the end).

    `total`: how many in all, with `goes_on` more than that.
    """

    vendors: tuple[VendorView, ...] = ()
    total: int = 0
    goes_on: bool = False
    next: int = 0

    @property
    def is_all(self) -> bool:
        """Whether there are no others than these."""
        return len(self.vendors) == self.total and not self.goes_on


NO_SHOPS = ShopsPage()


async def open_shops(
    *,
    search: str = "",
    after: int = 0,
    size: int = PAGE_SIZE,
) -> ShopsPage:
    """Open shops, those that can be bought from first, then by name; behind the one with the id
    `after`, or from the first one on where that is none.

    `search`: each of its words stands in name, tagline or city.
    """
    found = Vendor.filter(is_open=True)
    if search:
        found = found.filter(matching(search, "search"))
    number = await count_some(found)
    # In the alphabet's order.
    sells = Case(
        When(payment_config__accepts_payments=True, then="now"), default="soon"
    )
    # The folded column begins with the name, and is sorted without regard to case or accents on
    # either engine.
    query = (
        found.filter(await _behind(after))
        .annotate(sells=sells)
        .order_by("sells", "search", "id")
        .limit(size + 1)
    )
    rows = await query.select_related("payment_config")
    shown = rows[:size]
    return ShopsPage(
        vendors=tuple(vendor_view(row) for row in shown),
        total=min(number, MOST),
        goes_on=number > MOST,
        next=shown[-1].id if len(rows) > size else 0,
    )


async def _behind(vendor_id: int) -> Q:
    """What comes after a shop in their order; everything where there is no such shop."""
    before = Vendor.filter(id=vendor_id).select_related("payment_config")
    shop = await before.first() if vendor_id else None
    if shop is None:
        return Q()
    selling = Q(payment_config__accepts_payments=True)
    soon = Q(payment_config__accepts_payments=False) | Q(payment_config__id=None)
    later = Q(search__gt=shop.search) | Q(search=shop.search, id__gt=shop.id)
    config = shop.payment_config
    if config is not None and config.accepts_payments:
        return (selling & later) | soon
    return soon & later


async def currencies() -> tuple[str, ...]:
    """The currencies that open shops sell in, the one of most shops first; at least one."""
    counted = (
        Vendor.filter(is_open=True, payment_config__id__isnull=False)
        .annotate(number=Count("id"))
        .group_by("payment_config__currency")
        .order_by("-number", "payment_config__currency")
    )
    found = await counted.values_list(
        "payment_config__currency",
        flat=True,
    )
    return tuple(str(code) for code in found) or (USUAL_CURRENCY,)
