"""What was written about orders, as pages show it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shared.core.frozen import frozen
from shared.trade.messages.models import OrderMessage

NEWEST = 200


@frozen
class MessageView:
    """One message; `is_from_shopper`, else from the vendor."""

    is_from_shopper: bool
    text: str
    at: datetime


async def messages_of(order_id: int) -> tuple[MessageView, ...]:
    """What was written about an order, the oldest first."""
    newest = OrderMessage.filter(order_id=order_id).order_by("-id").limit(NEWEST)
    return views_in(list(reversed(await newest)))


def views_in(rows: Sequence[OrderMessage]) -> tuple[MessageView, ...]:
    """The views of rows that were read already."""
    return tuple(
        MessageView(bool(row.is_from_shopper), row.text, row.created_at) for row in rows
    )
