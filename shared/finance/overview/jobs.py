"""What the overview does by itself."""

from __future__ import annotations

from datetime import timedelta

from shared.finance.overview import day_sums
from shared.infra.jobs import Context, recurring


@recurring("overview.keep_days", every=timedelta(hours=1))
async def keep_days(_context: Context) -> None:
    """Add up the days that are over."""
    await day_sums.keep()
