"""The inbox's door: verify, store once, answer; meaning is applied behind it."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from datetime import timedelta

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

from shared.core import clock
from shared.finance.inbox import dispatch, rejected_deliveries
from shared.finance.inbox.errors import OfConnectedAccount, OfPlatform
from shared.finance.inbox.models import WebhookEvent
from shared.finance.inbox.rules import source_of
from shared.infra import unit
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
    row_id = await _store(
        source,
        event,
        _CLIENT_SECRET.sub(r"\1null", body.decode()),
    )
    if row_id is not None:
        task: asyncio.Task[object] = asyncio.create_task(
            dispatch.apply(context, row_id)
        )
        _under_way.add(task)
        task.add_done_callback(_finished)
        await asyncio.wait({task}, timeout=PATIENCE)
    if source_of(event.account) != source:
        raise OfConnectedAccount if source == "platform" else OfPlatform


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
    row_id = await _store(
        source,
        event,
        _CLIENT_SECRET.sub(r"\1null", body),
        fetched=True,
    )
    if row_id is None:
        return False
    await dispatch.apply(context, row_id)
    return True


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


async def _store(
    source: str,
    event: VerifiedEvent,
    body: str,
    *,
    fetched: bool = False,
) -> int | None:
    """Insert the event and the job that applies it; None when it is known already, and then it is
    counted.
    """
    if await WebhookEvent.exists(source=source, stripe_event_id=event.id):
        await _count(source, event.id)
        return None
    try:
        async with unit.transaction() as tx:
            row = await WebhookEvent.create(
                source=source,
                stripe_event_id=event.id,
                type=event.type[:120],
                stripe_account_id=event.account,
                stripe_object_id=event.object_id,
                livemode=event.livemode,
                api_version=event.api_version,
                stripe_created_at=event.created_at,
                body=body,
                fetched=fetched,
            )
            dispatch.apply_later.at(clock.now() + timedelta(seconds=2 * PATIENCE))(
                tx, event_id=row.id
            )
    except IntegrityError:  # the same event at the same moment
        await _count(source, event.id)
        return None
    return int(row.id)


async def _count(source: str, event_id: str) -> None:
    """Note that a known event was delivered again."""
    async with unit.transaction():
        await WebhookEvent.filter(source=source, stripe_event_id=event_id).update(
            duplicates=F("duplicates") + 1, last_duplicate_at=clock.now()
        )
