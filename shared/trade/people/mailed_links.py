"""Links that are mailed and act once: made, looked at, used, ended.

The row holds a number used once and nothing that opens it; the token in the mail is made of that
number and the secret key when the mail is sent (`shared.core.ids.sealed`). Everything here runs
inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection

from tortoise.queryset import QuerySet

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.ids import new_nonce
from shared.infra.mail import service as mail
from shared.infra.unit import Transaction
from shared.trade.people import rules
from shared.trade.people.errors import LinkEnded
from shared.trade.people.models import MailLink
from shared.trade.people.persons import (
    CUSTOMER,
    MEMBER,
    Person,
    keys_of,
    locked_person,
    owned_by,
    person_of,
    role_of,
)
from shared.trade.people.rules import Purpose


@frozen
class LinkView:
    """A link that still acts, before anybody pressed its button."""

    purpose: Purpose
    kind: str
    person_id: int
    role: str
    email: str


def open_links(
    kind: str,
    person_id: int,
    *purposes: Purpose,
) -> QuerySet[MailLink]:
    """The links of a person that still act, for these purposes."""
    return MailLink.filter(
        owned_by(kind, person_id),
        purpose__in=list(purposes),
        used_at=None,
        ended_at=None,
        expires_at__gt=clock.now(),
    )


async def issue(
    person: Person,
    purpose: Purpose,
    *,
    email: str,
) -> str:
    """Make a link for `email`; returns what stands for its token in the text of a mail."""
    now = clock.now()
    link = await MailLink.create(
        purpose=purpose,
        email=email,
        nonce=new_nonce(),
        expires_at=now + rules.LINKS_LAST[purpose],
        created_at=now,
        **keys_of(person),
    )
    return mail.link_token(link.nonce)


async def end(kind: str, person_id: int, *purposes: Purpose) -> int:
    """Let the open links of these purposes act no more."""
    return await open_links(kind, person_id, *purposes).update(
        ended_at=clock.now(), updated_at=clock.now()
    )


async def look(nonce: str | None, purposes: Collection[Purpose]) -> LinkView:
    """What an unused link is for.

    Raises LinkEnded; changes nothing, so a mail scanner may look as well.
    """
    link = await _acting(nonce, purposes)
    kind = _kind(link)
    person = await person_of(kind, _owner(link))
    _check(link, person)
    return LinkView(
        Purpose(link.purpose),
        kind,
        person.id,
        role_of(person),
        link.email,
    )


async def use(
    tx: Transaction, nonce: str | None, purposes: Collection[Purpose]
) -> tuple[MailLink, Person]:
    """Use a link up; its person is locked until the transaction ends.

    Raises LinkEnded for whoever comes second.
    """
    link = await _acting(nonce, purposes)
    person = await locked_person(tx, _kind(link), _owner(link))
    _check(link, person)
    now = clock.now()
    if not await MailLink.filter(
        id=link.id,
        used_at=None,
        ended_at=None,
    ).update(used_at=now, updated_at=now):
        raise LinkEnded
    return link, person


async def _acting(nonce: str | None, purposes: Collection[Purpose]) -> MailLink:
    link = await MailLink.get_or_none(nonce=nonce) if nonce else None
    if link is None or Purpose(link.purpose) not in purposes:
        raise LinkEnded
    if (
        link.used_at is not None
        or link.ended_at is not None
        or link.expires_at <= clock.now()
    ):
        raise LinkEnded
    return link


def _check(link: MailLink, person: Person) -> None:
    """A link to an address is worth nothing once the person has another one; and nobody who is
    switched off may use any.
    """
    is_present = (
        link.purpose in (Purpose.CHANGE, Purpose.UNDO) or link.email == person.email
    )
    if not person.is_active or not is_present:
        raise LinkEnded


def _kind(link: MailLink) -> str:
    return MEMBER if link.member_id is not None else CUSTOMER


def _owner(link: MailLink) -> int:
    return int(link.member_id or link.customer_id or 0)
