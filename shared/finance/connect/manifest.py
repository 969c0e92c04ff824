"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest, Subscription
from shared.finance.connect import (
    bank_accounts,
    jobs,
    models,
    payment_configs,
    stripe_events,
)
from shared.trade.vendors.events import VendorSignedUp

MANIFEST = Manifest(
    models=models,
    jobs=(
        jobs.sync,
        jobs.remind,
        jobs.remind_one,
        jobs.look_again,
        jobs.end_bank_holds,
        bank_accounts.end_later,
    ),
    subscriptions=(Subscription(VendorSignedUp, payment_configs.on_vendor_signed_up),),
    connect_events={
        "account.updated": stripe_events.read_account,
        "capability.updated": stripe_events.read_account,
        "account.external_account.created": stripe_events.read_account,
        "account.external_account.updated": stripe_events.read_account,
        "account.external_account.deleted": stripe_events.read_account,
        "person.updated": stripe_events.read_account,
        "account.application.authorized": stripe_events.read_return,
        "account.application.deauthorized": stripe_events.read_loss,
        "balance_settings.updated": stripe_events.read_account,
    },
)
