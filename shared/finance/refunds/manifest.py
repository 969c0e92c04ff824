"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest
from shared.finance.refunds import jobs, models, stripe_events, sync
from shared.finance.refunds.activity import RefundActivity

MANIFEST = Manifest(
    models=models,
    jobs=(jobs.carry_out, sync.sync_later, jobs.import_one, jobs.sweep),
    activity=RefundActivity,
    platform_events={
        "charge.refunded": stripe_events.read_refunds,
        "refund.created": stripe_events.read_refund,
        "refund.updated": stripe_events.read_refund,
        "refund.failed": stripe_events.read_refund,
    },
)
