"""Reconciliation by itself every night, and what the operator starts from the page."""

from __future__ import annotations

import logging
from typing import Any

from shared.core.errors import MarketError
from shared.finance.reconciliation import reconcile, repairs
from shared.finance.reconciliation.errors import AlreadyRunning
from shared.finance.reconciliation.models import Difference, ReconciliationRun
from shared.infra import unit
from shared.infra.jobs import queue
from shared.infra.jobs.queue import Context, Handler
from shared.infra.mail import service as mail
from shared.trade.people.queries import operator_emails

log = logging.getLogger("markethall.reconciliation")
PAGE = f"{mail.PUBLIC_URL}/operator/reconciliation"
SHOWN = 10


async def nightly(context: Context, _args: dict[str, Any]) -> None:
    """Job `reporting.nightly`: compare what happened lately; the operators hear of differences. Repeats while Stripe is away."""
    try:
        run = await reconcile.reconcile(context.gateway, started_by="system", full=False)
    except AlreadyRunning:
        return
    await tell(run)


async def start(started_by: str) -> int:
    """Begin a run of everything that a job carries out. Raises AlreadyRunning."""
    async with unit.transaction() as tx:
        run_id = await reconcile.begin(tx, started_by)
        queue.enqueue(tx, "reporting.reconcile", {"run_id": run_id})
    return run_id


async def carry_out(context: Context, args: dict[str, Any]) -> None:
    """Job `reporting.reconcile`: the run that somebody asked for. What stops it stands on the run."""
    try:
        await reconcile.carry_out(context.gateway, int(args["run_id"]))
    except MarketError as error:
        log.warning("reconciliation %s stopped: %s", args["run_id"], error.log or error)


def repair_key(run_id: int) -> str:
    """What keeps one repair of a run under way at a time."""
    return f"reporting.repair:{run_id}"


async def start_repair(run_id: int, *, actor: str) -> None:
    """Repair all of a run by a job."""
    async with unit.transaction() as tx:
        queue.enqueue(tx, "reporting.repair", {"run_id": run_id, "actor": actor}, unique_key=repair_key(run_id))


async def repair(context: Context, args: dict[str, Any]) -> None:
    """Job `reporting.repair`: repair all of a run, then look again, so that the page shows what is left."""
    run_id, actor = int(args["run_id"]), str(args["actor"])
    done, left = await repairs.apply_all(context, run_id, actor=actor)
    log.info("reconciliation %s: %s repaired, %s left", run_id, done, left)
    try:
        await reconcile.reconcile(context.gateway, started_by=actor)
    except MarketError as error:
        log.warning("the look after the repair stopped: %s", error.log or error)


async def tell(run: ReconciliationRun) -> None:
    """Write to the operators when a run found something."""
    if run.status != "differences":
        return
    rows = await Difference.filter(run_id=run.id).order_by("number")
    subject = f"Reconciliation found {len(rows)} difference{'' if len(rows) == 1 else 's'}"
    lines = [f"{row.number}. {row.text}" for row in rows[:SHOWN]]
    more = [f"… and {len(rows) - SHOWN} more."] if len(rows) > SHOWN else []
    mendable = sum(1 for row in rows if row.repair)
    text = "\n".join(
        [
            "Ledger, orders and Stripe do not agree:",
            "",
            *lines,
            *more,
            "",
            f"{mendable} of them can be repaired by a button; the others need a person's eye.",
            PAGE,
        ]
    )
    async with unit.transaction() as tx:
        for address in await operator_emails():
            mail.post(
                tx,
                "reconciliation",
                to=address,
                subject=subject,
                text=text,
                unique_key=f"reconciliation:{run.id}:{address}",
            )


HANDLERS: dict[str, Handler] = {
    "reporting.nightly": nightly,
    "reporting.reconcile": carry_out,
    "reporting.repair": repair,
}
