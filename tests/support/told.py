"""A payment that succeeds, and what the history tells of it."""

from __future__ import annotations

from typing import Any

from shared.finance.inbox.models import WebhookEvent
from shared.finance.inbox.queries import stored_event
from shared.infra.activity.changes import FieldChange
from tests.support.webhooks import event


def success(intent_id: str, number: int = 1, kind: str = "succeeded") -> str:
    """An event about an intent."""
    return event(
        f"payment_intent.{kind}",
        {"id": intent_id, "object": "payment_intent"},
        number=number,
    )


async def changed(row: WebhookEvent) -> tuple[FieldChange, ...]:
    """What an event changed."""
    return (await stored_event(row.stripe_event_id)).changes


async def told(row: WebhookEvent) -> dict[str, tuple[Any, Any]]:
    """The same without the numbers of our rows."""
    found = await changed(row)
    return {
        f"{c.thing.partition(':')[0]}.{c.field}": (c.before, c.after) for c in found
    }
