"""Several web processes on one listening socket (`--workers N`): started, watched, started again,
stopped. And the command lines of all children.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING

from shared.entrypoints.cli.bootstrap import ROOT
from shared.entrypoints.cli.options import Options, ServeOptions

if TYPE_CHECKING:
    import socket

RESTART_SECONDS = 1.0


async def supervise(
    options: ServeOptions,
    listener: socket.socket,
    stop: asyncio.Event,
) -> int:
    """Keep `--workers` processes serving until `stop`, then let them finish what they are at."""
    watchers = [
        asyncio.create_task(_keep_one(options, listener, stop))
        for _ in range(options.workers)
    ]
    await stop.wait()
    print("Stopping ...", flush=True)
    await asyncio.gather(*watchers)
    return 0


async def _keep_one(
    options: ServeOptions,
    listener: socket.socket,
    stop: asyncio.Event,
) -> None:
    while not stop.is_set():
        handle = os.dup(listener.fileno())
        process = await asyncio.create_subprocess_exec(
            *command(options, handle), pass_fds=[handle], cwd=ROOT
        )
        os.close(handle)
        ended, stopped = (
            asyncio.create_task(process.wait()),
            asyncio.create_task(stop.wait()),
        )
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if process.returncode is None:
            process.terminate()
            await ended
            return
        if not stop.is_set():
            print(
                f"A web process ended with {process.returncode}; starting another one.",
                file=sys.stderr,
                flush=True,
            )
            await asyncio.sleep(RESTART_SECONDS)


def command(options: ServeOptions, handle: int) -> list[str]:
    """The command line of one web process."""
    given = [*_ours("serve", options), "--listener", str(handle)]
    given += ["--workers", str(options.workers)]
    return given + (["--no-worker"] if options.no_worker else [])


def filling(options: ServeOptions) -> list[str]:
    """The command line of what fills the demo marketplace, and stops when its input ends."""
    return [*_ours("seed", options), "--with-parent"]


def working(options: Options, job_id: int) -> list[str]:
    """The command line of what carries out one job, and stops when its input ends."""
    return [*_ours("worker", options), "--job", str(job_id)]


def _ours(name: str, options: Options) -> list[str]:
    """A command about the same installation and the same site."""
    given = [sys.executable, str(ROOT / "run.py"), name, "--host", options.host]
    given += ["--port", str(options.port)]
    given += ["--sandbox-port", str(options.sandbox_port)]
    return given + (["--data-dir", str(options.data_dir)] if options.data_dir else [])
