"""What members and shoppers have in common, so that accounts need one mechanism for both."""

from __future__ import annotations

from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from shared.core.locales import SOURCE
from shared.infra.unit import Transaction
from shared.trade.people import rules
from shared.trade.people.errors import UnknownPerson
from shared.trade.people.models import Customer, Member, Session

Person = Member | Customer
MEMBER, CUSTOMER = "member", "customer"


def table(kind: str) -> type[Member] | type[Customer]:
    """The table of a kind of person. Raises ValueError for any other word."""
    if kind not in (MEMBER, CUSTOMER):
        raise ValueError(f"a person is a member or a customer, no {kind!r}")
    return Member if kind == MEMBER else Customer


def kind_of(person: Person) -> str:
    """`member` or `customer`."""
    return MEMBER if isinstance(person, Member) else CUSTOMER


def role_of(person: Person) -> str:
    """`owner`, `operator` or `customer`: by this sessions last."""
    return person.role if isinstance(person, Member) else rules.CUSTOMER


def label_of(person: Person) -> str:
    """How the audit trail names them: `member:7`."""
    return f"{kind_of(person)}:{person.id}"


def language_of(person: Person) -> str:
    """In which language mails to this person are; the portal's are English."""
    return (person.language if isinstance(person, Customer) else "") or SOURCE


def vendor_of(person: Person) -> int | None:
    """The vendor whose owner this is."""
    return person.vendor_id if isinstance(person, Member) else None


def owned_by(kind: str, person_id: int) -> Q:
    """What belongs to one person, in tables with both keys: sessions and mailed links."""
    return Q(member_id=person_id) if kind == MEMBER else Q(customer_id=person_id)


def keys_of(person: Person) -> dict[str, Any]:
    """The two foreign keys of a new row that belongs to this person."""
    is_member = isinstance(person, Member)
    return {
        "member_id": person.id if is_member else None,
        "customer_id": None if is_member else person.id,
    }


async def person_of(kind: str, person_id: int) -> Person:
    """The row of a person. Raises UnknownPerson."""
    person = await table(kind).get_or_none(id=person_id)
    if person is None:
        raise UnknownPerson
    return person


async def locked_person(tx: Transaction, kind: str, person_id: int) -> Person:
    """The row of a person, locked until the transaction ends. Raises UnknownPerson."""
    person: Person | None = (
        await tx.lock_first(Member.filter(id=person_id))
        if table(kind) is Member
        else await tx.lock_first(Customer.filter(id=person_id))
    )
    if person is None:
        raise UnknownPerson
    return person


def owner_of(row: Session) -> Person:
    """Whose session this is, loaded with it; the database lets no session be without."""
    person = row.member if row.member is not None else row.customer
    if person is None:
        raise RuntimeError(f"session {row.id} is nobody's")
    return person


def open_sessions(kind: str, person_id: int) -> QuerySet[Session]:
    """The sessions of a person that were not ended; some may be over."""
    return Session.filter(owned_by(kind, person_id), revoked_at=None)


async def known_of(person: Person) -> tuple[str, ...]:
    """What others know of a person, and no password may be: address, name, and the shop's name."""
    shop = ""
    if isinstance(person, Member) and person.vendor_id is not None:
        shop = str(
            await Member.get(id=person.id).values_list("vendor__name", flat=True)
        )
    return person.email, person.full_name, shop
