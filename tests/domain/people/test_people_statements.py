"""The statement that knows a browser again answers as the ORM does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core import clock
from shared.core.ids import digest
from shared.trade.people import sessions
from shared.trade.people.models import Member, Session
from shared.trade.people.persons import owner_of, role_of
from shared.trade.people.queries import actor_of
from shared.trade.people.statements import open_session
from tests.support.factories import make_customer, make_member, make_ready_vendor

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("database")]


async def test_everybody_is_known_by_their_session() -> None:
    """An owner with the shop, staff with a second factor, a shopper; nobody by another token."""
    staff = {"role": "operator", "second_factor_at": clock.now()}
    people = [
        await make_member(await make_ready_vendor(), is_active=False),
        await make_member(None, **staff, email_confirmed_at=clock.now()),
        await make_customer(),
    ]
    for person in people:
        kind = "member" if isinstance(person, Member) else "customer"
        await Session.create(
            token_digest=digest(f"t{kind}{person.id}"),
            **{f"{kind}_id": person.id},
            authenticated_at=clock.now() if kind == "member" else None,
            awaits_factor=kind == "customer",
            last_seen_at=clock.now(),
            expires_at=clock.now(),
        )
    rows = await Session.all().select_related("member__vendor", "customer")
    assert len(rows) == len(people)
    for row in rows:
        found = await open_session(row.token_digest)
        owner = owner_of(row)
        assert found is not None
        asked = replace(
            actor_of(owner), session_id=row.id, authenticated_at=row.authenticated_at
        )
        assert (found.who, found.role) == (asked, role_of(owner))
        assert (found.id, found.awaits_factor) == (row.id, row.awaits_factor)
        assert (found.is_active, found.created_at) == (owner.is_active, row.created_at)
        assert (found.last_seen_at, found.expires_at) == (
            row.last_seen_at,
            row.expires_at,
        )
    await Session.all().update(revoked_at=clock.now())
    assert await open_session(rows[0].token_digest) is None
    assert await sessions.identify("x" * 200) is None
