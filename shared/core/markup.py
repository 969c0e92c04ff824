"""The small markup of texts that people write for others: legal texts, and what a product is. Pure.

Nothing in it is HTML: it becomes blocks of plain words, which pages escape as any others.
"""

from __future__ import annotations

import re

from shared.core.frozen import frozen

_STRONG = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")


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


@frozen
class Span:
    """Some words of a line, and whether they are stressed."""

    text: str
    is_strong: bool = False


def spans(line: str) -> tuple[Span, ...]:
    """What a line is made of: words between two pairs of stars are stressed."""
    found = []
    for number, text in enumerate(_STRONG.split(line)):
        if text:
            found.append(Span(text, is_strong=number % 2 == 1))
    return tuple(found)


def as_plain(text: str) -> str:
    """The words of a text without its marks, for where there is one line of it."""
    lines = (line for block in blocks(text) for line in block.lines)
    return " ".join(_STRONG.sub(r"\1", line) for line in lines)
