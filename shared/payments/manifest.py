"""What this domain registers."""

from __future__ import annotations

from shared.domains import Manifest
from shared.payments import models, stripe_events

MANIFEST = Manifest(
    models=models,
    platform_events={
        "payment_intent.succeeded": stripe_events.follow_intent,
        "payment_intent.payment_failed": stripe_events.follow_intent,
        "payment_intent.processing": stripe_events.follow_intent,
        "payment_intent.canceled": stripe_events.follow_intent,
        "payment_intent.requires_action": stripe_events.follow_intent,
        "charge.succeeded": stripe_events.note_charge,
        "charge.updated": stripe_events.note_charge,
    },
)
