"""A statement as PDF: the account first, then the commission invoice on a page of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from shared.finance.statements import months
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
from shared.finance.statements.queries import StatementView
from shared.finance.statements.rules import Party
from shared.trade.vat.rules import StateVat
from shared.trade.vendors.countries import COUNTRIES

ROW = 16.0
APART = 170.0


@dataclass(frozen=True)
class Column:
    """A column of a table: where it stands, how wide it may be."""

    name: str
    x: float
    most: float
    align: str = "left"


MOVEMENTS = (
    Column("Date", MARGIN, 62),
    Column("What", MARGIN + 64, 106),
    Column("Order", MARGIN + 172, 84),
    Column("Gross", MARGIN + 314, 60, "right"),
    Column("Platform fee", MARGIN + 374, 60, "right"),
    Column("Net", MARGIN + 434, 60, "right"),
    Column("Balance", RIGHT, 64, "right"),
)
CHARGES = (
    Column("Date", MARGIN, 62),
    Column("What", MARGIN + 64, 260),
    Column("Order", MARGIN + 330, 90),
    Column("Amount", RIGHT, 76, "right"),
)


def as_pdf(view: StatementView) -> bytes:
    """The whole document.

    Only a closed statement has an invoice number; a running one says what it is.
    """
    seller = view.seller.name if view.seller else view.market
    sheets = Sheets(f"Statement of account, {view.name}, {view.buyer.name}", seller)
    _account(sheets, view)
    if view.number:
        _invoice(sheets, view)
    state = view.number or "not closed, not an invoice"
    sheets.feet(f"{seller} · Statement {view.name}, {view.currency} · {state}")
    return sheets.pdf()


def amount(view: StatementView, value: int) -> str:
    """`1,234.50` with a true minus sign; the currency stands in the heading."""
    return f"{view.money(value).to_decimal():,}".replace("-", "\N{MINUS SIGN}")


def _account(sheets: Sheets, view: StatementView) -> None:
    sheets.turn()
    _head(
        sheets,
        view.market,
        "Statement of account",
        f"{view.name} · amounts in {view.currency}",
    )
    details = [("Month", view.name), ("Time zone", view.time_zone)]
    details += (
        [("Invoice", view.number)]
        if view.number
        else [("State", "Not closed: more may be added")]
    )
    if view.issued_at:
        details.append(("Closed", view.day(view.issued_at)))
    _parties(sheets, view, details)
    _sums(
        sheets,
        [
            ("Opening balance", amount(view, view.sheet.opening), False),
            *(
                (words, amount(view, value), False)
                for words, value in view.sheet.sums()
            ),
            (
                "Closing balance" if view.number else "Balance so far",
                amount(view, view.sheet.closing),
                True,
            ),
        ],
    )
    for words in _asides(view):
        sheets.text(MARGIN, words, size=8, color=GREY)
        sheets.down(12)
    sheets.down(14)
    _table(sheets, "Movements", MOVEMENTS, _movements(view))


def _movements(view: StatementView) -> list[tuple[str, ...]]:
    """The rows of the month, the opening balance first."""
    rows = [
        (
            view.day(line.at),
            line.words,
            view.order_number(line.order_id),
            amount(view, line.gross),
            amount(view, line.commission) if line.commission else "",
            amount(view, line.net),
            amount(view, line.balance),
        )
        for line in view.sheet.lines
    ]
    first = (
        view.day_of_opening,
        "Opening balance",
        "",
        "",
        "",
        "",
        amount(view, view.sheet.opening),
    )
    return [first, *rows]


def _asides(view: StatementView) -> Iterable[str]:
    yield (
        "The balance is what you have earned and what has not arrived at your bank yet, less what "
        "you owe."
    )
    if view.sheet.reserved:
        yield (
            f"Of the closing balance {amount(view, view.sheet.reserved)} {view.currency} is held "
            "back as a reserve."
        )
    if view.sheet.owed:
        yield (
            f"You owe {amount(view, view.sheet.owed)} {view.currency} out of refunds or disputes; "
            "it is taken off above."
        )


def _invoice(sheets: Sheets, view: StatementView) -> None:
    bill = view.invoice
    sheets.turn()
    name = (
        "Credit note for the platform fee"
        if bill.gross < 0
        else "Invoice for the platform fee"
    )
    _head(sheets, view.market, name, f"{view.number} · amounts in {view.currency}")
    details = [
        ("Number", view.number or ""),
        ("Supplied in", view.name),
    ]
    if view.issued_at:
        details.append(("Date", view.day(view.issued_at)))
    details.append(("Payment", "Settled: kept from your sales"))
    _parties(sheets, view, details)
    _charges(sheets, view)
    if not sheets.room((8 if view.state_vat else 5) * ROW + 12):
        sheets.turn()
    sheets.down(10)
    vat_name = "VAT" if bill.note else f"VAT {_percent(bill.percentage)}"
    _sums(
        sheets,
        [
            ("Net", amount(view, bill.net), False),
            (vat_name, amount(view, bill.vat), False),
            ("Total", amount(view, bill.gross), True),
        ],
    )
    if bill.note:
        sheets.text(MARGIN, bill.note, size=8, color=GREY)
    if view.state_vat:
        _state_vat(sheets, view.state_vat)


def _charges(sheets: Sheets, view: StatementView) -> None:
    """The platform fee of each sale, or that there was none."""
    bill = view.invoice
    rows = [
        (
            view.day(line.at),
            line.words,
            view.order_number(line.order_id),
            amount(view, line.gross),
        )
        for line in bill.lines
    ]
    if rows:
        _table(
            sheets,
            "Platform fee, VAT included" if bill.vat else "Platform fee",
            CHARGES,
            rows,
        )
    else:
        sheets.text(MARGIN, "No platform fee was charged in this month.", color=GREY)
        sheets.down(ROW)


def _state_vat(sheets: Sheets, found: StateVat) -> None:
    """The VAT in the currency of the state that it goes to, with the rate, who published it and
    when.
    """
    total = f"{found.amount.to_decimal():,}".replace("-", "\N{MINUS SIGN}")
    x = MARGIN + APART
    sheets.text(x, f"VAT in {found.amount.currency}", bold=True)
    sheets.text(RIGHT, total, bold=True, align="right")
    sheets.down(13)
    words = f"{found.rate}, {found.rate.source}, {months.spoken_date(found.rate.day)}"
    sheets.text(
        x,
        words,
        size=8,
        color=GREY,
        most=RIGHT - x,
    )


def _percent(value: Decimal) -> str:
    text = f"{value:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"


def _head(
    sheets: Sheets,
    market: str,
    title: str,
    below: str,
) -> None:
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


def _parties(
    sheets: Sheets,
    view: StatementView,
    details: Sequence[tuple[str, str]],
) -> None:
    """Whom it is for, from whom, and the details, beside one another."""
    blocks = [
        ("For", view.buyer),
        *([("From", view.seller)] if view.seller else []),
    ]
    top, lowest = sheets.y, sheets.y
    for place, (heading, party) in enumerate(blocks):
        sheets.y = top
        x = MARGIN + place * APART
        sheets.text(x, heading, size=8, color=GREY)
        for words, bold in _lines(party):
            sheets.down(13)
            sheets.text(x, words, bold=bold)
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
    country = COUNTRIES.get(party.country)
    for line in folded(party.name, BOLD, 9, APART - 14):
        yield line, True
    below = [*party.address, country.name if country else party.country]
    for words in [*below, f"VAT {party.vat_number}"] if party.vat_number else below:
        for line in folded(words, REGULAR, 9, APART - 14):
            yield line, False


def _sums(
    sheets: Sheets,
    lines: Sequence[tuple[str, str, bool]],
) -> None:
    """Names on the left, amounts in one column; the last one is what they come to."""
    x, to = MARGIN + APART, RIGHT
    for words, value, total in lines:
        if total:
            sheets.rule(
                x=x,
                to=to,
                down=-4,
                color=INK,
            )
            sheets.down(8)
        sheets.text(
            x,
            words,
            size=10 if total else 9,
            bold=total,
            color=INK if total else GREY,
        )
        sheets.text(
            to,
            value,
            size=10 if total else 9,
            bold=total,
            align="right",
        )
        sheets.down(ROW)
    sheets.down(12)


def _table(
    sheets: Sheets,
    title: str,
    columns: Sequence[Column],
    rows: Iterable[tuple[str, ...]],
) -> None:
    sheets.text(MARGIN, title, size=11, bold=True)
    sheets.down(20)
    _table_head(sheets, columns)
    for row in rows:
        if not sheets.room(ROW):
            sheets.turn()
            sheets.down(8)
            _table_head(sheets, columns)
        for column, words in zip(columns, row, strict=True):
            cell = (
                words
                if column.align == "right"
                else fitted(words, REGULAR, 8.5, column.most)
            )
            sheets.text(column.x, cell, size=8.5, align=column.align)
        sheets.rule(down=5)
        sheets.down(ROW)


def _table_head(sheets: Sheets, columns: Sequence[Column]) -> None:
    for column in columns:
        sheets.text(
            column.x,
            column.name,
            size=8,
            color=GREY,
            align=column.align,
        )
    sheets.rule(down=6, color=INK)
    sheets.down(ROW + 3)
