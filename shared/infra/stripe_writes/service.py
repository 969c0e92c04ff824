"""Opening a write in the caller's transaction, and performing it outside of one until Stripe has
answered.

It alone knows what a repeated key, a failure stored under a key, a key that Stripe forgot and a
refusal mean.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from tortoise.exceptions import IntegrityError

from shared.core import clock
from shared.core.errors import MarketError, TryLater
from shared.infra import unit
from shared.infra.database.columns import numbers_in
from shared.infra.gateway.errors import StripeRefused, StripeUnavailable
from shared.infra.gateway.gateway import Gateway
from shared.infra.jobs import Context, job, queue, recurring
from shared.infra.stripe_writes import attempts
from shared.infra.stripe_writes.attempts import Performed
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.stripe_writes.operations import AnyOperation, loaded
from shared.infra.stripe_writes.rules import WriteState
from shared.infra.unit import Transaction

log = logging.getLogger("markethall.stripe_writes")

# Whoever opens a write performs it at once; the job is for when that failed.
ASK_AFTER = timedelta(minutes=1)
AT_ONCE = ASK_AFTER / 2  # so long nobody but who opened a write asks for it
LEFT_ALONE = timedelta(minutes=15)
ROUNDS = 4


class StillTrying(TryLater):
    """Each attempt so far was at its end; the job goes on."""

    code = "payment_provider_unavailable"


async def open_write(
    tx: Transaction,
    operation: AnyOperation,
    *,
    asked_at: datetime | None = None,
    write_id: int | None = None,
    soon: bool = False,
) -> StripeWrite:
    """Write an operation down before Stripe is asked, together with the job that asks should we
    crash; `soon`: the caller does not ask, so the job does at once.

    `asked_at`: the key was used before there was a row of it; or it is about to be, since all that
    `plan` looks at was looked at in `tx` (perform_opened). `write_id`: the row's, where that is
    known (`database/known_ids.py`).
    """
    write = await tx.insert(
        StripeWrite(
            operation=operation.name,
            subject=operation.subject,
            key=operation.key,
            params=operation.stored(),
            asked_at=asked_at or attempts.sent_at_once(operation),
        ),
        known_id=write_id,
    )
    at = None if soon else clock.now() + ASK_AFTER
    _perform_later(tx, int(write.id), at=at)
    return write


async def count_of(subject: str, operation: type[AnyOperation]) -> int:
    """Count the writes of a kind about one subject: the next key's number.

    Ask under the subject's lock.
    """
    return await StripeWrite.filter(subject=subject, operation=operation.name).count()


async def latest(subject: str, operation: type[AnyOperation]) -> StripeWrite | None:
    """Return the newest write of a kind about one subject."""
    writes = StripeWrite.filter(subject=subject, operation=operation.name)
    return await writes.order_by("-id").first()


async def waiting(subject: str) -> list[StripeWrite]:
    """Return the writes about one subject that Stripe has not answered, oldest first."""
    writes = StripeWrite.filter(subject=subject, state=WriteState.WAITING.value)
    return await writes.order_by("id")


async def opened(operation: AnyOperation, *, asked_at: datetime) -> int:
    """Return the id of the newest write of this kind about the operation's subject.

    It is opened now for what was written down before there were rows of writes: perhaps asked under
    its key since `asked_at`.
    """
    write = await latest(operation.subject, type(operation))
    if write is not None:
        return int(write.id)
    try:
        async with unit.transaction() as tx:
            return int((await open_write(tx, operation, asked_at=asked_at)).id)
    except IntegrityError:
        write = await latest(operation.subject, type(operation))
        if write is None:
            raise
        return int(write.id)  # somebody else opened it meanwhile


async def perform(
    gateway: Gateway,
    write_id: int,
) -> Performed:
    """Ask Stripe until the write is over.

    One that is over is left alone; one that must wait is, too.

    Raises StripeUnavailable: what became of it is not known, and the same call goes on later.
    Raises what `answered` of the operation does: the write is over then, as UNEXPECTED.
    """
    return await perform_row(gateway, await StripeWrite.get(id=write_id))


async def perform_row(gateway: Gateway, write: StripeWrite) -> Performed:
    """Do the same with a write that was stored or read just now."""
    for number in range(ROUNDS):
        if number:
            write = await StripeWrite.get(id=write.id)
        if write.state != WriteState.WAITING:
            return Performed(WriteState(write.state), write.stripe_id)
        operation = loaded(write.operation, write.params)
        if attempts.is_to_be_found(write, operation):
            found = await operation.find(gateway)
            if found is not None:
                return await _answered(gateway, write, operation, found)
        is_ready = write.asked_at is not None and not operation.plans
        planned = (
            operation if is_ready else await attempts.plan(gateway, write, operation)
        )
        if planned is None:
            return await _wait(gateway, write, operation)
        performed = await _send(gateway, write, planned)
        if performed is not None:
            return performed
    raise StillTrying


async def perform_opened(gateway: Gateway, write: StripeWrite) -> Performed:
    """Do the same with a write that the caller has opened, and committed, just now: it is as it was
    written down, and nobody else has asked for it.
    """
    is_ready = write.asked_at is not None and clock.now() - write.created_at < AT_ONCE
    if not is_ready:
        return await perform(gateway, write.id)
    operation = loaded(write.operation, write.params)
    performed = await _send(gateway, write, operation)
    return performed or await perform(gateway, write.id)


async def _wait(
    gateway: Gateway, write: StripeWrite, operation: AnyOperation
) -> Performed:
    """Nothing may be sent now. What was sent before may have been heard all the same."""
    row = await StripeWrite.get(id=write.id)
    if row.state == WriteState.WAITING and attempts.was_asked(row):
        found = await operation.find(gateway)
        if found is not None:
            return await _answered(gateway, row, operation, found)
    return Performed(WriteState(row.state), row.stripe_id)


async def _send(
    gateway: Gateway,
    write: StripeWrite,
    operation: AnyOperation,
) -> Performed | None:
    """Make one attempt; None when another one follows at once. Raises StripeUnavailable."""
    try:
        answer = await operation.send(gateway, write.key)
    except StripeRefused as refusal:
        answer = None
        if operation.looks_after_refusal:
            answer = await operation.find(gateway)
        if answer is None:
            return await _refused(write, operation, refusal)
    except StripeUnavailable as down:
        if not down.replayed:
            raise
        answer = await operation.find(gateway)
        if answer is None:  # Stripe stored this failure under the key for good
            why = down.log or "a failure was stored under this key"
            await attempts.next_attempt(write, operation.anew(), why=why)
            raise
    return await _answered(gateway, write, operation, answer)


async def _answered(
    gateway: Gateway, write: StripeWrite, operation: AnyOperation, answer: Any
) -> Performed:
    more = await operation.read(gateway, answer)
    stripe_id, outcome = operation.id_of(answer), None
    try:
        async with unit.transaction() as tx:
            row = await operation.lock(tx, write.id)
            if row.state == WriteState.WAITING:
                await tx.move(
                    row,
                    to=WriteState.ANSWERED,
                    state="state",
                    stripe_id=stripe_id,
                    error="",
                )
                outcome = await operation.answered(tx, answer, more)
                _ends_the_job(tx, row)
    except TryLater:
        raise
    except MarketError as problem:
        await _unexpected(write, stripe_id, problem)
        raise
    state = WriteState(row.state)
    return Performed(state, row.stripe_id, answer=answer, outcome=outcome)


async def _unexpected(write: StripeWrite, stripe_id: str, problem: MarketError) -> None:
    """Stripe did something else than our rows can follow; asking again would bring the same
    answer.
    """
    why = f"{type(problem).__name__}: {problem.log or problem.message}"
    log.error("%s of %s, %s: %s", write.operation, write.subject, stripe_id, why)
    async with unit.transaction() as tx:
        row = await tx.lock(StripeWrite, id=write.id)
        if row.state == WriteState.WAITING:
            await tx.move(
                row,
                to=WriteState.UNEXPECTED,
                state="state",
                stripe_id=stripe_id,
                error=why[:500],
            )


async def take_up_again(gateway: Gateway, write_id: int) -> Performed:
    """Perform a write once more whose answer was unexpected, after a person has looked.

    Raises NotFound.
    """
    async with unit.transaction() as tx:
        row = await tx.lock(StripeWrite, id=write_id)
        if row.state == WriteState.UNEXPECTED:
            await tx.move(row, to=WriteState.WAITING, state="state")
            _perform_later(tx, write_id, at=clock.now() + ASK_AFTER)
    return await perform(gateway, write_id)


async def _refused(
    write: StripeWrite, operation: AnyOperation, refusal: StripeRefused
) -> Performed | None:
    log.warning("%s of %s was refused: %s", write.operation, write.subject, refusal.log)
    why = (refusal.stripe_code or refusal.log or "refused")[:500]
    async with unit.transaction() as tx:
        row = await tx.lock(StripeWrite, id=write.id)
        if row.state == WriteState.REFUSED:  # somebody else was told as well
            return Performed(WriteState.REFUSED, refusal=refusal)
        if row.state != WriteState.WAITING or row.attempt != write.attempt:
            return None
        instead = await operation.refused(tx, refusal)
        if instead is None:
            await tx.move(row, to=WriteState.REFUSED, state="state", error=why)
            _ends_the_job(tx, row)
            return Performed(WriteState.REFUSED, refusal=refusal)
        await attempts.number(tx, row, instead, why=why)
    return None


@job("stripe_writes.perform", renamed={"id": "write_id"})
async def perform_soon(context: Context, write_id: int) -> None:
    """Go on with one write; repeats until Stripe has answered."""
    await perform(context.gateway, write_id)


@recurring("stripe_writes.sweep", every=timedelta(hours=1))
async def sweep(_context: Context) -> None:
    """Leave no write that waits without a job."""
    waiting = StripeWrite.filter(
        state=WriteState.WAITING,
        updated_at__lt=clock.now() - LEFT_ALONE,
    )
    ids = await numbers_in(waiting.order_by("id"), "id")
    async with unit.transaction() as tx:
        for write_id in ids:
            _perform_later(tx, write_id)


def _perform_later(
    tx: Transaction,
    write_id: int,
    *,
    at: datetime | None = None,
) -> None:
    once = perform_soon.at(at, once=_job_key(write_id))
    once(tx, write_id=write_id)


def _ends_the_job(tx: Transaction, write: StripeWrite) -> None:
    """The write is over: its job would find nothing to do."""
    queue.not_needed(tx, _job_key(write.id))


def _job_key(write_id: int) -> str:
    return f"stripe_writes.perform:{write_id}"
