"""What keeps money still after a restore.

Every call that moves some asks here before it is made (`Resource._move`).

Whoever writes down a new order, refund, movement or payout asks as well: its number would be
one that Stripe knows already, of something that the backup has not heard of.
"""

from __future__ import annotations

from shared.infra.gateway.errors import StandsStill
from shared.infra.restoring.service import unacknowledged

# The same as a condition in SQL, for hot statements that ask it together with the rest.
MAY_MOVE = "NOT EXISTS (SELECT 1 FROM restorations WHERE acknowledged_at IS NULL)"


async def money_may_move() -> None:
    """Raises StandsStill while a restore has not been acknowledged.

    One query; never inside a gateway call's transaction.
    """
    if await unacknowledged() is not None:
        raise StandsStill
