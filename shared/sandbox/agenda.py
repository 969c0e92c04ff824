"""What the stand-in does by itself at a time: money settles, holds expire, payouts arrive.

Each task is one transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from shared.sandbox import audit
from shared.sandbox.resources import (
    balance,
    card_effects,
    dispute_lifecycle,
    holds,
    paydays,
    payout_lifecycle,
    refund_outcomes,
    requirements,
    reserves,
    settlement,
)
from shared.sandbox.world import Act, World, home_of

_log = logging.getLogger(__name__)

# Task -> what it does with its subject; the act is the platform's own, `act.within(account)` leads
# to another.
TASKS: dict[str, Callable[[Act, str], None]] = {
    "aftermath": card_effects.happen,
    "balance_available": balance.tell,
    "dispute_decided": dispute_lifecycle.decide,
    "dispute_due": dispute_lifecycle.fall_due,
    "payday": paydays.payday,
    "payout": payout_lifecycle.progress,
    "requirements": requirements.fall_due,
    "expire_hold": holds.expire,
    "refund_again": refund_outcomes.try_again,
    "refund_answer": refund_outcomes.answer,
    "reserve_due": reserves.fall_due,
    "settle": settlement.settle,
    "verify": requirements.verify,
}


def run(world: World) -> None:
    """Do all that is due at this moment, in order.

    A task that goes wrong is told to the log and not tried again.
    """
    sql = (
        "SELECT id, task, platform, subject FROM agenda WHERE due <= ? ORDER BY due, id"
    )
    due = world.store.rows(sql, world.clock.now())
    for id, task, platform, subject in due:
        try:
            with world.store.transaction():
                _do(world, id, task, platform, subject)
        except Exception:
            if world.config.audit:
                raise
            _log.exception("the task %s of %s", task, subject)
            world.store.db.execute("DELETE FROM agenda WHERE id = ?", (id,))


def _do(
    world: World,
    id: int,
    task: str,
    platform: str,
    subject: str,
) -> None:
    world.store.db.execute("DELETE FROM agenda WHERE id = ?", (id,))
    TASKS[task](Act(world, platform, home_of(platform)), subject)
    found = audit.problems(world.store, platform) if world.config.audit else []
    if found:
        raise AssertionError(f"after {task} {subject}: {'; '.join(found)}")


def next_due(world: World) -> float | None:
    """When the next task is due, if there is one."""
    moment: float | None = world.store.value("SELECT min(due) FROM agenda")
    return moment
