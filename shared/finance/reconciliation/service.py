"""A reconciliation: read both sides, compare them twice, store what differs both times."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

from tortoise.exceptions import IntegrityError

from shared.core import clock
from shared.core.errors import MarketError
from shared.core.words import in_english
from shared.finance.reconciliation import both_sides
from shared.finance.reconciliation.checks import compare
from shared.finance.reconciliation.errors import AlreadyRunning
from shared.finance.reconciliation.findings import FoundDifference, persisting
from shared.finance.reconciliation.models import Difference, ReconciliationRun
from shared.infra import unit
from shared.infra.database.columns import numbers_in
from shared.infra.database.trouble import DatabaseTrouble
from shared.infra.gateway.gateway import Gateway
from shared.infra.restoring.service import note_comparison
from shared.infra.unit import Act, Transaction
from shared.trade.vendors.models import Vendor

log = logging.getLogger("markethall.reconciliation")

WINDOW = timedelta(
    days=4
)  # what the nightly run looks at; more than a weekend of missed runs
# After this differences are looked at again: a payment settles by then.
GRACE = timedelta(seconds=60)
GIVEN_UP = timedelta(
    minutes=30
)  # a run that has not moved for so long died with its process
ALIVE_SECONDS = 60.0  # so often a run says that it goes on

Compared = tuple[
    list[FoundDifference], dict[str, int]
]  # what differs, how much was looked at


async def reconcile(
    gateway: Gateway,
    *,
    started_by: str,
    full: bool = True,
    grace: timedelta = GRACE,
    tell: Callable[[str], None] = log.info,
) -> ReconciliationRun:
    """Compare everything (or, not `full`, what happened lately) and store what differs.

    Raises AlreadyRunning, and StripeUnavailable after noting that the run failed.
    """
    async with unit.transaction() as tx:
        run_id = await begin(tx, started_by)
    return await carry_out(
        gateway,
        run_id,
        full=full,
        grace=grace,
        tell=tell,
    )


async def begin(tx: Transaction, started_by: str) -> int:
    """Write a run down, which alone may be running.

    One whose process died does not stand in the way for long. Raises AlreadyRunning.
    """
    too_long_ago = clock.now() - GIVEN_UP
    given_up = ReconciliationRun.filter(status="running", updated_at__lt=too_long_ago)
    error = in_english("reconciliation.broken_off", "given_up")
    await tx.move_all(
        given_up,
        to="failed",
        error=error,
        finished_at=clock.now(),
    )
    try:
        async with (
            tx.savepoint()
        ):  # a partial unique index lets one run alone be running
            return int((await ReconciliationRun.create(started_by=started_by)).id)
    except IntegrityError:
        raise AlreadyRunning from None


async def carry_out(
    gateway: Gateway,
    run_id: int,
    *,
    full: bool = True,
    grace: timedelta = GRACE,
    tell: Callable[[str], None] = log.info,
) -> ReconciliationRun:
    """Carry out a run that was begun; nothing is done to one that has ended."""
    run = await ReconciliationRun.get(id=run_id)
    if run.status != "running":
        return run
    try:
        differences, compared = await _compare(
            gateway,
            run.id,
            full=full,
            grace=grace,
            tell=tell,
        )
    except BaseException as error:
        await _fail(run, _said(error))
        raise
    async with unit.transaction() as tx:
        noted = {"differences": len(differences)}
        ended = await tx.move(
            run,
            to="differences" if differences else "clean",
            act=Act("reconciliation.finished", run.started_by, noted),
            compared=compared,
            finished_at=clock.now(),
        )
        if ended:
            await _store(run.id, differences)
    if full:
        await note_comparison(run.id, began=run.created_at)
    await run.refresh_from_db()
    return run


async def _compare(
    gateway: Gateway,
    run_id: int,
    *,
    full: bool,
    grace: timedelta,
    tell: Callable[[str], None],
) -> Compared:
    since = None if full else clock.now() - WINDOW
    first, compared = await _compare_once(gateway, run_id, since)
    if first and since is not None:
        # A window that does not agree is not believed: everything is looked at.
        first, compared = await _compare_once(gateway, run_id, None)
    if not first:
        return [], compared
    if grace:
        seconds = int(grace.total_seconds())
        tell(
            f"{_count(len(first))}; looking again in {seconds} seconds, some may be under way."
        )
        await _wait(grace)
    second, compared = await _compare_once(gateway, run_id, None)
    return persisting(first, second), compared


async def _wait(grace: timedelta) -> None:
    """Let what is under way arrive."""
    await asyncio.sleep(grace.total_seconds())


def _count(number: int) -> str:
    return f"{number} difference{'' if number == 1 else 's'}"


async def _compare_once(
    gateway: Gateway,
    run_id: int,
    since: datetime | None,
) -> Compared:
    async with _said_to_go_on(run_id):
        both, compared = await both_sides.read(gateway, since)
    return compare(both), compared


@asynccontextmanager
async def _said_to_go_on(run_id: int) -> AsyncIterator[None]:
    """Note now and then that a run is under way: reading may take hours."""

    async def note() -> None:
        while True:
            run = ReconciliationRun.filter(id=run_id)
            with suppress(DatabaseTrouble):  # what reads will hear of it
                await run.update(updated_at=clock.now())
            await asyncio.sleep(ALIVE_SECONDS)

    task = asyncio.create_task(note())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _fail(run: ReconciliationRun, error: str) -> None:
    async with unit.transaction() as tx:
        await tx.move(
            run,
            to="failed",
            error=error,
            finished_at=clock.now(),
        )


def _said(error: BaseException) -> str:
    if isinstance(error, MarketError):
        return error.message
    if str(error):
        return f"{type(error).__name__}: {error}"[:500]
    return in_english("reconciliation.broken_off", "stopped")


async def _store(run_id: int, differences: Sequence[FoundDifference]) -> None:
    if not differences:
        return
    vendors = set(await numbers_in(Vendor.all(), "id"))
    for number, each in enumerate(differences, 1):
        await Difference.create(
            run_id=run_id,
            number=number,
            kind=each.kind,
            subject=each.subject[:80],
            stripe_id=each.stripe_id,
            vendor_id=each.vendor_id if each.vendor_id in vendors else None,
            text=each.text,
            our_side=each.our_side[:255],
            stripe_side=each.stripe_side[:255],
            repair=each.repair,
            arguments=dict(each.arguments),
        )
