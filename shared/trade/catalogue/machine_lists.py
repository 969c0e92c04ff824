"""Everything that shoppers may see, for sitemaps and feeds: some hundred rows at a time, each piece
behind the last one's id.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.pieces import VARIANT_MARK, listed
from shared.trade.catalogue.rules import full_name, in_words, values_in
from shared.trade.vendors.models import Vendor

PART = 50_000  # addresses in one part of a sitemap, as its makers bound it
LAST_PART = 1_000_000
AT_ONCE = 500
KINDS = ("shops", "products")
_SHOP = ("id", "slug", "updated_at")
_PRODUCT = ("id", "slug", "updated_at", "vendor__slug")
_OFFER = (
    "id",
    "slug",
    "name",
    "options",
    "category",
    "description",
    "picture",
    "sku",
    "price_amount",
    "currency",
    "stock",
    "reserved",
    "parent_id",
    "parent__description",
    "vendor__slug",
    "vendor__name",
)


@frozen
class SitemapEntry:
    """A shop's page, or that of one of its products."""

    shop: str
    product: str
    changed_at: datetime


@frozen(kw_only=True)
class FeedOffer:
    """Something that can be bought: a product, or a variant of one (`group`)."""

    id: int
    name: str
    description: str
    category: str
    picture: str
    sku: str
    price: Money
    is_left: bool
    shop: str
    vendor_name: str
    product: str
    group: int | None

    @property
    def variant(self) -> int | None:
        """What its address names beside its product."""
        return self.id if self.group else None


async def last_part(kind: str) -> int:
    """The number of the last part that has a row; part n has the ids from n times PART on."""
    last = await _shown(kind).order_by("-id").first().values("id")
    return int(last["id"]) // PART if last else 0


async def entries(kind: str, number: int) -> AsyncIterator[list[SitemapEntry]]:
    """The entries of one part, some at a time."""
    rows = _shown(kind).filter(id__lt=(number + 1) * PART)
    columns = _SHOP if kind == "shops" else _PRODUCT
    async for some in _pieces(rows, columns, number * PART - 1):
        yield [_entry(row) for row in some]


async def offers() -> AsyncIterator[list[FeedOffer]]:
    """Everything that shops which take payments sell, some at a time."""
    rows = Product.filter(
        Q(parent_id__not_isnull=True) | Q(options=""),
        is_published=True,
        vendor__is_open=True,
        vendor__payment_config__accepts_payments=True,
    )
    async for some in _pieces(rows, _OFFER, 0):
        yield [_offer(row) for row in some]


def _shown(kind: str) -> QuerySet[Any]:
    if kind == "shops":
        return Vendor.filter(is_open=True)
    return listed(is_published=True, vendor__is_open=True)


async def _pieces(
    rows: QuerySet[Any],
    columns: tuple[str, ...],
    after: int,
) -> AsyncIterator[list[dict[str, Any]]]:
    last: int | None = after
    while last is not None:
        query = rows.filter(id__gt=last).order_by("id").limit(AT_ONCE)
        some = list(await query.values(*columns))
        yield some
        last = some[-1]["id"] if len(some) == AT_ONCE else None


def _entry(row: Mapping[str, Any]) -> SitemapEntry:
    vendor = row.get("vendor__slug")
    return SitemapEntry(
        vendor or row["slug"],
        row["slug"] if vendor else "",
        row["updated_at"],
    )


def _offer(row: Mapping[str, Any]) -> FeedOffer:
    group = row["parent_id"]
    choice = in_words(values_in(row["options"])) if group else ""
    return FeedOffer(
        id=row["id"],
        name=full_name(row["name"], choice),
        description=row["parent__description"] if group else row["description"],
        category=row["category"],
        picture=row["picture"],
        sku=row["sku"],
        price=Money(row["price_amount"], row["currency"]),
        is_left=row["stock"] > row["reserved"],
        shop=row["vendor__slug"],
        vendor_name=row["vendor__name"],
        product=row["slug"].partition(VARIANT_MARK)[0],
        group=group,
    )
