"""What is done for vendors later: shops open by themselves."""

from __future__ import annotations

from datetime import timedelta

from shared.infra.database.columns import numbers_in
from shared.infra.jobs import Context, recurring
from shared.trade.marketplace.queries import today
from shared.trade.vendors.models import Vendor
from shared.trade.vendors.service import open_shop


@recurring("vendors.open_again", every=timedelta(hours=1))
async def open_again(_context: Context) -> None:
    """Open the shops whose vendor named this day, or one before."""
    due = Vendor.filter(is_open=False, closed_until__lte=await today())
    for vendor_id in await numbers_in(due.order_by("closed_until", "id"), "id"):
        await open_shop(vendor_id=vendor_id, actor="system")
