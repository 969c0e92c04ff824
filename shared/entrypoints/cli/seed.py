"""`seed`: the demo marketplace (demo.py), or any amount of bulk data (bulk_data.py)."""

from __future__ import annotations

import asyncio
from typing import Any

import click

from shared.core.errors import MarketError
from shared.core.settings import Settings
from shared.entrypoints.cli import bulk_data
from shared.entrypoints.cli.demo import UNREACHABLE, fill
from shared.entrypoints.cli.demo_filled import is_filled
from shared.entrypoints.cli.opened import opened
from shared.entrypoints.cli.options import CommandFailed, SeedOptions
from shared.entrypoints.cli.settings import read_settings
from shared.entrypoints.cli.stand_in import StandIn, answers, stop_with_parent
from shared.entrypoints.cli.where import installation, site
from shared.finance.overview import day_sums
from shared.infra.database import migrate as migrations


async def seed(settings: Settings, options: SeedOptions) -> int:
    """Fill the demo, or add what was asked for in bulk."""
    if settings.production:
        raise CommandFailed(
            "seed makes made-up data; it does not run with MARKETHALL_ENV=production."
        )
    copies = settings.data_dir / "backups"
    await migrations.migrate(settings.database_url, copies=copies)
    async with opened(settings):
        if options.vendors or options.products or options.orders:
            await bulk_data.fill(options.vendors, options.products, options.orders)
        else:
            await _demo(settings, options)
        await day_sums.start_over()
    return 0


async def _demo(settings: Settings, options: SeedOptions) -> None:
    if not settings.stripe.stand_in:
        raise CommandFailed(
            "The demo marketplace is for the Stripe stand-in; a Stripe key is set."
        )
    if await is_filled():
        print("The demo marketplace is there already.")
        return
    if answers(settings.stripe.api_base):  # `run.py sandbox` or a running site
        await _fill(settings)
    else:
        with StandIn(settings, options) as stand_in:
            await stand_in.ready()
            await _fill(settings)
    print("The demo marketplace is filled.")


async def _fill(settings: Settings) -> None:
    try:
        await fill(settings)
    except (MarketError, *UNREACHABLE) as problem:
        raise CommandFailed(
            f"The demo marketplace is not complete ({problem}); the next start goes on with it."
        ) from None


@click.command()
@site
@installation
@click.option(
    "--vendors",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="N vendors of bulk data.",
)
@click.option(
    "--products",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="N products of bulk data.",
)
@click.option(
    "--orders",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="N paid orders of bulk data.",
)
@click.option("--with-parent", is_flag=True, hidden=True)
def seed_command(*, with_parent: bool, **given: Any) -> int:
    """Fill the demo marketplace, or add bulk data."""
    if with_parent:
        stop_with_parent()
    options = SeedOptions(**given)
    return asyncio.run(seed(read_settings(options), options))
