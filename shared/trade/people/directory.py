"""People as the marketplace's staff see them: lists by role, and one person's account."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tortoise.queryset import QuerySet

from shared.core import clock
from shared.core.frozen import frozen
from shared.infra.database.finding import Condition
from shared.infra.database.newest_statements import Turn
from shared.trade.people import rules
from shared.trade.people.errors import UnknownPerson
from shared.trade.people.finding import EVERYONE, find_people
from shared.trade.people.models import Customer, Member
from shared.trade.people.persons import (
    Person,
    kind_of,
    open_sessions,
    role_of,
    vendor_of,
)

PAGE_SIZE = 50


@frozen
class PersonRow:
    """One person. `shop`: the vendor's name, of owners alone."""

    id: int
    kind: str
    role: str
    full_name: str
    email: str
    shop: str
    vendor_id: int | None
    is_active: bool
    email_confirmed: bool
    since: datetime


@frozen
class PeoplePage:
    """A page of the people of one role, and where the pages beside it begin."""

    rows: tuple[PersonRow, ...]
    newer: Turn | None
    older: Turn | None


async def people(
    role: str,
    *,
    search: str = "",
    only_off: bool = False,
    turn: Turn | None = None,
) -> PeoplePage:
    """The people of a role, newest first; each word of `search` stands in the name or the address.

    Where the turn leads to less than a page, the first page.
    """
    ids = await find_people(
        _table(role),
        search,
        _met(role, only_off),
        limit=PAGE_SIZE + 1,
        turn=turn,
    )
    is_newer = turn is not None and turn.newer
    goes_on = len(ids) > PAGE_SIZE
    if turn is not None and not (goes_on if is_newer else ids):
        return await people(
            role,
            search=search,
            only_off=only_off,
        )
    found = await _of(role).filter(id__in=ids[:PAGE_SIZE]).order_by("-id")
    rows = tuple(_row(person) for person in found)
    return PeoplePage(
        rows=rows,
        newer=Turn(rows[0].id, newer=True) if rows and turn else None,
        older=Turn(rows[-1].id) if rows and (is_newer or goes_on) else None,
    )


def _met(role: str, only_off: bool) -> Condition:
    conditions = ["t.is_active = FALSE"] if only_off else []
    if role == rules.CUSTOMER:
        return Condition(conditions[0]) if conditions else EVERYONE
    return Condition(" AND ".join(["t.role = ?", *conditions]), (role,))


async def person(role: str, person_id: int) -> PersonRow:
    """One person of a role. Raises UnknownPerson."""
    found = await _of(role).filter(id=person_id).first()
    if found is None:
        raise UnknownPerson
    return _row(found)


async def browsers(kind: str, person_id: int) -> int:
    """In how many browsers somebody is signed in."""
    return (
        await open_sessions(kind, person_id).filter(expires_at__gt=clock.now()).count()
    )


def _table(role: str) -> type[Customer] | type[Member]:
    return Customer if role == rules.CUSTOMER else Member


def _of(role: str) -> QuerySet[Any]:
    if role == rules.CUSTOMER:
        return Customer.all()
    return Member.filter(role=role).select_related("vendor")


def _row(found: Person) -> PersonRow:
    vendor = found.vendor if isinstance(found, Member) else None
    return PersonRow(
        id=found.id,
        kind=kind_of(found),
        role=role_of(found),
        full_name=found.full_name,
        email=found.email,
        shop=vendor.name if vendor is not None else "",
        vendor_id=vendor_of(found),
        is_active=found.is_active,
        email_confirmed=found.email_confirmed_at is not None,
        since=found.created_at,
    )
