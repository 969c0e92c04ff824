"""The attempts of a write: each has a key of its own, and what was sent under it is stored."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import Any

from shared.core import clock
from shared.core.frozen import frozen
from shared.infra import unit
from shared.infra.gateway.errors import StripeRefused
from shared.infra.gateway.gateway import Gateway
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.stripe_writes.operations import AnyOperation, loaded
from shared.infra.stripe_writes.rules import WriteState, is_old, key_of
from shared.infra.unit import Transaction


@frozen
class Performed:
    """What became of a write.

    `answer` is what Stripe said, where it was asked just now, and `outcome` what the operation made
    of it; `refusal` its definite no.
    """

    state: WriteState
    stripe_id: str | None = None
    refusal: StripeRefused | None = None
    answer: Any = field(default=None, repr=False)
    outcome: Any = None


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


async def plan(
    gateway: Gateway, write: StripeWrite, operation: AnyOperation
) -> AnyOperation | None:
    """Store what is about to be sent, and when its key was first used."""
    facts = await operation.prepare(gateway)
    async with unit.transaction() as tx:
        row = await tx.lock(StripeWrite, id=write.id)
        if row.state != WriteState.WAITING or row.attempt != write.attempt:
            return None
        # As it is stored now: somebody else may have planned, and sent it, under this very key.
        planned = await loaded(row.operation, row.params).plan(tx, facts)
        if isinstance(planned, WriteState):
            await tx.move(row, to=planned, state="state")
            return None
        if planned is not None:
            asked_at = row.asked_at or clock.now()
            await tx.change(row, params=planned.stored(), asked_at=asked_at)
        return planned


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
