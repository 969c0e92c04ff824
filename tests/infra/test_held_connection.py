"""A request reads with one connection of PostgreSQL's pool, and keeps none while it waits."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError

from shared.infra import unit
from shared.infra.database.held_connection import one_connection
from shared.infra.database.postgres_pool import give, take
from shared.trade.vendors.models import Vendor
from tests.support.portal import signed_in

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from tests.support.database import Postgres

pytestmark = [pytest.mark.postgres_only]


def _pool() -> Any:
    client: Any = get_connection("default")
    return client._pool


@pytest.fixture
async def one_left(database: None) -> Any:
    """The pool, all of whose connections but one are taken."""
    pool = _pool()
    taken = [await pool.acquire() for _ in range(pool.get_max_size() - 1)]
    yield pool
    for connection in taken:
        await pool.release(connection)


async def test_one_is_enough_for_readings_at_once_and_a_transaction_between(
    one_left: asyncpg.Pool,
) -> None:
    """Who holds one gives it back before asking for another."""
    async with one_connection():
        assert await Vendor.all().count() == 0
        assert one_left.get_idle_size() == 0
        async with unit.transaction():
            assert await Vendor.all().count() == 0
        counts = (Vendor.all().count(), Vendor.all().count())
        assert await asyncio.gather(*counts) == [0, 0]
        assert one_left.get_idle_size() == 0
    assert one_left.get_idle_size() == 1


async def test_it_goes_back_whatever_became_of_the_request(
    one_left: asyncpg.Pool,
) -> None:
    """A statement that fails, one that is cut off, and one that outlasts the request."""
    client: Any = get_connection("default")
    async with one_connection():
        with pytest.raises(OperationalError, match="nowhere"):
            await client.execute_query("SELECT * FROM nowhere")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.execute_query("SELECT pg_sleep(20)"), 0.1)
    async with one_connection():
        late = asyncio.create_task(client.execute_query("SELECT pg_sleep(0.2)"))
        await asyncio.sleep(0)
    await late
    assert await Vendor.all().count() == 0
    assert one_left.get_idle_size() == 1


async def test_what_goes_well_makes_no_task(one_left: asyncpg.Pool) -> None:
    """Neither for a connection that is free nor to give it back, reading, writing or both."""
    made: list[Any] = []
    loop = asyncio.get_running_loop()

    def make(loop: Any, coroutine: Any, **how: Any) -> asyncio.Task[Any]:
        made.append(coroutine)
        return asyncio.Task(coroutine, loop=loop, **how)

    loop.set_task_factory(make)
    try:
        assert await Vendor.all().count() == 0
        async with unit.transaction() as tx:
            tx.record("some.act", actor="system", subject="thing:1")
        async with one_connection():
            assert await Vendor.all().count() == 0
            async with unit.transaction():
                assert await Vendor.all().count() == 0
    finally:
        loop.set_task_factory(None)
    assert made == []
    assert one_left.get_idle_size() == 1


async def test_what_is_open_on_it_ends_and_what_is_closed_is_not_lent(
    one_left: asyncpg.Pool,
) -> None:
    """However well somebody says that it went."""
    connection = await take(one_left)
    await connection.execute("BEGIN")
    await give(one_left, connection, well=True)
    connection = await take(one_left)
    assert not connection.is_in_transaction()
    connection.terminate()
    await give(one_left, connection, well=True)
    assert await Vendor.all().count() == 0
    assert one_left.get_idle_size() == 1


async def test_a_page_asks_for_one_connection_and_resets_nothing(
    client: TestClientProtocol, postgres_ready: Postgres
) -> None:
    """The last thing that the server heard on each connection is a statement of ours."""
    browser = await signed_in(client)
    await browser.get("/vendor/admin")
    folder = str(postgres_ready.socket.parent)
    where = {"host": folder, "user": "postgres", "database": postgres_ready.name}
    watcher = await asyncpg.connect(**where)
    heard = await watcher.fetch(
        "SELECT query FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        " AND datname = current_database() AND query LIKE 'SELECT%'"
    )
    await watcher.close()
    asked = [row["query"] for row in heard]
    assert asked
    assert not any("RESET ALL" in query for query in asked)
