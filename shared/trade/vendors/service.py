"""Vendors join, and open and close their shops."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from tortoise.exceptions import IntegrityError

from shared.core.editing import Look, unseen
from shared.core.frozen import frozen
from shared.core.ids import slugify
from shared.infra import unit
from shared.infra.database.columns import texts_in
from shared.infra.unit import Transaction
from shared.trade.marketplace.queries import today
from shared.trade.people import registration
from shared.trade.people.queries import require_confirmed
from shared.trade.vendors.countries import COUNTRIES
from shared.trade.vendors.errors import (
    OpeningTooFar,
    OpeningTooSoon,
    ShopNameTaken,
    UnsupportedCountry,
)
from shared.trade.vendors.events import VendorSignedUp
from shared.trade.vendors.models import Vendor

FURTHEST = timedelta(days=730)  # a shop opens again within


@frozen
class SignedUp:
    """A new vendor and its owner."""

    member_id: int
    vendor_id: int


async def sign_up(
    *,
    email: str,
    password: str,
    full_name: str,
    business_name: str,
    country: str,
    confirmed: bool = False,
) -> SignedUp:
    """A new vendor with its owner, not yet connected to Stripe; or nothing at all when the address
    is taken.

    `confirmed`: somebody vouches for the address; else its owner confirms it before the shop can
    sell.
    """
    code = country.upper()
    if code not in COUNTRIES:
        raise UnsupportedCountry(param="country")
    about = (full_name, business_name)
    login = await registration.credentials(email, password, about=about)
    name, address = business_name.strip(), email.strip().lower()
    async with unit.transaction() as tx:
        vendor = await _new_vendor(tx, name, address, code, is_open=confirmed)
        member = await registration.add_member(
            tx,
            login,
            full_name=full_name,
            role="owner",
            vendor_id=vendor.id,
            confirmed=confirmed,
        )
        tx.emit(VendorSignedUp(vendor.id, code))
        tx.record(
            "vendor.signed_up",
            actor=f"member:{member.id}",
            subject=f"vendor:{vendor.id}",
            vendor_id=vendor.id,
        )
    return SignedUp(member.id, vendor.id)


async def _new_vendor(
    tx: Transaction,
    name: str,
    email: str,
    country: str,
    *,
    is_open: bool,
) -> Vendor:
    """A vendor under the first free address part made of its name."""
    base = slugify(name)[:50].strip("-") or "shop"
    for _ in range(5):
        taken = set(await texts_in(Vendor.filter(slug__startswith=base), "slug"))
        slug = next(
            s
            for s in (
                base,
                *(f"{base}-{n}" for n in range(2, len(taken) + 3)),
            )
            if s not in taken
        )
        try:
            async with tx.savepoint():
                return await Vendor.create(
                    slug=slug,
                    name=name,
                    business_email=email,
                    country=country,
                    is_open=is_open,
                )
        except IntegrityError:
            continue  # someone took it a moment ago
    raise ShopNameTaken


async def open_shop(*, vendor_id: int, actor: str) -> None:
    """Show the vendor's shop to shoppers. Raises EmailNotConfirmed."""
    await require_confirmed(vendor_id, to="open your shop")
    async with unit.transaction() as tx:
        row = await tx.lock_first(Vendor.filter(id=vendor_id, is_open=False))
        if row is None:
            return
        row.is_open, row.closed_until = True, None
        await row.save(update_fields=["is_open", "closed_until"])
        tx.record(
            "vendor.shop_opened",
            actor=actor,
            subject=f"vendor:{vendor_id}",
            vendor_id=vendor_id,
        )


async def close_shop(
    *,
    vendor_id: int,
    until: date | None = None,
    actor: str,
    look: Look[Mapping[str, Any]] = unseen,
) -> None:
    """Sell nothing for a while; orders already placed go on. Called again, it names another day.

    On `until`, a day of the marketplace's time zone, the shop opens by itself (job
    `vendors.open_again`); without one it stays closed. Raises OpeningTooSoon and OpeningTooFar, and
    what `look` does.
    """
    _must_be_ahead(until, await today())
    async with unit.transaction() as tx:
        row = await tx.lock_first(Vendor.filter(id=vendor_id))
        if row is None:
            return
        await look({"until": row.closed_until})
        if not row.is_open and row.closed_until == until:
            return
        row.is_open, row.closed_until = False, until
        await row.save(update_fields=["is_open", "closed_until"])
        told = {"until": until.isoformat()} if until else {}
        tx.record(
            "vendor.shop_closed",
            actor=actor,
            subject=f"vendor:{vendor_id}",
            vendor_id=vendor_id,
            **told,
        )


def _must_be_ahead(until: date | None, today: date) -> None:
    if until is not None and until <= today:
        raise OpeningTooSoon
    if until is not None and until > today + FURTHEST:
        raise OpeningTooFar
