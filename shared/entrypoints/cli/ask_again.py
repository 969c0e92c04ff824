"""`ask-again WRITE_ID`: take up a write to Stripe again whose answer was not what was asked for."""

from __future__ import annotations

import asyncio
from typing import Any

import click

from shared.core.errors import MarketError
from shared.core.settings import Settings
from shared.entrypoints.cli.opened import opened
from shared.entrypoints.cli.options import Options
from shared.entrypoints.cli.settings import read_settings
from shared.entrypoints.cli.where import installation, site
from shared.infra.stripe_writes import service as writes


async def ask_again(settings: Settings, write_id: int) -> int:
    """Exit 1 when there is no such write, or it went wrong again."""
    try:
        async with opened(settings) as tools:
            performed = await writes.take_up_again(tools.gateway, write_id)
    except MarketError as problem:
        print(f"{write_id}: {problem.log or problem.message}")
        return 1
    print(f"{write_id}: {performed.state.value}")
    return 0


_NUMBERS = click.IntRange(1, 2**63 - 1)


@click.command()
@click.argument("write_id", metavar="WRITE_ID", type=_NUMBERS)
@site
@installation
def ask_again_command(write_id: int, **given: Any) -> int:
    """Ask Stripe again after an unexpected answer.

    WRITE_ID is the number on the operator's page. The key is the same, so nothing is made twice.
    """
    return asyncio.run(ask_again(read_settings(Options(**given)), write_id))
