#!/usr/bin/env python3
"""Markethall's one entry point: `python3 run.py` starts everything, `python3 run.py --help` lists the commands.

Runs under a bare Python: it makes `.venv` beside itself, installs the locked dependencies there and starts again inside
(shared/entrypoints/cli/bootstrap.py). It is also the composition root: the only place that knows every part, and joins them.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from quart import Quart

    from shared.core.settings import Settings
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import AnyJob, RecurringJob
    from shared.infra.jobs.queue import Handlers

OLDEST = (3, 11)


def jobs() -> Sequence[AnyJob]:
    """Every job of every domain (shared/core/domains.py)."""
    from shared.core import domains

    return [job for manifest in domains.manifests() for job in manifest.jobs]


def job_handlers() -> Handlers:
    """Which function works which kind of job."""
    return {job.kind: job.run for job in jobs()}


def recurring_jobs() -> Sequence[RecurringJob]:
    """Which jobs come again by themselves."""
    from shared.infra.jobs import RecurringJob

    return [job for job in jobs() if isinstance(job, RecurringJob)]


def compose(
    settings: Settings,
    gateway: Gateway,
    *,
    before_serving: Sequence[Callable[[], Awaitable[None]]] = (),
    while_serving: Sequence[Callable[[Quart], AsyncIterator[None]]] = (),
) -> Quart:
    """The whole application: every page and every endpoint on one gateway."""
    import portal
    import shared.entrypoints.api
    import storefront
    from shared.core import domains
    from shared.entrypoints.web.factory import create_app

    domains.manifests()  # now, and not in the first transaction that emits something
    blueprints = [*portal.blueprints(), *storefront.blueprints(), *shared.entrypoints.api.blueprints()]
    return create_app(settings, gateway, blueprints, before_serving=before_serving, while_serving=while_serving)


def main(arguments: list[str]) -> int:
    """Run one command; the process's exit code."""
    if sys.version_info < OLDEST:
        wanted, found = ".".join(map(str, OLDEST)), ".".join(map(str, sys.version_info[:3]))
        print("Markethall needs Python %s or newer; this is %s at %s." % (wanted, found, sys.executable))  # noqa: UP031
        return 2
    from shared.entrypoints.cli import bootstrap, private

    code = bootstrap.enter("test" if arguments[:1] == ["test"] else "runtime", arguments)
    if code is not None:
        return code
    from shared.entrypoints.cli.main import Parts
    from shared.entrypoints.cli.main import main as command_line

    private.begin()
    return command_line(arguments, Parts(compose=compose, job_handlers=job_handlers, recurring_jobs=recurring_jobs))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
