"""Doors: where somebody may try a secret (a password, a code) or have us send a mail, and how often.

Counted in the database, so that all processes count together: per email address from one network, per email address from
everywhere, and per network. A door has a name such as `member.sign_in`; each counts for itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tortoise.connection import get_connection

from shared import clock
from shared.database import unit
from shared.ids import digest
from shared.people import rules
from shared.people.errors import BadEmail, TooManyTries
from shared.people.models import DoorCount

_MS = timedelta(milliseconds=1)

# The first of a key makes its row. Later ones move it on, unless that would be more than the pace allows: then no row comes back.
_COUNT = """
INSERT INTO door_counts (key, free_at) VALUES ({0}, {1})
ON CONFLICT (key) DO UPDATE
    SET free_at = {2} + CASE WHEN door_counts.free_at > {3} THEN door_counts.free_at ELSE {3} END
    WHERE door_counts.free_at <= {4}
RETURNING free_at
"""


@dataclass(frozen=True)
class Pace:
    """`count` tries at once, then one more for each `period / count` that goes by (GCRA)."""

    count: int
    period: timedelta

    @property
    def step(self) -> int:
        """What one try costs, in milliseconds."""
        return self.period // _MS // self.count

    @property
    def slack(self) -> int:
        """How far ahead of the clock a key may be, in milliseconds, and still be let in."""
        return self.step * (self.count - 1)


@dataclass(frozen=True)
class Paces:
    """How often one door may be tried: with one email from one network, with one email, from one network."""

    both: Pace
    email: Pace
    network: Pace


TRIES = Paces(Pace(8, timedelta(minutes=5)), Pace(40, timedelta(hours=1)), Pace(60, timedelta(minutes=5)))


async def knock(door: str, *, email: str, network: str, paces: Paces = TRIES) -> None:
    """Count one try at `door`. Raises TooManyTries, which then counts nothing.

    `email` as it was typed: it is counted as the look-up of people reads it (`rules.normal_email`). What is no address at all
    finds nobody, and counts for its network alone. `network` is `networks.network_of` of the caller's address.
    """
    now = clock.now()
    async with unit.transaction():
        for key, pace in _keys(door, email, network, paces):
            await _count(key, pace, round(now.timestamp() * 1000))


def _keys(door: str, email: str, network: str, paces: Paces) -> list[tuple[str, Pace]]:
    """Always in this order, so that two tries never wait for each other crosswise."""
    found = [(f"{door}|network|{network}", paces.network)]
    try:
        address = rules.normal_email(email)
    except BadEmail:
        return found
    who = digest(address)[:32]
    return [(f"{door}|both|{who}|{network}", paces.both), (f"{door}|email|{who}", paces.email), *found]


async def _count(key: str, pace: Pace, now: int) -> None:
    values = [key, now + pace.step, pace.step, now, now + pace.slack]
    if not await _rows(_COUNT, values):
        row = await DoorCount.get(key=key)
        raise TooManyTries(retry_after=(row.free_at - now - pace.slack + 999) // 1000)


async def _rows(query: str, values: list[Any]) -> list[dict[str, Any]]:
    """Run `query` with the placeholders of this database; both let one value stand in several places."""
    sign = "$" if unit.dialect() == "postgres" else "?"
    numbered = query.format(*(f"{sign}{n}" for n in range(1, len(values) + 1)))
    return list(await get_connection("default").execute_query_dict(numbered, values))


async def forget(_context: object, _payload: dict[str, Any]) -> None:
    """Job: drop the counts that say nothing any more."""
    await DoorCount.filter(free_at__lt=round(clock.now().timestamp() * 1000)).delete()


HANDLERS = {"people.forget_tries": forget}
