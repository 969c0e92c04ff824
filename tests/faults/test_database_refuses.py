"""The database is there and refuses: full, read-only, locked, without a free connection.

Said by real servers and files.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from shared.finance.inbox.models import WebhookEvent
from shared.infra import unit
from shared.infra.database import postgres_pool, sqlite_waiting
from shared.infra.database.lifecycle import SERVER, close_database, open_database
from shared.infra.database.schema import sqlite_path
from shared.infra.database.trouble import DatabaseTrouble, TroubleKind
from shared.infra.gateway.gateway import Gateway
from shared.trade.vendors.models import Vendor
from tests.support.app import whole_app
from tests.support.factories import make_vendor
from tests.support.refusals import REFUSES, locked_elsewhere
from tests.support.tamper import sql

if TYPE_CHECKING:
    from shared.core.settings import Settings
    from tests.support.database import Postgres


def _event(settings: Settings) -> dict[str, Any]:
    """A delivery of Stripe's, signed."""
    event = {
        "id": "evt_1",
        "object": "event",
        "type": "some.unknown_type",
        "created": int(time.time()),
    }
    event |= {
        "livemode": False,
        "api_version": None,
        "data": {"object": {"id": "x_1", "object": "x"}},
    }
    body, stamp = json.dumps(event).encode(), str(int(time.time()))
    secret = settings.stripe.webhook_secrets[0].encode()
    mac = hmac.new(secret, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"data": body, "headers": {"Stripe-Signature": f"t={stamp},v1={mac}"}}


async def _deliver(settings: Settings) -> int:
    """The status that Stripe gets for one event."""
    app = whole_app(settings, Gateway(settings.stripe))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    async with app.test_app():
        answer = await app.test_client().post(
            "/api/v1/platform/webhooks/stripe", **_event(settings)
        )
        assert (answer.status_code == 503) == ("Retry-After" in answer.headers)
        return int(answer.status_code)


@pytest.mark.postgres_only
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("53100", TroubleKind.FULL),
        ("58030", TroubleKind.FULL),
        ("53300", TroubleKind.BUSY),
        ("40P01", TroubleKind.BUSY),
        ("57014", TroubleKind.BUSY),
        ("25006", TroubleKind.READ_ONLY),
        ("XX001", TroubleKind.BROKEN),
    ],
)
async def test_what_postgresql_answers_with_its_own_code(
    database: str, postgres_ready: Postgres, code: str, kind: TroubleKind
) -> None:
    """A server that answers a write with the code for it (53100: disk full); the transaction around
    it leaves nothing.
    """
    trigger = (
        "CREATE TRIGGER full_disk BEFORE UPDATE ON vendors FOR EACH ROW "
        "EXECUTE FUNCTION refuse()"
    )
    vendor = await make_vendor()
    await postgres_ready.run(postgres_ready.name, REFUSES.format(code=code), trigger)
    try:
        with pytest.raises(DatabaseTrouble) as told:
            await _add_and_move(vendor)
        assert told.value.kind is kind
        assert await Vendor.all().count() == 1
    finally:
        await postgres_ready.run(postgres_ready.name, "DROP FUNCTION refuse CASCADE")


async def _stored_afterwards(settings: Settings) -> None:
    """Nothing stands in the way any more: the event that Stripe sends again is taken, and stored
    once.
    """
    assert await _deliver(settings) == 200
    assert await WebhookEvent.all().count() == 1


