"""Vendors say where they send to, how, for how much and how fast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from shared.core.editing import Look, unseen
from shared.core.frozen import frozen
from shared.core.ids import new_nonce
from shared.core.money import MAX_AMOUNT, step
from shared.infra import unit
from shared.infra.unit import Transaction
from shared.trade.shipping.errors import (
    DaysOutOfOrder,
    MethodNotFound,
    MethodUnnamed,
    NoPlaces,
    PickupPlaceMissing,
    PlaceTaken,
    ShippingAmountOutOfRange,
    TooManyZones,
    ZoneFull,
    ZoneNotFound,
)
from shared.trade.shipping.models import ShippingSettings
from shared.trade.shipping.places import place_name
from shared.trade.shipping.queries import plan_of
from shared.trade.shipping.rules import (
    MOST_DAYS,
    MOST_METHODS,
    MOST_ZONES,
    MethodKind,
    ShippingMethod,
    ShippingPlan,
    ShippingZone,
    where_named,
    written,
)
from shared.trade.vendors.terms import selling_terms

CHANGED = "vendor.shipping_changed"

T = TypeVar("T", ShippingZone, ShippingMethod)


@frozen
class Editor:
    """Whose plan is written, and by whom."""

    vendor_id: int
    label: str


async def save_handling(
    editor: Editor,
    days: int,
    look: Look[ShippingPlan] = unseen,
    *,
    asks_phone: bool = False,
) -> None:
    """Say after how many days orders are handed over, and whether the carrier wants a number to
    call. Raises what `look` does.
    """
    async with unit.transaction() as tx:
        row = await _locked(tx, editor.vendor_id)
        plan = plan_of(row)
        await look(plan)
        said: dict[str, Any] = {"handling_days": days, "asks_phone": asks_phone}
        if said != {name: getattr(plan, name) for name in said}:
            await tx.change(row, **said)
            _record(tx, editor, **said)


async def save_zone(
    editor: Editor,
    key: str | None,
    places: Sequence[str],
    look: Look[ShippingZone] = unseen,
) -> str:
    """Make a zone, or say what is in it; returns its key.

    Raises NoPlaces, PlaceTaken, TooManyZones, ZoneNotFound, and what `look` does.
    """
    if not places:
        raise NoPlaces
    async with unit.transaction() as tx:
        row = await _locked(tx, editor.vendor_id)
        plan = plan_of(row)
        if key is not None:
            before = _zone(plan, key)
            await look(before)
        elif len(plan.zones) >= MOST_ZONES:
            raise TooManyZones(most=MOST_ZONES)
        else:
            before = ShippingZone(_new_key(), ())
        taken = where_named(plan, places, beside=before.key)
        if taken is not None:
            raise PlaceTaken(place_name(taken))
        zone = replace(before, places=tuple(sorted(places)))
        if zone != before:
            await _write(tx, row, _with(plan.zones, zone))
            said = " ".join(zone.places)
            _record(tx, editor, zone=zone.key, places=said)
        return zone.key


async def remove_zone(editor: Editor, key: str) -> None:
    """Send nothing to its places any more; orders keep what they were sold with.

    Raises ZoneNotFound.
    """
    async with unit.transaction() as tx:
        row = await _locked(tx, editor.vendor_id)
        plan = plan_of(row)
        zone = _zone(plan, key)
        left = [other for other in plan.zones if other != zone]
        await _write(tx, row, left)
        _record(tx, editor, zone=key, removed=" ".join(zone.places))


async def save_method(
    editor: Editor,
    zone_key: str,
    method: ShippingMethod,
    look: Look[ShippingMethod] = unseen,
) -> str:
    """Make a way of sending in a zone, or change the one of its key; returns the key.

    `method` without a key is a new one.

    Raises ZoneNotFound, MethodNotFound, ZoneFull, what is wrong with what it says, and
    what `look` does.
    """
    async with unit.transaction() as tx:
        row = await _locked(tx, editor.vendor_id)
        _check(method, row.currency)
        plan = plan_of(row)
        zone = _zone(plan, zone_key)
        if method.key:
            await look(_method(zone, method.key))
        elif len(zone.methods) >= MOST_METHODS:
            raise ZoneFull(most=MOST_METHODS)
        else:
            method = replace(method, key=_new_key())
        if zone.method(method.key) != method:
            changed = replace(zone, methods=tuple(_with(zone.methods, method)))
            await _write(tx, row, _with(plan.zones, changed))
            said = _said(method, row.currency)
            _record(tx, editor, zone=zone_key, method=method.key, **said)
        return method.key


async def remove_method(editor: Editor, zone_key: str, key: str) -> None:
    """Offer a way of sending no more. Raises ZoneNotFound, MethodNotFound."""
    async with unit.transaction() as tx:
        row = await _locked(tx, editor.vendor_id)
        plan = plan_of(row)
        zone = _zone(plan, zone_key)
        gone = _method(zone, key)
        left = tuple(method for method in zone.methods if method != gone)
        changed = replace(zone, methods=left)
        await _write(tx, row, _with(plan.zones, changed))
        _record(
            tx,
            editor,
            zone=zone_key,
            method=key,
            removed=gone.name,
        )


async def _locked(tx: Transaction, vendor_id: int) -> ShippingSettings:
    """The vendor's row; made now, in its own currency, where there is none.

    While nothing costs anything yet, the currency follows the one that it sells in.
    """
    terms = await selling_terms(vendor_id)
    row = await tx.lock_or_create(
        ShippingSettings, {"currency": terms.currency}, vendor_id=vendor_id
    )
    if row.currency != terms.currency:
        await tx.change(row, currency=terms.currency, zones=_without_prices(row))
    return row


def _without_prices(row: ShippingSettings) -> list[dict[str, Any]]:
    """Amounts of another currency mean nothing: zones stay, their methods are set anew."""
    zones = plan_of(row).zones
    return written(replace(zone, methods=()) for zone in zones)


async def _write(
    tx: Transaction,
    row: ShippingSettings,
    zones: Sequence[ShippingZone],
) -> None:
    await tx.change(row, zones=written(zones))


def _with(items: tuple[T, ...], item: T) -> list[T]:
    """The items with this one in the place of its key, else behind the others."""
    kept = list(items)
    for place, other in enumerate(items):
        if other.key == item.key:
            kept[place] = item
            return kept
    kept.append(item)
    return kept


def _zone(plan: ShippingPlan, key: str) -> ShippingZone:
    zone = plan.zone(key)
    if zone is None:
        raise ZoneNotFound
    return zone


def _method(zone: ShippingZone, key: str) -> ShippingMethod:
    method = zone.method(key)
    if method is None:
        raise MethodNotFound
    return method


def _new_key() -> str:
    return new_nonce()[:12]


def _check(method: ShippingMethod, currency: str) -> None:
    if not method.name.strip():
        raise MethodUnnamed
    if method.kind is MethodKind.PICKUP and not method.place:
        raise PickupPlaceMissing
    amounts = {
        "price": method.price,
        "per_kilogram": method.per_kilogram,
        "free_from": method.free_from or 0,
    }
    for name, amount in amounts.items():
        if not 0 <= amount <= MAX_AMOUNT or amount % step(currency):
            raise ShippingAmountOutOfRange(param=name)
    days = method.days
    if days is not None and not 0 <= days.first <= days.last <= MOST_DAYS:
        raise DaysOutOfOrder


def _said(method: ShippingMethod, currency: str) -> dict[str, object]:
    return {
        "name": method.name,
        "kind": method.kind,
        "price": method.price,
        "currency": currency,
    }


def _record(tx: Transaction, editor: Editor, **details: object) -> None:
    tx.record(
        CHANGED,
        actor=editor.label,
        subject=f"shipping:{editor.vendor_id}",
        vendor_id=editor.vendor_id,
        **details,
    )
