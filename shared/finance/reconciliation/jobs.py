"""Reconciliation by itself every night, and what the operator starts from the page."""

from __future__ import annotations

import logging
from datetime import time

from shared.core.errors import MarketError
from shared.finance.reconciliation import repairs, service
from shared.finance.reconciliation.errors import AlreadyRunning
from shared.finance.reconciliation.models import Difference, ReconciliationRun
from shared.infra import unit
from shared.infra.jobs import Context, Manner, job, recurring
from shared.infra.mail import service as mail
from shared.trade.people.queries import operator_emails

log = logging.getLogger("markethall.reconciliation")
SHOWN = 10


@recurring("reporting.nightly", at=time(2, 30), manner=Manner.APART)
async def nightly(context: Context) -> None:
    """Compare what happened lately; the operators hear of differences.

    Repeats while Stripe is away.
    """
    try:
        run = await service.reconcile(context.gateway, started_by="system", full=False)
    except AlreadyRunning:
        return
    await tell(run)


async def start(started_by: str) -> int:
    """Begin a run of everything that a job carries out. Raises AlreadyRunning."""
    async with unit.transaction() as tx:
        run_id = await service.begin(tx, started_by)
        carry_out(tx, run_id=run_id)
    return run_id


@job("reporting.reconcile", manner=Manner.APART)
async def carry_out(context: Context, run_id: int) -> None:
    """Carry out the run that somebody asked for. What stops it stands on the run."""
    try:
        await service.carry_out(context.gateway, run_id)
    except MarketError as error:
        log.warning("reconciliation %s stopped: %s", run_id, error.log or error)


def repair_key(run_id: int) -> str:
    """What keeps one repair of a run under way at a time."""
    return f"reporting.repair:{run_id}"


async def start_repair(run_id: int, *, actor: str) -> None:
    """Repair all of a run by a job."""
    async with unit.transaction() as tx:
        repair.once(repair_key(run_id))(tx, run_id=run_id, actor=actor)


@job("reporting.repair", manner=Manner.APART)
async def repair(context: Context, run_id: int, actor: str) -> None:
    """Repair all of a run, then look again, so that the page shows what is left."""
    done, left = await repairs.apply_all(context, run_id, actor=actor)
    log.info("reconciliation %s: %s repaired, %s left", run_id, done, left)
    try:
        await service.reconcile(context.gateway, started_by=actor)
    except MarketError as error:
        log.warning("the look after the repair stopped: %s", error.log or error)


async def tell(run: ReconciliationRun) -> None:
    """Write to the operators when a run found something."""
    if run.status != "differences":
        return
    rows = await Difference.filter(run_id=run.id).order_by("number")
    context = {
        "count": len(rows),
        "differences": [(row.number, row.text) for row in rows[:SHOWN]],
        "more": max(len(rows) - SHOWN, 0),
        "mendable": sum(1 for row in rows if row.repair),
    }
    async with unit.transaction() as tx:
        for address in await operator_emails():
            key = f"reconciliation:{run.id}:{address}"
            mail.post(
                tx,
                "reconciliation",
                to=address,
                unique_key=key,
                context=context,
            )
