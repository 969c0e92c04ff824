"""Everything that speaks JSON."""

from __future__ import annotations

from shared.entrypoints.api.docs import blueprint as docs
from shared.entrypoints.api.health import blueprint as health
from shared.entrypoints.api.metrics import blueprint as metrics
from shared.entrypoints.api.platform_payments import blueprint as platform_payments
from shared.entrypoints.api.seen import blueprint as seen
from shared.entrypoints.api.vendor_discounts import blueprint as vendor_discounts
from shared.entrypoints.api.vendor_payments import blueprint as vendor_payments
from shared.entrypoints.api.webhooks import blueprint as webhooks

BLUEPRINTS = (
    health,
    metrics,
    vendor_payments,
    vendor_discounts,
    platform_payments,
    webhooks,
    seen,
    docs,
)
