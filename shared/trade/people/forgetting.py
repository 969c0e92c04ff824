"""Sessions that ended long ago are deleted."""

from __future__ import annotations

from datetime import timedelta

from shared.infra.jobs import Context, recurring
from shared.infra.jobs.forgetting import days_ago, forget
from shared.trade.people.models import Session


@recurring("people.forget_sessions", every=timedelta(hours=1))
async def forget_sessions(context: Context) -> None:
    """Drop them; that somebody signed in, and with which browser, stays in the audit trail."""
    before = days_ago(context.settings.keeps.sessions)
    await forget(Session.filter(expires_at__lt=before))
