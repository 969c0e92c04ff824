"""Backups and restores in earnest, on both engines: what comes back, and that no money moves before
somebody has looked.
"""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import MagicMock

import pytest
from tortoise.migrations import loader

from shared.core import clock
from shared.core.errors import Conflict
from shared.entrypoints.cli import backup as command
from shared.entrypoints.cli.options import CommandFailed
from shared.finance.inbox.missed_events import backfill
from shared.finance.ledger.chart import Account
from shared.finance.payments.models import Payment
from shared.finance.payments.service import create_payment_intent
from shared.finance.reconciliation import after_restore, repairs, service
from shared.finance.refunds.models import Refund
from shared.infra.database import (
    archive,
    direct,
    migrate,
    migrations,
    postgres_copy,
    postgres_tools,
    schema,
    structure,
)
from shared.infra.database import restore as restoring
from shared.infra.database.lifecycle import close_database, open_database
from shared.infra.gateway.errors import StandsStill, StripeMissing
from shared.infra.restoring.models import Restoration
from shared.infra.restoring.service import unacknowledged
from shared.trade.orders.models import Order
from shared.trade.people.models import Member, Session
from tests.support.database import Postgres, copy_of
from tests.support.gateway import methods_of
from tests.support.machine import Market
from tests.support.market import check_out, confirm
from tests.support.market_acts import buy
from tests.support.money import booked, held, sell
from tests.support.refunds import Sold, amount, refund, sold
from tests.support.structure import PROGRAMS

if TYPE_CHECKING:
    from shared.core.settings import Settings
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

EACH_WAY = pytest.mark.ways(sqlite=("copy",), postgres=("programs", "copy"))


@pytest.fixture
def database_url(request: pytest.FixtureRequest, engine: str, tmp_path: Path) -> str:
    """An empty, migrated database that nobody else is connected to."""
    if engine == "sqlite":
        return copy_of(request.getfixturevalue("sqlite_file"), tmp_path)
    server: Postgres = request.getfixturevalue("postgres_ready")
    return asyncio.run(server.create(f"{server.name}_restored", template="migrated"))


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[None]:
    """The database, open as a process of the site has it."""
    await open_database(url)
    try:
        yield
    finally:
        await close_database()


