"""The shops that shoppers may see, in lists."""

from __future__ import annotations

from tortoise.functions import Count

from shared.core.folding import words
from shared.core.frozen import frozen
from shared.infra.database.counting import MOST
from shared.trade.vendors import place_statements
from shared.trade.vendors.models import Vendor
from shared.trade.vendors.queries import VendorView

PAGE_SIZE = 24
USUAL_CURRENCY = "EUR"  # of a marketplace without shops


async def selling_vendors(limit: int) -> tuple[VendorView, ...]:
    """The first vendors that shoppers may see and buy from, by name."""
    return tuple(await place_statements.selling(limit))


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
    typed = words(search)
    if search and not typed:
        return NO_SHOPS
    number = await place_statements.number_open(typed)
    behind = await place_statements.stand_of(after) if after else None
    found = await place_statements.in_order(size + 1, words=typed, behind=behind)
    shown = tuple(found[:size])
    return ShopsPage(
        vendors=shown,
        total=min(number, MOST),
        goes_on=number > MOST,
        next=shown[-1].id if len(found) > size else 0,
    )


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