@pytest.mark.sqlite_only
async def test_stripe_sends_again_what_a_locked_file_could_not_take(
    database: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process holds the write lock for longer than we wait: 503 at the webhook's door."""
    monkeypatch.setattr(sqlite_waiting, "LOCK_SECONDS", 0.2)
    with locked_elsewhere(sqlite_path(database)):
        assert await _deliver(settings) == 503
    await _stored_afterwards(settings)


async def _open_again(settings: Settings) -> None:
    await close_database()
    await open_database(settings.database_url)


@pytest.mark.postgres_only
async def test_stripe_sends_again_what_a_locked_table_could_not_take(
    database: str,
    postgres_ready: Postgres,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The server's own lock_timeout, which every connection of ours sets: 503 at the webhook's
    door.
    """
    monkeypatch.setitem(SERVER, "lock_timeout", "100ms")
    await _open_again(settings)
    other = await postgres_ready.connect()
    try:
        async with other.transaction():
            await other.execute("LOCK TABLE webhook_events IN ACCESS EXCLUSIVE MODE")
            assert await _deliver(settings) == 503
    finally:
        await other.close()
    await _stored_afterwards(settings)


@pytest.mark.postgres_only
async def test_stripe_sends_again_what_a_read_only_server_could_not_take(
    database: str, postgres_ready: Postgres, settings: Settings
) -> None:
    """As a standby is before it takes over: 503 at the webhook's door."""
    setting = f"ALTER DATABASE {postgres_ready.name} {{}} default_transaction_read_only"
    await postgres_ready.run("postgres", setting.format("SET") + " = on")
    try:
        await _open_again(settings)
        assert await _deliver(settings) == 503
    finally:
        await postgres_ready.run("postgres", setting.format("RESET"))
        await _open_again(settings)
    await _stored_afterwards(settings)


@pytest.mark.postgres_only
async def test_a_pool_without_a_free_connection_is_busy_not_for_ever(
    postgres_ready: Postgres, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits for a connection is told after a while, reading or writing, and gets one when it is
    free.
    """
    monkeypatch.setattr(postgres_pool, "POOL_SECONDS", 0.2)
    await open_database(postgres_ready.url().replace("max_size=8", "max_size=1"))
    taken, free = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with unit.transaction():
            await Vendor.exists()
            taken.set()
            await free.wait()

    holding = asyncio.create_task(hold())
    await taken.wait()
    with pytest.raises(DatabaseTrouble, match="no free connection"):
        await Vendor.all().count()
    with pytest.raises(DatabaseTrouble, match="no free connection"):
        await _add_and_move(Vendor())
    free.set()
    await holding
    assert await Vendor.all().count() == 0
    await close_database()


FULL_DISK = """
import asyncio, resource, sys
from pathlib import Path
from shared.infra import unit
from shared.infra.database.lifecycle import SERVER, close_database, open_database
from shared.infra.database.trouble import DatabaseTrouble
from shared.trade.vendors.models import Vendor

async def add(slug, description=""):
    async with unit.transaction():
        await Vendor.create(
            slug=slug,
            name=slug,
            business_email="a@example.test",
            country="LU",
            description=description,
        )

async def main(url, path):
    await open_database(url)
    try:
        await fill(path)
    finally:
        await close_database()

async def fill(path):
    await add("first")
    grown = Path(path + "-wal").stat().st_size
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (grown + 20_000, most))
    for number in range(3):
        try:
            await add(f"large-{number}", "x" * 100_000)
        except DatabaseTrouble as trouble:
            print(trouble.kind, await Vendor.all().count())
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    await add("last")
    print(await Vendor.all().order_by("id").values_list("slug", flat=True))

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.sqlite_only
def test_a_full_disk_under_sqlite_leaves_what_was_there(database_url: str) -> None:
    """A process whose file may not grow: each write is told as a full disk, none is kept in part or
    later, reads go on.
    """
    command = [
        sys.executable,
        "-c",
        FULL_DISK,
        database_url,
        str(sqlite_path(database_url)),
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "full 1",
        "full 1",
        "full 1",
        "['first', 'last']",
    ]


@pytest.mark.sqlite_only
async def test_readers_stay_quick_while_another_process_holds_the_write_lock(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer waits its time and is told; whoever reads meanwhile takes a tenth of that at most,
    and reads what stands.
    """
    monkeypatch.setattr(sqlite_waiting, "LOCK_SECONDS", 2.0)
    vendor = await make_vendor()
    with locked_elsewhere(sqlite_path(database)):
        began = time.monotonic()
        writers = [asyncio.create_task(_move(vendor)) for _ in range(3)]
        await asyncio.sleep(0.1)
        slowest = 0.0
        while not all(writer.done() for writer in writers):
            asked = time.monotonic()
            assert (await Vendor.get(id=vendor.id)).country == "LU"
            slowest = max(slowest, time.monotonic() - asked)
            await asyncio.sleep(0.05)
        waited = time.monotonic() - began
    found = await asyncio.gather(*writers, return_exceptions=True)
    assert [type(each) for each in found] == [DatabaseTrouble] * 3
    assert waited < 3 * 2.0  # all together, not one after the other
    assert slowest < waited / 4
    await Vendor.filter(id=vendor.id).update(country="FR")
    assert (await Vendor.get(id=vendor.id)).country == "FR"


async def _add_and_move(vendor: Vendor) -> None:
    async with unit.transaction():
        await make_vendor()
        await _move(vendor)


async def _move(vendor: Vendor) -> None:
    await Vendor.filter(id=vendor.id).update(country="FR")


@pytest.mark.sqlite_only
async def test_who_has_written_reads_it_at_once(database: str) -> None:
    """Inside a transaction, after it, and after a write outside of any; nobody reads what is not
    committed.
    """
    async with unit.transaction():
        mine = await make_vendor(country="DK")
        assert await Vendor.filter(country="DK").exists()
        others = asyncio.get_running_loop().create_task(_count_as_a_stranger())
        assert await others == 0
    assert await Vendor.filter(country="DK").exists()
    await Vendor.filter(id=mine.id).update(country="FR")
    await mine.refresh_from_db()
    assert mine.country == "FR"


async def _count_as_a_stranger() -> int:
    import contextvars

    return await asyncio.get_running_loop().create_task(
        _all(), context=contextvars.Context()
    )


async def _all() -> int:
    return await Vendor.all().count()


async def test_a_fault_of_ours_is_no_outage(database: str) -> None:
    """A rule of the database that was broken, and SQL that is wrong, are told as what they are."""
    vendor = await make_vendor()
    with pytest.raises(IntegrityError):
        await make_vendor(slug=vendor.slug)
    with pytest.raises(OperationalError):
        await sql("SELECT nothing FROM nowhere")
