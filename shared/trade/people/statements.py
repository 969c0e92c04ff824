"""Hot statements of people, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from datetime import datetime

from shared.core.frozen import frozen
from shared.infra.database.dialect import dialect
from shared.infra.database.raw_sql import (
    Record,
    execute,
    fetch,
    moment_in,
)
from shared.trade.people.queries import Actor
from shared.trade.people.rules import CUSTOMER

_OPEN = """
SELECT s.id, s.awaits_factor, s.created_at, s.authenticated_at, s.last_seen_at,
    s.expires_at, m.id AS member_id, m.role, m.second_factor_at, c.id AS customer_id,
    COALESCE(m.email, c.email) AS email,
    COALESCE(m.full_name, c.full_name) AS full_name,
    COALESCE(m.is_active, c.is_active) AS is_active,
    COALESCE(m.email_confirmed_at, c.email_confirmed_at) AS email_confirmed_at,
    v.id AS vendor_id, v.slug, v.name
FROM sessions s
LEFT JOIN members m ON m.id = s.member_id
LEFT JOIN vendors v ON v.id = m.vendor_id
LEFT JOIN customers c ON c.id = s.customer_id
WHERE s.token_digest = ? AND s.revoked_at IS NULL
"""

_MERGED = (
    "INSERT INTO members_found(members_found) VALUES ('optimize')",
    "INSERT INTO customers_found(customers_found) VALUES ('optimize')",
)


@frozen
class OpenSession:
    """A session that was not revoked, and who holds it."""

    id: int
    role: str
    who: Actor
    is_active: bool
    awaits_factor: bool
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


async def open_session(token_digest: str) -> OpenSession | None:
    """Read the session of a token with its person, and the vendor of an owner."""
    found = await fetch(_OPEN, token_digest)
    if not found:
        return None
    (record,) = found
    return OpenSession(
        id=record["id"],
        role=record["role"] or CUSTOMER,
        who=_actor(record),
        is_active=bool(record["is_active"]),
        awaits_factor=bool(record["awaits_factor"]),
        created_at=_moment(record, "created_at"),
        last_seen_at=_moment(record, "last_seen_at"),
        expires_at=_moment(record, "expires_at"),
    )


def _moment(record: Record, name: str) -> datetime:
    at = moment_in(record[name])
    assert at is not None, name
    return at


def _actor(record: Record) -> Actor:
    is_member = record["member_id"] is not None
    return Actor(
        kind="member" if is_member else "customer",
        id=record["member_id"] if is_member else record["customer_id"],
        full_name=record["full_name"],
        email=record["email"],
        role=record["role"],
        vendor_id=record["vendor_id"],
        vendor_slug=record["slug"],
        vendor_name=record["name"],
        email_confirmed=record["email_confirmed_at"] is not None,
        session_id=record["id"],
        authenticated_at=moment_in(record["authenticated_at"]),
        has_factor=record["second_factor_at"] is not None,
    )


async def merge_words() -> None:
    """Merge the segments of what people are found by; PostgreSQL keeps none."""
    if dialect() != "sqlite":
        return
    for sql in _MERGED:
        await execute(sql)
