"""Applying stored events: at once, again after a failure, or replayed by a person; and writing down what that changed."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.core import clock
from shared.core.errors import MarketError, NotFound, TryLater
from shared.finance.inbox import belonging, changes, foresight, snapshot
from shared.finance.inbox.belonging import Belonging
from shared.finance.inbox.changes import Change
from shared.finance.inbox.handlers import HANDLERS
from shared.finance.inbox.models import WebhookEvent
from shared.finance.inbox.rules import MAX_ATTEMPTS, Decision, EventStatus, decide, retry_delay, standing
from shared.infra import unit
from shared.infra.database.trouble import DatabaseTrouble
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.gateway.signatures import envelope
from shared.infra.jobs import queue
from shared.infra.jobs.queue import Context
from shared.infra.unit import Transaction
from shared.trade.orders.models import Order

log = logging.getLogger("markethall.webhooks")

_DONE = (EventStatus.HANDLED, EventStatus.IGNORED, EventStatus.PARKED)


@dataclass(frozen=True)
class Attempt:
    """What one attempt at an event came to."""

    status: EventStatus
    decision: Decision
    outcome: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Replay:
    """What a replay did, or would do. `decision` is None when that cannot be known beforehand."""

    event_id: str
    type: str
    status: EventStatus
    outcome: str
    decision: Decision | None
    changes: tuple[Change, ...]


async def apply(context: Context, row_id: int) -> EventStatus:
    """Apply one stored event unless it is done; a failure is kept with its text and tried again later, then parked."""
    row = await WebhookEvent.get(id=row_id)
    if row.status in _DONE:
        return EventStatus(row.status)
    return (await _run(context, row)).status


async def _run(context: Context, row: WebhookEvent) -> Attempt:
    body = json.loads(row.body)
    handler = HANDLERS[row.source].get(row.type)
    reason = ignored(context, row, event := envelope(body))
    about = await belonging.find(body)
    if reason is not None or handler is None:
        return await _ignore(row, about, reason or "no handler for this type")
    started, before = clock.now(), await snapshot.take(about)
    error, outcome = None, ""
    try:
        outcome = await handler(context, event)
    except Exception as e:
        error = e
    about, before, after = await _afterwards(body, about, before, started)
    tried = _Tried(row, about, started, changes.diff(before, after))
    return await _failed(tried, error) if error is not None else await _handled(tried, outcome)


@dataclass(frozen=True)
class _Tried:
    """An event that its handler has dealt with, or failed to: what is different since."""

    row: WebhookEvent
    about: Belonging
    started: datetime
    changes: tuple[Change, ...]


async def _afterwards(
    body: Mapping[str, Any], about: Belonging, before: changes.Picture, started: datetime
) -> tuple[Belonging, changes.Picture, changes.Picture]:
    """The picture after the handler. Where only the handler found out what the event is about, everything it made is new."""
    if about.order_id is not None or about.vendor_id is not None:
        return about, before, await snapshot.take(about, seen=before)
    now = await belonging.find(body)
    if now.order_id is None and now.vendor_id is None:
        return about, before, await snapshot.take(about, seen=before)
    return now, {}, await snapshot.take(now, since=started)


async def _told_once(tx: Transaction, tried: _Tried) -> tuple[Change, ...]:
    """What changed, without what another event about the order, applied at the same moment, tells. Inside the closing transaction."""
    if not tried.changes or tried.about.order_id is None:
        return tried.changes
    await tx.lock_first(Order.filter(id=tried.about.order_id))  # two events of one moment close one after the other
    others = WebhookEvent.filter(order_id=tried.about.order_id, updated_at__gte=tried.started).exclude(id=tried.row.id)
    told = [change for kept in await others.values_list("changes", flat=True) for change in changes.read(kept)]
    return changes.without(tried.changes, told)


def ignored(context: Context, row: WebhookEvent, event: VerifiedEvent) -> str | None:
    """Why this event is not for us at all. Live Connect endpoints get test events too (features.md section 5)."""
    if event.livemode != context.settings.stripe.livemode:
        return "live and test mode differ"
    if (row.source == "connect") != (event.account is not None):
        return "sent to the other endpoint's scope"
    return None


async def _ignore(row: WebhookEvent, about: Belonging, reason: str) -> Attempt:
    attempt = Attempt(EventStatus.IGNORED, Decision.IGNORED, reason)
    async with unit.transaction() as tx:
        await _close(tx, row.id, about, attempt)
    return attempt


async def _handled(tried: _Tried, outcome: str) -> Attempt:
    async with unit.transaction() as tx:
        found = await _told_once(tx, tried)
        decision = decide(outcome=outcome, changed=bool(found))
        attempt = Attempt(EventStatus.HANDLED, decision, outcome[:200], found)
        await _close(tx, tried.row.id, tried.about, attempt)
    return attempt


async def _close(tx: Transaction, event_id: int, about: Belonging, attempt: Attempt) -> None:
    row = await tx.lock(WebhookEvent, id=event_id)
    await tx.move(
        row,
        to=attempt.status,
        outcome=attempt.outcome,
        attempts=row.attempts + 1,
        error=None,
        next_attempt_at=None,
        handled_at=clock.now(),
        **_noted(row, about, attempt),
    )


def _noted(row: WebhookEvent, about: Belonging, attempt: Attempt) -> dict[str, Any]:
    """What stays written about the event. What its attempts changed adds up: one after a half-done failure finds it done."""
    kept = [*(row.changes or ()), *changes.stored(attempt.changes)]
    decision = Decision.APPLIED if kept and attempt.decision is not Decision.FAILED else attempt.decision
    return {
        "decision": standing(row.decision, decision),
        "order_id": about.order_id or row.order_id,
        "changes": kept,
    }


async def _failed(tried: _Tried, error: Exception) -> Attempt:
    row, attempts = tried.row, tried.row.attempts + 1
    status = EventStatus.PARKED if attempts >= MAX_ATTEMPTS else EventStatus.FAILED
    detail = error.log if isinstance(error, MarketError) and error.log else str(error)
    if isinstance(error, (TryLater, DatabaseTrouble)) and status is EventStatus.FAILED:
        log.info("event %s %s waits: %s", row.stripe_event_id, row.type, detail)
    else:
        log.error("event %s %s failed (attempt %s)", row.stripe_event_id, row.type, attempts, exc_info=error)
    due = clock.now() + retry_delay(attempts)
    async with unit.transaction() as tx:
        found = await _told_once(tx, tried)
        attempt = Attempt(status, Decision.FAILED, f"{type(error).__name__}: {detail}"[:4000], found)
        current = await tx.lock(WebhookEvent, id=row.id)
        await tx.move(
            current,
            to=status,
            outcome="",
            attempts=attempts,
            error=attempt.outcome,
            next_attempt_at=due if status is EventStatus.FAILED else None,
            **_noted(current, tried.about, attempt),
        )
        if status is EventStatus.FAILED:
            queue.enqueue(tx, "webhooks.apply", {"id": row.id, "attempt": attempts}, run_at=due)
    return attempt


async def apply_job(context: Context, args: dict[str, Any]) -> None:
    """Job `webhooks.apply`: apply an event that the door left to the worker, or that failed before."""
    await apply(context, int(args["id"]))


async def replay(context: Context, event_id: str, *, dry_run: bool = False, actor: str = "system") -> Replay:
    """Apply a stored event again, whatever became of it, and note who did. With `dry_run`, look and say what would change.

    Raises NotFound; a dry run also StripeUnavailable.
    """
    row = await WebhookEvent.filter(stripe_event_id=event_id).order_by("id").first()
    if row is None:
        raise NotFound(f"There is no stored event {event_id}.")
    if dry_run:
        return await _foretell(context, row)
    done = await _run(context, row)
    async with unit.transaction() as tx:
        tx.record(
            "webhook.replayed",
            actor=actor,
            subject=f"webhook_event:{row.id}",
            event=row.stripe_event_id,
            decision=done.decision,
            outcome=done.outcome[:200],
            changes=changes.stored(done.changes),
        )
    return Replay(row.stripe_event_id, row.type, done.status, done.outcome, done.decision, done.changes)


async def _foretell(context: Context, row: WebhookEvent) -> Replay:
    event, status = envelope(json.loads(row.body)), EventStatus(row.status)
    reason = ignored(context, row, event)
    if reason is not None or row.type not in HANDLERS[row.source]:
        outcome = reason or "no handler for this type"
        return Replay(row.stripe_event_id, row.type, status, outcome, Decision.IGNORED, ())
    seen = await foresight.of(context.gateway, event)
    return Replay(row.stripe_event_id, row.type, status, seen.text, seen.decision, seen.changes)
