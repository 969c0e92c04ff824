"""What orders do later."""

from __future__ import annotations

from datetime import timedelta

from shared.infra.jobs import Context, Manner, recurring
from shared.trade.orders import delivery, reminders


@recurring("orders.deliver", every=timedelta(hours=1), manner=Manner.LONG)
async def deliver(_context: Context) -> None:
    """Count as delivered what was sent long enough ago."""
    await delivery.take_for_granted()


@recurring("orders.remind", every=timedelta(hours=1))
async def remind(_context: Context) -> None:
    """Write about orders that wait to be sent for days."""
    await reminders.remind()
