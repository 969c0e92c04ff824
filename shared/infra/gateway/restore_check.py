"""What keeps money still after a restore.

Every call that moves some asks here before it is made (`Resource._move`).

Whoever writes down a new order, refund, movement or payout asks as well: its number would be
one that Stripe knows already, of something that the backup has not heard of.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from shared.infra.gateway.errors import StandsStill
from shared.infra.restoring.service import unacknowledged

# The same as a condition in SQL, for hot statements that ask it together with the rest.
MAY_MOVE = "NOT EXISTS (SELECT 1 FROM restorations WHERE acknowledged_at IS NULL)"


_is_known: ContextVar[bool] = ContextVar("markethall_may_move", default=False)


@contextmanager
def known_to_move() -> Iterator[None]:
    """Ask nothing before the calls of this block: a statement just before it has read MAY_MOVE,
    which was so.
    """
    marker = _is_known.set(True)
    try:
        yield
    finally:
        _is_known.reset(marker)


async def money_may_move() -> None:
    """Raises StandsStill while a restore has not been acknowledged.

    One query; never inside a gateway call's transaction.
    """
    if not _is_known.get() and await unacknowledged() is not None:
        raise StandsStill
