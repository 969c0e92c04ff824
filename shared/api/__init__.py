"""The JSON API under /api/v1, the two webhook doors, and what machines ask about our health."""

from __future__ import annotations

from quart import Blueprint


def blueprints() -> list[Blueprint]:
    """Everything that speaks JSON."""
    from shared.api.docs import blueprint as docs
    from shared.api.health import blueprint as health
    from shared.api.metrics import blueprint as metrics
    from shared.api.platform_payments import blueprint as platform_payments
    from shared.api.seen import blueprint as seen
    from shared.api.vendor_payments import blueprint as vendor_payments
    from shared.api.webhooks import blueprint as webhooks

    return [health, metrics, vendor_payments, platform_payments, webhooks, seen, docs]
