"""The attempts of a write: each has a key of its own, and what was sent under it is stored."""

from __future__ import annotations

from datetime import datetime

from shared.core import clock
from shared.infra import unit
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.stripe_writes.operations import AnyOperation
from shared.infra.stripe_writes.rules import WriteState, is_old, key_of
from shared.infra.unit import Transaction


def sent_at_once(operation: AnyOperation) -> datetime | None:
    """Return now for what is sent as it is, so that nothing more is stored before; None for what is
    looked at first.
    """
    return None if operation.plans or operation.looks_first else clock.now()


def is_to_be_found(write: StripeWrite, operation: AnyOperation) -> bool:
    """Whether Stripe's list comes before another attempt.

    What waits with Stripe's id is taken up again after an answer that our rows could not follow.
    """
    if write.stripe_id is not None or is_old(write.asked_at, clock.now()):
        return True
    return operation.looks_first and was_asked(write)


def was_asked(write: StripeWrite) -> bool:
    """Whether Stripe may have made it, under this key or one of before."""
    return write.asked_at is not None or write.attempt > 1


async def next_attempt(
    write: StripeWrite,
    operation: AnyOperation,
    *,
    why: str,
) -> None:
    """Number a write anew, unless it is over or somebody else did."""
    async with unit.transaction() as tx:
        row = await tx.lock(StripeWrite, id=write.id)
        if row.state == WriteState.WAITING and row.attempt == write.attempt:
            await number(tx, row, operation, why=why)


async def number(
    tx: Transaction,
    row: StripeWrite,
    operation: AnyOperation,
    *,
    why: str,
) -> None:
    """Give the write its next key: nothing was asked under that one."""
    attempt = row.attempt + 1
    key = key_of(operation.key, attempt)
    asked_at = sent_at_once(operation)
    await tx.change(
        row,
        attempt=attempt,
        key=key,
        params=operation.stored(),
        asked_at=asked_at,
        error=why[:500],
    )
