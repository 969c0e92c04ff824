"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest
from shared.finance.inbox import backfill, dispatch, models
from shared.finance.inbox.activity import WebhookActivity

MANIFEST = Manifest(
    models=models,
    activity=WebhookActivity,
    jobs=(backfill.fetch_events, dispatch.apply_later),
)
