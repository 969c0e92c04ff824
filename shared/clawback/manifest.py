"""What this domain registers."""

from __future__ import annotations

from shared.domains import Manifest
from shared.clawback import models, stripe_events

MANIFEST = Manifest(
    models=models,
    platform_events={
        "transfer.reversed": stripe_events.follow_reversals,
    },
)
