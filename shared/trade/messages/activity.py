"""What is written about an order, as its history calls it."""

from __future__ import annotations

from enum import StrEnum


class MessageActivity(StrEnum):
    """Somebody wrote."""

    WRITTEN = "order.message_written"
