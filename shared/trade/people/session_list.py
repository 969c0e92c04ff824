"""The list of browsers in which a person is signed in."""

from __future__ import annotations

from datetime import datetime

from shared.core import clock
from shared.core.frozen import frozen
from shared.trade.people.browser_names import named, told
from shared.trade.people.persons import open_sessions, person_of
from shared.trade.people.sessions import ends_at

_MOST_SHOWN = 50


@frozen
class SignedIn:
    """A browser that is signed in, as its owner sees it."""

    id: int
    browser: str
    since: datetime
    last_seen_at: datetime
    ends_at: datetime
    is_this: bool


async def signed_in(
    *,
    kind: str,
    person_id: int,
    session_id: int,
) -> tuple[SignedIn, ...]:
    """Where a person is signed in: the browser that asks first, then the one used last."""
    person, now = await person_of(kind, person_id), clock.now()
    rows = (
        await open_sessions(kind, person_id)
        .filter(expires_at__gt=now, awaits_factor=False)
        .order_by("-last_seen_at", "-id")
        .limit(_MOST_SHOWN)
    )
    found = [
        SignedIn(
            id=row.id,
            browser=told(named(row.user_agent)),
            since=row.created_at,
            last_seen_at=row.last_seen_at,
            ends_at=ends,
            is_this=row.id == session_id,
        )
        for row in rows
        if (ends := ends_at(row, person)) > now
    ]
    return tuple(sorted(found, key=lambda one: not one.is_this))
