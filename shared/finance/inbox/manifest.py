"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest
from shared.finance.inbox import backfill, dispatch, models

MANIFEST = Manifest(
    models=models,
    jobs=(backfill.fetch_events, dispatch.apply_later),
)
