"""Serving in this process: the application and its worker under Hypercorn, until told to stop."""

from __future__ import annotations

import asyncio
import gc
import importlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from hypercorn.asyncio import serve as hypercorn
from hypercorn.config import Config
from hypercorn.utils import LifespanFailureError, LifespanTimeoutError
from quart import Quart

from shared.core.settings import Settings
from shared.entrypoints.cli.apart import in_own_process
from shared.entrypoints.cli.options import CommandFailed, Composition, ServeOptions
from shared.entrypoints.web.observability import configure_logging
from shared.finance.inbox import intake
from shared.infra.gateway.gateway import Gateway
from shared.infra.jobs import Context, announcer
from shared.infra.jobs.worker import Worker

GRACE_SECONDS = 10.0
# bytes, as much as one read takes: longer headers end before our own answer (431) could be given
HEADERS_READ = 64 * 1024
SDK_AFTER_SECONDS = 2.0


async def run(
    settings: Settings,
    options: ServeOptions,
    parts: Composition,
    listener: socket.socket,
    stop: asyncio.Event,
    *,
    greet: Callable[[], Awaitable[None]],
) -> int:
    """Serve until `stop`, on an open database. What still needs it has ended when this returns.

    Raises CommandFailed when the application cannot start; Hypercorn would end as if all were well.
    """
    configure_logging(as_json=settings.production, level=settings.log_level)
    started = asyncio.Event()
    quart: Any = parts.compose(
        settings,
        Gateway(settings.stripe),
        before_serving=[greet],
        while_serving=[_load_the_sdk, _announce]
        if options.no_worker
        else [_load_the_sdk, _worker(settings, options, parts, stop)],
    )
    quart.config["WEB_PROCESSES"] = (
        options.workers
    )  # for the doctor: so many count limits
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
    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.accesslog = None
    config.errorlog = "-"
    config.loglevel = "WARNING"
    config.graceful_timeout = GRACE_SECONDS
    config.shutdown_timeout = (
        3 * GRACE_SECONDS
    )  # what is left of requests, then the job at hand
    config.include_server_header = False
    # A proxy keeps connections for its next request, 60 s as a rule: it must be the one that closes
    # first.
    config.keep_alive_timeout = settings.keep_alive_seconds
    config.h11_max_incomplete_size = HEADERS_READ
    return config


def _told(
    loop: asyncio.AbstractEventLoop,
    context: dict[str, Any],
) -> None:
    """What nobody caught goes to the log; that a connection was cut off at the end, which Python
    3.11 tells as one, does not.
    """
    if not isinstance(context.get("exception"), asyncio.CancelledError):
        loop.default_exception_handler(context)


def _trigger(
    stop: asyncio.Event,
    started: asyncio.Event,
    *,
    quiet: bool,
) -> Any:
    """What Hypercorn waits for once it serves."""

    async def wait() -> None:
        started.set()
        await stop.wait()
        if not quiet:
            print("Stopping ...", flush=True)

    return wait


async def _load_the_sdk(_app: Quart) -> AsyncIterator[None]:
    """Import what talks to Stripe once the first pages are out, in a thread, so that no shopper
    waits for it.
    """

    async def soon() -> None:
        await asyncio.sleep(SDK_AFTER_SECONDS)
        await asyncio.to_thread(importlib.import_module, "shared.infra.gateway.sdk")

    task = asyncio.create_task(soon())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _announce(_app: Quart) -> AsyncIterator[None]:
    """Tell the workers elsewhere what this process puts on the list."""
    task = asyncio.create_task(announcer.announce())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _worker(
    settings: Settings,
    options: ServeOptions,
    parts: Composition,
    stop: asyncio.Event,
) -> Any:
    """The job worker as a part of the serving application: takes no new job once it is to stop, and
    may end the one at hand.

    One that takes too long is cut off: jobs are made to be repeated, and its claim runs out.
    """

    async def working(app: Quart) -> AsyncIterator[None]:
        gateway = app.extensions["markethall"].gateway
        task = asyncio.create_task(
            Worker(
                Context(gateway, settings),
                parts.job_handlers(),
                parts.recurring_jobs(),
                parts.job_manners(),
                in_own_process(options),
            ).run(stop)
        )
        yield
        stop.set()
        await intake.drain()
        await asyncio.wait({task}, timeout=GRACE_SECONDS)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    return working
