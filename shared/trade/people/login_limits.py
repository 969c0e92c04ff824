"""Doors: where somebody may try a secret (a password, a code) or have us send a mail, and how
often.

Counted in the database, so that all processes count together: per email address from one network,
per email address from everywhere, and per network. A door has a name such as `member.sign_in`; each
counts for itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.ids import digest
from shared.infra import unit
from shared.infra.database.dialect import dialect
from shared.infra.jobs import Context, forgetting, recurring
from shared.trade.people import rules
from shared.trade.people.errors import BadEmail, TooManyTries
from shared.trade.people.models import DoorCount

_MS = timedelta(milliseconds=1)


@frozen
class Pace:
    """`count` tries at once, then one more for each `period / count` that goes by (GCRA)."""

    count: int
    period: timedelta

    def after_try(self, free_at: int, now: int) -> int:
        """The moment until which a key counts once it was tried at `now` (milliseconds).

        Raises TooManyTries.

        No try leaves a key further ahead than a period: what is was counted by a clock that has
        been put right since.
        """
        counted = free_at if free_at <= now + self.period // _MS else now
        start = max(counted, now)
        if start - now > self.slack:
            raise TooManyTries(retry_after=(start - now - self.slack + 999) // 1000)
        return start + self.step

    @property
    def step(self) -> int:
        """What one try costs, in milliseconds."""
        return self.period // _MS // self.count

    @property
    def slack(self) -> int:
        """How far ahead of the clock a key may be, in milliseconds, and still be let in."""
        return self.step * (self.count - 1)


@frozen
class Paces:
    """How often one door may be tried: with one email from one network, with one email, from one
    network.
    """

    both: Pace
    email: Pace
    network: Pace


TRIES = Paces(
    Pace(8, timedelta(minutes=5)),
    Pace(40, timedelta(hours=1)),
    Pace(60, timedelta(minutes=5)),
)


async def knock(
    door: str,
    *,
    email: str,
    network: str,
    paces: Paces = TRIES,
    is_known: bool = False,
) -> None:
    """Count one try at `door`. Raises TooManyTries, which then counts nothing.

    `is_known`: this email has signed in with this browser before. Such tries are counted apart from
    those of strangers, who could otherwise keep a person out by guessing without end. `email` as it
    was typed: it is counted as the look-up of people reads it (`rules.normal_email`). What is no
    address at all finds nobody, and counts for its network alone. `network` is
    `networks.network_of` of the caller's address.
    """
    door = f"{door}|known" if is_known else door
    await count_tries(_keys(door, email, network, paces))


async def count_tries(paces: Mapping[str, Pace]) -> None:
    """Count one try for each of these keys. Raises TooManyTries, which then counts nothing."""
    now = _milliseconds()
    async with unit.transaction():
        rows = await _rows(sorted(paces))
        for row in rows:
            row.free_at = paces[row.key].after_try(row.free_at, now)
        await DoorCount.bulk_update(rows, ["free_at"])


async def take_back(paces: Mapping[str, Pace]) -> None:
    """Let a try that `count_tries` has counted be none."""
    async with unit.transaction():
        rows = await _rows(sorted(paces))
        for row in rows:
            before = row.free_at - paces[row.key].step
            row.free_at = max(before, 0)
        await DoorCount.bulk_update(rows, ["free_at"])


def _keys(
    door: str,
    email: str,
    network: str,
    paces: Paces,
) -> dict[str, Pace]:
    found = {f"{door}|network|{network}": paces.network}
    try:
        who = digest(rules.normal_email(email))[:32]
    except BadEmail:
        return found
    return found | {
        f"{door}|both|{who}|{network}": paces.both,
        f"{door}|email|{who}": paces.email,
    }


async def _rows(keys: list[str]) -> list[DoorCount]:
    """The rows of these keys, made where there are none, locked in the order of `keys` so that
    nobody waits crosswise.
    """
    rows: list[DoorCount] = []
    while len(rows) < len(keys):  # once, unless `forget` took one away in between
        await DoorCount.bulk_create(
            [DoorCount(key=key, free_at=0) for key in keys], ignore_conflicts=True
        )
        query = DoorCount.filter(key__in=keys).order_by("key")
        rows = await (query.select_for_update() if dialect() == "postgres" else query)
    return rows


def _milliseconds() -> int:
    return round(clock.now().timestamp() * 1000)


@recurring("people.forget_tries", every=timedelta(hours=1))
async def forget(_context: Context) -> None:
    """Drop the counts that say nothing any more; who is tried just now is not old."""
    await forgetting.forget(DoorCount.filter(free_at__lt=_milliseconds()))
