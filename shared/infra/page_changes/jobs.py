"""Old changes are forgotten."""

from __future__ import annotations

from datetime import timedelta

from shared.core import clock
from shared.infra.jobs import Context, recurring
from shared.infra.jobs.forgetting import forget_oldest
from shared.infra.page_changes.models import PageChange

# Far longer than any process keeps a page without asking for changes.
KEPT = timedelta(hours=1)


@recurring("page_changes.forget", every=KEPT)
async def forget(_context: Context) -> None:
    """Drop the changes that every process has heard of."""
    await forget_oldest(PageChange.filter(), before=clock.now() - KEPT)
