"""A marketplace in a time zone."""

from __future__ import annotations

from dataclasses import replace

from shared.marketplace import service
from shared.marketplace.queries import marketplace


async def live_in(zone: str) -> None:
    """Move the marketplace."""
    await service.change(replace(await marketplace(), time_zone=zone), actor="test")
