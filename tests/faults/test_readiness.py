"""/readyz: whether the database takes a write and is of this version; without a table that grows,
and under load.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from tortoise.connection import get_connection

from shared.infra.database import probe, sqlite_waiting
from shared.infra.database.models import Heartbeat
from shared.infra.database.schema import sqlite_path
from tests.support.program import Program, Reply
from tests.support.refusals import REFUSES, locked_elsewhere
from tests.support.storefront import counted
from tests.support.tamper import sql

if TYPE_CHECKING:
    from quart import Quart

    from tests.support.database import Postgres

READY = Reply(200, {"status": "ready", "database": "ok"})


async def test_it_writes_once_however_many_ask(app: Quart) -> None:
    """Forty at once cost one write, and those who ask within the same second another none."""
    program = Program(app)
    with counted() as statements:
        found = await asyncio.gather(
            *(program.call("GET", "/readyz") for _ in range(40))
        )
        assert await program.call("GET", "/readyz") == READY
    assert all(reply == READY for reply in found)
    assert len([s for s in statements if s.startswith("UPDATE")]) == 1
    assert await Heartbeat.all().count() == 1


async def test_nothing_grows(database: str, engine: str) -> None:
    """Three hundred checks leave one row, in the pages that one row needs."""
    for _ in range(300):
        await probe._write()
    assert await Heartbeat.all().count() == 1
    if engine == "postgres":
        (size,) = await get_connection("default").execute_query_dict(
            "SELECT pg_relation_size('heartbeats') AS bytes"
        )
        assert size["bytes"] <= 3 * 8192


@pytest.mark.sqlite_only
async def test_a_write_lock_held_elsewhere_is_not_ready(
    app: Quart, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told after a while, without a second write sent after the first; ready again when the lock is
    free.
    """
    monkeypatch.setattr(sqlite_waiting, "LOCK_SECONDS", 0.5)
    monkeypatch.setattr(probe, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(probe, "EVERY_SECONDS", 0.0)
    program = Program(app)
    with locked_elsewhere(sqlite_path(database)):
        for _ in range(2):
            reply = await program.call("GET", "/readyz")
            assert (reply.status, reply.code) == (503, "not_ready")
            assert "busy" in reply.body["error"]["message"]
        await asyncio.sleep(0.6)  # the write that hung has been given up by now
    assert await program.call("GET", "/readyz") == READY


@pytest.mark.postgres_only
async def test_a_full_disk_is_not_ready(
    app: Quart, postgres_ready: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server answers the write with its code for it; the reason is told without the server's
    own words.
    """
    monkeypatch.setattr(probe, "EVERY_SECONDS", 0.0)
    program = Program(app)
    assert await program.call("GET", "/readyz") == READY
    trigger = (
        "CREATE TRIGGER full_disk BEFORE UPDATE ON heartbeats FOR EACH ROW EXECUTE FUNCTION "
        "refuse()"
    )
    await postgres_ready.run(postgres_ready.name, REFUSES.format(code="53100"), trigger)
    try:
        reply = await program.call("GET", "/readyz")
    finally:
        await postgres_ready.run(postgres_ready.name, "DROP FUNCTION refuse CASCADE")
    assert (reply.status, reply.code) == (503, "not_ready")
    assert (
        reply.body["error"]["message"]
        == "The database cannot write: its disk is full, or its file may not grow."
    )
    assert await program.call("GET", "/readyz") == READY


async def test_a_newer_schema_is_not_ready(
    app: Quart, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer version migrated the database while this one serves: the balancer learns it, with the
    migration's name.
    """
    name = "9999_from_the_future"
    await sql(
        f"INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('models', '{name}', "
        "CURRENT_TIMESTAMP)"
    )
    try:
        reply = await Program(app).call("GET", "/readyz")
    finally:
        await sql(f"DELETE FROM tortoise_migrations WHERE name = '{name}'")
    assert (reply.status, reply.code) == (503, "not_ready")
    assert name in reply.body["error"]["message"]
