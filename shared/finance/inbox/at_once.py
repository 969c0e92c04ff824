"""The usual case: an event is stored and applied in one transaction.

What its handler has to read is read of Stripe first. Where that, or what follows, fails, nothing
is stored, and the event is stored first and applied behind the door (intake.py, dispatch.py).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from shared.core import clock
from shared.core.domains import NOT_OURS, Apply, InSteps, LooksFirst, NoNews
from shared.core.frozen import frozen
from shared.finance.inbox import statements
from shared.finance.inbox.dispatch import Attempt, close, first_order
from shared.finance.inbox.handlers import handlers
from shared.finance.inbox.models import WebhookBody, WebhookEvent
from shared.finance.inbox.rules import Decision, EventStatus, decide
from shared.finance.inbox.statements import Look
from shared.infra import unit
from shared.infra.activity import cause
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.jobs import Context
from shared.infra.unit import Transaction

log = logging.getLogger("markethall.webhooks")


@frozen
class Arrived:
    """An event as it will be stored, with what it brought."""

    row: WebhookEvent
    body: str
    content: Mapping[str, Any]


class TakesSteps(Exception):
    """What an event asks for takes more than one transaction."""


async def take(
    context: Context,
    event: VerifiedEvent,
    arrived: Arrived,
    *,
    seconds: float,
) -> Exception | None:
    """Store what arrived, and apply its event; None when that is done, or it was known and is
    counted.

    Otherwise nothing is stored; what is returned says why. Stripe has so many `seconds` to answer,
    and whoever has the rows locked the rest of them: TimeoutError after that, and TakesSteps for
    what one transaction is not enough for. IntegrityError: it came twice at the same moment.
    """
    handler = handlers()[arrived.row.source][event.type]
    asks = handler.asks(event) if isinstance(handler, LooksFirst) else None
    look = await statements.look(arrived.row, arrived.content, asks)
    if look is None:
        return None
    try:
        async with asyncio.timeout(seconds):
            if isinstance(handler, LooksFirst):
                apply = await handler.read(context, event, look.told)
            else:
                apply = await handler(context, event)
            if isinstance(apply, InSteps):
                return TakesSteps(event.type)
            if apply is None or isinstance(apply, NoNews):
                outcome = NOT_OURS if apply is None else apply.outcome
                arrived.row.order_id = look.order_id
                await _store_done(arrived, outcome)
                return None
            async with unit.transaction() as tx:
                await _store_and_apply(tx, arrived, apply, look)
    except Exception as error:
        log.info("event %s is stored first: %s", event.id, error)
        return error
    return None


async def _store_done(arrived: Arrived, outcome: str) -> None:
    """Store an event of which nothing follows, or count it once more."""
    decision = decide(is_ours=outcome != NOT_OURS, changed=False)
    await _store(arrived, EventStatus.HANDLED, decision, outcome)


async def _store_and_apply(
    tx: Transaction,
    arrived: Arrived,
    apply: Apply,
    look: Look,
) -> None:
    """Where its id is known, the event is inserted with all that it led to, as it is then."""
    known_id = await statements.next_id_of(look)
    row = await tx.insert(arrived.row, known_id=known_id)
    tx.add(WebhookBody(event_id=row.id, body=arrived.body))
    with cause.of(row.as_subject):
        outcome = await apply(tx)
        await tx.follow()
        if first_order(tx.activity) is None:
            await tx.settle()  # what is posted is a change, and may tell of one
        decision = decide(is_ours=outcome != NOT_OURS, changed=bool(tx.activity))
        attempt = Attempt(EventStatus.HANDLED, decision, outcome[:200])
        about = look.order_id or first_order(tx.activity)
        await close(tx, row, attempt, decision=decision, order_id=about)
        await tx.flush()


async def ignore(
    arrived: Arrived,
    reason: str,
) -> None:
    """Store an event that does nothing here, or count it once more: one statement."""
    await _store(arrived, EventStatus.IGNORED, Decision.IGNORED, reason)


async def _store(
    arrived: Arrived,
    status: EventStatus,
    decision: Decision,
    outcome: str,
) -> None:
    row = arrived.row
    row.status, row.decision = status, decision
    row.outcome = outcome[:200]
    row.attempts, row.handled_at = 1, clock.now()
    await statements.store_done(row, arrived.body, arrived.content)
