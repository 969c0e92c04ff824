"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest, Subscription
from shared.finance.payments.events import PaymentSucceeded
from tests.house.loyalty import jobs, models

MANIFEST = Manifest(
    models=models,
    jobs=(jobs.give, jobs.forget),
    subscriptions=(Subscription(PaymentSucceeded, jobs.on_payment_succeeded),),
    platform_events={"coupon.updated": jobs.read_coupon},
)
