#!/usr/bin/env python3
"""Markethall's one entry point: `python3 run.py` starts everything, `python3 run.py --help` lists
the commands.

Runs under a bare Python: it makes `.venv` beside itself, installs the locked dependencies there and
starts again inside (shared/entrypoints/cli/bootstrap.py). It is also the composition root: the only
place that knows every part, and joins them.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from shared.core.importing import importing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

    from quart import Blueprint, Quart

    from shared.core.settings import Settings
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import AnyJob, Manner, RecurringJob
    from shared.infra.jobs.queue import Handlers
    from shared.infra.mail.links import Routes

OLDEST = (3, 11)
DOORS = ("portal", "storefront", "shared.entrypoints.api")


@importing()
def jobs() -> Sequence[AnyJob]:
    """Every job of every domain (shared/core/domains.py)."""
    from shared.core import domains

    return [job for manifest in domains.manifests() for job in manifest.jobs]


def job_handlers() -> Handlers:
    """Which function works which kind of job."""
    return {job.kind: job.run for job in jobs()}


def job_manners() -> Mapping[str, Manner]:
    """How a worker goes about which kind of job."""
    return {job.kind: job.manner for job in jobs()}


def recurring_jobs() -> Sequence[RecurringJob]:
    """Which jobs come again by themselves."""
    from shared.infra.jobs import RecurringJob

    return [job for job in jobs() if isinstance(job, RecurringJob)]


@importing()
def compose(
    settings: Settings,
    gateway: Gateway,
    *,
    before_serving: Sequence[Callable[[], Awaitable[None]]] = (),
    while_serving: Sequence[Callable[[Quart], AsyncIterator[None]]] = (),
) -> Quart:
    """The whole application on one gateway."""
    from shared.core import domains
    from shared.entrypoints.web.factory import create_app
    from shared.infra.mail.links import links

    domains.manifests()  # now, and not in the first transaction that emits something
    app = create_app(
        settings,
        gateway,
        blueprints(),
        before_serving=before_serving,
        while_serving=while_serving,
    )
    links.come_from(lambda: app.url_map.bind("localhost"))
    return app


@importing()
def blueprints() -> Sequence[Blueprint]:
    """Every page and every endpoint."""
    return [
        blueprint
        for door in DOORS
        for blueprint in import_module(f"{door}.blueprints").BLUEPRINTS
    ]


def addresses() -> Routes:
    """Where every page is, for mails, which are written without a request."""
    from shared.entrypoints.web.links import routes_of

    return routes_of(blueprints())


def main(arguments: list[str]) -> int:
    """Run one command; the process's exit code."""
    if sys.version_info < OLDEST:
        wanted, found = (
            ".".join(map(str, OLDEST)),
            ".".join(map(str, sys.version_info[:3])),
        )
        print(
            "Markethall needs Python %s or newer; this is %s at %s."
            % (wanted, found, sys.executable)
        )
        return 2
    from shared.entrypoints.cli import bootstrap, private

    code = bootstrap.enter(
        "test" if arguments[:1] == ["test"] else "runtime",
        arguments,
    )
    if code is not None:
        return code
    from shared.entrypoints.cli.main import Composition
    from shared.entrypoints.cli.main import main as command_line
    from shared.infra.mail.links import links

    private.begin()
    links.come_from(addresses)
    return command_line(
        arguments,
        Composition(
            compose=compose,
            job_handlers=job_handlers,
            recurring_jobs=recurring_jobs,
            job_manners=job_manners,
        ),
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
