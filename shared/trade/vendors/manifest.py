"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest, Subscription
from shared.trade.vendors import banks, jobs, models, payout_settings, stripe_events
from shared.trade.vendors.events import PayoutTermsChanged

MANIFEST = Manifest(
    models=models,
    jobs=(
        jobs.sync,
        jobs.remind,
        jobs.remind_one,
        jobs.look_again,
        jobs.open_again,
        jobs.end_bank_holds,
        banks.end_later,
        payout_settings.write_settings,
    ),
    subscriptions=(Subscription(PayoutTermsChanged, payout_settings.on_payout_terms_changed),),
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
