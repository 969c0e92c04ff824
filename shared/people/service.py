"""Use cases of people: joining, signing in and out, knowing a browser or a token again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeVar

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from shared import clock
from shared.database.unit import transaction
from shared.ids import digest, new_token
from shared.people import passwords, rules
from shared.people.errors import BadEmail, EmailTaken, UnknownToken, WrongCredentials
from shared.people.models import Customer, Member, Session, Token
from shared.people.queries import Actor

P = TypeVar("P", Member, Customer)

_TOUCH_SESSION = timedelta(hours=1)  # how stale `last_seen_at` may be: one write an hour, not one per page
_TOUCH_TOKEN = timedelta(minutes=1)
_MAX_TOKEN = 100  # longer than any token of ours


async def create_member(*, email: str, password: str, full_name: str, role: str, vendor_id: int | None) -> Member:
    """Make an owner of a vendor, or an operator (no vendor). Raises EmailTaken, BadEmail, WeakPassword.

    Hashes first; call it inside a transaction only where its row must stand or fall with others.
    """
    address, hashed = await _credentials(email, password)
    return await _insert(
        Member, email=address, password_hash=hashed, full_name=full_name.strip(), role=role, vendor_id=vendor_id
    )


async def create_customer(*, email: str, password: str, full_name: str) -> Customer:
    """Make a shopper's account. Raises EmailTaken, BadEmail, WeakPassword."""
    address, hashed = await _credentials(email, password)
    return await _insert(Customer, email=address, password_hash=hashed, full_name=full_name.strip())


async def _credentials(email: str, password: str) -> tuple[str, str]:
    address = rules.normal_email(email)
    rules.check_password(password, email=address)
    return address, await passwords.hash_password(password)


async def _insert(table: type[P], **values: Any) -> P:
    try:
        async with transaction():  # nested when the caller has one: a refused insert must not spoil it
            return await table.create(**values)
    except IntegrityError:
        if await table.filter(email=values["email"]).exists():
            raise EmailTaken(param="email") from None
        raise


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
    return _member_actor(row.member) if row.member is not None else _customer_actor(row.customer)


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


async def create_token(*, vendor_id: int, member_id: int, name: str) -> str:
    """Make an API token for a vendor. This is the only time it can be seen."""
    token = new_token("mht")
    await Token.create(
        vendor_id=vendor_id,
        member_id=member_id,
        name=name.strip()[:80] or "Token",
        hint=token[:8],
        token_digest=digest(token),
    )
    return token


async def identify_token(raw: str) -> Actor | None:
    """The vendor that an API token speaks for; None when it is unknown or revoked, or its maker was switched off."""
    if not raw.startswith("mht_") or len(raw) > _MAX_TOKEN:
        return None
    row = await Token.filter(token_digest=digest(raw), revoked_at=None).select_related("vendor", "member").first()
    if row is None or not row.member.is_active:
        return None
    now = clock.now()
    if row.last_used_at is None or now - row.last_used_at >= _TOUCH_TOKEN:
        await Token.filter(id=row.id).update(last_used_at=now, updated_at=now)
    return Actor(
        kind="token",
        id=row.id,
        full_name=row.name,
        vendor_id=row.vendor.id,
        vendor_slug=row.vendor.slug,
        vendor_name=row.vendor.name,
    )


async def revoke_token(*, vendor_id: int, token_id: int) -> None:
    """Make a token of this vendor worthless. Raises UnknownToken when it has no such token; twice is fine."""
    if not await Token.filter(id=token_id, vendor_id=vendor_id).exists():
        raise UnknownToken
    await Token.filter(id=token_id, vendor_id=vendor_id, revoked_at=None).update(
        revoked_at=clock.now(), updated_at=clock.now()
    )
