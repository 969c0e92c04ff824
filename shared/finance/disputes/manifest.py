"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest, Subscription
from shared.finance.disputes import answers, jobs, models, stripe_events
from shared.finance.disputes.activity import DisputeActivity
from shared.finance.disputes.events import DraftChanged

MANIFEST = Manifest(
    models=models,
    activity=DisputeActivity,
    jobs=(
        jobs.follow,
        jobs.stage,
        answers.deliver_later,
        jobs.sweep,
        jobs.look_again,
        jobs.remind,
        jobs.remind_one,
    ),
    subscriptions=(Subscription(DraftChanged, jobs.on_draft_changed),),
    platform_events={
        "charge.dispute.created": stripe_events.follow,
        "charge.dispute.updated": stripe_events.follow,
        "charge.dispute.funds_withdrawn": stripe_events.follow,
        "charge.dispute.funds_reinstated": stripe_events.follow,
        "charge.dispute.closed": stripe_events.follow,
        "radar.early_fraud_warning.created": stripe_events.note_warning,
    },
)
