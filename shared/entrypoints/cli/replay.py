"""`replay EVENT_ID`: apply a stored event again and say what came of it."""

from __future__ import annotations

import asyncio
from typing import Any

import click

from shared.core.settings import Settings
from shared.entrypoints.cli.opened import opened
from shared.entrypoints.cli.options import Options
from shared.entrypoints.cli.settings import read_settings
from shared.entrypoints.cli.where import installation, site
from shared.finance.inbox import dispatch, outcomes
from shared.finance.inbox.rules import EventStatus


async def replay(
    settings: Settings,
    event_id: str,
    *,
    dry_run: bool,
) -> int:
    """Exit 1 when it went wrong again."""
    async with opened(settings) as tools:
        done = await dispatch.replay(tools, event_id, dry_run=dry_run)
    came = outcomes.in_words(done.outcome)
    if dry_run:
        print(f"{done.event_id} {done.type} is {done.status.value}. A replay: {came}")
    else:
        print(
            f"{done.event_id} {done.type}: {done.status.value}, {done.decision} ({came})"
        )
    for change in done.changes:
        print(f"  {change.what}: {change.before} -> {change.after}")
    return (
        1
        if done.status in (EventStatus.FAILED, EventStatus.PARKED) and not dry_run
        else 0
    )


@click.command()
@click.argument("event_id", metavar="EVENT_ID")
@site
@installation
@click.option("--dry-run", is_flag=True, help="Only tell what would happen.")
def replay_command(
    event_id: str,
    dry_run: bool,
    **given: Any,
) -> int:
    """Apply a stored webhook event again.

    EVENT_ID is evt_...; what the event changes is told.
    """
    return asyncio.run(
        replay(
            read_settings(Options(**given)),
            event_id,
            dry_run=dry_run,
        )
    )
