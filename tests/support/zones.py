"""A marketplace in a time zone."""

from __future__ import annotations

from dataclasses import replace

from shared.trade.marketplace import service
from shared.trade.marketplace.queries import marketplace


async def live_in(zone: str) -> None:
    """Move the marketplace."""
    await service.change(replace(await marketplace(), time_zone=zone), actor="test")
