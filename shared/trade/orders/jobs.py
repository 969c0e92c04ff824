"""What orders do later."""

from __future__ import annotations

from typing import Any

from shared.infra.jobs.queue import Context, Handler
from shared.trade.orders import arriving


async def deliver(_context: Context, _args: dict[str, Any]) -> None:
    """Job `orders.deliver` (hourly): what was sent long enough ago counts as delivered, some hundred orders at a time."""
    while await arriving.take_for_granted() > 0:
        pass


HANDLERS: dict[str, Handler] = {
    "orders.deliver": deliver,
}
