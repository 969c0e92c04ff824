"""Documents are issued by themselves, whether anybody asks for them or not."""

from __future__ import annotations

from datetime import timedelta

from shared.core import clock
from shared.finance.invoices.service import issue
from shared.finance.invoices.statements import lacking, lacking_behind
from shared.infra import unit
from shared.infra.jobs import Context, Manner, job, recurring

# Older ones are looked for order by order.
BACK = timedelta(days=3)
AT_ONCE = 500


@recurring("invoices.issue", every=timedelta(hours=1))
async def issue_all(_context: Context) -> None:
    """Issue what the sales and refunds of the last days lack."""
    for order_id in await lacking(clock.now() - BACK, AT_ONCE):
        await issue(order_id)


@recurring("invoices.look_back", every=timedelta(days=7))
async def look_back(_context: Context) -> None:
    """Begin with the first order: sales of before there were invoices, and what an outage of days
    has left out.
    """
    async with unit.transaction() as tx:
        issue_older.once("invoices.issue_older")(
            tx,
            behind=0,
        )


@job("invoices.issue_older", manner=Manner.LONG)
async def issue_older(
    _context: Context,
    behind: int,
) -> None:
    """Issue what some hundred orders behind this one lack, then put the next ones on the list."""
    ids, last = await lacking_behind(
        behind,
        AT_ONCE,
    )
    for order_id in ids:
        await issue(order_id)
    if last is not None:
        async with unit.transaction() as tx:
            issue_older(
                tx,
                behind=last,
            )
