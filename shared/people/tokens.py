"""API tokens: made, known again, revoked."""

from __future__ import annotations

from datetime import timedelta

from shared import clock
from shared.ids import digest, new_token
from shared.people.errors import UnknownToken
from shared.people.models import Token
from shared.people.queries import Actor

_TOUCH_TOKEN = timedelta(minutes=1)
_MAX_TOKEN = 100  # longer than any token of ours


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


async def revoke_tokens_of(member_id: int) -> int:
    """Make every token that this member made worthless, inside the caller's transaction; returns how many were."""
    now = clock.now()
    return await Token.filter(member_id=member_id, revoked_at=None).update(revoked_at=now, updated_at=now)
