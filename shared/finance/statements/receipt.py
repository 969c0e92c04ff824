"""The receipt of one order as PDF, for a bank that asks what was sold: the same bytes for the same
order.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.formats import english_day
from shared.core.money import Money
from shared.finance.disputes.response_draft import Facts
from shared.finance.statements.pdf import (
    ACCENT,
    GREY,
    INK,
    MARGIN,
    REGULAR,
    RIGHT,
    Sheets,
    folded,
)

ROW = 16.0
HALF = 250.0


def as_pdf(facts: Facts, *, seller: str) -> bytes:
    """What was bought by whom and when, what it cost, how it was paid, and what went back.

    `seller`: who is on the card statement.
    """
    sheets = Sheets(f"Receipt for order {facts.number}", facts.vendor_name)
    sheets.turn()
    sheets.down(14)
    sheets.text(MARGIN, "Receipt", size=20, bold=True)
    sheets.text(
        RIGHT,
        facts.vendor_name,
        size=13,
        bold=True,
        color=ACCENT,
        align="right",
        most=300,
    )
    sheets.down(18)
    sheets.text(
        MARGIN,
        f"Order {facts.number} · amounts in {facts.total.currency}",
        size=10,
        color=GREY,
    )
    sheets.down(28)
    _parties(sheets, facts, seller)
    _lines(sheets, facts)
    sheets.feet(f"{facts.vendor_name} · Order {facts.number} · {facts.total}")
    return sheets.pdf()


def _parties(sheets: Sheets, facts: Facts, seller: str) -> None:
    """The shopper on the left, the order's particulars on the right."""
    details = [("Ordered", f"{english_day(facts.placed_at)} (UTC)")]
    if facts.paid_at:
        details.append(("Paid", f"{english_day(facts.paid_at)} (UTC)"))
    details += [
        ("Payment", facts.charge_id),
        ("Sold by", facts.vendor_name),
        ("Through", seller),
    ]
    top = sheets.y
    sheets.text(MARGIN, "For", size=8, color=GREY)
    for words in (*facts.address, facts.email):
        for line in folded(words, REGULAR, 9, HALF - 14):
            sheets.down(13)
            sheets.text(MARGIN, line)
    lowest, sheets.y = sheets.y, top
    for name, value in details:
        sheets.text(MARGIN + HALF, name, size=8, color=GREY)
        sheets.text(
            MARGIN + HALF + 80,
            value,
            most=RIGHT - MARGIN - HALF - 80,
        )
        sheets.down(14)
    sheets.y = max(lowest, sheets.y) + 24


def _lines(sheets: Sheets, facts: Facts) -> None:
    _row(sheets, ("What", "Quantity", "Amount"), size=8, color=GREY)
    sheets.rule(down=6, color=INK)
    sheets.down(ROW + 3)
    for line in facts.lines:
        _row(
            sheets,
            (line.name, str(line.quantity), _plain(line.total)),
        )
        sheets.rule(down=5)
        sheets.down(ROW)
    rest = Money(
        facts.total.amount - sum(line.total.amount for line in facts.lines),
        facts.total.currency,
    )
    if rest:
        _row(sheets, ("Delivery and everything else", "", _plain(rest)))
        sheets.down(ROW)
    _row(
        sheets,
        ("Total", "", _plain(facts.total)),
        size=10,
        bold=True,
    )
    sheets.down(ROW + 8)
    for refund in facts.refunds:
        _row(
            sheets,
            (
                f"Refunded on {english_day(refund.at)} (UTC)",
                "",
                f"\N{MINUS SIGN}{_plain(refund.amount)}",
            ),
        )
        sheets.down(ROW)


def _row(
    sheets: Sheets,
    cells: Sequence[str],
    *,
    size: float = 9,
    bold: bool = False,
    color: str = INK,
) -> None:
    """One line of the table, on a new page where this one is full."""
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


def _plain(value: Money) -> str:
    return f"{value.to_decimal():,}"
