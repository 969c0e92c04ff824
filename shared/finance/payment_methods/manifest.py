"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest
from shared.finance.payment_methods import jobs, models, stripe_events

MANIFEST = Manifest(
    models=models,
    jobs=(
        jobs.sync_later,
        jobs.detach,
        jobs.sweep,
        jobs.remind,
        jobs.remind_one,
    ),
    platform_events={
        "payment_method.attached": stripe_events.read_methods,
        "payment_method.updated": stripe_events.read_methods,
        "payment_method.automatically_updated": stripe_events.read_methods,
        "payment_method.detached": stripe_events.read_methods,
        "setup_intent.succeeded": stripe_events.read_methods,
        "setup_intent.setup_failed": stripe_events.read_methods,
        "setup_intent.canceled": stripe_events.read_methods,
        "customer.deleted": stripe_events.read_methods,
    },
)
