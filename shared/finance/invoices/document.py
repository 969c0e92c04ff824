"""Invoices and credit notes as one PDF, each on pages of its own, in the shopper's language: the
same bytes for the same documents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from shared.core import formats
from shared.core.locales import speaking
from shared.core.money import Money
from shared.core.words import word
from shared.finance.invoices.queries import SalesDocumentView
from shared.finance.invoices.rules import DocumentKind
from shared.finance.invoices.vat_table import vat_table
from shared.finance.statements.layout import ROW, bill_row
from shared.finance.statements.pdf import (
    ACCENT,
    BOLD,
    GREY,
    INK,
    MARGIN,
    REGULAR,
    RIGHT,
    Sheets,
    folded,
)

HALF = 250.0


def as_pdf(documents: Sequence[SalesDocumentView]) -> bytes:
    """All documents of one order, in the language of the first."""
    first = documents[0]
    with speaking(first.language):
        seller = str(first.content["seller"]["name"])
        sheets = Sheets(_said("file", number=first.number), seller)
        for document in documents:
            before = len(sheets.pages)
            _page(sheets, document)
            sheets.feet(f"{seller} · {document.number}", since=before)
        return sheets.pdf()


def _said(code: str, **values: object) -> str:
    return word("invoices.document", code, **values)


def _page(sheets: Sheets, document: SalesDocumentView) -> None:
    sheets.turn()
    sheets.down(14)
    title = word("invoices.titles", document.kind)
    sheets.text(
        MARGIN,
        title,
        size=20,
        bold=True,
    )
    sheets.text(
        RIGHT,
        str(document.content["seller"]["name"]),
        size=13,
        bold=True,
        color=ACCENT,
        align="right",
        most=260,
    )
    sheets.down(18)
    sheets.text(MARGIN, document.number, size=10, color=GREY)
    sheets.down(28)
    _parties(sheets, document)
    _lines(sheets, document)


def _parties(sheets: Sheets, document: SalesDocumentView) -> None:
    told, top = document.content, sheets.y
    _party(sheets, MARGIN, _said("seller"), told["seller"])
    lowest, sheets.y = sheets.y, top
    _party(sheets, MARGIN + HALF, _said("buyer"), told["buyer"])
    sheets.y = max(lowest, sheets.y) + 24
    for name, value in _details(document):
        sheets.text(MARGIN, name, size=8, color=GREY)
        sheets.text(MARGIN + 130, value, most=RIGHT - MARGIN - 130)
        sheets.down(14)
    sheets.down(16)


def _details(document: SalesDocumentView) -> list[tuple[str, str]]:
    issued = formats.written_day(document.issued_at.date())
    details = [
        (_said("issued"), issued),
        (_said("order"), str(document.content["order"])),
    ]
    if supply := document.content.get("supply"):  # which older documents do not tell
        day = formats.written_day(date.fromisoformat(supply["day"]))
        details.append((word("invoices.supply", supply["fact"]), day))
    if document.of:
        details.append((_said("corrects"), document.of))
    return details


def _party(
    sheets: Sheets,
    x: float,
    heading: str,
    party: Mapping[str, Any],
) -> None:
    sheets.text(x, heading, size=8, color=GREY)
    for line in folded(party["name"], BOLD, 9, HALF - 20):
        sheets.down(13)
        sheets.text(x, line, bold=True)
    below = [*party["address"], formats.country(party["country"])]
    if party["vat_number"]:
        below.append(_said("vat_number", number=party["vat_number"]))
    for long in below:
        for line in folded(long, REGULAR, 9, HALF - 20):
            sheets.down(13)
            sheets.text(x, line)


def _lines(sheets: Sheets, document: SalesDocumentView) -> None:
    told = document.content
    is_credit = document.kind is DocumentKind.CREDIT_NOTE
    sign = -1 if is_credit else 1

    def written(amount: int) -> str:
        return formats.money(Money(sign * amount, told["currency"]))

    heads = (_said("what"), _said("quantity"), _said("amount"))
    bill_row(sheets, heads, size=8, color=GREY)
    sheets.rule(down=6, color=INK)
    sheets.down(ROW + 3)
    for line in told["lines"]:
        count, amount = str(line["quantity"]), written(line["amount"])
        bill_row(sheets, (line["name"], count, amount))
        if sku := line.get("sku"):  # which older documents do not tell
            sheets.down(ROW - 3)
            article = _said("article", sku=sku)
            bill_row(sheets, (article, "", ""), size=8, color=GREY)
        sheets.rule(down=5)
        sheets.down(ROW)
    if told.get("discount"):
        bill_row(sheets, (_said("discount"), "", written(-told["discount"])))
        sheets.down(ROW)
    if told["rest"]:
        bill_row(sheets, (_rest(document), "", written(told["rest"])))
        sheets.down(ROW)
    total = (_said("total"), "", written(told["total"]))
    bill_row(sheets, total, size=10, bold=True)
    sheets.down(ROW + 12)
    vat_table(sheets, told, written, is_credit=is_credit)


def _rest(document: SalesDocumentView) -> str:
    """What is no piece: the delivery where the document is about it, or an amount that was given
    back for nothing by name.
    """
    if document.content["rest_name"]:
        return _said("delivery", method=document.content["rest_name"])
    return _said("rest" if document.kind is DocumentKind.INVOICE else "given_back")
