"""What events brought is deleted; that they came, and what became of them, stays."""

from __future__ import annotations

from datetime import timedelta

from shared.finance.inbox.models import WebhookBody
from shared.finance.inbox.rules import EventStatus
from shared.infra.jobs import Context, recurring
from shared.infra.jobs.forgetting import days_ago, forget_oldest

_DONE = (EventStatus.HANDLED, EventStatus.IGNORED)


@recurring("webhooks.forget_bodies", every=timedelta(hours=1))
async def forget_bodies(context: Context) -> None:
    """Drop the bodies of events that were done with long ago; others may be tried again."""
    before = days_ago(context.settings.keeps.event_bodies)
    await forget_oldest(WebhookBody.filter(event__status__in=_DONE), before=before)
