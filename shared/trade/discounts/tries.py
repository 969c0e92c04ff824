"""Guessing codes: how often somebody may be wrong, and what the operator is told of it.

Counted in the database, so that all processes count together: per browser, and per network. Whoever
is right counts nothing, however many share a network.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tortoise.expressions import F
from tortoise.functions import Count, Max, Sum
from tortoise.queryset import QuerySet

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.ids import digest
from shared.infra.jobs import Context, forgetting, recurring
from shared.trade.discounts.errors import GuessedTooOften
from shared.trade.discounts.models import CodeTries
from shared.trade.people.errors import TooManyTries
from shared.trade.people.login_limits import Pace, count_tries, take_back

PER_BROWSER = Pace(8, timedelta(minutes=10))
PER_NETWORK = Pace(40, timedelta(hours=1))
KEPT_DAYS = 14
MOST_SHOWN = 10
_DAY = timedelta(days=1)


async def begin(*, browser: str, network: str) -> None:
    """Count a try before anything is looked up. Raises GuessedTooOften, and the operator reads it.

    `browser`: what the browser is known by, its basket's token.
    """
    try:
        await count_tries(_paces(browser, network))
    except TooManyTries as too_many:
        await _note(network, "stopped")
        raise GuessedTooOften(retry_after=too_many.retry_after) from None


async def was_right(*, browser: str, network: str) -> None:
    """The code is there: the try does not count."""
    await take_back(_paces(browser, network))


async def was_wrong(*, network: str) -> None:
    """Nobody whose goods are in the basket has such a code."""
    await _note(network, "unknown")


def _paces(browser: str, network: str) -> dict[str, Pace]:
    return {
        f"code|browser|{digest(browser)[:32]}": PER_BROWSER,
        f"code|network|{network}": PER_NETWORK,
    }


async def _note(network: str, column: str) -> None:
    now = clock.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    row = CodeTries(network=network, hour=hour)
    await CodeTries.bulk_create([row], ignore_conflicts=True)
    here = CodeTries.filter(network=network, hour=hour)
    counted = {column: F(column) + 1}
    await here.update(**counted, updated_at=now)


@frozen
class GuessingNetwork:
    """A network from which codes were guessed lately."""

    network: str
    unknown: int
    stopped: int
    last_at: datetime


async def guessing() -> tuple[GuessingNetwork, ...]:
    """The networks that were wrong most often within a day; the worst first."""
    summed = _lately().annotate(
        wrong=Sum("unknown"),
        refused=Sum("stopped"),
        last=Max("hour"),
    )
    rows = (
        await summed.group_by("network")
        .order_by("-refused", "-wrong", "network")
        .limit(MOST_SHOWN)
        .values("network", "wrong", "refused", "last")
    )
    return tuple(
        GuessingNetwork(
            network=row["network"],
            unknown=int(row["wrong"]),
            stopped=int(row["refused"]),
            last_at=_moment(row["last"]),
        )
        for row in rows
    )


async def count_stopped() -> int:
    """How many networks were stopped within a day."""
    number = Count("network", distinct=True)
    stopped = _lately().filter(stopped__gt=0)
    found = await stopped.annotate(n=number).values("n")
    return int(found[0]["n"])


def _lately() -> QuerySet[CodeTries]:
    return CodeTries.filter(hour__gt=clock.now() - _DAY)


def _moment(value: object) -> datetime:
    """SQLite gives the last of some times as text."""
    at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return at if at.tzinfo else at.replace(tzinfo=UTC)


@recurring("discounts.forget_tries", every=_DAY)
async def forget(_context: Context) -> None:
    """Drop what is older than the operator reads; it has addresses of networks."""
    before = forgetting.days_ago(KEPT_DAYS)
    await forgetting.forget(CodeTries.filter(hour__lt=before))
