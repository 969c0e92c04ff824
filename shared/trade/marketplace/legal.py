"""The marketplace's own legal texts: which there are, and what can be one. Pure."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from shared.core.words import word
from shared.trade.marketplace.errors import (
    ReturnsLacking,
    ReturnsTooLong,
    TextLacking,
    TextTooLong,
)

MOST_TEXT = 60_000
MOST_RETURNS = 1_000


class LegalKind(StrEnum):
    """Which texts there are."""

    TERMS = "terms"
    PRIVACY = "privacy"
    IMPRINT = "imprint"


def title(kind: LegalKind) -> str:
    """What its page is called, in the language spoken here."""
    return word("marketplace.legal_texts", kind)


def check(kind: LegalKind, text: str, returns: str) -> None:
    """Raise Invalid, naming the field, for what cannot be published."""
    if not text.strip():
        raise TextLacking
    if len(text) > MOST_TEXT:
        raise TextTooLong(most=f"{MOST_TEXT:,}")
    if kind is LegalKind.TERMS and not returns.strip():
        raise ReturnsLacking
    if len(returns) > MOST_RETURNS:
        raise ReturnsTooLong(most=f"{MOST_RETURNS:,}")


def version(day: date, taken: set[str]) -> str:
    """The name of a text published on `day`: `2026-11-28.1`, and `2026-11-28.2` for the second of
    that day.

    The texts that come with the software are named by a day alone, so the two are never mixed up.
    """
    number = 1
    while f"{day}.{number}" in taken:
        number += 1
    return f"{day}.{number}"
