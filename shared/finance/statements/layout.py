"""The parts that a statement's sheets are laid out in: heads, parties, sums, tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shared.core.frozen import frozen
from shared.core.words import word
from shared.finance.statements.pdf import (
    ACCENT,
    BOLD,
    GREY,
    INK,
    MARGIN,
    REGULAR,
    RIGHT,
    Sheets,
    fitted,
    folded,
)
from shared.finance.statements.rules import Party
from shared.trade.vendors.countries import COUNTRIES

ROW = 16.0
APART = 170.0


@frozen
class Column:
    """A column of a table: its name in `statements.columns`, where it stands, how wide it may
    be.
    """

    name: str
    x: float
    most: float
    align: str = "left"


def head(
    sheets: Sheets,
    market: str,
    title: str,
    below: str,
) -> None:
    """Write the title, and whose the marketplace is."""
    sheets.down(14)
    sheets.text(MARGIN, title, size=20, bold=True)
    sheets.text(
        RIGHT,
        market,
        size=13,
        bold=True,
        color=ACCENT,
        align="right",
        most=190,
    )
    sheets.down(18)
    sheets.text(MARGIN, below, size=10, color=GREY)
    sheets.down(28)


def parties(
    sheets: Sheets,
    blocks: Sequence[tuple[str, Party]],
    details: Sequence[tuple[str, str]],
) -> None:
    """Write the parties below their headings, and the details, beside one another."""
    top, lowest = sheets.y, sheets.y
    for place, (heading, party) in enumerate(blocks):
        sheets.y = top
        x = MARGIN + place * APART
        sheets.text(x, heading, size=8, color=GREY)
        for line, bold in _lines(party):
            sheets.down(13)
            sheets.text(x, line, bold=bold)
        lowest = max(lowest, sheets.y)
    sheets.y = top
    x = MARGIN + 2 * APART
    for name, value in details:
        sheets.text(x, name, size=8, color=GREY)
        sheets.down(12)
        sheets.text(x, value, most=RIGHT - x)
        sheets.down(16)
    sheets.y = max(lowest, sheets.y) + 20


def _lines(party: Party) -> Iterable[tuple[str, bool]]:
    """A party's lines, folded to their column; its name is bold."""
    for line in folded(party.name, BOLD, 9, APART - 14):
        yield line, True
    country = COUNTRIES.get(party.country)
    below = [*party.address, country.name if country else party.country]
    if party.vat_number:
        below.append(word("statements.invoice", "vat_number", number=party.vat_number))
    for long in below:
        for line in folded(long, REGULAR, 9, APART - 14):
            yield line, False


def sums(
    sheets: Sheets,
    lines: Sequence[tuple[str, str]],
    total: tuple[str, str],
) -> None:
    """Write names on the left, amounts in one column; last what they come to."""
    x = MARGIN + APART
    for name, value in lines:
        sheets.text(x, name, color=GREY)
        sheets.text(RIGHT, value, align="right")
        sheets.down(ROW)
    name, value = total
    sheets.rule(
        x=x,
        to=RIGHT,
        down=-4,
        color=INK,
    )
    sheets.down(8)
    sheets.text(x, name, size=10, bold=True)
    sheets.text(
        RIGHT,
        value,
        size=10,
        bold=True,
        align="right",
    )
    sheets.down(ROW + 12)


def table(
    sheets: Sheets,
    title: str,
    columns: Sequence[Column],
    rows: Iterable[tuple[str, ...]],
) -> None:
    """Write rows below their columns, which are named again on each page."""
    sheets.text(MARGIN, title, size=11, bold=True)
    sheets.down(20)
    _table_head(sheets, columns)
    for row in rows:
        if not sheets.room(ROW):
            sheets.turn()
            sheets.down(8)
            _table_head(sheets, columns)
        for column, value in zip(columns, row, strict=True):
            is_number = column.align == "right"
            cell = value if is_number else fitted(value, REGULAR, 8.5, column.most)
            sheets.text(column.x, cell, size=8.5, align=column.align)
        sheets.rule(down=5)
        sheets.down(ROW)


def _table_head(sheets: Sheets, columns: Sequence[Column]) -> None:
    for column in columns:
        sheets.text(
            column.x,
            word("statements.columns", column.name),
            size=8,
            color=GREY,
            align=column.align,
        )
    sheets.rule(down=6, color=INK)
    sheets.down(ROW + 3)


def bill_row(
    sheets: Sheets,
    cells: Sequence[str],
    *,
    size: float = 9,
    bold: bool = False,
    color: str = INK,
) -> None:
    """One line of what was sold: how many, for how much; on a new page where this one is full."""
    if not sheets.room(ROW):
        sheets.turn()
        sheets.down(14)
    what, quantity, amount = cells
    sheets.text(
        MARGIN,
        what,
        size=size,
        bold=bold,
        color=color,
        most=340,
    )
    sheets.text(
        MARGIN + 400,
        quantity,
        size=size,
        color=color,
        align="right",
    )
    sheets.text(
        RIGHT,
        amount,
        size=size,
        bold=bold,
        color=color,
        align="right",
    )
