"""Sessions that ended long ago are deleted, and words that nobody is found by any more."""

from __future__ import annotations

from datetime import time, timedelta

from shared.infra import unit
from shared.infra.jobs import Context, recurring
from shared.infra.jobs.forgetting import days_ago, forget
from shared.trade.people import statements
from shared.trade.people.models import Session


@recurring("people.forget_sessions", every=timedelta(hours=1))
async def forget_sessions(context: Context) -> None:
    """Drop them; that somebody signed in, and with which browser, stays in the audit trail."""
    before = days_ago(context.settings.keeps.sessions)
    await forget(Session.filter(expires_at__lt=before))


@recurring("people.forget_words", at=time(3, 45))
async def forget_words(_context: Context) -> None:
    """Let what SQLite finds people by hold nothing of those who were deleted, or called otherwise:
    it marks such words and keeps them in its segments until those are merged (decision 21).
    """
    async with unit.transaction():
        await statements.merge_words()
