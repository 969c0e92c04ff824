"""A transaction begins with its first statement; one that is a single statement is sent by itself,
and is all or nothing as ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError, TransactionManagementError

from shared.finance.inbox.models import WebhookBody
from shared.infra import unit
from shared.infra.audit.models import AuditEntry
from shared.infra.database import postgres, postgres_pool
from shared.infra.database.announced import CaughtFailure
from shared.infra.database.batch import touched
from shared.infra.database.lifecycle import close_database, open_database
from shared.infra.database.trouble import DatabaseTrouble, TroubleKind
from shared.infra.database.written import written
from shared.infra.jobs import queue
from shared.infra.jobs.models import Job
from shared.infra.unit import Transaction
from shared.trade.vendors.models import Vendor
from tests.support.door import Door, door_to
from tests.support.factories import make_vendor

if TYPE_CHECKING:
    from tests.support.database import Postgres

pytestmark = pytest.mark.postgres_only


@pytest.fixture
def around(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is sent around statements: BEGIN, COMMIT and their like."""
    sent: list[str] = []
    kind: Any = postgres.Postgres.connection_class
    execute = kind.execute

    async def heard(self: Any, query: str, *values: Any, **how: Any) -> str:
        if not values:
            sent.append(query.partition(" ")[0].strip(";"))
        return str(await execute(self, query, *values, **how))

    monkeypatch.setattr(kind, "execute", heard)
    return sent


def add(tx: Transaction, name: str = "some.job") -> None:
    """Collect a job and an audit entry: one statement."""
    queue.enqueue(tx, name, {})
    tx.record("some.act", actor="system", subject="thing:1")


async def stored() -> tuple[int, int]:
    """How many jobs and audit entries there are."""
    return await Job.all().count(), await AuditEntry.all().count()


async def test_a_single_statement_is_sent_by_itself(
    database: str, around: list[str]
) -> None:
    """And what was to happen after the commit happens once."""
    happened: list[str] = []
    times = written.times
    async with unit.transaction() as tx:
        add(tx)
        tx.after_commit(lambda: happened.append("after"))
        assert happened == []
    assert (around, happened) == ([], ["after"])
    assert written.times > times
    assert await stored() == (1, 1)


async def test_who_sends_nothing_takes_no_connection(
    database: str, around: list[str]
) -> None:
    """Nor does it begin."""
    pool = pool_of()
    before = pool.get_idle_size()
    async with unit.transaction():
        assert pool.get_idle_size() == before
    assert around == []


def pool_of() -> Any:
    """The pool of connections."""
    client: Any = get_connection("default")
    return client._pool


async def test_whoever_reads_before_is_in_one_transaction(
    database: str, around: list[str]
) -> None:
    """It cannot be known then which statement is the last one."""
    vendor = await make_vendor()
    async with unit.transaction() as tx:
        await tx.lock(Vendor, id=vendor.id)
        add(tx)
    assert around == ["BEGIN", "COMMIT"]
    assert await stored() == (1, 1)


async def test_what_is_refused_leaves_nothing(database: str, around: list[str]) -> None:
    """Nothing of what stands in the same statement, and nothing happens after."""

    async def refused() -> None:
        async with unit.transaction() as tx:
            add(tx)
            tx.add(WebhookBody(event_id=77, body="of an event that is not there"))
            tx.after_commit(pytest.fail)

    with pytest.raises(IntegrityError):
        await refused()
    assert around == []
    assert await stored() == (0, 0)


async def test_what_is_written_in_two_waves_is_one_transaction(
    database: str, around: list[str]
) -> None:
    """The second is refused, and with it the first."""
    vendor = await make_vendor()
    rename = "UPDATE vendors SET name = ? WHERE id = ?"
    of_vendor = touched(Vendor, [vendor.id])

    async def refused() -> None:
        async with unit.transaction() as tx:
            add(tx)
            for name in ("Other", None):
                tx.later(rename, name, vendor.id, rows=of_vendor)

    with pytest.raises(IntegrityError):
        await refused()
    assert around == ["BEGIN", "ROLLBACK"]
    assert await stored() == (0, 0)
    assert (await Vendor.get(id=vendor.id)).name == vendor.name


async def test_a_rehearsal_keeps_nothing_of_a_single_statement(
    database: str, around: list[str]
) -> None:
    """It is sent, as ever, and rolled back."""
    with unit.rehearse():
        async with unit.transaction() as tx:
            add(tx)
            tx.after_commit(pytest.fail)
    assert around == ["BEGIN", "ROLLBACK"]
    assert await stored() == (0, 0)


