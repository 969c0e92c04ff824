"""`serve`: everything that one command starts, in the order that gets the first page out soonest, and stops again.

The port is taken first, so that a taken one is told before anything is changed and the stand-in's first webhooks wait in
line instead of failing. The stand-in starts as a child while this process is still importing the application.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import importlib
import socket
import sys
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from shared.core.errors import MarketError
from shared.entrypoints.cli.options import CommandFailed, ServeOptions
from shared.entrypoints.cli.stand_in import StandIn
from shared.infra.database.lifecycle import close_database, open_database
from shared.infra.database.migrate import MigrationFailed, migrate, pending
from shared.infra.database.owner import sole

if TYPE_CHECKING:
    from hypercorn.config import Config
    from quart import Quart

    from shared.core.settings import Settings
    from shared.entrypoints.cli.options import Parts

GRACE_SECONDS = 10.0
HEADERS_READ = (
    64 * 1024
)  # bytes, as much as one read takes: longer headers end before our own answer (431) could be given
SDK_AFTER_SECONDS = 2.0


def serve(settings: Settings, options: ServeOptions, parts: Parts) -> int:
    """Serve until Ctrl-C or SIGTERM; answers the exit code."""
    gc.disable()  # importing everything makes garbage of nothing; a sixth of the start is saved (until compose, below)
    try:
        return _serve(settings, options, parts)
    finally:
        gc.enable()  # a start that failed before that leaves no process without a collector


def _serve(settings: Settings, options: ServeOptions, parts: Parts) -> int:
    if options.listener is not None:
        return asyncio.run(_join(settings, options, parts, socket.socket(fileno=options.listener)))
    if options.workers > 1 and settings.database_url.startswith("sqlite://"):
        raise CommandFailed(
            "SQLite serves one process. For --workers above 1 set MARKETHALL_DATABASE_URL to a PostgreSQL address.", 2
        )
    listener = listen(options.host, options.port)
    stand_in = StandIn(settings, options) if settings.stripe.stand_in else None
    with contextlib.ExitStack() as stack:
        stack.enter_context(listener)
        stack.enter_context(sole(settings.database_url))
        if stand_in is not None:
            stack.enter_context(stand_in)
        return asyncio.run(_prepare_and_run(settings, options, parts, listener, stand_in))


def listen(host: str, port: int) -> socket.socket:
    """The listening socket. Raises CommandFailed with a sentence when that address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as problem:
        listener.close()
        if getattr(problem, "errno", None) == errno.EADDRINUSE:
            raise CommandFailed(f"Port {port} is taken. Choose another one with --port.", 2) from None
        raise CommandFailed(f"Cannot listen on {host} port {port}: {problem}.", 2) from None
    listener.listen(512)
    listener.setblocking(False)
    return listener


async def _prepare_and_run(
    settings: Settings, options: ServeOptions, parts: Parts, listener: socket.socket, stand_in: StandIn | None
) -> int:
    from shared.entrypoints.cli.worker import stop_signals

    stop = stop_signals()
    try:
        for name in await migrate(settings.database_url, copies=settings.data_dir / "backups"):
            print(f"Database: applied {name}", flush=True)
    except MigrationFailed as problem:
        raise CommandFailed(str(problem)) from None
    await open_database(settings.database_url)
    try:
        if stand_in is not None and not options.no_demo:
            await _fill(settings, stand_in)
        if stop.is_set():
            return 0
        if options.workers == 1:
            return await _run(settings, options, parts, listener, stop)
    finally:
        await close_database()
    from shared.entrypoints.cli.processes import supervise

    _greet(settings, options)
    return await supervise(options, listener, stop)


async def _join(settings: Settings, options: ServeOptions, parts: Parts, listener: socket.socket) -> int:
    """One of several web processes, on the socket of its parent."""
    from shared.entrypoints.cli.worker import stop_signals

    stop = stop_signals()
    if await pending(settings.database_url):
        raise CommandFailed("The database is not up to date. Run: python3 run.py migrate")
    await open_database(settings.database_url)
    try:
        return await _run(settings, options, parts, listener, stop)
    finally:
        await close_database()


async def _fill(settings: Settings, stand_in: StandIn) -> None:
    """The demo marketplace, unless it is there already."""
    from shared.entrypoints.cli.demo import fill, is_filled

    if not await is_filled():
        import aiohttp

        print("Filling the demo marketplace ...", flush=True)
        await stand_in.ready()
        try:
            await fill(settings)
        except (MarketError, aiohttp.ClientError, TimeoutError) as problem:  # no reason not to serve
            print(f"The demo marketplace is not complete ({problem}); the next start goes on with it.", file=sys.stderr)


