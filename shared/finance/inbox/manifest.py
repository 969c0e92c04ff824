"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest
from shared.finance.inbox import dispatch, forgetting, missed_events, models
from shared.finance.inbox.activity import WebhookActivity

MANIFEST = Manifest(
    models=models,
    activity=WebhookActivity,
    jobs=(
        missed_events.fetch_events,
        dispatch.apply_later,
        forgetting.forget_bodies,
    ),
)
