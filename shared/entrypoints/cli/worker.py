"""`worker`: jobs in a process of its own.

Any number may run beside the web processes; each job runs in one of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import click

from shared.core.settings import Settings
from shared.entrypoints.cli.apart import carry_out, in_own_process
from shared.entrypoints.cli.opened import opened
from shared.entrypoints.cli.options import Composition, Options
from shared.entrypoints.cli.settings import read_settings
from shared.entrypoints.cli.stopping import stop_signals
from shared.entrypoints.cli.where import installation, site
from shared.infra.database.owner import sole
from shared.infra.jobs import Manner, RecurringJob
from shared.infra.jobs.batch import Run
from shared.infra.jobs.queue import Handlers
from shared.infra.jobs.worker import Worker


async def work(
    settings: Settings,
    handlers: Handlers,
    recurring: Sequence[RecurringJob],
    manners: Mapping[str, Manner],
    apart: Run,
) -> int:
    """Work until told to stop; the job at hand is finished first.

    Raises AlreadyServed for a SQLite file in use.
    """
    with sole(settings.database_url):
        async with opened(settings) as tools:
            print("Working. Ctrl-C finishes the job at hand and stops.", flush=True)
            worker = Worker(tools, handlers, recurring, manners, apart)
            await worker.run(stop_signals())
    print("Stopped.")
    return 0


@click.command()
@site
@installation
@click.option("--job", type=int, hidden=True)
@click.pass_obj
def worker_command(
    parts: Composition,
    /,
    job: int | None,
    **given: Any,
) -> int:
    """Work off jobs in a process of its own.

    Any number may run beside the web processes.
    """
    options = Options(**given)
    settings = read_settings(options, is_child=job is not None)
    handlers = parts.job_handlers()
    if job is not None:
        return asyncio.run(carry_out(settings, handlers, job))
    return asyncio.run(
        work(
            settings,
            handlers,
            parts.recurring_jobs(),
            parts.job_manners(),
            in_own_process(options),
        )
    )
