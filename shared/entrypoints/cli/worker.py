"""`worker`: jobs in a process of its own.

Any number may run beside the web processes; each job runs in one of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import click

from shared.core.settings import Settings
from shared.entrypoints.cli.opened import opened
from shared.entrypoints.cli.options import Composition, Options
from shared.entrypoints.cli.settings import read_settings
from shared.entrypoints.cli.stopping import stop_signals
from shared.entrypoints.cli.where import installation, site
from shared.infra.database.owner import sole
from shared.infra.jobs import Manner, RecurringJob
from shared.infra.jobs.queue import Handlers
from shared.infra.jobs.worker import Worker


async def work(
    settings: Settings,
    handlers: Handlers,
    recurring: Sequence[RecurringJob],
    manners: Mapping[str, Manner],
) -> int:
    """Work until told to stop; the job at hand is finished first.

    Raises AlreadyServed for a SQLite file in use.
    """
    with sole(settings.database_url):
        async with opened(settings) as tools:
            print("Working. Ctrl-C finishes the job at hand and stops.", flush=True)
            await Worker(tools, handlers, recurring, manners).run(stop_signals())
    print("Stopped.")
    return 0


@click.command()
@site
@installation
@click.pass_obj
def worker_command(parts: Composition, /, **given: Any) -> int:
    """Work off jobs in a process of its own.

    Any number may run beside the web processes.
    """
    settings = read_settings(Options(**given))
    return asyncio.run(
        work(
            settings,
            parts.job_handlers(),
            parts.recurring_jobs(),
            parts.job_manners(),
        )
    )
