"""Applying stored events: at once, again after a failure, or replayed by a person; and writing down
what that changed.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from shared.core import clock
from shared.core.domains import NOT_OURS
from shared.core.errors import MarketError, TryLater
from shared.core.frozen import frozen
from shared.finance.inbox import attribution, statements
from shared.finance.inbox.attribution import Attribution
from shared.finance.inbox.dry_run import rehearsed
from shared.finance.inbox.errors import BodyForgotten, EventNotStored
from shared.finance.inbox.handlers import handle, is_handled
from shared.finance.inbox.models import WebhookBody, WebhookEvent
from shared.finance.inbox.rules import (
    MAX_ATTEMPTS,
    Decision,
    EventStatus,
    decide,
    lasting_decision,
    retry_delay,
)
from shared.infra import unit
from shared.infra.activity import cause
from shared.infra.activity.changes import FieldChange
from shared.infra.activity.models import Activity
from shared.infra.activity.queries import changes_of, led_to_something
from shared.infra.database.trouble import DatabaseTrouble
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.gateway.signatures import envelope
from shared.infra.jobs import Context, job
from shared.infra.unit import Act, Transaction

log = logging.getLogger("markethall.webhooks")

NO_HANDLER = "no handler for this type"
_DONE = (EventStatus.HANDLED, EventStatus.IGNORED, EventStatus.PARKED)


@frozen
class Attempt:
    """What one attempt at an event came to."""

    status: EventStatus
    decision: Decision
    outcome: str
    changes: tuple[FieldChange, ...] = ()


@frozen
class Replay:
    """What a replay did, or would do. `decision` is None when that cannot be known beforehand."""

    event_id: str
    type: str
    status: EventStatus
    outcome: str
    decision: Decision | None
    changes: tuple[FieldChange, ...]


async def apply(context: Context, row_id: int) -> EventStatus:
    """Apply one stored event unless it is done; a failure is kept with its text and tried again
    later, then parked.
    """
    row = await WebhookEvent.get(id=row_id)
    if row.status in _DONE:
        return EventStatus(row.status)
    return (await _run(context, row)).status


async def _run(context: Context, row: WebhookEvent) -> Attempt:
    body = await _body_of(row)
    event = envelope(body)
    reason = why_ignored(context, row.source, event)
    about = await attribution.find(body)
    if reason is not None:
        return await _ignore(row, about, reason)
    error, outcome = None, ""
    with cause.of(row.as_subject) as mine:
        try:
            outcome = await handle(context, row.source, event)
        except Exception as e:
            error = e
    tried = _Tried(
        row,
        _known_now(about, mine.led_to),
        tuple(mine.led_to),
    )
    return (
        await _failed(tried, error)
        if error is not None
        else await _handled(tried, outcome)
    )


async def _body_of(row: WebhookEvent) -> dict[str, Any]:
    kept = await WebhookBody.get_or_none(event_id=row.id)
    if kept is None:
        raise BodyForgotten(event=row.stripe_event_id)
    body: dict[str, Any] = json.loads(kept.body)
    return body


@frozen
class _Tried:
    """An event that its handler has dealt with, or failed to, and what came of it."""

    row: WebhookEvent
    about: Attribution
    led_to: tuple[Activity, ...]


def _known_now(about: Attribution, led_to: Iterable[Activity]) -> Attribution:
    """What an event is about, where only its handler found out."""
    if about.order_id is not None or about.vendor_id is not None:
        return about
    return replace(about, order_id=first_order(led_to))


def first_order(led_to: Iterable[Activity]) -> int | None:
    """The order that the first of these is about, of those that are about one."""
    orders = (row.order_id for row in led_to)
    return next((order_id for order_id in orders if order_id is not None), None)


def why_ignored(context: Context, source: str, event: VerifiedEvent) -> str | None:
    """Why this event does nothing here; None when it is handled.

    Live Connect endpoints get test events too (stripe-facts 15.3).
    """
    if event.livemode != context.settings.stripe.livemode:
        return "live and test mode differ"
    if (source == "connect") != (event.account is not None):
        return "sent to the other endpoint's scope"
    return None if is_handled(source, event.type) else NO_HANDLER


async def _ignore(row: WebhookEvent, about: Attribution, reason: str) -> Attempt:
    attempt = Attempt(EventStatus.IGNORED, Decision.IGNORED, reason)
    async with unit.transaction() as tx:
        await _close(tx, row.id, about, attempt, attempt.decision)
    return attempt


async def _handled(tried: _Tried, outcome: str) -> Attempt:
    changed = bool(tried.led_to) or await _led_before(tried.row)
    decision = decide(is_ours=outcome != NOT_OURS, changed=bool(tried.led_to))
    attempt = Attempt(
        EventStatus.HANDLED,
        decision,
        outcome[:200],
        changes_of(tried.led_to),
    )
    stays = Decision.APPLIED if changed else decision
    async with unit.transaction() as tx:
        await _close(tx, tried.row.id, tried.about, attempt, stays)
    return attempt


async def _led_before(row: WebhookEvent) -> bool:
    """Whether an earlier attempt, which failed half-way, changed something."""
    return row.attempts > 0 and await led_to_something(row.as_subject)


async def _close(
    tx: Transaction,
    event_id: int,
    about: Attribution,
    attempt: Attempt,
    decision: Decision,
) -> None:
    await statements.keep_order(about.order_id)
    row = await tx.lock(WebhookEvent, id=event_id)
    await close(tx, row, attempt, decision=decision, order_id=about.order_id)


async def close(
    tx: Transaction,
    row: WebhookEvent,
    attempt: Attempt,
    *,
    decision: Decision,
    order_id: int | None,
) -> None:
    """Write down what became of an event that is locked, or was stored just now."""
    await tx.move(
        row,
        to=attempt.status,
        outcome=attempt.outcome,
        attempts=row.attempts + 1,
        error=None,
        next_attempt_at=None,
        handled_at=clock.now(),
        decision=lasting_decision(row.decision, decision),
        order_id=order_id or row.order_id,
    )


async def note_failure(row_id: int, error: Exception) -> None:
    """Keep why a stored event could not be applied, and try again later."""
    row = await WebhookEvent.get(id=row_id)
    about = await attribution.find(await _body_of(row))
    await _failed(_Tried(row, about, ()), error)


async def _failed(tried: _Tried, error: Exception) -> Attempt:
    row, attempts = tried.row, tried.row.attempts + 1
    status = EventStatus.PARKED if attempts >= MAX_ATTEMPTS else EventStatus.FAILED
    detail = error.log if isinstance(error, MarketError) and error.log else str(error)
    if isinstance(error, (TryLater, DatabaseTrouble)) and status is EventStatus.FAILED:
        log.info("event %s %s waits: %s", row.stripe_event_id, row.type, detail)
    else:
        log.error(
            "event %s %s failed (attempt %s)",
            row.stripe_event_id,
            row.type,
            attempts,
            exc_info=error,
        )
    due = clock.now() + retry_delay(attempts)
    why = f"{type(error).__name__}: {detail}"[:4000]
    attempt = Attempt(status, Decision.FAILED, why, changes_of(tried.led_to))
    async with unit.transaction() as tx:
        await statements.keep_order(tried.about.order_id)
        current = await tx.lock(WebhookEvent, id=row.id)
        await tx.move(
            current,
            to=status,
            outcome="",
            attempts=attempts,
            error=attempt.outcome,
            next_attempt_at=due if status is EventStatus.FAILED else None,
            decision=lasting_decision(current.decision, Decision.FAILED),
            order_id=tried.about.order_id or current.order_id,
        )
        if status is EventStatus.FAILED:
            apply_later.at(due)(tx, event_id=row.id)
    return attempt


@job("webhooks.apply", renamed={"id": "event_id", "attempt": None})
async def apply_later(context: Context, event_id: int) -> None:
    """Apply an event that the door left to the worker, or that failed before."""
    await apply(context, event_id)


async def replay(
    context: Context,
    event_id: str,
    *,
    dry_run: bool = False,
    actor: str = "system",
) -> Replay:
    """Apply a stored event again, whatever became of it, and note who did.

    With `dry_run`, look and say what would change.

    Raises EventNotStored, and BodyForgotten for one that is too old; a dry run also
    StripeUnavailable.
    """
    named = WebhookEvent.at_either().filter(stripe_event_id=event_id)
    row = await named.order_by("id").first()
    if row is None:
        raise EventNotStored(event=event_id)
    if dry_run:
        return await _foretell(context, row)
    done = await _run(context, row)
    told = {
        "event": row.stripe_event_id,
        "decision": done.decision,
        "outcome": done.outcome[:200],
    }
    row = await WebhookEvent.get(id=row.id)
    async with unit.transaction() as tx:
        tx.note(Act("webhook.replayed", actor, told), row)
    return Replay(
        row.stripe_event_id,
        row.type,
        done.status,
        done.outcome,
        done.decision,
        done.changes,
    )


async def _foretell(context: Context, row: WebhookEvent) -> Replay:
    """Ask the event's handler, in a rehearsal, what it would change."""
    event, status = envelope(await _body_of(row)), EventStatus(row.status)
    reason = why_ignored(context, row.source, event)
    if reason is not None:
        return Replay(
            row.stripe_event_id,
            row.type,
            status,
            reason,
            Decision.IGNORED,
            (),
        )
    foreseen = await rehearsed(handle(context, row.source, event))
    return Replay(
        row.stripe_event_id,
        row.type,
        status,
        foreseen.text,
        foreseen.decision,
        foreseen.changes,
    )
