"""Commands about the database: migrate, check-migrations, replay, operator."""

from __future__ import annotations

import getpass
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from shared.entrypoints.cli import addresses
from shared.entrypoints.cli.options import CommandFailed
from shared.infra.database import migrate as migrations
from shared.infra.database.lifecycle import close_database, open_database

if TYPE_CHECKING:
    from shared.core.settings import Settings
    from shared.infra.jobs import Context


async def bring_up_to_date(settings: Settings) -> int:
    """`migrate`: apply what is missing and say what that was."""
    try:
        applied = await migrations.migrate(settings.database_url, copies=settings.data_dir / "backups")
    except migrations.MigrationFailed as problem:
        raise CommandFailed(str(problem)) from None
    for name in applied:
        print(f"applied {name}")
    if not applied:
        print("The database is up to date.")
    return 0


async def compare(settings: Settings) -> int:
    """`check-migrations`: exit 1 when models, migrations and this database do not agree."""
    problems = await migrations.check(settings.database_url)
    for problem in problems:
        print(problem)
    if not problems:
        print("Models, migrations and the database agree.")
    return 1 if problems else 0


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Context]:
    """The open database, which must be up to date, with a gateway beside it."""
    if await migrations.pending(settings.database_url):
        raise CommandFailed("The database is not up to date. Run: python3 run.py migrate")
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context

    gateway = Gateway(settings.stripe)
    await open_database(settings.database_url)
    try:
        yield Context(gateway, settings)
    finally:
        await gateway.close()
        await close_database()


async def replay(settings: Settings, event_id: str, *, dry_run: bool) -> int:
    """`replay EVENT_ID`: apply a stored event again and say what came of it."""
    from shared.finance.inbox import dispatch
    from shared.finance.inbox.rules import EventStatus

    async with opened(settings) as tools:
        done = await dispatch.replay(tools, event_id, dry_run=dry_run)
    if dry_run:
        print(f"{done.event_id} {done.type} is {done.status.value}. A replay: {done.outcome}")
    else:
        print(f"{done.event_id} {done.type}: {done.status.value}, {done.decision} ({done.outcome})")
    for change in done.changes:
        print(f"  {change.what}: {change.before} -> {change.after}")
    return 1 if done.status in (EventStatus.FAILED, EventStatus.PARKED) and not dry_run else 0


async def make_operator(settings: Settings, email: str, full_name: str) -> int:
    """`operator EMAIL`: make somebody who runs the marketplace. The password is asked for, or read from standard input."""
    from shared.trade.people import registration

    await migrations.migrate(settings.database_url, copies=settings.data_dir / "backups")
    if sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if getpass.getpass("Again: ") != password:
            raise CommandFailed("The two passwords differ.")
    else:
        password = sys.stdin.readline().rstrip("\n")
    async with opened(settings):
        name = full_name or email.partition("@")[0]
        await registration.create_member(
            email=email, password=password, full_name=name, role="operator", vendor_id=None, confirmed=True
        )
    print(f"{email} can now sign in at {settings.public_url}{addresses.OPERATOR_SIGN_IN}")
    return 0


async def operator(settings: Settings, email: str, full_name: str, *, reset: bool) -> int:
    """`operator EMAIL`: make one, or with `--reset-factors` help one who has lost the second step."""
    if reset:
        return await take_factors_away(settings, email)
    return await make_operator(settings, email, full_name)


async def take_factors_away(settings: Settings, email: str) -> int:
    """`operator EMAIL --reset-factors`: for an operator who has lost app, passkeys and recovery codes."""
    from shared.trade.people.factors import recovery

    async with opened(settings):
        await recovery.at_once(email)
    print(f"{email} signs in with the password alone now, and is asked to set up another second step.")
    return 0
