"""SQLite is asked on the event loop's own thread, and nobody waits long for somebody else's
statement.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import TransactionManagementError

from shared.infra import unit
from shared.infra.database import sqlite_checkpoints, sqlite_waiting
from shared.infra.database.schema import sqlite_path
from shared.infra.database.sqlite_connection import SqliteConnection, at_length
from shared.infra.database.sqlite_waiting import PatientLock
from shared.infra.database.trouble import DatabaseTrouble
from shared.trade.vendors.models import Vendor
from tests.support.factories import make_vendor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = [pytest.mark.sqlite_only, pytest.mark.usefixtures("database")]

# Counts to a number, which takes some tenths of a second.
COUNTS = """(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {most})
SELECT COUNT(*) FROM n)"""
LONG = 1_000_000
ENDLESS = 10**12


class Gaps:
    """How long the event loop was kept, as somebody saw who asked for nothing else."""

    def __init__(self) -> None:
        self.longest = 0.0
        self.turns = 0

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            began = time.thread_time()
            await asyncio.sleep(0.001)
            # Of this thread: other processes may take the machine away meanwhile.
            self.longest = max(self.longest, time.thread_time() - began)
            self.turns += 1

    async def taken(self) -> float:
        """The longest so far; from now on it is counted anew."""
        turn = self.turns
        while self.turns < turn + 2:
            await asyncio.sleep(0.001)
        longest, self.longest = self.longest, 0.0
        return longest


@pytest.fixture
async def gaps() -> AsyncIterator[Gaps]:
    """What the loop's other users see."""
    seen = Gaps()
    watching = asyncio.create_task(seen.watch())
    await seen.taken()
    yield seen
    watching.cancel()


def _client() -> Any:
    return get_connection("default")


async def _counted(most: int = LONG) -> int:
    (row,) = await _client().execute_query_dict(
        f"SELECT {COUNTS.format(most=most)} AS n"
    )
    return int(row["n"])


async def _append(most: int) -> int:
    """Add a number to every slug, and take as long as it is large; answer how many those were."""
    sets = f"slug = slug || '+' || {COUNTS.format(most=most)}"
    count, _ = await _client().execute_query(f"UPDATE vendors SET {sets}")
    return int(count)


async def test_whoever_reads_long_keeps_nobody_waiting(gaps: Gaps) -> None:
    """Neither the event loop nor another reading, and has the whole answer."""
    await make_vendor()
    reading = asyncio.create_task(_counted())
    others = 0
    while not reading.done():
        assert await Vendor.all().count() == 1
        others += 1
        await asyncio.sleep(0)
    assert await reading == LONG
    assert others > 20
    assert await gaps.taken() < 0.05


async def test_a_long_reading_inside_a_transaction_loses_nothing_of_it(
    gaps: Gaps,
) -> None:
    """It is stopped and asked again, and what was written before it is kept."""
    async with unit.transaction():
        await make_vendor()
        assert await _counted() == LONG
        assert await Vendor.all().count() == 1
    assert await Vendor.all().count() == 1
    assert await gaps.taken() < 0.05


async def test_a_long_write_keeps_the_loop_once_at_most(gaps: Gaps) -> None:
    """It is never stopped; the same again goes to the thread, as does what is said to be long."""
    vendor = await make_vendor()
    assert await _append(LONG) == 1
    assert await gaps.taken() > 0.05
    assert await _append(LONG) == 1
    async with unit.transaction():
        assert await _append(LONG) == 1
    with at_length():
        async with unit.transaction():
            assert await _append(LONG + 1) == 1
    assert await gaps.taken() < 0.05
    await vendor.refresh_from_db()
    assert vendor.slug.endswith(f"+{LONG}+{LONG}+{LONG}+{LONG + 1}")


async def _cancelled(work: asyncio.Task[Any]) -> None:
    await asyncio.sleep(0.1)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work


async def test_whoever_is_cancelled_in_a_statement_leaves_the_connection_free() -> None:
    """In a reading, and in a transaction, of which nothing is kept."""
    await make_vendor(country="LU")
    await _cancelled(asyncio.create_task(_counted(ENDLESS)))
    assert await _counted(10) == 10

    async def write() -> None:
        with at_length():
            async with unit.transaction():
                await Vendor.all().update(country="FR")
                await _append(ENDLESS)

    await _cancelled(asyncio.create_task(write()))
    assert (await Vendor.all().get()).country == "LU"
    async with unit.transaction():
        await Vendor.all().update(country="DK")
    assert (await Vendor.all().get()).country == "DK"


