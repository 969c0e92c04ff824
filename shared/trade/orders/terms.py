"""Which terms a shopper accepts by placing an order.

Whoever changes their words gives them a new version (a test holds them together).
"""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.core.words import codes, in_english
from shared.trade.marketplace import presentation
from shared.trade.marketplace.legal import LegalKind

VERSION = "2026-12-01"


@frozen
class Acceptance:
    """Which version was accepted, and from which network address."""

    version: str
    ip: str


async def version_now() -> str:
    """The version that a shopper accepts now: the operator's own, else the one that comes with the
    software.
    """
    own = await presentation.current(LegalKind.TERMS)
    return own.version if own else VERSION


async def returns_of(version: str) -> str:
    """What the terms of this version say about returns, in English; empty for a version that
    nobody knows.
    """
    if version in codes("orders.returns"):
        return in_english("orders.returns", version)
    own = await presentation.published(LegalKind.TERMS, version)
    return own.returns if own else ""


def version_asked_for(version: str) -> str | None:
    """What the page of the terms is asked for to show this version; None for those that come with
    the software.
    """
    return None if version in codes("orders.returns") or not version else version
