"""Applying stored events: at once, again after a failure, or replayed by a person."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Any

from shared import clock
from shared.database import unit
from shared.errors import MarketError, NotFound, TryLater
from shared.gateway.seam import VerifiedEvent
from shared.gateway.signatures import envelope
from shared.jobs import queue
from shared.jobs.queue import Context
from shared.webhooks.handlers import HANDLERS
from shared.webhooks.models import WebhookEvent
from shared.webhooks.rules import MAX_ATTEMPTS, EventStatus, retry_delay

log = logging.getLogger("markethall.webhooks")

_DONE = (EventStatus.HANDLED, EventStatus.IGNORED, EventStatus.PARKED)


@dataclass(frozen=True)
class Replay:
    """What a replay did, or would do."""

    event_id: str
    type: str
    status: EventStatus
    outcome: str


async def apply(context: Context, row_id: int) -> EventStatus:
    """Apply one stored event unless it is done; a failure is kept with its text and tried again later, then parked."""
    row = await WebhookEvent.get(id=row_id)
    if row.status in _DONE:
        return EventStatus(row.status)
    return await _run(context, row)


async def _run(context: Context, row: WebhookEvent) -> EventStatus:
    handler = HANDLERS[row.source].get(row.type)
    reason = _ignored(context, row, event := envelope(json.loads(row.body)))
    if reason is not None or handler is None:
        return await _close(row, EventStatus.IGNORED, reason or "no handler for this type")
    try:
        outcome = await handler(context, event)
    except Exception as e:
        return await _failed(row, e)
    return await _close(row, EventStatus.HANDLED, outcome)


def _ignored(context: Context, row: WebhookEvent, event: VerifiedEvent) -> str | None:
    """Why this event is not for us at all. Live Connect endpoints get test events too (features.md section 5)."""
    if event.livemode != context.settings.stripe.livemode:
        return "live and test mode differ"
    if (row.source == "connect") != (event.account is not None):
        return "sent to the other endpoint's scope"
    return None


async def _close(row: WebhookEvent, status: EventStatus, outcome: str) -> EventStatus:
    async with unit.transaction():
        await WebhookEvent.filter(id=row.id).update(
            status=status,
            outcome=outcome[:200],
            attempts=row.attempts + 1,
            error=None,
            next_attempt_at=None,
            handled_at=clock.now(),
            updated_at=clock.now(),
        )
    return status


async def _failed(row: WebhookEvent, error: Exception) -> EventStatus:
    attempts = row.attempts + 1
    status = EventStatus.PARKED if attempts >= MAX_ATTEMPTS else EventStatus.FAILED
    detail = error.log if isinstance(error, MarketError) and error.log else str(error)
    if isinstance(error, TryLater) and status is EventStatus.FAILED:
        log.info("event %s %s waits: %s", row.stripe_event_id, row.type, detail)
    else:
        log.error("event %s %s failed (attempt %s)", row.stripe_event_id, row.type, attempts, exc_info=error)
    due = clock.now() + retry_delay(attempts)
    async with unit.transaction():
        await WebhookEvent.filter(id=row.id).update(
            status=status,
            outcome="",
            attempts=attempts,
            error=f"{type(error).__name__}: {detail}"[:4000],
            next_attempt_at=due if status is EventStatus.FAILED else None,
            updated_at=clock.now(),
        )
        if status is EventStatus.FAILED:
            await queue.enqueue("webhooks.apply", {"id": row.id, "attempt": attempts}, run_at=due)
    return status


async def apply_job(context: Context, args: dict[str, Any]) -> None:
    """Job `webhooks.apply`: apply an event that the door left to the worker, or that failed before."""
    await apply(context, int(args["id"]))


async def replay(context: Context, event_id: str, *, dry_run: bool = False) -> Replay:
    """Apply a stored event again, whatever became of it. With `dry_run` only tell what is stored. Raises NotFound."""
    row = await WebhookEvent.filter(stripe_event_id=event_id).order_by("id").first()
    if row is None:
        raise NotFound(f"There is no stored event {event_id}.")
    if dry_run:
        known = row.type in HANDLERS[row.source]
        text = f"is {row.status}; would be {'read again and applied' if known else 'ignored'}"
        return Replay(row.stripe_event_id, row.type, EventStatus(row.status), text)
    status = await _run(context, row)
    await row.refresh_from_db()
    return Replay(row.stripe_event_id, row.type, status, row.outcome or (row.error or ""))
