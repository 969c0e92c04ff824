"""What a discount code takes off which goods, and when it can be used. Pure.

A vendor's code takes off its own goods, the marketplace's off those of every vendor that it is for.
What is taken off several lines is split by the largest remainder (`money.split`), the lines in the
order of vendor and product; so it does not depend on the order of a basket.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from shared.core.errors import MarketError
from shared.core.frozen import frozen
from shared.core.money import Money, round_half_up, split, step
from shared.core.typed import bare_code
from shared.trade.discounts.errors import (
    BelowLeast,
    CodeNotForThese,
    CodeNotYet,
    CodeOver,
    CodeTakesNothing,
    CodeUsedByYou,
    CodeUsedUp,
    CodeWithoutGoods,
    OtherCurrency,
)
from shared.trade.people.rules import normal_email

LONGEST_CODE = 40
SHORTEST_CODE = 3
_SIGNS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")


class DiscountKind(StrEnum):
    """What a code takes off."""

    PERCENT = "percent"
    AMOUNT = "amount"
    SHIPPING = "shipping"  # all that sending costs


class RedemptionState(StrEnum):
    """What became of a code's use: set aside for an unpaid purchase, paid, or given back."""

    RESERVED = "reserved"
    USED = "used"
    RELEASED = "released"


# Money that came late pays at the price that was promised, whatever was given back meanwhile.
REDEMPTION_MOVES: dict[RedemptionState, frozenset[RedemptionState]] = {
    RedemptionState.RESERVED: frozenset(
        {RedemptionState.USED, RedemptionState.RELEASED}
    ),
    RedemptionState.RELEASED: frozenset({RedemptionState.USED}),
    RedemptionState.USED: frozenset(),
}
# What counts against the limits.
COUNTED = (RedemptionState.RESERVED, RedemptionState.USED)


@frozen(kw_only=True)
class Discount:
    """A code as it stands. Amounts are minor units of `currency`, which is empty where there are
    none.

    `vendor_id` is None for the marketplace's, which may be for some vendors and categories (by
    their names, with all below them) alone; none means all. `uses`: how many count now.
    """

    code: str
    kind: DiscountKind
    id: int = 0
    vendor_id: int | None = None
    percentage: Decimal | None = None
    amount: int = 0
    currency: str = ""
    least: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    most_uses: int | None = None
    most_per_shopper: int | None = None
    vendor_ids: frozenset[int] = frozenset()
    categories: frozenset[str] = frozenset()
    is_active: bool = True
    uses: int = 0

    @property
    def is_marketplace(self) -> bool:
        """Whether the marketplace bears what it takes off."""
        return self.vendor_id is None


@frozen
class BoughtLine:
    """A line that is bought: a product or a variant, and what all its pieces cost together."""

    product_id: int
    category: str
    amount: int


@frozen
class VendorGoods:
    """What is bought of one vendor, and what sending it costs; None while nothing was chosen."""

    vendor_id: int
    currency: str
    lines: tuple[BoughtLine, ...]
    shipping: int | None = None


@frozen
class Reduction:
    """What a code takes off what is bought of one vendor, in minor units of its currency.

    `lines` are the parts of `goods`, by product. `frees_shipping` where sending costs nothing, also
    while nobody has chosen how.
    """

    discount_id: int
    code: str
    vendor_id: int
    currency: str
    is_marketplace: bool
    goods: int = 0
    shipping: int = 0
    lines: Mapping[int, int] | None = None
    frees_shipping: bool = False

    @property
    def total(self) -> int:
        """All that it takes off."""
        return self.goods + self.shipping

    @property
    def by_marketplace(self) -> int:
        """What of it the marketplace bears; the vendor bears the rest."""
        return self.total if self.is_marketplace else 0

    def off_line(self, product_id: int) -> int:
        """What it takes off the line of this product."""
        return (self.lines or {}).get(product_id, 0)

    def vendor_bears(self, product_id: int) -> int:
        """What of a line its vendor does without, so that no commission is charged of it."""
        return 0 if self.is_marketplace else self.off_line(product_id)


def typed_code(text: str) -> str:
    """A code as it is stored and compared, of what somebody typed: capitals, without spaces; empty
    for what can be no code.
    """
    code = bare_code(text, " ")
    is_code = SHORTEST_CODE <= len(code) <= LONGEST_CODE and set(code) <= _SIGNS
    return code if is_code else ""


def shopper_key(email: str) -> str:
    """An address as uses of a code are counted: what is behind a plus reaches the same person."""
    local, _, domain = normal_email(email).rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def reductions(
    discounts: Iterable[Discount],
    bought: Sequence[VendorGoods],
    *,
    now: datetime,
    used_by_shopper: Mapping[int, int],
) -> tuple[Reduction, ...]:
    """What the discounts of one code take off, a vendor each.

    Of several (shops may have the same code) each that can be used is. Raises why the first cannot
    where none can.
    """
    found: list[Reduction] = []
    reasons: list[MarketError] = []
    for discount in discounts:
        try:
            must_be_usable(discount, now, used_by_shopper.get(discount.id, 0))
            found += _reductions(discount, bought)
        except MarketError as reason:
            reasons.append(reason)
    if not found and reasons:
        raise reasons[0]
    return tuple(found)


