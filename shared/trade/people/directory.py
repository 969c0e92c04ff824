"""People as the marketplace's staff see them: lists by role, and one person's account."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from shared.core import clock
from shared.core.frozen import frozen
from shared.infra.database.paging import Counted, window_of
from shared.trade.people import rules
from shared.trade.people.errors import UnknownPerson
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


@frozen(kw_only=True)
class PeoplePage(Counted):
    """A page of the people of one role."""

    rows: tuple[PersonRow, ...]


async def people(
    role: str,
    *,
    search: str = "",
    only_off: bool = False,
    page: int = 1,
) -> PeoplePage:
    """The people of a role, newest first; `search` stands in the name or the address."""
    query = _of(role)
    if search:
        query = query.filter(
            Q(email__contains=search.lower()) | Q(full_name__icontains=search)
        )
    if only_off:
        query = query.filter(is_active=False)
    shown = await window_of(query, page=page, size=PAGE_SIZE)
    found = await query.order_by("-id").offset(shown.offset).limit(shown.limit)
    rows = tuple(_row(person) for person in found)
    return PeoplePage(
        rows=rows,
        number=shown.number,
        pages=shown.pages,
        goes_on=shown.goes_on,
        total=shown.total,
        size=PAGE_SIZE,
    )


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