async def _run(
    settings: Settings,
    options: ServeOptions,
    parts: Parts,
    listener: socket.socket,
    stop: asyncio.Event,
) -> int:
    """Serve until `stop`, on an open database. What still needs it has ended when this returns.

    Raises CommandFailed when the application cannot start; Hypercorn would end as if all were well.
    """
    from hypercorn.asyncio import serve as hypercorn
    from hypercorn.utils import LifespanFailureError, LifespanTimeoutError

    from shared.entrypoints.web.observability import configure_logging
    from shared.infra.gateway.gateway import Gateway

    configure_logging(as_json=settings.production, level=settings.log_level)
    started = asyncio.Event()
    quart: Any = parts.compose(
        settings,
        Gateway(settings.stripe),
        before_serving=[] if options.listener is not None else [_greeter(settings, options)],
        while_serving=[_load_the_sdk] if options.no_worker else [_load_the_sdk, _worker(settings, parts, stop)],
    )
    quart.config["WEB_PROCESSES"] = options.workers  # for the doctor: so many count limits
    gc.enable()
    gc.freeze()  # what is there now stays for ever
    config = server_config(settings, listener)
    listener.detach()  # Hypercorn closes it
    asyncio.get_running_loop().set_exception_handler(_told)
    trigger = _trigger(stop, started, quiet=options.listener is not None)
    try:
        await hypercorn(quart, config, shutdown_trigger=trigger)
    except (LifespanFailureError, LifespanTimeoutError) as problem:
        if started.is_set():
            raise CommandFailed(f"The site did not end in time: {problem}.") from None
    if not started.is_set():
        raise CommandFailed("The site could not start; what went wrong stands above.")
    return 0


def server_config(settings: Settings, listener: socket.socket) -> Config:
    """How Hypercorn serves on this socket."""
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.accesslog = None
    config.errorlog = "-"
    config.loglevel = "WARNING"
    config.graceful_timeout = GRACE_SECONDS
    config.shutdown_timeout = 3 * GRACE_SECONDS  # what is left of requests, then the job at hand
    config.include_server_header = False
    # A proxy keeps connections for its next request, 60 s as a rule: it must be the one that closes first.
    config.keep_alive_timeout = settings.keep_alive_seconds
    config.h11_max_incomplete_size = HEADERS_READ
    return config


def _told(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What nobody caught goes to the log; that a connection was cut off at the end, which Python 3.11 tells as one, does not."""
    if not isinstance(context.get("exception"), asyncio.CancelledError):
        loop.default_exception_handler(context)


def _trigger(stop: asyncio.Event, started: asyncio.Event, *, quiet: bool) -> Any:
    """What Hypercorn waits for once it serves."""

    async def wait() -> None:
        started.set()
        await stop.wait()
        if not quiet:
            print("Stopping ...", flush=True)

    return wait


def _greeter(settings: Settings, options: ServeOptions) -> Any:
    async def greet() -> None:
        _greet(settings, options)

    return greet


def _greet(settings: Settings, options: ServeOptions) -> None:
    from shared.entrypoints.cli.greeting import greeting

    print(greeting(settings, demo=settings.stripe.stand_in and not options.no_demo), flush=True)


async def _load_the_sdk(_app: Quart) -> AsyncIterator[None]:
    """Import what talks to Stripe once the first pages are out, in a thread, so that no shopper waits for it."""

    async def soon() -> None:
        await asyncio.sleep(SDK_AFTER_SECONDS)
        await asyncio.to_thread(importlib.import_module, "shared.infra.gateway.sdk")

    task = asyncio.create_task(soon())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _worker(settings: Settings, parts: Parts, stop: asyncio.Event) -> Any:
    """The job worker as a part of the serving application: takes no new job once it is to stop, and may end the one at hand.

    One that takes too long is cut off: jobs are made to be repeated, and its claim runs out.
    """

    async def run(app: Quart) -> AsyncIterator[None]:
        from shared.finance.inbox import intake
        from shared.infra.jobs import Context
        from shared.infra.jobs.worker import Worker

        gateway = app.extensions["markethall"].gateway
        task = asyncio.create_task(
            Worker(Context(gateway, settings), parts.job_handlers(), parts.recurring_jobs()).run(stop)
        )
        yield
        stop.set()
        await intake.drain()
        await asyncio.wait({task}, timeout=GRACE_SECONDS)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    return run
