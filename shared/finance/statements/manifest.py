"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest, Subscription
from shared.finance.statements import jobs, models
from shared.trade.vat.events import MonthsUnblocked

MANIFEST = Manifest(
    models=models,
    jobs=(jobs.close, jobs.close_vendor),
    subscriptions=(Subscription(MonthsUnblocked, jobs.on_months_unblocked),),
)