@pytest.fixture
def method(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By PostgreSQL's own programs, or without them: every table is copied in one snapshot.

    SQLite needs none.
    """
    if way == "programs":
        monkeypatch.setenv("PATH", f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")
    else:
        monkeypatch.setattr(postgres_tools, "find", lambda *_: None)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "safe" / "one.zip"


@dataclass(frozen=True)
class Lost:
    """What happened after the backup: an open order was paid, a paid one refunded, and a new one
    placed and paid.
    """

    paid_later: int
    refunded: Sold
    unknown: str


async def trade(gateway: Gateway, sandbox: RunningSandbox) -> tuple[Sold, Payment]:
    """A paid order and one that waits for its shopper, its intent open."""
    done = await sold(gateway, sandbox, others=1)
    waiting = await check_out(done.shop)
    await create_payment_intent(gateway, order_id=waiting.order_id)
    return done, await Payment.get(order_id=waiting.order_id)


async def go_on(
    gateway: Gateway, sandbox: RunningSandbox, done: Sold, waiting: Payment
) -> Lost:
    """What the backup will not know."""
    await confirm(sandbox, str(waiting.stripe_payment_intent_id))
    await refund(gateway, done, amount(500))
    later = await sell(gateway, sandbox, done.shop)
    return Lost(waiting.id, done, (await Order.get(id=later.order_id)).number)


async def everything_that_moves_money(gateway: Gateway, lost: Lost) -> None:
    """Each use case that would at once is refused with the same sentence."""
    with pytest.raises(StandsStill):
        await check_out(lost.refunded.shop)
    with pytest.raises(StandsStill):
        await create_payment_intent(
            gateway, order_id=(await Payment.get(id=lost.paid_later)).order_id
        )
    with pytest.raises(StandsStill):
        await refund(gateway, lost.refunded, amount(100))
    with pytest.raises(StandsStill):
        await gateway.payouts.create(
            lost.refunded.shop.account_id,
            amount=100,
            currency="EUR",
            instant=False,
            metadata={},
            key="restored",
        )


@EACH_WAY
@pytest.mark.usefixtures("method")
async def test_a_restored_backup_moves_no_money_until_somebody_has_looked(  # noqa: PLR0917
    database_url: str,
    settings: Settings,
    gateway: Gateway,
    context: Context,
    sandbox: RunningSandbox,
    file: Path,
    way: str,
    engine: str,
) -> None:
    """A payment and a refund made since are found again by backfill, a lost order by the
    comparison; then money moves.
    """
    async with opened(database_url):
        done, waiting = await trade(gateway, sandbox)
        now = done.order.created_at
        await Session.create(
            token_digest="d",
            member_id=done.shop.member_id,
            last_seen_at=now,
            expires_at=now,
        )
        assert await command.make(settings, file) == 0
        assert archive.read(file).method == (
            "pg_dump"
            if way == "programs"
            else "copy"
            if engine == "postgres"
            else "sqlite"
        )
        assert file.stat().st_mode & 0o777 == 0o600
        lost = await go_on(gateway, sandbox, done, waiting)

    assert await command.restore(settings, file, replace=True, keep_stand_in=True) == 0
    before = held(sandbox), held(sandbox, done.shop.account_id)
    async with opened(database_url):
        assert not await Refund.all().exists()
        assert not await Order.filter(number=lost.unknown).exists()
        assert not await Session.filter(revoked_at=None).exists()
        await everything_that_moves_money(gateway, lost)
        with pytest.raises(Conflict):
            await after_restore.acknowledge(actor="test", despite=True)

        # Before the events: does not count.
        await service.reconcile(gateway, started_by="test", grace=timedelta())
        await backfill(context)
        assert (await Payment.get(id=lost.paid_later)).status == "succeeded"
        assert [r.amount for r in await Refund.filter(status="succeeded")] == [500]
        with pytest.raises(Conflict):
            await after_restore.acknowledge(actor="test", despite=True)

        run = await service.reconcile(gateway, started_by="test", grace=timedelta())
        await repairs.apply_all(context, run.id, actor="test")
        await service.reconcile(gateway, started_by="test", grace=timedelta())
        assert (held(sandbox), held(sandbox, done.shop.account_id)) == before
        await everything_that_moves_money(gateway, lost)

        await after_restore.acknowledge(actor="test", despite=True)
        assert await unacknowledged() is None
        # The lost order's money is noted as unexplained.
        assert await booked(Account.STRIPE_PLATFORM) == held(sandbox)
        vendor = done.shop.vendor_id
        assert await booked(Account.STRIPE_VENDOR, vendor_id=vendor) == held(
            sandbox, done.shop.account_id
        )
        assert (await refund(gateway, lost.refunded, amount(100))).status == "succeeded"


@pytest.mark.one_engine
async def test_the_stand_in_comes_back_with_the_database(
    database_url: str, settings: Settings, file: Path, tmp_path: Path
) -> None:
    """Its file is in the backup of a running site: what was paid before is known to both, what came
    later to neither.
    """
    store = command.stand_in(settings)
    assert store is not None
    market = Market(url=database_url, store=store, folder=tmp_path)
    await market.open()
    (shop,) = await market.fill("LU")
    paid = await Order.get(id=await buy(market, shop, 1, "visa", back=True))
    assert await command.make(settings, file) == 0
    later = await Order.get(id=await buy(market, shop, 1, "visa", back=True))
    await market.close()

    assert await command.restore(settings, file, replace=True, keep_stand_in=False) == 0

    again = Market(url=database_url, store=store, folder=tmp_path)
    await again.open()
    assert (
        await again.gateway.payment_intents.get(str(paid.payment_intent_id))
    ).status == "succeeded"
    with pytest.raises(StripeMissing):
        await again.gateway.payment_intents.get(str(later.payment_intent_id))
    assert [order.number for order in await Order.all()] == [paid.number]
    await again.close()


@EACH_WAY
@pytest.mark.usefixtures("method")
async def test_a_restore_refuses_what_would_lose_or_mix_things(
    engine: str,
    database_url: str,
    settings: Settings,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Data that is there, a database in use, a damaged file, the other engine, a newer version: a
    sentence, nothing changed.
    """
    assert await command.make(settings, file) == 0
    with pytest.raises(CommandFailed, match="is there already"):
        await command.make(settings, file)
    with pytest.raises(CommandFailed, match="not empty"):
        await restore(settings, file)
    async with opened(database_url):
        await Member.all().count()
        if engine == "postgres":
            with pytest.raises(CommandFailed, match="use the database"):
                await restore(settings, file, replace=True)
    whole = file.read_bytes()
    for broken in (
        b"",
        b"no backup",
        whole[: len(whole) // 2],
        whole[:100] + bytes([whole[100] ^ 255]) + whole[101:],
    ):
        file.write_bytes(broken)
        with pytest.raises(CommandFailed, match="damaged"):
            await restore(settings, file, replace=True)
    file.write_bytes(whole)
    other = settings.with_(
        database_url="postgres://127.0.0.1:9/x"
        if engine == "sqlite"
        else "sqlite:///none"
    )
    with pytest.raises(CommandFailed, match="This backup is of"):
        await restore(other, file, replace=True)
    monkeypatch.setattr(restoring, "on_disk", lambda: ["0001_initial"])
    with pytest.raises(CommandFailed, match="newer version"):
        await restore(settings, file, replace=True)


async def restore(settings: Settings, file: Path, *, replace: bool = False) -> int:
    """As the command does."""
    return await command.restore(settings, file, replace=replace, keep_stand_in=True)


@EACH_WAY
@pytest.mark.usefixtures("method")
async def test_an_older_backup_is_migrated_and_a_migration_copies_what_is_there(
    database_url: str,
    settings: Settings,
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A version later than the backup: its migration runs after the restore; PostgreSQL is copied
    before it, as SQLite is.
    """
    engine = "sqlite" if database_url.startswith("sqlite") else "postgres"
    assert await command.make(settings, file) == 0
    later = tmp_path / "migrations" / "9999_later.py"
    later.parent.mkdir()
    later.write_text(
        "from tortoise import migrations\nfrom tortoise.migrations import operations as ops\n"
        "class Migration(migrations.Migration):\n"
        f"    dependencies = [('models', '{schema.on_disk()[-1]}')]\n    initial = False\n"
        "    operations = [ops.RunSQL('CREATE TABLE later (id bigint)', 'DROP TABLE later')]\n"
    )
    known = schema.on_disk()
    # It would forget the folder that is added here.
    monkeypatch.setattr(loader, "reload", lambda module: module)
    monkeypatch.setattr(
        migrations, "__path__", [*migrations.__path__, str(later.parent)]
    )
    for module in (schema, migrate, restoring, structure, postgres_copy):
        monkeypatch.setattr(module, "on_disk", lambda: [*known, "9999_later"])
    try:
        await restore(settings, file, replace=True)
        assert "9999_later" in await direct.applied(database_url)
        copies = list(tmp_path.rglob("*before-migration*"))
        assert [path.suffix for path in copies] == [
            ".zip" if engine == "postgres" else ".sqlite3"
        ]
    finally:
        if engine == "postgres":
            connection = await direct.connect(database_url)
            await connection.execute(
                "DROP TABLE later; DELETE FROM tortoise_migrations WHERE name = '9999_later'"
            )
            await connection.close()


@pytest.mark.one_engine
async def test_every_call_with_a_key_either_moves_nothing_or_asks_first(
    database: str, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """A write that is added to the gateway is one of these two, or this test names it."""
    harmless = {
        "accounts.create",
        "payment_intents.cancel",
        "customers.create",
        "setup_intents.create",
        "payment_methods.detach",
        "disputes.update",
        "files.create",
    }
    now = clock.now()
    await Restoration.create(backup_made_at=now, source="test")
    walked = set()
    for name, method in methods_of(gateway).items():
        wanted = inspect.signature(method).parameters
        if "key" not in wanted or name in harmless:
            continue
        given: dict[str, Any] = {each: MagicMock() for each in wanted}
        if "currency" in wanted:
            given["currency"] = "EUR"
        with pytest.raises(StandsStill):
            await method(**given)
        walked.add(name)
    assert {
        "payment_intents.create",
        "refunds.create",
        "transfers.reverse",
        "payouts.create",
    } <= walked


@pytest.mark.one_engine
@pytest.mark.skipif(
    not Path("/usr/bin/env").exists(), reason="prints what it was started with"
)
async def test_postgresqls_own_programs_look_at_the_certificate_too() -> None:
    """As the application does where the address says `ssl`."""
    plain, with_tls = [
        await postgres_tools._run(f"postgres://u:p@h/d{q}", "/usr/bin/env")
        for q in ("", "?ssl=true")
    ]
    assert "PGSSLMODE" not in plain
    assert "PGSSLMODE=verify-full\nPGSSLROOTCERT=system\n" in with_tls
