"""`serve`: everything that one command starts, in the order that gets the first page out soonest,
and stops again.

The port is taken first, so that a taken one is told before anything is changed and the stand-in's
first webhooks wait in line instead of failing. The stand-in starts as a child while this process is
still importing the application.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import socket
from typing import Any

import click

from shared.core.settings import Settings
from shared.entrypoints.cli.bootstrap import ROOT
from shared.entrypoints.cli.demo_filled import is_filled
from shared.entrypoints.cli.greeting import greeting
from shared.entrypoints.cli.options import CommandFailed, Composition, ServeOptions
from shared.entrypoints.cli.processes import filling, supervise
from shared.entrypoints.cli.settings import read_settings
from shared.entrypoints.cli.stand_in import StandIn
from shared.entrypoints.cli.stopping import stop_signals
from shared.entrypoints.cli.where import installation, site
from shared.infra.database.lifecycle import close_database, open_database
from shared.infra.database.migrate import MigrationFailed, migrate, pending
from shared.infra.database.owner import sole

WEB_PROCESSES = "Web processes; more than one need PostgreSQL."


def serve(settings: Settings, options: ServeOptions, parts: Composition) -> int:
    """Serve until Ctrl-C or SIGTERM; answers the exit code."""
    # importing everything makes garbage of nothing; a sixth of the start is saved (until compose,
    # below)
    gc.disable()
    try:
        return _serve(settings, options, parts)
    finally:
        gc.enable()  # a start that failed before that leaves no process without a collector


def _serve(settings: Settings, options: ServeOptions, parts: Composition) -> int:
    if options.listener is not None:
        return asyncio.run(
            _join(
                settings,
                options,
                parts,
                socket.socket(fileno=options.listener),
            )
        )
    if options.workers > 1 and settings.database_url.startswith("sqlite://"):
        raise CommandFailed(
            (
                "SQLite serves one process. For --workers above 1 set MARKETHALL_DATABASE_URL to "
                "a PostgreSQL address."
            ),
            2,
        )
    listener = listen(options.host, options.port)
    stand_in = StandIn(settings, options) if settings.stripe.stand_in else None
    with contextlib.ExitStack() as stack:
        stack.enter_context(listener)
        stack.enter_context(sole(settings.database_url))
        if stand_in is not None:
            stack.enter_context(stand_in)
        return asyncio.run(
            _prepare_and_run(settings, options, parts, listener, stand_in)
        )


def listen(host: str, port: int) -> socket.socket:
    """The listening socket.

    Raises CommandFailed with a sentence when that address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as problem:
        listener.close()
        if getattr(problem, "errno", None) == errno.EADDRINUSE:
            raise CommandFailed(
                f"Port {port} is taken. Choose another one with --port.", 2
            ) from None
        raise CommandFailed(
            f"Cannot listen on {host} port {port}: {problem}.", 2
        ) from None
    listener.listen(512)
    listener.setblocking(False)
    return listener


async def _prepare_and_run(
    settings: Settings,
    options: ServeOptions,
    parts: Composition,
    listener: socket.socket,
    stand_in: StandIn | None,
) -> int:
    stop = stop_signals()
    gc.enable()  # migrations do make garbage, which would be kept for ever
    try:
        for name in await migrate(
            settings.database_url, copies=settings.data_dir / "backups"
        ):
            print(f"Database: applied {name}", flush=True)
    except MigrationFailed as problem:
        raise CommandFailed(str(problem)) from None
    gc.disable()
    await open_database(settings.database_url)
    try:
        if stand_in is not None and not options.no_demo:
            await _fill(options, stand_in)
        if stop.is_set():
            return 0
        if options.workers == 1:
            return await _run(settings, options, parts, listener, stop)
    finally:
        await close_database()
    _greet(settings, options)
    return await supervise(options, listener, stop)


async def _join(
    settings: Settings,
    options: ServeOptions,
    parts: Composition,
    listener: socket.socket,
) -> int:
    """One of several web processes, on the socket of its parent."""
    stop = stop_signals()
    if await pending(settings.database_url):
        raise CommandFailed(
            "The database is not up to date. Run: python3 run.py migrate"
        )
    await open_database(settings.database_url)
    try:
        return await _run(settings, options, parts, listener, stop)
    finally:
        await close_database()


async def _fill(options: ServeOptions, stand_in: StandIn) -> None:
    """The demo marketplace, unless it is there already.

    In a process of its own: what it needs and leaves behind would stay in this one for ever.
    """
    if await is_filled():
        return
    print("Filling the demo marketplace ...", flush=True)
    await stand_in.ready()
    child = await asyncio.create_subprocess_exec(
        *filling(options),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,  # closed by the system when we die
        stdout=asyncio.subprocess.DEVNULL,
    )
    await child.wait()  # what went wrong it has said: no reason not to serve


async def _run(
    settings: Settings,
    options: ServeOptions,
    parts: Composition,
    listener: socket.socket,
    stop: asyncio.Event,
) -> int:
    """Serve in this process."""
    # Late: a parent of several web processes never serves, and the stand-in starts while this is
    # imported.
    from shared.entrypoints.cli import serving

    async def greet() -> None:
        if options.listener is None:
            _greet(settings, options)

    return await serving.run(settings, options, parts, listener, stop, greet=greet)


def _greet(settings: Settings, options: ServeOptions) -> None:
    print(
        greeting(settings, demo=settings.stripe.stand_in and not options.no_demo),
        flush=True,
    )


@click.command()
@site
@installation
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    metavar="N",
    help=WEB_PROCESSES,
)
@click.option("--no-worker", is_flag=True, help="Work off no jobs in this process.")
@click.option("--no-demo", is_flag=True, help="Do not fill the demo marketplace.")
@click.option("--listener", type=int, hidden=True)
@click.pass_obj
def serve_command(parts: Composition, /, **given: Any) -> int:
    """Serve the site.

    Migrates the database first. Without a Stripe key the Stripe stand-in is started and a demo
    marketplace filled. Ctrl-C answers what is under way, finishes the job at hand and stops.
    """
    options = ServeOptions(**given)
    return serve(read_settings(options), options, parts)
