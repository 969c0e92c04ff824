"""What this domain registers."""

from __future__ import annotations

from collections.abc import Mapping

from shared.domains import Manifest, StripeHandler
from shared.payouts import models, stripe_events

# Vendors' payouts come to one endpoint, the platform's own to the other.
EVENTS: Mapping[str, StripeHandler] = {
    "payout.created": stripe_events.follow_payout,
    "payout.updated": stripe_events.follow_payout,
    "payout.paid": stripe_events.follow_payout,
    "payout.failed": stripe_events.follow_payout,
    "payout.canceled": stripe_events.follow_payout,
    "payout.reconciliation_completed": stripe_events.follow_payout,
    "reserve.hold.created": stripe_events.follow_reserve,
    "reserve.release.created": stripe_events.follow_reserve,
}

MANIFEST = Manifest(
    models=models,
    platform_events=EVENTS,
    connect_events=EVENTS,
)
