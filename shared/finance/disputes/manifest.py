"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest
from shared.finance.disputes import jobs, models, responses, service, stripe_events
from shared.finance.disputes.activity import DisputeActivity

MANIFEST = Manifest(
    models=models,
    activity=DisputeActivity,
    jobs=(
        service.sync_later,
        jobs.stage,
        responses.deliver_later,
        jobs.sweep,
        jobs.look_again,
        jobs.shared_deadlines,
        jobs.follow_shared,
        jobs.remind,
        jobs.remind_one,
    ),
    platform_events={
        "charge.dispute.created": stripe_events.read_dispute,
        "charge.dispute.updated": stripe_events.read_dispute,
        "charge.dispute.funds_withdrawn": stripe_events.read_dispute,
        "charge.dispute.funds_reinstated": stripe_events.read_dispute,
        "charge.dispute.closed": stripe_events.read_dispute,
        "radar.early_fraud_warning.created": stripe_events.read_warning,
    },
)
