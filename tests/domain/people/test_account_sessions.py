"""Sessions: how long each lasts, where somebody is signed in, and that what is ended stays
ended.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from shared.infra.audit import watch
from shared.infra.audit.models import AuditEntry
from shared.trade.people import account_history, sessions
from shared.trade.people.errors import WrongCredentials
from shared.trade.people.models import Session
from shared.trade.people.persons import label_of
from shared.trade.people.rules import SESSIONS_LAST
from tests.support.accounts import (
    DOORS,
    KINDS,
    ROLES,
    browser_of,
    copy_of,
    is_in,
    later,
    person,
    session_of,
)

if TYPE_CHECKING:
    from quart import Quart

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
MINUTE = timedelta(minutes=1)


@pytest.mark.one_engine
@pytest.mark.parametrize("role", ROLES)
class TestLasting:
    """Sliding, and an absolute end that no use moves."""

    async def test_a_session_that_is_not_used_ends(
        self, database: str, role: str
    ) -> None:
        """After its idle time, and not before."""
        token = await session_of(await person(role))
        idle = SESSIONS_LAST[role].idle
        with later(idle - MINUTE):
            assert await sessions.identify(token) is not None
        with later(2 * idle):
            assert await sessions.identify(token) is None

    async def test_a_session_that_is_used_all_the_time_ends_as_well(
        self, database: str, role: str
    ) -> None:
        """At its longest, counted from the sign-in."""
        token = await session_of(await person(role))
        lasting = SESSIONS_LAST[role]
        steps = int(lasting.longest / lasting.idle * 2)
        for step in range(1, steps):
            with later(lasting.longest * step / steps):
                assert await sessions.identify(token) is not None, step
        with later(lasting.longest):
            assert await sessions.identify(token) is None

    async def test_a_session_of_before_has_the_same_end(
        self, database: str, role: str
    ) -> None:
        """Rows that were promised a longer life are held to the sign-in's day."""
        token = await session_of(await person(role))
        longest = SESSIONS_LAST[role].longest
        row = await Session.get()
        await Session.filter(id=row.id).update(expires_at=row.created_at + 10 * longest)
        with later(longest):
            assert await sessions.identify(token) is None


@pytest.mark.one_engine
@pytest.mark.parametrize("role", KINDS)
class TestBrowsers:
    """The list, and its buttons."""

    async def test_each_browser_is_named_and_this_one_comes_first(
        self, app: Quart, role: str
    ) -> None:
        """In words, with what happened lately below."""
        who = await person(role)
        await browser_of(app, who, agent=FIREFOX)
        mine = await browser_of(app, who, agent="Something/1.0")
        text = (await mine.get(DOORS[role].account)).text
        assert text.index("Another browser") < text.index("Firefox on Linux")
        assert text.count("This one") == 1
        assert "Signed in" in text

    async def test_one_is_signed_out_alone(self, app: Quart, role: str) -> None:
        """The others stay; a copy of its cookie is worth nothing."""
        who = await person(role)
        lost, mine = (
            await browser_of(app, who, agent=FIREFOX),
            await browser_of(app, who),
        )
        copy = await copy_of(lost)
        there = await Session.get(user_agent=FIREFOX)
        done = await mine.send(
            f"{DOORS[role].account}/sessions/{there.id}/end", page=DOORS[role].account
        )
        assert done.status == 303
        assert [await is_in(b, role) for b in (lost, copy, mine)] == [
            False,
            False,
            True,
        ]

    async def test_everywhere_is_everywhere(self, app: Quart, role: str) -> None:
        """This browser as well, and copies of it."""
        who = await person(role)
        other, mine = await browser_of(app, who), await browser_of(app, who)
        copy = await copy_of(mine)
        done = await mine.send(
            f"{DOORS[role].account}/sessions/end", page=DOORS[role].account
        )
        assert (done.status, done.location) == (303, DOORS[role].sign_in)
        assert [await is_in(b, role) for b in (other, copy, mine)] == [False] * 3

    async def test_nobody_signs_another_persons_browser_out(
        self, app: Quart, role: str
    ) -> None:
        """404, as if it were not there, for the other kind of person too."""
        mine = await browser_of(app, await person(role))
        for other in ROLES:
            them = await person(other)
            their = await browser_of(app, them, agent=f"of {other}")
            row = await Session.get(user_agent=f"of {other}")
            answer = await mine.send(
                f"{DOORS[role].account}/sessions/{row.id}/end", page=DOORS[role].account
            )
            assert answer.status == 404
            assert await is_in(their, other)


@pytest.mark.parametrize("role", ROLES)
async def test_signing_in_failing_and_leaving_are_written_down(
    database: str,
    role: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the browser; a wave of guesses is one line of the trail for good, and each guess a line
    of the log.
    """
    # Other tests' guesses of this minute count elsewhere.
    monkeypatch.setattr(watch.log, "filters", [watch.Bounded()])
    who = await person(role)
    token = await session_of(who, agent=FIREFOX)
    for _ in range(3):
        with pytest.raises(WrongCredentials):
            await session_of(who, password="not it, not it")
    await sessions.sign_out(token)
    guesses = [
        vars(record)["fields"]
        for record in caplog.records
        if record.name == "markethall.security"
    ]
    assert [(each["event"], each["who"]) for each in guesses] == [
        ("sign_in.failed", label_of(who))
    ] * 3
    rows = await AuditEntry.filter(subject=label_of(who)).order_by("id")
    assert [row.action for row in rows] == [
        "person.signed_in",
        account_history.FAILED,
        "person.signed_out",
    ]
    assert [row.actor for row in rows] == [label_of(who), "nobody", label_of(who)]
    assert rows[0].details == {"browser": "Firefox on Linux"}
    with later(timedelta(hours=1)), pytest.raises(WrongCredentials):
        await session_of(who, password="not it, not it")
    assert await AuditEntry.filter(action=account_history.FAILED).count() == 2


async def test_guesses_at_unknown_addresses_are_one_line_too(database: str) -> None:
    """And cost the same writes as at known ones."""
    for n in range(3):
        with pytest.raises(WrongCredentials):
            await sessions.sign_in(
                email=f"x{n}@people.test",
                password="not it",
                kind="member",
                user_agent="",
            )
    assert [row.subject for row in await AuditEntry.all()] == ["member:unknown"]
