"""Jobs in a process of their own, for a worker that shares its process with pages.

The child is a `worker` that carries out one job. It says in one line what went wrong, stops when
the process that began it is gone, and leaves Ctrl-C to that one.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
from asyncio.subprocess import PIPE

from shared.core.errors import TryLater
from shared.core.settings import Settings
from shared.entrypoints.cli.bootstrap import ROOT
from shared.entrypoints.cli.opened import opened
from shared.entrypoints.cli.options import Options
from shared.entrypoints.cli.processes import working
from shared.entrypoints.cli.stand_in import stop_with_parent
from shared.entrypoints.web.observability import configure_logging
from shared.infra.activity import cause
from shared.infra.database.trouble import DatabaseTrouble
from shared.infra.jobs.batch import Run
from shared.infra.jobs.models import Job
from shared.infra.jobs.queue import Handlers

log = logging.getLogger("markethall.jobs")


class FailedApart(Exception):
    """What a job's process said that went wrong."""


class WaitsApart(TryLater):
    """What a job's process cannot reach; the job waits that out."""


def in_own_process(options: Options) -> Run:
    """Return what runs a job of this installation in a process of its own."""

    async def run(job: Job) -> None:
        child = await asyncio.create_subprocess_exec(
            *working(options, job.id),
            cwd=ROOT,
            stdin=PIPE,  # closed by the system when we die
            stdout=PIPE,
        )
        assert child.stdout is not None
        try:
            told = await child.stdout.read()
            code = await child.wait()
        except asyncio.CancelledError:
            child.terminate()
            await child.wait()
            raise
        if code:
            raise _problem(told, code)

    return run


def _problem(told: bytes, code: int) -> Exception:
    """Make an error of what a child said; one that was killed has said nothing."""
    lines = told.decode().splitlines()
    if not lines:
        return FailedApart(f"its process ended with {code}")
    said = json.loads(lines[-1])
    return (WaitsApart if said["waits"] else FailedApart)(said["error"])


async def carry_out(settings: Settings, handlers: Handlers, job_id: int) -> int:
    """Carry out one job that a worker holds, in this process; the exit code."""
    stop_with_parent()
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    configure_logging(as_json=settings.production, level=settings.log_level)
    loop.add_signal_handler(signal.SIGTERM, task.cancel)
    async with opened(settings) as tools:
        job = await Job.get(id=job_id)
        log.info("job %s %s runs in process %s", job.id, job.kind, os.getpid())
        try:
            with cause.of(f"job:{job.kind}:{job.id}"):
                await handlers[job.kind](tools, job.args)
        except Exception as error:
            waits = isinstance(error, (TryLater, DatabaseTrouble))
            if not waits:
                log.exception("job %s %s failed", job.id, job.kind)
            text = f"{type(error).__name__}: {error}"
            print(json.dumps({"error": text[:2000], "waits": waits}), flush=True)
            return 1
    return 0
