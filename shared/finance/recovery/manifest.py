"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest, Subscription
from shared.finance.connect.events import ConnectedAgain
from shared.finance.payments.events import TransferArrived
from shared.finance.recovery import jobs, models, stripe_events
from shared.finance.recovery.activity import ClaimActivity
from shared.finance.recovery.events import ClaimSet, ClaimUnsettled

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
    ),
    subscriptions=(
        Subscription(ClaimSet, jobs.on_claim_set),
        Subscription(ClaimUnsettled, jobs.on_claim_unsettled),
        Subscription(TransferArrived, jobs.on_transfer_arrived),
        Subscription(ConnectedAgain, jobs.on_connected_again),
    ),
    platform_events={
        "transfer.reversed": stripe_events.read_reversals,
    },
)
