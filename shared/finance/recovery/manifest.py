"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest, Subscription
from shared.finance.connect.events import ConnectedAgain
from shared.finance.payments.events import ContributionDue, TransferArrived
from shared.finance.recovery import contributions, jobs, models, stripe_events
from shared.finance.recovery.activity import ClaimActivity
from shared.finance.recovery.events import (
    ClaimSet,
    ClaimUnsettled,
    ContributionArrived,
)

MANIFEST = Manifest(
    models=models,
    activity=ClaimActivity,
    jobs=(
        jobs.settle,
        jobs.collect,
        jobs.collect_all,
        jobs.pay_back,
        jobs.sweep,
        jobs.sync_transfer,
        jobs.contribute,
    ),
    subscriptions=(
        Subscription(ClaimSet, jobs.on_claim_set),
        Subscription(ClaimUnsettled, jobs.on_claim_unsettled),
        Subscription(ContributionDue, contributions.on_due),
        Subscription(ContributionArrived, jobs.on_contribution_arrived),
        Subscription(TransferArrived, jobs.on_transfer_arrived),
        Subscription(ConnectedAgain, jobs.on_connected_again),
    ),
    platform_events={
        "transfer.reversed": stripe_events.read_reversals,
    },
)
