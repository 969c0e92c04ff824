"""Reading the events that did not reach us, and those that could not be applied."""

from __future__ import annotations

from collections.abc import Iterable

from shared.finance.inbox.handlers import is_handled
from shared.finance.inbox.models import WebhookEvent
from shared.finance.inbox.rules import EventStatus
from shared.finance.reconciliation.records import EventAtStripe
from shared.infra.database.chunks import chunks
from shared.infra.database.columns import texts_in

PARKED_AT_MOST = 100


async def missed(undelivered: Iterable[EventAtStripe]) -> tuple[EventAtStripe, ...]:
    """Keep what does something here and never came; Stripe could not deliver it once."""
    wanted = [event for event in undelivered if _is_handled(event)]
    known: set[str] = set()
    for chunk in chunks(event.id for event in wanted):
        rows = WebhookEvent.at_either().filter(stripe_event_id__in=chunk)
        known |= set(await texts_in(rows, "stripe_event_id"))
    return tuple(event for event in wanted if event.id not in known)


def _is_handled(event: EventAtStripe) -> bool:
    source = "platform" if event.vendor_id is None else "connect"
    return is_handled(source, event.type)


async def parked() -> tuple[EventAtStripe, ...]:
    """Read the events that were given up on, the oldest first."""
    rows = (
        WebhookEvent.filter(status=EventStatus.PARKED)
        .order_by("id")
        .limit(PARKED_AT_MOST)
    )
    return tuple(EventAtStripe(row.stripe_event_id, row.type) for row in await rows)
