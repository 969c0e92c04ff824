"""Vendors and the operator write their discount codes.

Orders already placed keep what they were sold at.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from tortoise.exceptions import IntegrityError

from shared.core.editing import Look, unseen
from shared.core.frozen import frozen
from shared.core.money import MAX_AMOUNT, step
from shared.infra import unit
from shared.infra.unit import Transaction
from shared.trade.catalogue.category_names import kept_names
from shared.trade.catalogue.queries import MAX_ID
from shared.trade.discounts.errors import (
    CodeMalformed,
    CodeOfMarketplace,
    CodeOfVendor,
    CodeTaken,
    DiscountAmountOutOfRange,
    DiscountCurrencyLacking,
    DiscountEndsFirst,
    DiscountLeastOutOfRange,
    DiscountLimitOutOfRange,
    DiscountNotFound,
    DiscountPercentOutOfRange,
    TooManyDiscounts,
)
from shared.trade.discounts.models import DiscountCode
from shared.trade.discounts.queries import DiscountView, discount_view
from shared.trade.discounts.rules import (
    LONGEST_CODE,
    MOST_DISCOUNTS,
    SHORTEST_CODE,
    DiscountKind,
    typed_code,
)
from shared.trade.vendors.terms import selling_terms

ADDED = "discount.added"
CHANGED = "discount.changed"
SWITCHED_ON = "discount.switched_on"
SWITCHED_OFF = "discount.switched_off"
MOST_USES = 1_000_000


@frozen
class DiscountOwner:
    """Whose codes are written, and by whom; without a vendor the marketplace's."""

    vendor_id: int | None
    label: str


@frozen(kw_only=True)
class DiscountValues:
    """What an owner says of a discount; its code and kind stay what they were when it was made.

    Amounts are minor units of `currency`, which for a vendor is the one that it sells in.
    """

    kind: DiscountKind
    percentage: Decimal | None = None
    amount: int = 0
    currency: str = ""
    least: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    most_uses: int | None = None
    most_per_shopper: int | None = None
    vendor_ids: tuple[int, ...] = ()
    categories: tuple[str, ...] = ()


async def add_discount(
    owner: DiscountOwner,
    code: str,
    values: DiscountValues,
) -> int:
    """Make a discount; returns its id.

    Raises CodeMalformed, CodeTaken, CodeOfMarketplace, CodeOfVendor, TooManyDiscounts, and what is
    wrong with the values.
    """
    written = typed_code(code)
    if not written:
        raise CodeMalformed(least=SHORTEST_CODE, most=LONGEST_CODE)
    columns = await _columns(owner, values)
    async with unit.transaction() as tx:
        columns |= await _categories(tx, owner, values)
        if await _count(owner) >= MOST_DISCOUNTS:
            raise TooManyDiscounts(most=MOST_DISCOUNTS)
        await _must_be_free(owner, written)
        row = DiscountCode(
            vendor_id=owner.vendor_id,
            code=written,
            kind=values.kind.value,
            **columns,
        )
        try:
            async with tx.savepoint():
                await row.save()
        except IntegrityError:
            raise CodeTaken from None
        _record(tx, owner, ADDED, row, **_told(columns))
        return int(row.id)


async def change_discount(
    owner: DiscountOwner,
    discount_id: int,
    values: DiscountValues,
    look: Look[DiscountView] = unseen,
) -> None:
    """Say anew what a code takes off, and when.

    Raises DiscountNotFound, what is wrong with the values, and what `look` does.
    """
    columns = await _columns(owner, values)
    async with unit.transaction() as tx:
        columns |= await _categories(tx, owner, values)
        row = await _locked(tx, owner, discount_id)
        await look(await discount_view(owner.vendor_id, discount_id))
        changed = {
            name: value
            for name, value in columns.items()
            if getattr(row, name) != value
        }
        if not changed:
            return
        await tx.change(row, **changed)
        told = _told(changed)
        if "amount" in told or "least_amount" in told:
            told["currency"] = row.currency
        _record(tx, owner, CHANGED, row, **told)


async def switch_discount(
    owner: DiscountOwner,
    discount_id: int,
    *,
    on: bool,
) -> None:
    """Let a code be used, or not. Raises DiscountNotFound."""
    async with unit.transaction() as tx:
        row = await _locked(tx, owner, discount_id)
        if row.is_active == on:
            return
        await tx.change(row, is_active=on)
        _record(tx, owner, SWITCHED_ON if on else SWITCHED_OFF, row)


