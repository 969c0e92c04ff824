"""What a code stands for when somebody types it, and what its owner reads of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tortoise.expressions import Q
from tortoise.functions import Count, Sum
from tortoise.queryset import QuerySet

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.ids import digest
from shared.core.money import Money
from shared.infra.database.columns import texts_in
from shared.infra.database.paging import Counted, Window, window_of
from shared.trade.catalogue.categories import category_tree
from shared.trade.catalogue.category_tree import CategoryTree
from shared.trade.catalogue.queries import MAX_ID
from shared.trade.discounts.allocation import reductions
from shared.trade.discounts.errors import (
    CodeWithoutGoods,
    DiscountNotFound,
    UnknownCode,
)
from shared.trade.discounts.models import DiscountCode, Redemption
from shared.trade.discounts.rules import (
    COUNTED,
    MOST_DISCOUNTS,
    Discount,
    DiscountKind,
    RedemptionState,
    Reduction,
    VendorGoods,
    shopper_key,
)
from shared.trade.marketplace.queries import marketplace
from shared.trade.people.errors import BadEmail
from shared.trade.vendors.models import Vendor

PAGE_SIZE = 50


@frozen
class CodeUser:
    """Who uses a code: by account, and by the address of the purchase, empty while it is not
    known.
    """

    customer_id: int | None
    email: str = ""

    @property
    def digest(self) -> str:
        """What uses by this address are counted by; empty for none."""
        try:
            return digest(shopper_key(self.email)) if self.email else ""
        except BadEmail:
            return ""


@frozen
class FoundCode:
    """The discounts that a code stands for in a basket, and how often this shopper has used
    each.
    """

    discounts: tuple[Discount, ...] = ()
    used_by_shopper: Mapping[int, int] | None = None

    def off(self, bought: Sequence[VendorGoods]) -> tuple[Reduction, ...]:
        """What it takes off now; nothing without a code. Raises why it cannot be used."""
        return reductions(
            self.discounts,
            bought,
            now=clock.now(),
            used_by_shopper=self.used_by_shopper or {},
        )


NO_CODE = FoundCode()


async def find_code(
    code: str,
    vendor_ids: Collection[int],
    user: CodeUser,
) -> FoundCode:
    """What a code stands for where things of these vendors are bought; nothing for no code.

    Raises UnknownCode, CodeWithoutGoods.
    """
    if not code:
        return NO_CODE
    rows = await candidates(code, vendor_ids).order_by("id")
    return await found_in(code, rows, user)


def candidates(code: str, vendor_ids: Collection[int]) -> QuerySet[DiscountCode]:
    """The rows of a code that may be meant: the marketplace's, and those of the vendors."""
    mine = Q(vendor_id=None) | Q(vendor_id__in=list(vendor_ids))
    return DiscountCode.filter(mine, code=code)


async def found_in(
    code: str,
    rows: Sequence[DiscountCode],
    user: CodeUser,
    *,
    besides: int | None = None,
) -> FoundCode:
    """What rows of one code stand for. `besides`: a purchase whose use does not count."""
    if not rows:
        known = await DiscountCode.filter(code=code).exists()
        raise CodeWithoutGoods(code) if known else UnknownCode(code)
    # Should both have it, the marketplace's is meant.
    meant = [row for row in rows if row.vendor_id is None] or rows
    discounts = [discount_of(row) for row in meant]
    if any(discount.categories for discount in discounts):
        tree = await category_tree()
        discounts = [_with_all_below(discount, tree) for discount in discounts]
    discounts = await _in_zone(discounts)
    if besides is not None:
        discounts = await _without_use(discounts, besides)
    used = await _used_by(discounts, user, besides)
    return FoundCode(tuple(discounts), used)


def discount_of(row: DiscountCode) -> Discount:
    """The discount that a row holds."""
    return Discount(
        id=row.id,
        code=row.code,
        kind=DiscountKind(row.kind),
        vendor_id=row.vendor_id,
        percentage=row.percentage,
        amount=row.amount,
        currency=row.currency,
        least=row.least_amount,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        most_uses=row.most_uses,
        most_per_shopper=row.most_per_shopper,
        vendor_ids=frozenset(row.vendor_ids),
        categories=frozenset(row.categories),
        is_active=bool(row.is_active),
        uses=row.uses,
    )


def _with_all_below(discount: Discount, tree: CategoryTree) -> Discount:
    tops = map(tree.of_name, discount.categories)
    names = {each.name for top in tops if top for each in tree.whole(top)}
    return replace(discount, categories=discount.categories | names)


async def _in_zone(discounts: list[Discount]) -> list[Discount]:
    """With the days of their beginning as the marketplace has them, where they are still told."""
    now = clock.now()
    if not any(each.starts_at and each.starts_at > now for each in discounts):
        return discounts
    zone = (await marketplace()).zone
    return [
        replace(each, starts_at=each.starts_at and each.starts_at.astimezone(zone))
        for each in discounts
    ]


