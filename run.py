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
    from shared.infra.jobs.queue import Handlers
    from shared.infra.jobs.schedule import Recurring

OLDEST = (3, 11)


def job_handlers() -> Handlers:
    """Which function works which kind of job; the job queue itself knows no domain."""
    from shared.finance.disputes import jobs as disputes
    from shared.finance.inbox import backfill, dispatch
    from shared.finance.payment_methods import jobs as payment_methods
    from shared.finance.payments import jobs as payments
    from shared.finance.payouts import jobs as payouts
    from shared.finance.reconciliation import jobs as reporting
    from shared.finance.recovery import jobs as clawback
    from shared.finance.refunds import jobs as refunds
    from shared.finance.statements import jobs as statements
    from shared.infra.stripe_writes import service as stripe_writes
    from shared.trade.marketplace import sending as mail
    from shared.trade.orders import jobs as orders
    from shared.trade.people import credentials, doors, tokens
    from shared.trade.people.factors import recovery as factors
    from shared.trade.vendors import jobs as vendors

    return {
        **stripe_writes.HANDLERS,
        **orders.HANDLERS,
        **payments.HANDLERS,
        **doors.HANDLERS,
        **payment_methods.HANDLERS,
        **clawback.HANDLERS,
        **disputes.HANDLERS,
        **vendors.HANDLERS,
        **payouts.HANDLERS,
        **factors.HANDLERS,
        **credentials.HANDLERS,
        **refunds.HANDLERS,
        **tokens.HANDLERS,
        **reporting.HANDLERS,
        **statements.HANDLERS,
        "mail.send": mail.send,
        "webhooks.apply": dispatch.apply_job,
        "webhooks.backfill": backfill.job,
    }


def recurring_jobs() -> Sequence[Recurring]:
    """Which jobs come again, and when; times of day are UTC."""
    from datetime import time, timedelta

    from shared.infra.jobs.schedule import Recurring

    hourly = timedelta(hours=1)
    return (
        Recurring("reporting.nightly", at=time(2, 30)),
        Recurring("clawback.collect_all", at=time(3, 30)),
        Recurring("disputes.look_again", at=time(4, 15)),
        Recurring("disputes.remind", at=time(7, 0)),
        Recurring("vendors.remind", at=time(7, 0)),
        Recurring("vendors.look_again", at=time(3, 0)),
        Recurring("webhooks.backfill", every=timedelta(minutes=15)),
        Recurring("orders.deliver", every=hourly),
        Recurring("people.forget_tries", every=hourly),
        Recurring("payments.sweep", every=timedelta(minutes=30)),
        Recurring("payment_methods.sweep", every=hourly),
        Recurring("payment_methods.remind", at=time(7, 0)),
        Recurring("people.remind_tokens", at=time(7, 0)),
        Recurring("vendors.open_again", every=hourly),
        Recurring("vendors.end_bank_holds", every=hourly),
        Recurring("payments.read_statement_prefix", every=hourly),
        Recurring("disputes.sweep", every=hourly),
        Recurring("refunds.sweep", every=hourly),
        Recurring("clawback.sweep", every=hourly),
        Recurring("stripe_writes.sweep", every=hourly),
        Recurring("payouts.run", every=hourly),
        Recurring("payouts.sweep", every=hourly),
        Recurring("payouts.release_reserves", every=hourly),
        Recurring("statements.close", at=time(1, 0)),
    )


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
    from shared.entrypoints.web.factory import create_app

    blueprints = [*portal.blueprints(), *storefront.blueprints(), *shared.entrypoints.api.blueprints()]
    return create_app(settings, gateway, blueprints, before_serving=before_serving, while_serving=while_serving)


def main(arguments: list[str]) -> int:
    """Run one command; the process's exit code."""
    if sys.version_info < OLDEST:
        wanted, found = ".".join(map(str, OLDEST)), ".".join(map(str, sys.version_info[:3]))
        print("Markethall needs Python %s or newer; this is %s at %s." % (wanted, found, sys.executable))  # noqa: UP031
        return 2
    from shared.entrypoints.cli import bootstrap

    code = bootstrap.enter("test" if arguments[:1] == ["test"] else "runtime", arguments)
    if code is not None:
        return code
    from shared.entrypoints.cli import private
    from shared.entrypoints.cli.main import main as command_line
    from shared.entrypoints.cli.options import Parts

    private.begin()
    return command_line(arguments, Parts(compose=compose, job_handlers=job_handlers, recurring_jobs=recurring_jobs))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
