"""What pages show of VAT: numbers and who confirmed them, rates, and what waits for the
marketplace's staff.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from tortoise.functions import Count

from shared.core.frozen import frozen
from shared.core.words import in_english
from shared.infra.database.paging import Paged, window_of
from shared.trade.people.queries import names_of
from shared.trade.vat.holders import Holder, of_vendor
from shared.trade.vat.models import VatRate, VatRegistration, VatWait
from shared.trade.vat.numbers import is_well_formed, state_of
from shared.trade.vat.rates import rate_of
from shared.trade.vat.rules import Rate, Treatment

PAGE_SIZE = 50


class RegistrationState(StrEnum):
    """How far a registration has come."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


_WHERE: dict[RegistrationState, dict[str, Any]] = {
    RegistrationState.WAITING: {"confirmed_at": None, "refused_at": None},
    RegistrationState.CONFIRMED: {"confirmed_at__not_isnull": True},
    RegistrationState.REFUSED: {"refused_at__not_isnull": True},
}


@frozen
class Registration:
    """What a vendor or a shopper stated, and what became of it.

    `name` is the vendor's, or of the shopper's business. `decided_by` is a name; `words` are the
    proof, or why it was refused.
    """

    id: int
    holder: Holder
    name: str
    country: str
    number: str
    stated_at: datetime
    stated_by: str
    status: RegistrationState
    decided_at: datetime | None
    decided_by: str
    words: str
    replaced_at: datetime | None

    @property
    def state(self) -> str:
        """The state that the number is from, as people call it."""
        return state_of(self.number)

    @property
    def is_confirmed(self) -> bool:
        """Whether the staff holds it to be right."""
        return self.status is RegistrationState.CONFIRMED

    @property
    def is_well_formed(self) -> bool:
        """False for what was stored before numbers were checked and is none."""
        return is_well_formed(self.number, self.country)


@frozen(kw_only=True)
class RegistrationPage(Paged):
    """A page of registrations of all vendors."""

    rows: tuple[Registration, ...]


def note_of(found: Treatment) -> str:
    """The sentence that an invoice without VAT must carry; empty where VAT is charged."""
    return "" if found.is_charged else in_english("vat.notes", found)


async def registration_of(vendor_id: int) -> Registration | None:
    """What a vendor states now. Nothing where it states nothing, and nobody has noted a proof."""
    return await registration_held(of_vendor(vendor_id))


async def registration_held(holder: Holder) -> Registration | None:
    """What a vendor or a shopper states now."""
    row = await VatRegistration.get_or_none(
        **holder.columns, replaced_at=None
    ).select_related("vendor")
    return (await _views([row]))[0] if row else None


async def history_of(
    holder: Holder,
    *,
    most: int = 20,
) -> tuple[Registration, ...]:
    """What a vendor or a shopper stated before, the latest first."""
    rows = VatRegistration.filter(
        **holder.columns, replaced_at__not_isnull=True
    ).select_related("vendor")
    return await _views(await rows.order_by("-id").limit(most))


async def registrations(
    *, status: RegistrationState, page: int = 1
) -> RegistrationPage:
    """What is in force of all holders: what waits oldest first, everything else newest first."""
    query = _in_force(status)
    shown = await window_of(query, page=page, size=PAGE_SIZE)
    order = "id" if status is RegistrationState.WAITING else "-updated_at"
    rows = (
        query.order_by(order)
        .offset(shown.offset)
        .limit(shown.limit)
        .select_related("vendor")
    )
    return RegistrationPage(
        rows=await _views(await rows),
        number=shown.number,
        pages=shown.pages,
        goes_on=shown.goes_on,
    )


async def registration_counts() -> dict[RegistrationState, int]:
    """How many registrations there are of each status."""
    return {status: await _in_force(status).count() for status in RegistrationState}


@frozen
class WaitingNumbers:
    """How many numbers wait to be confirmed; whose the oldest is."""

    count: int
    holder: Holder
    name: str
    number: str


async def waiting_numbers() -> WaitingNumbers | None:
    """What waits for the staff; nothing where nothing does."""
    query = _in_force(RegistrationState.WAITING)
    first = await query.order_by("id").select_related("vendor").first()
    if first is None:
        return None
    return WaitingNumbers(
        await query.count(),
        _holder(first),
        _name(first),
        first.number,
    )


def _holder(row: VatRegistration) -> Holder:
    return Holder(row.vendor_id, row.customer_id)


def _name(row: VatRegistration) -> str:
    return row.vendor.name if row.vendor is not None else row.name


def _in_force(status: RegistrationState) -> Any:
    return VatRegistration.filter(replaced_at=None, **_WHERE[status])


async def _views(rows: list[VatRegistration]) -> tuple[Registration, ...]:
    names = await names_of(
        {
            who
            for row in rows
            for who in (
                row.stated_by,
                row.confirmed_by,
                row.refused_by,
            )
        }
    )
    return tuple(_view(row, names) for row in rows)


def _view(row: VatRegistration, names: dict[str, str]) -> Registration:
    status = (
        RegistrationState.CONFIRMED
        if row.confirmed_at
        else RegistrationState.REFUSED
        if row.refused_at
        else RegistrationState.WAITING
    )
    decided_by = row.confirmed_by or row.refused_by
    return Registration(
        id=row.id,
        holder=_holder(row),
        name=_name(row),
        country=row.country,
        number=row.number,
        stated_at=row.created_at,
        stated_by=names.get(row.stated_by, row.stated_by),
        status=status,
        decided_at=row.confirmed_at or row.refused_at,
        decided_by=names.get(decided_by, decided_by),
        words=row.proof or row.refusal,
        replaced_at=row.replaced_at,
    )


@frozen
class MissingRate:
    """A rate without which months cannot be closed: of `currency` in `into`, of `day` or the last
    working day before.
    """

    currency: str
    into: str
    day: date
    vendors: int


async def missing_rates() -> tuple[MissingRate, ...]:
    """What months wait for, the oldest first."""
    query = (
        VatWait.all()
        .annotate(number=Count("id"))
        .group_by("currency", "into", "day")
        .order_by("day", "currency")
    )
    rows = await query.values_list("currency", "into", "day", "number")
    return tuple(
        MissingRate(
            str(currency),
            str(into),
            _day(day),
            int(str(number)),
        )
        for currency, into, day, number in rows
    )


def _day(value: object) -> date:
    """SQLite gives the days of grouped rows as text."""
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


@frozen(kw_only=True)
class RatePage(Paged):
    """A page of rates."""

    rows: tuple[Rate, ...]


async def rates(*, page: int = 1) -> RatePage:
    """The rates that were entered, of the latest day first."""
    query = VatRate.all()
    shown = await window_of(query, page=page, size=PAGE_SIZE)
    rows = (
        await query.order_by("-day", "base", "quote")
        .offset(shown.offset)
        .limit(shown.limit)
    )
    return RatePage(
        rows=tuple(rate_of(row) for row in rows),
        number=shown.number,
        pages=shown.pages,
        goes_on=shown.goes_on,
    )