async def _without_use(
    discounts: list[Discount],
    checkout_id: int,
) -> list[Discount]:
    """Without the use that a purchase has of them."""
    own = await _counted(discounts).filter(checkout_id=checkout_id)
    there = {redemption.discount_id for redemption in own}
    return [
        replace(each, uses=each.uses - 1) if each.id in there else each
        for each in discounts
    ]


def _counted(discounts: Sequence[Discount]) -> QuerySet[Redemption]:
    ids = [discount.id for discount in discounts]
    return Redemption.filter(discount_id__in=ids, status__in=COUNTED)


async def _used_by(
    discounts: Sequence[Discount],
    user: CodeUser,
    besides: int | None,
) -> dict[int, int]:
    """How often a shopper has used each; by account and by address, whichever matches."""
    limited = [each for each in discounts if each.most_per_shopper is not None]
    who = [Q(shopper_digest=user.digest)] if user.digest else []
    who += [Q(customer_id=user.customer_id)] if user.customer_id else []
    if not limited or not who:
        return {}
    query = _counted(limited).filter(Q(*who, join_type="OR"))
    if besides is not None:
        query = query.exclude(checkout_id=besides)
    rows = (
        await query.annotate(n=Count("id"))
        .group_by("discount_id")
        .values_list("discount_id", "n")
    )
    return {int(discount_id): int(n) for discount_id, n in rows}


@frozen
class DiscountView:
    """A discount with what became of it: `paid` uses of those that count, and what they took off
    paid orders, by currency. `vendor_name` is empty for the marketplace's.
    """

    discount: Discount
    paid: int
    cost: tuple[Money, ...]
    vendor_name: str = ""


@frozen(kw_only=True)
class DiscountPage(Counted):
    """A page of an owner's discounts, the newest first."""

    rows: tuple[DiscountView, ...]


async def discounts_of(vendor_id: int) -> tuple[Discount, ...]:
    """All discounts of a vendor, the newest first: it may have so many."""
    rows = DiscountCode.filter(vendor_id=vendor_id).order_by("-id")
    return tuple([discount_of(row) for row in await rows.limit(MOST_DISCOUNTS)])


async def discounts_page(owner_id: int | None, *, page: int) -> DiscountPage:
    """The discounts of a vendor, without one those of the marketplace."""
    return await _page(DiscountCode.filter(vendor_id=owner_id), page)


async def vendors_discounts(*, page: int) -> DiscountPage:
    """The discounts of every vendor, for the operator."""
    return await _page(DiscountCode.filter(vendor_id__not_isnull=True), page)


async def _page(query: QuerySet[DiscountCode], page: int) -> DiscountPage:
    at = await window_of(query, page=page, size=PAGE_SIZE)
    here = query.offset(at.offset).limit(at.limit)
    rows = await here.order_by("-id").select_related("vendor")
    return DiscountPage(rows=await _views(rows), **_counts(at))


def _counts(at: Window) -> dict[str, Any]:
    return {
        "number": at.number,
        "pages": at.pages,
        "goes_on": at.goes_on,
        "total": at.total,
        "size": at.limit,
    }


async def discount_view(owner_id: int | None, discount_id: int) -> DiscountView:
    """One of an owner's discounts. Raises DiscountNotFound for anybody else's."""
    row = None
    if 0 < discount_id <= MAX_ID:
        mine = DiscountCode.filter(id=discount_id, vendor_id=owner_id)
        row = await mine.select_related("vendor").first()
    if row is None:
        raise DiscountNotFound
    return (await _views([row]))[0]


async def slugs_of(vendor_ids: Collection[int]) -> list[str]:
    """What the shops of these vendors are called in addresses, in order."""
    rows = Vendor.filter(id__in=list(vendor_ids)).order_by("slug")
    return await texts_in(rows, "slug")


async def _views(rows: Sequence[DiscountCode]) -> tuple[DiscountView, ...]:
    paid = Redemption.filter(
        discount_id__in=[row.id for row in rows], status=RedemptionState.USED
    )
    sums = (
        await paid.annotate(n=Count("id"), off=Sum("amount"))
        .group_by("discount_id", "currency")
        .order_by("currency")
        .values("discount_id", "currency", "n", "off")
    )
    return tuple(
        _view(row, [each for each in sums if each["discount_id"] == row.id])
        for row in rows
    )


def _view(
    row: DiscountCode,
    paid: Sequence[Mapping[str, Any]],
) -> DiscountView:
    return DiscountView(
        discount_of(row),
        paid=sum(each["n"] for each in paid),
        cost=tuple(map(_cost, paid)),
        vendor_name=row.vendor.name if row.vendor else "",
    )


def _cost(sums: Mapping[str, Any]) -> Money:
    return Money(int(sums["off"]), sums["currency"])
