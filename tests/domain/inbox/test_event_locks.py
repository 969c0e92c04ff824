"""Deliveries of one event that meet: whoever writes down what became of it waits for its order
first, and then for nobody who waits for the event.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from tortoise.exceptions import IntegrityError

from shared.core import clock
from shared.finance.inbox import dispatch, statements
from shared.finance.inbox.models import WebhookBody, WebhookEvent
from shared.infra import unit
from shared.infra.database.raw_sql import fetch
from shared.infra.gateway.errors import StripeUnavailable
from shared.trade.orders.models import Order
from tests.support.factories import make_order, make_payment
from tests.support.webhooks import event

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from shared.infra.jobs import Context

pytestmark = pytest.mark.postgres_only
INTENT = {"id": "pi_1", "object": "payment_intent"}
_WAITS = (
    "SELECT count(*) AS number FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


async def _fails(_: Context, row_id: int) -> None:
    await dispatch.note_failure(row_id, StripeUnavailable())


@pytest.mark.parametrize(
    ("close", "status"), [(_fails, "failed"), (dispatch.apply, "ignored")]
)
async def test_who_notes_what_became_of_an_event_keeps_nobody_who_has_its_order(
    context: Context,
    database: str,
    close: Callable[[Context, int], Awaitable[Any]],
    status: str,
) -> None:
    """Another delivery of it has the order locked, and is about to insert the event: it finds that
    it is known, and the two do not wait for each other.
    """
    order = await make_order()
    await make_payment(order, stripe_payment_intent_id="pi_1")
    row = _row()
    await row.save()
    await WebhookBody.create(event_id=row.id, body=event("unheard.of", INTENT))
    locked = asyncio.Event()

    async def mine() -> None:
        await locked.wait()
        await close(context, row.id)

    other = _other(order, locked)
    found = await asyncio.gather(other, mine(), return_exceptions=True)

    assert [type(each) for each in found] == [IntegrityError, type(None)]
    kept = await WebhookEvent.get()
    assert (kept.status, kept.order_id) == (status, order.id)


async def test_an_event_without_news_waits_for_its_order_before_it_is_inserted(
    database: str,
) -> None:
    """Another delivery of it was on its way when there was news, and has the order."""
    order = await make_order()
    locked = asyncio.Event()
    row = _row()
    row.order_id = order.id

    async def mine() -> None:
        await locked.wait()
        content = {"data": {"object": INTENT}}
        await statements.store_done(row, event("unheard.of", INTENT), content)

    await asyncio.gather(_other(order, locked), mine())

    assert (await WebhookEvent.get()).duplicates == 1


async def _other(order: Order, locked: asyncio.Event) -> None:
    """Lock an order, and insert the event as soon as somebody waits."""
    async with unit.transaction() as tx:
        await tx.lock(Order, id=order.id)
        locked.set()
        while not (await fetch(_WAITS))[0]["number"]:
            await asyncio.sleep(0.01)
        await tx.insert(_row())


def _row() -> WebhookEvent:
    return WebhookEvent(
        source="platform",
        stripe_event_id="evt_1",
        type="unheard.of",
        livemode=False,
        stripe_created_at=clock.now(),
    )
