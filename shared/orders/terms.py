"""Which terms a shopper accepts by placing an order. Whoever changes their words gives them a new version (a test holds them together)."""

from __future__ import annotations

from dataclasses import dataclass

VERSION = "2026-11-28"
# Version -> what those terms say on returns; old versions stay, banks ask about old orders.
_FOURTEEN_DAYS = (
    "As a consumer in the European Union you can return most things within 14 days of receiving them."
    " Write to the shop; it tells you where to send them and pays you back."
)
RETURNS = {"2026-11-27": _FOURTEEN_DAYS, "2026-11-28": _FOURTEEN_DAYS}


@dataclass(frozen=True)
class Acceptance:
    """Which version was accepted, and from which network address."""

    version: str
    ip: str
