"""The marketplace's own legal texts: which there are, and the small markup that they are written
in. Pure.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum

from shared.core.frozen import frozen
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


@frozen
class Block:
    """A heading, a paragraph or a list: `kind` is h2, p or ul, `lines` its one line or its
    items.
    """

    kind: str
    lines: tuple[str, ...]


def blocks(text: str) -> tuple[Block, ...]:
    """What a text is made of: `## heading`, lines that begin with `- ` are a list, blank lines part
    paragraphs.

    Nothing in it is HTML; pages escape each line.
    """
    found = []
    for part in re.split(
        r"\n\s*\n",
        text.replace("\r\n", "\n").strip(),
    ):
        lines = [line.strip() for line in part.splitlines() if line.strip()]
        found.extend(_blocks(lines))
    return tuple(found)


def _blocks(lines: list[str]) -> list[Block]:
    """The blocks of lines between two blank ones; a heading and a list end where another sort of
    line begins.
    """
    found: list[Block] = []
    for line in lines:
        if line.startswith("## "):
            found.append(
                Block(
                    "h2",
                    (line[3:].strip(),),
                )
            )
        elif line.startswith("- "):
            items = found.pop().lines if found and found[-1].kind == "ul" else ()
            found.append(
                Block(
                    "ul",
                    (*items, line[2:].strip()),
                )
            )
        elif found and found[-1].kind == "p":
            found.append(Block("p", (f"{found.pop().lines[0]} {line}",)))
        else:
            found.append(Block("p", (line,)))
    return found


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
