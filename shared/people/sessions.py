"""Signing in and out, and knowing a browser again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tortoise.expressions import Q

from shared import clock
from shared.ids import digest, new_token
from shared.people import passwords, rules
from shared.people.errors import BadEmail, WrongCredentials
from shared.people.models import Customer, Member, Session
from shared.people.queries import Actor

_TOUCH_SESSION = timedelta(hours=1)  # how stale `last_seen_at` may be: one write an hour, not one per page
_MAX_TOKEN = 100  # longer than any token of ours


async def sign_in(*, email: str, password: str, kind: str, user_agent: str) -> str:
    """Open a session for a member or a customer and return its token, of which only the digest is kept. Raises WrongCredentials."""
    person = await _person(email, kind)
    stored = person.password_hash if person is not None and person.is_active else None
    if not await passwords.matches(stored, password[: rules.MAX_PASSWORD + 1]) or person is None:
        raise WrongCredentials
    if passwords.is_outdated(person.password_hash):
        fresh = await passwords.hash_password(password)
        await type(person).filter(id=person.id, password_hash=stored).update(password_hash=fresh)
    token, now = new_token("mhs"), clock.now()
    await Session.create(
        token_digest=digest(token),
        member_id=person.id if isinstance(person, Member) else None,
        customer_id=person.id if isinstance(person, Customer) else None,
        user_agent=user_agent.replace("\0", "")[:255],
        authenticated_at=now,
        last_seen_at=now,
        expires_at=now + timedelta(days=rules.SESSION_DAYS),
    )
    return token


async def _person(email: str, kind: str) -> Member | Customer | None:
    if kind not in ("member", "customer"):
        raise ValueError(f"sign in as member or customer, not {kind!r}")
    try:
        address = rules.normal_email(email)
    except BadEmail:
        return None
    if kind == "member":
        return await Member.filter(email=address).first()
    return await Customer.filter(email=address).first()


async def sign_out(token: str) -> None:
    """Revoke a session: the cookie opens nothing from now on, even when someone kept a copy."""
    await Session.filter(token_digest=digest(token), revoked_at=None).update(
        revoked_at=clock.now(), updated_at=clock.now()
    )


async def sign_out_everywhere(*, kind: str, person_id: int) -> int:
    """Revoke every session of a person (after a changed password, or a lost phone); returns how many were open."""
    mine = Q(member_id=person_id) if kind == "member" else Q(customer_id=person_id)
    return await Session.filter(mine, revoked_at=None).update(revoked_at=clock.now(), updated_at=clock.now())


async def identify(token: str) -> Actor | None:
    """Who holds this session token; None when it is unknown, expired or revoked, or the person was switched off."""
    if not token or len(token) > _MAX_TOKEN:
        return None
    now = clock.now()
    row = (
        await Session.filter(token_digest=digest(token), revoked_at=None, expires_at__gt=now)
        .select_related("member__vendor", "customer")
        .first()
    )
    if row is None:
        return None
    if now - row.last_seen_at >= _TOUCH_SESSION:
        await Session.filter(id=row.id, revoked_at=None).update(
            last_seen_at=now, expires_at=now + timedelta(days=rules.SESSION_DAYS), updated_at=now
        )
    who = _member_actor(row.member) if row.member is not None else _customer_actor(row.customer)
    return replace(who, session_id=row.id, authenticated_at=row.authenticated_at) if who is not None else None


def _member_actor(member: Member) -> Actor | None:
    if not member.is_active:
        return None
    vendor = member.vendor
    return Actor(
        kind="member",
        id=member.id,
        full_name=member.full_name,
        email=member.email,
        role=member.role,
        vendor_id=vendor.id if vendor is not None else None,
        vendor_slug=vendor.slug if vendor is not None else None,
        vendor_name=vendor.name if vendor is not None else None,
    )


def _customer_actor(customer: Customer | None) -> Actor | None:
    if customer is None or not customer.is_active:
        return None
    return Actor(kind="customer", id=customer.id, full_name=customer.full_name, email=customer.email)
