"""What this domain registers."""

from __future__ import annotations

from collections.abc import Mapping

from shared.core.domains import Manifest, StripeHandler, Subscription
from shared.finance.connect.events import (
    AccountCreated,
    PayoutSettingsRead,
    PayoutTermsChanged,
)
from shared.finance.payments.events import TransferArrived
from shared.finance.payouts import (
    jobs,
    models,
    scheduler,
    stripe_events,
    stripe_schedule,
    sweep,
)
from shared.finance.payouts.activity import PayoutActivity
from shared.finance.recovery.events import ClaimSet

# Vendors' payouts come to one endpoint, the platform's own to the other.
EVENTS: Mapping[str, StripeHandler] = {
    "payout.created": stripe_events.read_payout,
    "payout.updated": stripe_events.read_payout,
    "payout.paid": stripe_events.read_payout,
    "payout.failed": stripe_events.read_payout,
    "payout.canceled": stripe_events.read_payout,
    "payout.reconciliation_completed": stripe_events.read_payout,
    "reserve.hold.created": stripe_events.read_reserves,
    "reserve.release.created": stripe_events.read_reserves,
}

MANIFEST = Manifest(
    models=models,
    activity=PayoutActivity,
    jobs=(
        scheduler.look,
        scheduler.pay_later,
        sweep.sweep_all,
        sweep.sweep_account,
        stripe_schedule.write_settings,
        jobs.ask,
        jobs.reserve,
        jobs.review_reserve,
        jobs.release_reserves,
    ),
    subscriptions=(
        Subscription(AccountCreated, stripe_schedule.on_account_created),
        Subscription(PayoutSettingsRead, stripe_schedule.on_payout_settings_read),
        Subscription(PayoutTermsChanged, stripe_schedule.on_payout_terms_changed),
        Subscription(TransferArrived, jobs.on_transfer_arrived),
        Subscription(ClaimSet, jobs.on_claim_set),
    ),
    platform_events=EVENTS,
    connect_events=EVENTS,
)
