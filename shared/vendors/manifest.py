"""What this domain registers."""

from __future__ import annotations

from shared.domains import Manifest
from shared.vendors import models, stripe_events

MANIFEST = Manifest(
    models=models,
    connect_events={
        "account.updated": stripe_events.sync,
        "capability.updated": stripe_events.sync,
        "account.external_account.created": stripe_events.sync,
        "account.external_account.updated": stripe_events.sync,
        "account.external_account.deleted": stripe_events.sync,
        "person.updated": stripe_events.sync,
        "account.application.authorized": stripe_events.authorize,
        "account.application.deauthorized": stripe_events.deauthorize,
        "balance_settings.updated": stripe_events.follow_settings,
    },
)
