"""Signing in and out, and knowing a browser again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tortoise.queryset import QuerySet

from shared.core import clock
from shared.core.ids import digest, new_token
from shared.infra import unit
from shared.infra.audit import watch
from shared.infra.unit import Transaction
from shared.trade.people import account_history, passwords, rules, statements
from shared.trade.people.browser_names import named
from shared.trade.people.errors import BadEmail, BrowserNotFound, WrongCredentials
from shared.trade.people.factors.rules import HALF_OPEN_FOR
from shared.trade.people.models import Member, Session
from shared.trade.people.persons import (
    Person,
    keys_of,
    kind_of,
    label_of,
    locked_person,
    open_sessions,
    owned_by,
    owner_of,
    role_of,
    table,
    vendor_of,
)
from shared.trade.people.queries import Actor

_MAX_TOKEN = 100  # longer than any token of ours


async def sign_in(
    *,
    email: str,
    password: str,
    kind: str,
    user_agent: str,
) -> str:
    """Open a session for a member or a customer and return its token, of which only the digest is
    kept.

    Where a member has a second factor it opens nothing yet: it waits for `open_whole`. Raises
    WrongCredentials.
    """
    person = await _person(email, kind)
    stored = person.password_hash if person is not None and person.is_active else None
    is_right = await passwords.matches(stored, password[: rules.MAX_PASSWORD + 1])
    if person is None or not is_right:
        # An unknown address costs the same writes as a known one.
        label = label_of(person) if person else f"{kind}:unknown"
        watch.refused("sign_in.failed", who=label)
        async with unit.transaction() as tx:
            await account_history.note_seldom(
                tx,
                account_history.FAILED,
                label,
                vendor_id=vendor_of(person) if person else None,
            )
        raise WrongCredentials
    if passwords.is_outdated(person.password_hash):
        fresh = await passwords.hash_password(password)
        unchanged = type(person).filter(id=person.id, password_hash=stored)
        if await unchanged.update(password_hash=fresh):
            stored = fresh
    return await _open(person, stored, user_agent)


async def _open(
    person: Person,
    proven: str | None,
    user_agent: str,
) -> str:
    """A new session, unless the person changed while the password was checked.

    Raises WrongCredentials then: another password, or no longer active.
    """
    token, now = new_token("mhs"), clock.now()
    async with unit.transaction() as tx:
        current = await locked_person(tx, kind_of(person), person.id)
        if not current.is_active or current.password_hash != proven:
            raise WrongCredentials
        agent, role = user_agent.replace("\0", "")[:255], role_of(current)
        awaits_factor = (
            isinstance(current, Member) and current.second_factor_at is not None
        )
        whole_until = rules.session_end(role, signed_in_at=now, now=now)
        await Session.create(
            token_digest=digest(token),
            user_agent=agent,
            awaits_factor=awaits_factor,
            authenticated_at=None if awaits_factor else now,
            last_seen_at=now,
            expires_at=now + HALF_OPEN_FOR if awaits_factor else whole_until,
            created_at=now,
            **keys_of(current),
        )
        action = "person.password_given" if awaits_factor else "person.signed_in"
        await account_history.note(tx, action, current, browser=named(agent))
    return token


async def half_open(token: str | None) -> Session | None:
    """The session that had the password and waits for the second factor, with its member; None when
    there is none.
    """
    row = await _open_row(token) if token else None
    if row is None or not row.awaits_factor or row.expires_at <= clock.now():
        return None
    return row if row.member is not None and row.member.is_active else None


async def open_whole(
    tx: Transaction,
    session_id: int,
    *,
    by: str,
) -> str | None:
    """Open a session that waited for its second factor, inside the caller's transaction; its new
    token, once.

    The old token opens nothing, even as a copy. None when the session ended meanwhile.
    """
    token, now = new_token("mhs"), clock.now()
    row = await Session.get(id=session_id).select_related("member")
    if row.member is None:
        return None
    waiting = Session.filter(
        id=session_id,
        awaits_factor=True,
        revoked_at=None,
        expires_at__gt=now,
    )
    opened = await waiting.update(
        token_digest=digest(token),
        awaits_factor=False,
        wrong_answers=0,
        challenge=None,
        authenticated_at=now,
        **_used(row.created_at, role_of(row.member)),
    )
    if not opened:
        return None
    await account_history.note(
        tx, "person.signed_in", row.member, browser=named(row.user_agent), by=by
    )
    return token


async def _person(email: str, kind: str) -> Person | None:
    people = table(kind)
    try:
        address = rules.normal_email(email)
    except BadEmail:
        return None
    return await people.filter(email=address).first()


async def sign_out(token: str) -> None:
    """Revoke a session: the cookie opens nothing from now on, even when someone kept a copy."""
    async with unit.transaction() as tx:
        row = await _open_row(token)
        if row is None:
            return
        if await revoke(Session.filter(id=row.id)):
            await account_history.note(
                tx, "person.signed_out", owner_of(row), browser=named(row.user_agent)
            )


async def _open_row(token: str) -> Session | None:
    if not token or len(token) > _MAX_TOKEN:
        return None
    return (
        await Session.filter(token_digest=digest(token), revoked_at=None)
        .select_related("member__vendor", "customer")
        .first()
    )


async def sign_out_everywhere(*, kind: str, person_id: int) -> int:
    """Revoke every session of a person, and say so in the trail; returns how many were open."""
    async with unit.transaction() as tx:
        person = await locked_person(tx, kind, person_id)
        ended = await end_sessions(kind, person_id)
        await account_history.note(tx, "person.sessions_ended", person, ended=ended)
    return ended


async def end_sessions(
    kind: str,
    person_id: int,
    *,
    but: int | None = None,
) -> int:
    """Revoke the sessions of a person but one, inside the caller's transaction; returns how many
    were open.
    """
    mine = open_sessions(kind, person_id)
    if but is not None:
        mine = mine.exclude(id=but)
    return await revoke(mine)


async def revoke(found: QuerySet[Session]) -> int:
    """Revoke those that are still open; how many those were."""
    now = clock.now()
    return await found.filter(revoked_at=None).update(revoked_at=now, updated_at=now)


async def end_session(
    *,
    kind: str,
    person_id: int,
    session_id: int,
) -> None:
    """Sign one browser of a person out.

    Raises NotFound when it is nobody's or somebody else's; twice is fine.
    """
    async with unit.transaction() as tx:
        person = await locked_person(tx, kind, person_id)
        row = await Session.get_or_none(owned_by(kind, person_id), id=session_id)
        if row is None:
            raise BrowserNotFound
        if await revoke(Session.filter(id=row.id)):
            await account_history.note(
                tx, "person.session_ended", person, browser=named(row.user_agent)
            )


async def renew(
    *,
    kind: str,
    person_id: int,
    session_id: int,
) -> str | None:
    """Give a session another token inside the caller's transaction, so that a copied cookie opens
    nothing.

    Returns the new token; None when the session is over.
    """
    fresh, mine = new_token("mhs"), open_sessions(kind, person_id).filter(id=session_id)
    renewed = await mine.update(token_digest=digest(fresh), updated_at=clock.now())
    return fresh if renewed else None


async def identify(token: str) -> Actor | None:
    """Who holds this session token; None when it is unknown, over or revoked, waits for a second
    factor, or the person was switched off.
    """
    if not token or len(token) > _MAX_TOKEN:
        return None
    found = await statements.open_session(digest(token))
    if found is None or found.awaits_factor or not found.is_active:
        return None
    longest = rules.SESSIONS_LAST[found.role].longest
    if min(found.expires_at, found.created_at + longest) <= clock.now():
        return None
    if clock.now() - found.last_seen_at >= rules.touch_after(found.role):
        going_on = Session.filter(id=found.id, revoked_at=None)
        await going_on.update(**_used(found.created_at, found.role))
    return found.who


def ends_at(row: Session, person: Person) -> datetime:
    """When a session is over unless it is used before."""
    longest = rules.SESSIONS_LAST[role_of(person)].longest
    return min(row.expires_at, row.created_at + longest)


def _used(created_at: datetime, role: str) -> dict[str, Any]:
    """The columns of a session that is used now."""
    now = clock.now()
    ends = rules.session_end(role, signed_in_at=created_at, now=now)
    return {"last_seen_at": now, "expires_at": ends, "updated_at": now}
