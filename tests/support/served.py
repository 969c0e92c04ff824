"""An application on a real port, served as `run.py serve` does, and an HAProxy with TLS and pooled
connections before it.
"""

from __future__ import annotations

import asyncio
import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypercorn.asyncio import serve

from shared.entrypoints.cli.serve import listen
from shared.entrypoints.cli.serving import server_config
from tests.support.front import certificate

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from quart import Quart

    from shared.core.settings import Settings

HAPROXY = shutil.which(
    "haproxy", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"
)
CONFIG = """
defaults
    mode http
    timeout connect 10s
    timeout client 60s
    timeout server 60s
frontend shop
    bind 127.0.0.1:{front} ssl crt {certificate} ssl-min-ver TLSv1.2
    option forwardfor
    http-request set-header X-Forwarded-Proto https
    default_backend markethall
backend markethall
    http-reuse always
    server one 127.0.0.1:{back} pool-purge-delay 60s
"""


@dataclass
class Served:
    """Where it listens, and the connections that reached it: (address, port) of each request, in
    their order.
    """

    port: int
    callers: list[tuple[str, int]] = field(default_factory=list)


@asynccontextmanager
async def served(app: Quart, settings: Settings) -> AsyncIterator[Served]:
    """Serve `app` until the block ends."""
    listener = listen("127.0.0.1", 0)
    here, stop = Served(int(listener.getsockname()[1])), asyncio.Event()

    async def noting(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            here.callers.append(tuple(scope["client"]))
        await app(scope, receive, send)

    config = server_config(settings, listener)
    config.graceful_timeout = 0.1
    listener.detach()
    task = asyncio.create_task(serve(noting, config, shutdown_trigger=stop.wait))  # type: ignore[arg-type]
    try:
        yield here
    finally:
        stop.set()
        await task


@asynccontextmanager
async def proxied(back: int, folder: Path) -> AsyncIterator[int]:
    """An HAProxy before the port `back`, with a certificate of its own making: the port that it
    listens on.
    """
    assert HAPROXY, "haproxy is missing; .ci/run installs it"
    with listen("127.0.0.1", 0) as free:
        front = int(free.getsockname()[1])
    own = certificate(folder)
    (folder / "haproxy.cfg").write_text(
        CONFIG.format(front=front, back=back, certificate=own)
    )
    process = await asyncio.create_subprocess_exec(
        HAPROXY, "-db", "-q", "-f", str(folder / "haproxy.cfg")
    )
    try:
        await _listening(front)
        yield front
    finally:
        process.terminate()
        await process.wait()


async def _listening(port: int) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return