async def _locked(
    tx: Transaction,
    owner: DiscountOwner,
    discount_id: int,
) -> DiscountCode:
    if not 0 < discount_id <= MAX_ID:
        raise DiscountNotFound
    mine = DiscountCode.filter(id=discount_id, vendor_id=owner.vendor_id)
    row = await tx.lock_first(mine)
    if row is None:
        raise DiscountNotFound
    return row


async def _count(owner: DiscountOwner) -> int:
    return await DiscountCode.filter(vendor_id=owner.vendor_id).count()


async def _must_be_free(owner: DiscountOwner, code: str) -> None:
    """Whoever types it must not have to know whose it is."""
    alike = DiscountCode.filter(code=code)
    if await alike.filter(vendor_id=owner.vendor_id).exists():
        raise CodeTaken
    if owner.vendor_id is None:
        names = await alike.order_by("id").limit(1).values_list("vendor__name")
        for (name,) in names:
            raise CodeOfVendor(str(name))
    elif await alike.filter(vendor_id=None).exists():
        raise CodeOfMarketplace


async def _columns(owner: DiscountOwner, values: DiscountValues) -> dict[str, Any]:
    """What is kept of the values, found right: what does not belong to the kind is left out."""
    is_amount = values.kind is DiscountKind.AMOUNT
    is_percent = values.kind is DiscountKind.PERCENT
    amount = values.amount if is_amount else 0
    currency = ""
    if is_amount or values.least:
        currency = await _currency(owner, values)
    if is_percent:
        _check_percentage(values.percentage)
    if is_amount:
        _check_amount(amount, currency)
    _check_least(values.least, currency)
    _check_times(values)
    _check_limits(values)
    return {
        "percentage": values.percentage if is_percent else None,
        "amount": amount,
        "currency": currency,
        "least_amount": values.least,
        "starts_at": values.starts_at,
        "ends_at": values.ends_at,
        "most_uses": values.most_uses,
        "most_per_shopper": values.most_per_shopper,
        **_goods(owner, values),
    }


def _goods(owner: DiscountOwner, values: DiscountValues) -> dict[str, Any]:
    """Whose things the marketplace's is for; a vendor's is for all that it sells."""
    is_ours = owner.vendor_id is None
    return {
        "vendor_ids": sorted(set(values.vendor_ids)) if is_ours else [],
    }


async def _categories(
    tx: Transaction,
    owner: DiscountOwner,
    values: DiscountValues,
) -> dict[str, Any]:
    """What they are called while nobody renames one; of a vendor's none."""
    if owner.vendor_id is not None or not values.categories:
        return {"categories": []}
    return {"categories": await kept_names(tx, values.categories)}


async def _currency(owner: DiscountOwner, values: DiscountValues) -> str:
    if owner.vendor_id is not None:
        return (await selling_terms(owner.vendor_id)).currency
    if not values.currency:
        raise DiscountCurrencyLacking
    return values.currency


def _check_percentage(percentage: Decimal | None) -> None:
    if percentage is None or not 0 < percentage <= 100:
        raise DiscountPercentOutOfRange


def _check_amount(amount: int, currency: str) -> None:
    if not 0 < amount <= MAX_AMOUNT or amount % step(currency):
        raise DiscountAmountOutOfRange


def _check_least(least: int, currency: str) -> None:
    if not 0 <= least <= MAX_AMOUNT or (least and least % step(currency)):
        raise DiscountLeastOutOfRange


def _check_times(values: DiscountValues) -> None:
    first, last = values.starts_at, values.ends_at
    if first is not None and last is not None and first >= last:
        raise DiscountEndsFirst


def _check_limits(values: DiscountValues) -> None:
    limits = {
        "most_uses": values.most_uses,
        "most_per_shopper": values.most_per_shopper,
    }
    for name, most in limits.items():
        if most is not None and not 0 < most <= MOST_USES:
            raise DiscountLimitOutOfRange(param=name)


def _told(columns: dict[str, Any]) -> dict[str, object]:
    """What the trail keeps: JSON's own types, and nothing of what is not set."""
    return {
        name: value if isinstance(value, int | list) else str(value)
        for name, value in columns.items()
        if value not in (None, "", 0, [])
    }


def _record(
    tx: Transaction,
    owner: DiscountOwner,
    action: str,
    row: DiscountCode,
    **details: object,
) -> None:
    tx.record(
        action,
        actor=owner.label,
        subject=row.as_subject,
        vendor_id=owner.vendor_id,
        code=row.code,
        **details,
    )