async def test_a_savepoint_begins_first(database: str, around: list[str]) -> None:
    """What it undoes is undone, and what follows is kept."""

    async def undone(tx: Transaction) -> None:
        async with tx.savepoint():
            add(tx)
            await tx.flush()
            raise ZeroDivisionError

    async with unit.transaction() as tx:
        with pytest.raises(ZeroDivisionError):
            await undone(tx)
        add(tx, "other.job")
    assert around == ["BEGIN", "SAVEPOINT", "ROLLBACK", "COMMIT"]
    assert [job.kind for job in await Job.all()] == ["other.job"]


async def test_a_caught_failure_still_ends_it(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even one that came before it began: nothing that follows is sent by itself."""

    async def refused() -> None:
        async with unit.transaction():
            with pytest.raises(IntegrityError):
                await WebhookBody.create(event_id=77, body="")

    with pytest.raises(CaughtFailure):
        await refused()
    pool = pool_of()
    taken = [await pool.acquire() for _ in range(pool.get_max_size())]
    monkeypatch.setattr(postgres_pool, "POOL_SECONDS", 0.1)

    async def not_begun() -> None:
        async with unit.transaction() as tx:
            with pytest.raises(DatabaseTrouble):
                await make_vendor()
            for connection in taken:
                await pool.release(connection)
            add(tx)

    with pytest.raises(TransactionManagementError):
        await not_begun()
    assert await stored() == (0, 0)


async def test_whoever_outlasts_it_writes_nothing(database: str) -> None:
    """A task that was started inside sends nothing after the end: it would never be committed."""
    go_on = asyncio.Event()

    async def late() -> None:
        await go_on.wait()
        await make_vendor()

    async with unit.transaction():
        task = asyncio.create_task(late())
    go_on.set()
    with pytest.raises(TransactionManagementError):
        await task
    assert await Vendor.all().count() == 0
    assert pool_of().get_idle_size() == pool_of().get_size()


async def test_nothing_follows_a_last_statement(database: str) -> None:
    """It would be kept by itself, whatever became of the rest."""

    async def goes_on() -> None:
        async with unit.transaction() as tx:
            add(tx)
            await tx.flush(is_last=True)
            with pytest.raises(TransactionManagementError):
                await make_vendor()

    with pytest.raises(CaughtFailure):
        await goes_on()
    assert not await Vendor.exists()
    assert await stored() == (1, 1)


@pytest.fixture
async def door(postgres_ready: Postgres, database_url: str) -> AsyncIterator[Door]:
    """An open database behind a door."""
    async with door_to(postgres_ready.socket) as door:
        at = f"127.0.0.1:{door.port}/{postgres_ready.name}"
        await open_database(f"postgres://postgres@{at}?min_size=1&max_size=2")
        yield door
        await close_database()


@pytest.mark.parametrize("reads_first", [False, True])
async def test_a_lost_answer_is_an_outcome_that_nobody_knows(
    door: Door, *, reads_first: bool
) -> None:
    """As that of a lost COMMIT: the caller is told so, nothing happens after, all of it is there or
    none, and the connection is not asked again.
    """
    async with unit.transaction() as tx:
        add(tx)  # the server knows the statement from now on

    async def unheard() -> None:
        async with unit.transaction() as tx:
            if reads_first:
                await Vendor.exists()
            add(tx)
            tx.after_commit(pytest.fail)
            door.loses_answers = True

    times = written.times
    with pytest.raises(DatabaseTrouble) as told:
        await unheard()
    assert told.value.kind is TroubleKind.AWAY
    assert written.times > times or reads_first  # what is kept in memory is read anew
    door.loses_answers = False
    assert await stored() == ((1, 1) if reads_first else (2, 2))


async def test_cut_off_in_it_all_or_nothing_is_there(database: str) -> None:
    """The connection goes back, and is good for others."""

    async def slowly() -> None:
        async with unit.transaction() as tx:
            add(tx)
            tx.later("UPDATE jobs SET kind = kind FROM pg_sleep(20)", rows=frozenset())
            tx.after_commit(pytest.fail)

    await Job.create(kind="before", run_at=(await make_vendor()).created_at)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(slowly(), 0.2)
    assert await stored() == (1, 0)
    assert pool_of().get_idle_size() == pool_of().get_size()
