"""A statement as PDF: the account first, then the commission invoice on a page of its own.

It says its words in English, whatever is spoken here: made again it is the same to the byte.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from shared.core import formats
from shared.core.formats import signed
from shared.core.locales import SOURCE, speaking
from shared.core.words import word
from shared.finance.statements import layout
from shared.finance.statements.layout import APART, ROW, Column
from shared.finance.statements.pdf import GREY, MARGIN, RIGHT, Sheets
from shared.finance.statements.queries import StatementView
from shared.trade.vat.rules import StateVat

MOVEMENTS = (
    Column("date", MARGIN, 62),
    Column("what", MARGIN + 64, 106),
    Column("order", MARGIN + 172, 84),
    Column("gross", MARGIN + 314, 60, "right"),
    Column("commission", MARGIN + 374, 60, "right"),
    Column("net", MARGIN + 434, 60, "right"),
    Column("balance", RIGHT, 64, "right"),
)
CHARGES = (
    Column("date", MARGIN, 62),
    Column("what", MARGIN + 64, 260),
    Column("order", MARGIN + 330, 90),
    Column("amount", RIGHT, 76, "right"),
)


def as_pdf(view: StatementView) -> bytes:
    """The whole document.

    Only a closed statement has an invoice number; a running one says what it is.
    """
    with speaking(SOURCE):
        return _sheets(view).pdf()


def _sheets(view: StatementView) -> Sheets:
    seller = view.seller.name if view.seller else view.market
    title = _account_word("file", month=view.name, vendor=view.buyer.name)
    sheets = Sheets(title, seller)
    _account(sheets, view)
    if view.number:
        _invoice(sheets, view)
    foot = _account_word(
        "foot",
        seller=seller,
        month=view.name,
        currency=view.currency,
        state=view.number or _account_word("not_an_invoice"),
    )
    sheets.feet(foot)
    return sheets


def _account_word(code: str, **values: object) -> str:
    return word("statements.account", code, **values)


def _invoice_word(code: str, **values: object) -> str:
    return word("statements.invoice", code, **values)


def amount(view: StatementView, value: int) -> str:
    """`1,234.50` with a true minus sign; the currency stands in the heading."""
    return signed(f"{view.money(value).to_decimal():,}")


def _account(sheets: Sheets, view: StatementView) -> None:
    sheets.turn()
    _head(sheets, view, _account_word("title"), view.name)
    details = [
        (_account_word("month"), view.name),
        (_account_word("time_zone"), view.time_zone),
        (_account_word("invoice"), view.number)
        if view.number
        else (_account_word("state"), _account_word("not_closed")),
    ]
    if view.issued_at:
        details.append((_account_word("closed"), view.day(view.issued_at)))
    _parties(sheets, view, details)
    opening = (_account_word("opening"), amount(view, view.sheet.opening))
    parts = [
        (view.words_of(kind)["many"], amount(view, value))
        for kind, value in view.sheet.sums()
    ]
    closing = _account_word("closing" if view.number else "so_far")
    total = (closing, amount(view, view.sheet.closing))
    layout.sums(sheets, [opening, *parts], total)
    for aside in _asides(view):
        sheets.text(MARGIN, aside, size=8, color=GREY)
        sheets.down(12)
    sheets.down(14)
    layout.table(sheets, _account_word("movements"), MOVEMENTS, _movements(view))


def _movements(view: StatementView) -> list[tuple[str, ...]]:
    """The rows of the month, the opening balance first."""
    rows = [
        (
            view.day(line.at),
            view.said_of(line),
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
        _account_word("opening"),
        "",
        "",
        "",
        "",
        amount(view, view.sheet.opening),
    )
    return [first, *rows]


def _asides(view: StatementView) -> Iterable[str]:
    yield _account_word("balance")
    kept = {"reserved": view.sheet.reserved, "owed": view.sheet.owed}
    for code, value in kept.items():
        if value:
            told = f"{amount(view, value)} {view.currency}"
            yield _account_word(code, amount=told)


def _invoice(sheets: Sheets, view: StatementView) -> None:
    bill = view.invoice
    sheets.turn()
    title = _invoice_word("credit_note" if bill.gross < 0 else "title")
    _head(sheets, view, title, view.number or "")
    details = [
        (_invoice_word("number"), view.number or ""),
        (_invoice_word("supplied_in"), view.name),
    ]
    if view.issued_at:
        details.append((_invoice_word("date"), view.day(view.issued_at)))
    details.append((_invoice_word("payment"), _invoice_word("settled")))
    _parties(sheets, view, details)
    _charges(sheets, view)
    rows_below = 8 if view.state_vat else 5
    if not sheets.room(rows_below * ROW + 12):
        sheets.turn()
    sheets.down(10)
    percentage = _percent(bill.percentage)
    vat = (
        _invoice_word("vat")
        if bill.note
        else _invoice_word("vat_at", percentage=percentage)
    )
    parts = [
        (_invoice_word("net"), amount(view, bill.net)),
        (vat, amount(view, bill.vat)),
    ]
    total = (_invoice_word("total"), amount(view, bill.gross))
    layout.sums(sheets, parts, total)
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
            view.words_of(line.kind)["charged" if line.gross > 0 else "given_back"],
            view.order_number(line.order_id),
            amount(view, line.gross),
        )
        for line in bill.lines
    ]
    if rows:
        title = _invoice_word("lines_with_vat" if bill.vat else "lines")
        layout.table(sheets, title, CHARGES, rows)
    else:
        sheets.text(MARGIN, _invoice_word("no_lines"), color=GREY)
        sheets.down(ROW)


def _state_vat(sheets: Sheets, found: StateVat) -> None:
    """The VAT in the currency of the state that it goes to, with the rate, who published it and
    when.
    """
    total = signed(f"{found.amount.to_decimal():,}")
    x = MARGIN + APART
    name = _invoice_word("vat_in", currency=found.amount.currency)
    sheets.text(x, name, bold=True)
    sheets.text(RIGHT, total, bold=True, align="right")
    sheets.down(13)
    rate = f"{found.rate}, {found.rate.source}, {formats.day(found.rate.day, with_year=True)}"
    sheets.text(
        x,
        rate,
        size=8,
        color=GREY,
        most=RIGHT - x,
    )


def _percent(value: Decimal) -> str:
    text = f"{value:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"


def _head(
    sheets: Sheets,
    view: StatementView,
    title: str,
    name: str,
) -> None:
    below = _account_word("subtitle", name=name, currency=view.currency)
    layout.head(sheets, view.market, title, below)


def _parties(
    sheets: Sheets,
    view: StatementView,
    details: list[tuple[str, str]],
) -> None:
    """Whom it is for, from whom, and the details."""
    blocks = [(_invoice_word("for"), view.buyer)]
    if view.seller:
        blocks.append((_invoice_word("from"), view.seller))
    layout.parties(sheets, blocks, details)