def must_be_usable(
    discount: Discount,
    now: datetime,
    used_by_shopper: int,
) -> None:
    """Raise why a code cannot be used now, whatever is bought."""
    is_over = discount.ends_at is not None and now >= discount.ends_at
    if is_over or not discount.is_active:
        raise CodeOver(discount.code)
    if discount.starts_at is not None and now < discount.starts_at:
        raise CodeNotYet(discount.code, discount.starts_at)
    if discount.most_uses is not None and discount.uses >= discount.most_uses:
        raise CodeUsedUp(discount.code)
    most = discount.most_per_shopper
    if most is not None and used_by_shopper >= most:
        raise CodeUsedByYou(discount.code, used_by_shopper)


def _reductions(
    discount: Discount,
    bought: Sequence[VendorGoods],
) -> Iterator[Reduction]:
    owner = discount.vendor_id
    mine = [part for part in bought if owner in (None, part.vendor_id)]
    chosen = [(part, _eligible(discount, part)) for part in mine]
    chosen = [(part, lines) for part, lines in chosen if lines]
    if not chosen:
        raise (
            CodeNotForThese(discount.code) if mine else CodeWithoutGoods(discount.code)
        )
    chosen = _in_its_currency(discount, chosen)
    if discount.kind is DiscountKind.SHIPPING:
        return _free_shipping(discount, chosen)
    return _off_goods(discount, chosen)


_Chosen = list[tuple[VendorGoods, tuple[BoughtLine, ...]]]


def _eligible(discount: Discount, part: VendorGoods) -> tuple[BoughtLine, ...]:
    """The lines of a vendor that a code is for."""
    if discount.vendor_ids and part.vendor_id not in discount.vendor_ids:
        return ()
    if not discount.categories:
        return part.lines
    return tuple(line for line in part.lines if line.category in discount.categories)


def _in_its_currency(discount: Discount, chosen: _Chosen) -> _Chosen:
    """What is sold in the currency of its amounts, if it has any; at least so much of it."""
    if not discount.currency:
        return chosen
    kept = [
        (part, lines) for part, lines in chosen if part.currency == discount.currency
    ]
    if not kept:
        raise OtherCurrency(discount.code, discount.currency)
    worth = sum(line.amount for _, lines in kept for line in lines)
    if worth < discount.least:
        least = Money(discount.least, discount.currency)
        raise BelowLeast(discount.code, least, least - Money(worth, discount.currency))
    return kept


def _free_shipping(discount: Discount, chosen: _Chosen) -> Iterator[Reduction]:
    if all(part.shipping == 0 for part, _ in chosen):
        raise CodeTakesNothing(discount.code)
    for part, _ in chosen:
        yield Reduction(
            discount.id,
            discount.code,
            part.vendor_id,
            part.currency,
            discount.is_marketplace,
            shipping=part.shipping or 0,
            frees_shipping=True,
        )


def _off_goods(discount: Discount, chosen: _Chosen) -> Iterator[Reduction]:
    for currency in sorted({part.currency for part, _ in chosen}):
        alike = [pair for pair in chosen if pair[0].currency == currency]
        yield from _off_goods_in(discount, currency, alike)


def _off_goods_in(
    discount: Discount,
    currency: str,
    chosen: _Chosen,
) -> Iterator[Reduction]:
    unit = step(currency)
    worth = {
        (part.vendor_id, line.product_id): line.amount // unit
        for part, lines in chosen
        for line in lines
    }
    places = sorted(worth)
    whole = sum(worth.values())
    off = min(_off(discount, whole, unit), whole)
    if off <= 0:
        raise CodeTakesNothing(discount.code)
    shares = split(off, [worth[place] for place in places])
    for vendor_id in sorted({part.vendor_id for part, _ in chosen}):
        lines = {
            product: share * unit
            for (vendor, product), share in zip(places, shares, strict=True)
            if vendor == vendor_id and share
        }
        if lines:
            yield Reduction(
                discount.id,
                discount.code,
                vendor_id,
                currency,
                discount.is_marketplace,
                goods=sum(lines.values()),
                lines=lines,
            )


def _off(discount: Discount, worth: int, unit: int) -> int:
    """What comes off goods of this worth, both in the currency's smallest chargeable steps."""
    if discount.kind is DiscountKind.AMOUNT:
        return discount.amount // unit
    assert discount.percentage is not None
    return round_half_up(Decimal(worth) * discount.percentage / 100)
