"""`reconcile`: compare ledger, rows and Stripe, print what differs, and repair it where that is
asked for.
"""

from __future__ import annotations

import asyncio
import textwrap
from datetime import timedelta
from typing import Any

import click

from shared.core.errors import TryLater
from shared.core.settings import Settings
from shared.entrypoints.cli.opened import opened
from shared.entrypoints.cli.options import CommandFailed, ReconcileOptions
from shared.entrypoints.cli.settings import read_settings
from shared.entrypoints.cli.where import installation, site
from shared.finance.inbox.missed_events import backfill
from shared.finance.reconciliation.models import Difference
from shared.finance.reconciliation.repairs import apply_all, would
from shared.finance.reconciliation.service import reconcile
from shared.infra.jobs import Context
from shared.infra.restoring.service import unacknowledged

ACTOR = "command line"
ROUNDS = 3  # a repair may bring to light what it stood before
WIDTH = 100


async def run(settings: Settings, options: ReconcileOptions) -> int:
    """The exit code: 0 when everything agrees, 1 when something is left."""
    async with opened(settings) as tools:
        try:
            await _catch_up(tools)
            found = await _look(tools, options)
            for _ in range(ROUNDS if options.repair and not options.dry_run else 0):
                if not any(row.repair for row in found):
                    break
                await _repair(tools, found)
                found = await _look(tools, options)
        except TryLater as problem:
            raise CommandFailed(problem.message) from None
    return 1 if found else 0


async def _catch_up(tools: Context) -> None:
    """After a restore: Stripe's events since the backup, before anything is compared."""
    restored = await unacknowledged()
    if restored is not None and restored.backfilled_at is None:
        print(
            "Restored from a backup: fetching what Stripe told since then ...",
            flush=True,
        )
        print(f"{await backfill(tools)} events taken in.")


async def _look(tools: Context, options: ReconcileOptions) -> list[Difference]:
    done = await reconcile(
        tools.gateway,
        started_by=ACTOR,
        full=not options.recent,
        grace=timedelta(seconds=options.grace),
        tell=lambda text: print(text, flush=True),
    )
    looked_at = ", ".join(
        f"{number} {what}" for what, number in done.compared.items() if number
    )
    print(f"Compared {looked_at or 'nothing: there is nothing yet'}.")
    rows = await Difference.filter(run_id=done.id).order_by("number")
    if not rows:
        print("Everything agrees.")
    for row in rows:
        _show(row, dry_run=options.repair and options.dry_run)
    return rows


def _show(row: Difference, *, dry_run: bool) -> None:
    head = f"{row.number:>3}  {row.kind:<20} {row.subject:<24} {row.stripe_id or ''}"
    print(head.rstrip())
    print(textwrap.indent(textwrap.fill(row.text, WIDTH), "     "))
    if row.our_side or row.stripe_side:
        print(f"     ours: {row.our_side or '-'} | Stripe: {row.stripe_side or '-'}")
    print(f"     repair: {row.repair or 'none, a person must look'}")
    if dry_run:
        print(
            textwrap.indent(
                textwrap.fill(f"would: {would(row.repair, row.arguments)}", WIDTH),
                "     ",
            )
        )


async def _repair(tools: Context, found: list[Difference]) -> None:
    done, left = await apply_all(tools, found[0].run_id, actor=ACTOR)
    for row in (
        await Difference.filter(run_id=found[0].run_id)
        .exclude(repair="")
        .order_by("number")
    ):
        print(f"{row.number:>3}  {row.status}: {row.outcome}")
    print(f"{done} repaired, {left} left. Looking again.", flush=True)


@click.command()
@site
@installation
@click.option("--repair", is_flag=True, help="Repair what can be, and look again.")
@click.option(
    "--dry-run", is_flag=True, help="With --repair: only tell what would be done."
)
@click.option(
    "--recent", is_flag=True, help="Only what happened in the last four days."
)
@click.option(
    "--grace",
    type=click.IntRange(min=0),
    default=60,
    metavar="SECONDS",
    help="What differs is looked at again after so long, since it may be under way.",
)
def reconcile_command(**given: Any) -> int:
    """Compare ledger, orders and Stripe.

    Exit 1 when something differs.
    """
    options = ReconcileOptions(**given)
    return asyncio.run(run(read_settings(options), options))