async def test_nobody_uses_a_connection_whose_thread_is_still_at_work(
    database: str,
) -> None:
    """However often whoever asked is cancelled."""
    path = str(sqlite_path(database))
    connection = await SqliteConnection.open(path, {}, patience=1)
    done: list[str] = []

    def slow(_: object) -> None:
        time.sleep(0.2)
        done.append("first")

    asking = asyncio.create_task(connection.in_thread(slow))
    for _ in range(3):
        await asyncio.sleep(0.02)
        asking.cancel()
    await connection.whole(lambda _: done.append("second"))
    assert done == ["first", "second"]
    with pytest.raises(asyncio.CancelledError):
        await asking
    await connection.close()


async def test_many_short_statements_let_others_have_their_turn(gaps: Gaps) -> None:
    """Nothing else gives the event loop away between them."""
    before = gaps.turns
    async with unit.transaction():
        for number in range(300):
            sets = f"country = '{number}'"
            await _client().execute_query(f"UPDATE vendors SET {sets}")
    assert await gaps.taken() < 0.05
    assert gaps.turns > before + 3


async def test_nobody_waits_for_ever_behind_whoever_waited_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who comes as the lock is given back finds nobody who holds it, and is not the next."""
    turns = PatientLock()
    await turns.take()
    before = asyncio.create_task(turns.take())
    await asyncio.sleep(0)
    turns.release()
    monkeypatch.setattr(sqlite_waiting, "LOCK_SECONDS", 0.05)
    async with asyncio.timeout(5):
        with pytest.raises(DatabaseTrouble):
            await turns.take()
    await before
    turns.release()
    assert turns.is_free()


@pytest.mark.parametrize("turns", range(4))
async def test_whoever_is_cancelled_twice_while_it_begins_keeps_nobody_out(
    database: str, turns: int
) -> None:
    """Another process had the lock; the page was closed, and its time was over a moment later."""

    async def begin() -> None:
        async with unit.transaction():
            pass

    with closing(sqlite3.connect(sqlite_path(database))) as other:
        other.execute("BEGIN IMMEDIATE")
        begins = asyncio.create_task(begin())
        await asyncio.sleep(0.005)
        begins.cancel()
        for _ in range(turns):
            await asyncio.sleep(0)
        begins.cancel()
        await asyncio.gather(begins, return_exceptions=True)
        assert begins.cancelled()
    async with asyncio.timeout(5):
        await begin()


async def test_whoever_outlasts_a_transaction_writes_nothing_into_the_next_one() -> (
    None
):
    """A task that was started inside is told so, as on PostgreSQL."""
    go_on = asyncio.Event()

    async def late() -> None:
        await go_on.wait()
        await make_vendor()

    async with unit.transaction():
        outlasts = asyncio.create_task(late())
    async with unit.transaction():
        go_on.set()
        with pytest.raises(TransactionManagementError):
            await outlasts
    assert not await Vendor.exists()


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_what_must_be_done_is_done_however_often_one_is_cancelled(
    times: int,
) -> None:
    """And who was cancelled is so then; a failure of it is nobody's."""
    done: list[str] = []

    async def work() -> None:
        await asyncio.sleep(0.01)
        done.append("done")
        raise OSError

    waits = asyncio.create_task(sqlite_waiting.to_the_end(work()))
    for _ in range(times):
        await asyncio.sleep(0)
        waits.cancel()
    await asyncio.gather(waits, return_exceptions=True)

    assert (done, waits.cancelled()) == (["done"], True)


async def test_the_log_of_writes_is_copied_into_the_file_and_begins_again(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much is written, by a thread; nobody who commits waits for the disk."""
    monkeypatch.setattr(sqlite_checkpoints, "LARGE", 200_000)
    monkeypatch.setattr(sqlite_checkpoints, "PAUSE", 0.0)
    path = sqlite_path(database)
    written = Path(f"{path}-wal")
    vendor = await make_vendor()
    largest, before = 0, path.stat().st_mtime_ns
    for number in range(60):
        text = f"{number} " + "x" * 100_000
        await Vendor.filter(id=vendor.id).update(description=text)
        await _client().checkpoints.ended()
        largest = max(largest, written.stat().st_size)
    assert largest < 600_000
    assert path.stat().st_mtime_ns > before
    assert (await _client().execute_query_dict("PRAGMA wal_autocheckpoint")) == [
        {"wal_autocheckpoint": 0}
    ]


async def test_the_first_readings_share_a_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Opening it waits, and whoever asks meanwhile opens no second one that nobody would close."""
    opened: list[SqliteConnection] = []
    real = SqliteConnection.open

    async def noted(*given: Any, **named: Any) -> SqliteConnection:
        opened.append(await real(*given, **named))
        return opened[-1]

    await _client()._reader.close()
    monkeypatch.setattr(SqliteConnection, "open", noted)
    assert await asyncio.gather(*(Vendor.all().count() for _ in range(5))) == [0] * 5
    assert len(opened) == 1
