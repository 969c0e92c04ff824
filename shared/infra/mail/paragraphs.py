"""The text of a mail in its parts, for the html that says the same. Pure."""

from __future__ import annotations

import re

from shared.core.frozen import frozen

ITEM = "  - "
INDENT = "  "


@frozen
class MailLine:
    """One line: `text`, or the cells of a row; `is_link` when it is nothing but an address of
    ours.
    """

    text: str
    is_link: bool = False
    cells: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The line as it stands on a button, without the colon before an address."""
        return self.text.rstrip(" :\u00a0\u202f")


@frozen
class Paragraph:
    """Lines between empty ones. `shape`: text | items | rows."""

    shape: str
    lines: tuple[MailLine, ...]


def paragraphs(text: str, site: str) -> tuple[Paragraph, ...]:
    """The parts of a mail's text; an address is a link only where it is on `site`."""
    blocks = [
        block for block in re.split(r"\n{2,}", text.rstrip("\n")) if block.strip()
    ]
    return tuple(_paragraph(block.split("\n"), site) for block in blocks)


def _paragraph(lines: list[str], site: str) -> Paragraph:
    if all(line.startswith(ITEM) for line in lines):
        return Paragraph(
            "items",
            tuple(MailLine(line.removeprefix(ITEM)) for line in lines),
        )
    if all(line.startswith(INDENT) for line in lines):
        return Paragraph(
            "rows",
            tuple(
                MailLine(
                    line.strip(),
                    cells=_cells(line),
                )
                for line in lines
            ),
        )
    return Paragraph(
        "text",
        tuple(
            MailLine(
                line,
                is_link=_is_link(line, site),
            )
            for line in lines
        ),
    )


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip().rsplit("  ", 1))


def _is_link(line: str, site: str) -> bool:
    """No other host that begins like ours, which somebody may have typed."""
    return (line == site or line.startswith(f"{site}/")) and " " not in line
