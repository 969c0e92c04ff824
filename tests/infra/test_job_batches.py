"""Jobs are taken and ended some at a time; nothing waits behind a long one, and an idle worker
hears of work at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tortoise.connection import get_connection

from shared.core import clock
from shared.infra import unit
from shared.infra.database import notices
from shared.infra.jobs import Manner, announcer, queue, statements
from shared.infra.jobs import worker as worker_module
from shared.infra.jobs.models import Job
from shared.infra.jobs.statements import Kinds
from shared.infra.jobs.worker import BATCH, EVERY_KIND, Worker, claim
from tests.support.storefront import counted
from tests.support.tamper import sql

if TYPE_CHECKING:
    from shared.infra.jobs import Context

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.both_engines]
MANNERS = {"mail": Manner.TOGETHER, "night": Manner.LONG}


async def put(kind: str, count: int = 1, *, keyed: bool = False) -> None:
    """So many on the list, numbered."""
    async with unit.transaction() as tx:
        for n in range(count):
            key = f"{kind}:{n}" if keyed else None
            queue.enqueue(tx, kind, {"n": n}, unique_key=key)


async def states() -> list[tuple[str, int]]:
    """State and attempts of each, in their order."""
    return list(await Job.all().order_by("id").values_list("status", "attempts"))


async def nothing(_context: Context, _args: dict[str, Any]) -> None:
    """A job that is done at once."""


class Met:
    """A job that says that it has begun, and ends when it is told to."""

    def __init__(self) -> None:
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()

    async def __call__(self, _context: Context, _args: dict[str, Any]) -> None:
        self.begun.set()
        await self.go_on.wait()


@asynccontextmanager
async def working(worker: Worker) -> AsyncIterator[None]:
    """It works while the block runs."""
    stop = asyncio.Event()
    task = asyncio.create_task(worker.run(stop))
    try:
        yield
        stop.set()
        await asyncio.wait_for(task, timeout=10)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize(("kind", "most"), [("mail", 4), ("plain", 4)])
async def test_many_are_taken_and_ended_with_a_statement_each(
    context: Context, kind: str, most: int
) -> None:
    """A look, a claim and an end for a whole batch, and the look that finds nothing more."""
    await put(kind, BATCH, keyed=kind == "mail")
    with counted() as statements_sent:
        assert await Worker(context, {kind: nothing}, (), MANNERS).run_due() == BATCH
    assert len(statements_sent) == most
    assert set(await states()) == {("done", 1)}


async def test_the_oldest_are_taken_first(context: Context) -> None:
    """As Tortoise tells them, of the kinds that are meant."""
    await put("mail", 3)
    await put("night", 2)
    await Job.filter(kind="mail", id=1).update(run_at=clock.now() + timedelta(hours=1))
    due = Job.filter(run_at__lte=clock.now()).order_by("run_at", "id")
    for kinds, expected in (
        (Kinds(frozenset({"night"}), are_meant=True), due.filter(kind="night")),
        (Kinds(frozenset({"night"})), due.exclude(kind="night").limit(1)),
    ):
        told = await expected.values_list("id", "args")
        taken = await statements.claim(kinds, most=len(told), until=clock.now())
        assert [(job.id, job.args) for job in taken] == list(told)
    assert await statements.is_any_due(EVERY_KIND)


async def test_a_job_that_dies_gives_the_others_back(context: Context) -> None:
    """As if they had not been taken; those before it are done, it itself is taken over later."""
    await put("plain", 4)

    async def second_dies(_context: Context, args: dict[str, Any]) -> None:
        if args["n"] == 1:
            raise asyncio.CancelledError

    with suppress(asyncio.CancelledError):
        await Worker(context, {"plain": second_dies}).run_due()
    assert await states() == [
        ("done", 1),
        ("running", 1),
        ("waiting", 0),
        ("waiting", 0),
    ]
    later = clock.now() + timedelta(minutes=6)
    with clock.use(lambda: later):
        assert await Worker(context, {"plain": nothing}).run_due() == 3


async def test_what_fails_is_tried_again_and_the_others_are_done(
    context: Context,
) -> None:
    """One by one and together."""
    for kind in ("plain", "mail"):
        await put(kind, 4)

    async def third_fails(_context: Context, args: dict[str, Any]) -> None:
        if args["n"] == 2:
            raise LookupError("not yet")

    handlers = {"plain": third_fails, "mail": third_fails}
    await Worker(context, handlers, (), MANNERS).run_due()
    one = [("done", 1), ("done", 1), ("waiting", 1), ("done", 1)]
    assert await states() == [*one, *one]


async def test_a_key_is_free_as_soon_as_its_job_is_done(context: Context) -> None:
    """What becomes known behind it, in the same batch, is put on the list again."""
    await put("plain", 1, keyed=True)
    await put("other", 1)

    async def again(_context: Context, _args: dict[str, Any]) -> None:
        await put("plain", 1, keyed=True)

    worker = Worker(context, {"plain": nothing, "other": again})
    assert await worker.run_due() == 3


async def test_a_worker_that_is_to_stop_gives_the_rest_back(context: Context) -> None:
    """The job at hand is finished."""
    await put("plain", 3)
    job = Met()
    async with working(Worker(context, {"plain": job}, (), MANNERS)):
        await asyncio.wait_for(job.begun.wait(), timeout=10)
        asyncio.get_running_loop().call_soon(job.go_on.set)
    assert await states() == [("done", 1), ("waiting", 0), ("waiting", 0)]


async def test_whoever_was_taken_over_ends_nothing(context: Context) -> None:
    """Its claim ran out, and another worker has the job."""
    await put("plain")
    slow = await claim()
    later = clock.now() + timedelta(minutes=6)
    with clock.use(lambda: later):
        (again,) = await claim()
        await statements.end(slow)
        await statements.give_back(slow)
        assert await states() == [("running", 2)]
        await statements.end([again])
    assert await states() == [("done", 2)]


async def test_a_mail_waits_for_no_long_job(context: Context) -> None:
    """Each has its lane."""
    night, mail = Met(), Met()
    mail.go_on.set()
    async with working(Worker(context, {"night": night, "mail": mail}, (), MANNERS)):
        await put("night")
        await asyncio.wait_for(night.begun.wait(), timeout=10)
        await put("mail")
        await asyncio.wait_for(mail.begun.wait(), timeout=10)
        assert (await Job.get(kind="night")).status == "running"
        night.go_on.set()
    assert await states() == [("done", 1), ("done", 1)]


async def test_a_long_job_is_nobody_elses_while_it_runs(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its claim is made anew: what takes hours is begun once."""
    monkeypatch.setattr(worker_module, "HOLD_SECONDS", 0.01)
    night, begun = Met(), clock.now()
    await put("night")
    async with working(Worker(context, {"night": night}, (), MANNERS)):
        await asyncio.wait_for(night.begun.wait(), timeout=10)
        later = begun + timedelta(hours=3)
        with clock.use(lambda: later):
            async with asyncio.timeout(10):
                while not await Job.exists(claimed_until__gt=later):
                    await asyncio.sleep(0.01)
            assert await claim() == []
        night.go_on.set()
    assert await states() == [("done", 1)]


