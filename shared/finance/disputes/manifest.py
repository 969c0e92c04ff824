"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest
from shared.finance.disputes import models, stripe_events

MANIFEST = Manifest(
    models=models,
    platform_events={
        "charge.dispute.created": stripe_events.follow,
        "charge.dispute.updated": stripe_events.follow,
        "charge.dispute.funds_withdrawn": stripe_events.follow,
        "charge.dispute.funds_reinstated": stripe_events.follow,
        "charge.dispute.closed": stripe_events.follow,
        "radar.early_fraud_warning.created": stripe_events.note_warning,
    },
)
