"""What a code takes off a purchase, split over its lines. Pure.

A vendor's code takes off its own goods, the marketplace's off those of every vendor that it is for.
What is taken off several lines is split by the largest remainder (`money.split`), the lines in the
order of vendor and product; so it does not depend on the order of a basket.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from shared.core.errors import MarketError
from shared.core.money import Money, round_half_up, split, step
from shared.trade.discounts.errors import (
    BelowLeast,
    CodeNotForThese,
    CodeTakesNothing,
    CodeWithoutGoods,
    OtherCurrency,
)
from shared.trade.discounts.rules import (
    BoughtLine,
    Discount,
    DiscountKind,
    Reduction,
    VendorGoods,
    must_be_usable,
)


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
