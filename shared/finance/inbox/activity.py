"""What happens to events of Stripe's, as the history calls it."""

from __future__ import annotations

from enum import StrEnum


class WebhookActivity(StrEnum):
    """Acts on a stored event."""

    REPLAYED = "webhook.replayed"
