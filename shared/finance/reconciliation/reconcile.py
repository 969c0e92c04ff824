"""A reconciliation: read both sides, compare, look again at what may merely be under way, store what is left, numbered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from tortoise.exceptions import IntegrityError

from shared.core import clock
from shared.core.errors import MarketError
from shared.finance.reconciliation.errors import AlreadyRunning
from shared.finance.reconciliation.facts import Finding
from shared.finance.reconciliation.gather import gather
from shared.finance.reconciliation.models import Difference, ReconciliationRun
from shared.finance.reconciliation.rules import compare, persisting
from shared.infra import unit
from shared.infra.gateway.gateway import Gateway
from shared.infra.restoring.service import note_comparison
from shared.infra.unit import Act, Transaction
from shared.trade.vendors.models import Vendor

log = logging.getLogger("markethall.reconciliation")

WINDOW = timedelta(days=4)  # what the nightly run looks at; more than a weekend of missed runs
GRACE = timedelta(seconds=60)  # what differs is looked at again after this: a payment under way settles by then
GIVEN_UP = timedelta(minutes=30)  # a run that has not moved for so long died with its process


async def reconcile(
    gateway: Gateway,
    *,
    started_by: str,
    full: bool = True,
    grace: timedelta = GRACE,
    tell: Callable[[str], None] = log.info,
) -> ReconciliationRun:
    """Compare everything (or, not `full`, what happened lately) and store the run with its differences.

    Raises AlreadyRunning, and StripeUnavailable after noting that the run failed.
    """
    async with unit.transaction() as tx:
        run_id = await begin(tx, started_by)
    return await carry_out(gateway, run_id, full=full, grace=grace, tell=tell)


async def carry_out(
    gateway: Gateway,
    run_id: int,
    *,
    full: bool = True,
    grace: timedelta = GRACE,
    tell: Callable[[str], None] = log.info,
) -> ReconciliationRun:
    """The run that was begun; nothing is done to one that has ended."""
    run = await ReconciliationRun.get(id=run_id)
    if run.status != "running":
        return run
    try:
        found, compared = await _look(gateway, run.id, full=full, grace=grace, tell=tell)
    except BaseException as error:
        await _fail(run, _words(error))
        raise
    async with unit.transaction() as tx:
        ended = await tx.move(
            run,
            to="differences" if found else "clean",
            act=Act("reconciliation.finished", run.started_by, {"differences": len(found)}),
            compared=compared,
            finished_at=clock.now(),
        )
        if ended:
            await _store(run.id, found)
    if full:
        await note_comparison(run.id, began=run.created_at)
    await run.refresh_from_db()
    return run


async def _look(
    gateway: Gateway, run_id: int, *, full: bool, grace: timedelta, tell: Callable[[str], None]
) -> tuple[list[Finding], dict[str, int]]:
    since = None if full else clock.now() - WINDOW
    found, compared = await _once(gateway, run_id, since)
    if found and since is not None:  # a window that does not agree is not believed: everything is looked at
        found, compared = await _once(gateway, run_id, None)
    if found:
        if grace:
            tell(f"{_count(len(found))}; looking again in {int(grace.total_seconds())} seconds, some may be under way.")
            await asyncio.sleep(grace.total_seconds())
        again, compared = await _once(gateway, run_id, None)
        found = persisting(found, again)
    return found, compared


def _count(number: int) -> str:
    return f"{number} difference{'' if number == 1 else 's'}"


async def _once(gateway: Gateway, run_id: int, since: datetime | None) -> tuple[list[Finding], dict[str, int]]:
    await ReconciliationRun.filter(id=run_id).update(updated_at=clock.now())
    facts, compared = await gather(gateway, since)
    return compare(facts), compared


async def begin(tx: Transaction, started_by: str) -> int:
    """Write a run down, alone: Raises AlreadyRunning. One whose process died does not stand in the way for long."""
    given_up = ReconciliationRun.filter(status="running", updated_at__lt=clock.now() - GIVEN_UP)
    error = "The process that ran it ended."
    await tx.move_all(given_up, to="failed", error=error, finished_at=clock.now())
    try:
        async with tx.savepoint():  # a partial unique index lets one run alone be running
            return int((await ReconciliationRun.create(started_by=started_by)).id)
    except IntegrityError:
        raise AlreadyRunning from None


async def _fail(run: ReconciliationRun, error: str) -> None:
    async with unit.transaction() as tx:
        await tx.move(run, to="failed", error=error, finished_at=clock.now())


def _words(error: BaseException) -> str:
    if isinstance(error, MarketError):
        return error.message
    return f"{type(error).__name__}: {error}"[:500] if str(error) else "It was stopped."


async def _store(run_id: int, found: Sequence[Finding]) -> None:
    vendors = {int(id_) for id_ in await Vendor.all().values_list("id", flat=True)} if found else set()  # type: ignore[call-overload]
    for number, finding in enumerate(found, 1):
        await Difference.create(
            run_id=run_id,
            number=number,
            kind=finding.kind,
            subject=finding.subject[:80],
            stripe_id=finding.stripe_id,
            vendor_id=finding.vendor_id if finding.vendor_id in vendors else None,
            text=finding.text,
            ours=finding.ours[:255],
            theirs=finding.theirs[:255],
            repair=finding.repair,
            arguments=dict(finding.arguments),
        )
