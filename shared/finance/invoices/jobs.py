"""Documents are issued by themselves, whether anybody asks for them or not."""

from __future__ import annotations

from datetime import timedelta

from shared.core import clock
from shared.finance.invoices.service import issue
from shared.finance.invoices.statements import lacking
from shared.infra.jobs import Context, recurring

# Older ones are issued when somebody asks for them.
BACK = timedelta(days=3)
AT_ONCE = 500


@recurring("invoices.issue", every=timedelta(hours=1))
async def issue_all(_context: Context) -> None:
    """Issue what the sales and refunds of the last days lack."""
    for order_id in await lacking(clock.now() - BACK, AT_ONCE):
        await issue(order_id)
