"""Events that Stripe could not deliver: asked for, and taken in by the same inbox as if they had
come by themselves.

What this misses, no webhook brings: it asks since the last event that was seen, a day back for
safety, thirty at most. After a restore it asks for every event of the last thirty days, delivered
or not: what was taken in since the backup is gone.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shared.core import clock
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.inbox import endpoint_health, intake, rejected_deliveries
from shared.finance.inbox.handlers import is_handled
from shared.finance.inbox.rules import source_of
from shared.infra.gateway.errors import StripeMissing
from shared.infra.gateway.events import MissedEvent
from shared.infra.jobs import Context, Manner, recurring, schedule
from shared.infra.restoring.service import note_backfill, unacknowledged

KIND = "webhooks.backfill"
LONGEST = timedelta(days=30)  # Stripe tells no older events
# An event is delivered late, or fails for a day, before it counts as undelivered.
OVERLAP = timedelta(days=1)
PLATFORM = "platform"


async def backfill(context: Context) -> int:
    """Take in every event that did not reach us, of the platform and of each connected account; how
    many were news.
    """
    seen: dict[str, int] = dict(await schedule.recall(KIND))
    accounts = await VendorPaymentConfig.filter(
        stripe_account_id__not_isnull=True, deauthorized_at=None
    ).values_list("stripe_account_id", flat=True)
    restored = await unacknowledged()
    # What was delivered since the backup is lost here, too.
    anew = restored is not None and restored.backfilled_at is None
    news = 0
    for account in (None, *accounts):
        name = PLATFORM if account is None else str(account)
        try:
            found = await context.gateway.events.list(
                None if account is None else str(account),
                since=_since(None if anew else seen.get(name)),
                undelivered=not anew,
            )
        except StripeMissing:  # it took our access away a moment ago
            continue
        for event in found:
            news += await take_in(context, event)
        if found:
            seen[name] = max(
                seen.get(name, 0),
                *(int(event.created.timestamp()) for event in found),
            )
            await schedule.remember(KIND, seen)
    if anew:
        await note_backfill()
    return news


def _since(last: int | None) -> datetime:
    floor = clock.now() - LONGEST
    return (
        floor
        if last is None
        else max(
            floor,
            datetime.fromtimestamp(last, UTC) - OVERLAP,
        )
    )


async def take_in(context: Context, event: MissedEvent) -> bool:
    """One event into the inbox, applied at once; False when it is there already, or is none that we
    listen to.
    """
    source = source_of(event.account)
    if not is_handled(source, event.type):
        return False
    return await intake.take(context, source=source, body=event.body)


@recurring(KIND, every=timedelta(minutes=15), manner=Manner.LONG)
async def fetch_events(context: Context) -> None:
    """Take in what did not reach us, and look after the inbox."""
    await endpoint_health.note_secrets(context.settings)
    await rejected_deliveries.forget_old()
    await backfill(context)