@pytest.mark.postgres_only
async def test_work_of_another_process_is_heard_of_at_once(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also after the connection on which the worker listens was lost."""
    monkeypatch.setattr(worker_module, "IDLE_SECONDS", 3600.0)
    monkeypatch.setattr(notices, "AGAIN_SECONDS", 0.01)
    job = Met()
    job.go_on.set()
    heard = (
        "SELECT count(*) AS n FROM pg_stat_activity"
        " WHERE datname = current_database() AND query = 'LISTEN \"markethall_jobs\"'"
    )

    async def listens(number: int) -> None:
        async with asyncio.timeout(10):
            while True:
                rows = await get_connection("default").execute_query_dict(heard)
                if rows[0]["n"] == number:
                    return
                await asyncio.sleep(0.01)

    async with working(Worker(context, {"plain": job})):
        await listens(1)
        with suppress(Exception):
            await sql(heard.replace("count(*) AS n", "pg_terminate_backend(pid)"))
        await listens(1)
        await Job.create(kind="plain", run_at=clock.now())
        await notices.notify(queue.CHANNEL)
        await asyncio.wait_for(job.begun.wait(), timeout=10)
    assert await states() == [("done", 1)]


@pytest.mark.postgres_only
async def test_a_process_without_a_worker_tells_the_others() -> None:
    """Once what it has put on the list is there."""
    heard = asyncio.Event()
    announcing = asyncio.create_task(announcer.announce())
    async with notices.listening(queue.CHANNEL, heard.set):
        await asyncio.wait_for(heard.wait(), timeout=10)  # it listens
        heard.clear()
        await put("plain")
        await asyncio.wait_for(heard.wait(), timeout=10)
        assert await states() == [("waiting", 0)]
    announcing.cancel()
    await asyncio.gather(announcing, return_exceptions=True)
