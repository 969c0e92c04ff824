"""The inbox's door: verify, store once, answer; meaning is applied behind it."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Callable, Coroutine
from datetime import timedelta
from functools import partial
from typing import Any

from tortoise.exceptions import IntegrityError

from shared.core import clock
from shared.core.frozen import frozen
from shared.finance.inbox import at_once, dispatch, rejected_deliveries, statements
from shared.finance.inbox.errors import OfConnectedAccount, OfPlatform
from shared.finance.inbox.models import WebhookBody, WebhookEvent
from shared.finance.inbox.rules import source_of
from shared.infra import unit
from shared.infra.database.held_connection import one_connection
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.gateway.signatures import BadSignature, envelope, verify
from shared.infra.jobs import Context

log = logging.getLogger("markethall.webhooks")

# seconds that the sender waits for the event to be applied; after that the task goes on by itself
PATIENCE = 5.0
# Whoever holds it can pay, and read, the intent; events about intents carry it, and nobody here
# needs it.
_CLIENT_SECRET = re.compile(r'("client_secret"\s*:\s*)"[^"]*"')
_under_way: set[asyncio.Task[object]] = set()


async def receive(
    context: Context,
    *,
    source: str,
    body: bytes,
    signature: str | None,
) -> None:
    """Take one delivery at the `platform` or `connect` endpoint.

    A known event is counted and answered.

    Raises BadSignature, and then nothing is stored but the count; and WrongScope for an event that
    belongs to the other endpoint, so that Stripe goes on holding it for undelivered and the next
    look asks for it. A failure to apply is not the sender's business: the worker repeats it.
    """
    try:
        event = verify(body, signature, context.settings.stripe.secrets_of(source))
    except BadSignature as refused:
        await rejected_deliveries.counter.note(source, refused.why)
        raise
    await _take(context, _Delivered(source, event, _without_secrets(body.decode())))
    if source_of(event.account) != source:
        raise OfConnectedAccount if source == "platform" else OfPlatform


def opened(
    source: str,
    context: Context,
    body: bytes,
    signature: str,
) -> Callable[[], Coroutine[Any, Any, None]] | None:
    """Return what a delivery asks for, if it is signed and at its own endpoint; None for what
    `receive` refuses.
    """
    try:
        event = verify(body, signature, context.settings.stripe.secrets_of(source))
    except BadSignature:
        return None
    if source_of(event.account) != source:
        return None
    delivered = _Delivered(source, event, _without_secrets(body.decode()))
    return partial(_take, context, delivered)


async def take(
    context: Context,
    *,
    source: str,
    body: str,
) -> bool:
    """Take in an event that Stripe's own list told us, which needs no signature, and apply it;
    False when it is known.
    """
    event = envelope(json.loads(body))
    if await WebhookEvent.exists(source=source, stripe_event_id=event.id):
        return False
    listed = _Delivered(source, event, _without_secrets(body), fetched=True)
    await _take(context, listed)
    return True


def _without_secrets(body: str) -> str:
    return _CLIENT_SECRET.sub(r"\1null", body)


@frozen
class _Delivered:
    """An event that came to one of the endpoints, or that we asked for."""

    source: str
    event: VerifiedEvent
    body: str
    fetched: bool = False

    def arrived(self) -> at_once.Arrived:
        """Make the row that it is stored as."""
        event = self.event
        row = WebhookEvent(
            source=self.source,
            stripe_event_id=event.id,
            type=event.type[:120],
            stripe_account_id=event.account,
            stripe_object_id=event.object_id,
            livemode=event.livemode,
            api_version=event.api_version,
            stripe_created_at=event.created_at,
            fetched=self.fetched,
        )
        return at_once.Arrived(row, self.body, event.content)


async def _take(
    context: Context,
    delivered: _Delivered,
) -> None:
    """Do with an event what its type asks for; one that is known is counted."""
    event = delivered.event
    reason = dispatch.why_ignored(context, delivered.source, event)
    if reason is not None:
        await at_once.ignore(delivered.arrived(), reason)
        return
    async with one_connection():
        arrived = delivered.arrived()
        error = await at_once.take(context, event, arrived, seconds=PATIENCE)
    if error is None:
        return
    row_id = await _store(delivered)
    if row_id is None:
        return
    if isinstance(error, (TimeoutError, at_once.TakesSteps)):
        await _behind_the_door(dispatch.apply(context, row_id))
    else:
        await dispatch.note_failure(row_id, error)


async def _behind_the_door(work: Coroutine[Any, Any, object]) -> None:
    """Wait for work for a while; after that it goes on by itself."""
    task: asyncio.Task[object] = asyncio.create_task(work)
    _under_way.add(task)
    task.add_done_callback(_finished)
    await asyncio.wait({task}, timeout=PATIENCE)


def _finished(task: asyncio.Task[object]) -> None:
    _under_way.discard(task)
    if not task.cancelled() and (error := task.exception()):
        log.error(
            "applying an event broke off; the worker will repeat it", exc_info=error
        )


async def drain() -> None:
    """Wait for events that are still being applied, and write down what was counted (shutdown)."""
    await rejected_deliveries.counter.flush()
    if _under_way:
        await asyncio.wait(set(_under_way), timeout=PATIENCE)


async def _store(delivered: _Delivered) -> int | None:
    """Insert the event and the job that applies it; None when it is known already, and then it is
    counted.
    """
    arrived = delivered.arrived()
    row = arrived.row
    try:
        async with unit.transaction() as tx:
            await row.save()
            tx.add(WebhookBody(event_id=row.id, body=arrived.body))
            due = clock.now() + timedelta(seconds=2 * PATIENCE)
            dispatch.apply_later.at(due)(tx, event_id=row.id)
    except IntegrityError:  # the same event at the same moment
        await statements.count_again(delivered.source, delivered.event.id)
        return None
    return int(row.id)
