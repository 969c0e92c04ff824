"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest
from shared.trade.orders import declines, forgetting, jobs, models
from shared.trade.orders.activity import OrderActivity

MANIFEST = Manifest(
    models=models,
    activity=OrderActivity,
    jobs=(jobs.deliver, jobs.remind, forgetting.forget_baskets, declines.forget),
)
