"""The receipt of one order as PDF, for a bank that asks what was sold: the same bytes for the same
order.
"""

from __future__ import annotations

from datetime import datetime

from shared.core.formats import english_day
from shared.core.locales import SOURCE, speaking
from shared.core.money import MINUS, Money
from shared.core.words import word
from shared.finance.disputes.response_draft import Facts
from shared.finance.statements.layout import ROW, bill_row
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
from shared.trade.orders.sold_vat import SoldVat
from shared.trade.vat.sales.words import rate_words

HALF = 250.0


def as_pdf(facts: Facts, *, seller: str) -> bytes:
    """What was bought by whom and when, what it cost, how it was paid, and what went back.

    `seller`: who is on the card statement. A bank reads it, so it is English whatever is spoken
    here.
    """
    with speaking(SOURCE):
        return _sheets(facts, seller).pdf()


def _said(code: str, **values: object) -> str:
    return word("statements.receipt", code, **values)


def _sheets(facts: Facts, seller: str) -> Sheets:
    sheets = Sheets(_said("file", number=facts.number), facts.vendor_name)
    sheets.turn()
    sheets.down(14)
    sheets.text(MARGIN, _said("title"), size=20, bold=True)
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
        _said("subtitle", number=facts.number, currency=facts.total.currency),
        size=10,
        color=GREY,
    )
    sheets.down(28)
    _parties(sheets, facts, seller)
    _lines(sheets, facts)
    foot = _said(
        "foot",
        vendor=facts.vendor_name,
        number=facts.number,
        total=facts.total,
    )
    sheets.feet(foot)
    return sheets


def _parties(sheets: Sheets, facts: Facts, seller: str) -> None:
    """The shopper on the left, the order's particulars on the right."""
    details = [(_said("ordered"), _day(facts.placed_at))]
    if facts.paid_at:
        details.append((_said("paid"), _day(facts.paid_at)))
    details += [
        (_said("payment"), facts.charge_id),
        (_said("sold_by"), facts.vendor_name),
        (_said("through"), seller),
    ]
    top = sheets.y
    sheets.text(MARGIN, _said("for"), size=8, color=GREY)
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
    columns = [
        word("statements.columns", name) for name in ("what", "quantity", "amount")
    ]
    bill_row(sheets, columns, size=8, color=GREY)
    sheets.rule(down=6, color=INK)
    sheets.down(ROW + 3)
    for line in facts.lines:
        bill_row(
            sheets,
            (line.name, str(line.quantity), _plain(line.total)),
        )
        sheets.rule(down=5)
        sheets.down(ROW)
    _rest(sheets, facts)
    bill_row(
        sheets,
        (_said("total"), "", _plain(facts.total)),
        size=10,
        bold=True,
    )
    sheets.down(ROW + 8)
    _vat(sheets, facts.vat)
    for refund in facts.refunds:
        bill_row(
            sheets,
            (
                _said("refunded", day=english_day(refund.at)),
                "",
                f"{MINUS}{_plain(refund.amount)}",
            ),
        )
        sheets.down(ROW)


def _rest(sheets: Sheets, facts: Facts) -> None:
    """What was paid beside the lines: less what a code took off, and for sending, by its name where
    it has one.
    """
    goods = sum(line.total.amount for line in facts.lines)
    if facts.discount:
        off = f"{MINUS}{_plain(facts.discount)}"
        bill_row(sheets, (_said("discount"), "", off))
        sheets.down(ROW)
        goods -= facts.discount.amount
    rest = Money(facts.total.amount - goods, facts.total.currency)
    if rest:
        said = (
            _said("delivery", method=facts.sent_by) if facts.sent_by else _said("rest")
        )
        bill_row(sheets, (said, "", _plain(rest)))
        sheets.down(ROW)


def _vat(sheets: Sheets, vat: SoldVat | None) -> None:
    """What of the total is VAT, by rate; of a business's order, by which number there is none."""
    if vat is None:
        return
    for paid in vat.rates:
        rate = rate_words(paid.rate)
        said = _said("vat", rate=rate)
        if vat.business is not None:
            said = _said("reverse_charge", rate=rate, number=vat.business.number)
        bill_row(sheets, (said, "", _plain(paid.vat)))
        sheets.down(ROW)


def _day(at: datetime) -> str:
    return _said("day", day=english_day(at))


def _plain(value: Money) -> str:
    return f"{value.to_decimal():,}"
