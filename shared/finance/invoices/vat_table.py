"""What an invoice says of VAT: a row a rate, and the sentence that its treatment asks for."""

from __future__ import annotations

from collections.abc import (
    Callable,
    Mapping,
    Sequence,
)
from typing import Any

from shared.core.words import word
from shared.finance.statements.layout import ROW
from shared.finance.statements.pdf import (
    GREY,
    INK,
    MARGIN,
    REGULAR,
    RIGHT,
    Sheets,
    folded,
)
from shared.trade.vat.sales.words import place_words, rate_words

# Where the columns of net, VAT and gross end.
_ENDS = (RIGHT - 180, RIGHT - 90, RIGHT)
_AMOUNTS = ("net", "vat", "gross")
_SMALL = 8


def vat_table(
    sheets: Sheets,
    told: Mapping[str, Any],
    written: Callable[[int], str],
    *,
    is_credit: bool,
) -> None:
    """Write below the total what of it is VAT; of an order that knows nothing only that it may
    be.
    """
    if told["vat"]:
        _rates(
            sheets,
            told,
            written,
        )
    for sentence in _sentences(told, written, is_credit=is_credit):
        for line in folded(
            sentence,
            REGULAR,
            _SMALL,
            RIGHT - MARGIN,
        ):
            _room(sheets)
            sheets.text(
                MARGIN,
                line,
                size=_SMALL,
                color=GREY,
            )
            sheets.down(ROW - 4)


def _rates(
    sheets: Sheets,
    told: Mapping[str, Any],
    written: Callable[[int], str],
) -> None:
    heads = [_said(name) for name in _AMOUNTS]
    state = told["vat_state"]
    where = place_words(state, told.get("vat_region", ""))
    whose = _said("of_state", state=where) if state else _said("vat")
    _row(
        sheets,
        whose,
        heads,
        GREY,
    )
    for row in told["vat"]:
        amounts = [written(row[name]) for name in _AMOUNTS]
        _row(
            sheets,
            rate_words(row["rate"]),
            amounts,
            INK,
        )
    sheets.down(6)


def _sentences(
    told: Mapping[str, Any],
    written: Callable[[int], str],
    *,
    is_credit: bool,
) -> list[str]:
    treatment = told.get("vat_treatment") or "unknown"
    said = [word("sales_vat.invoice", treatment)]
    gross = sum(row["gross"] for row in told["vat"])
    paid = gross - told["total"]
    if told["vat"] and paid > 0:
        code = "to_marketplace" if is_credit else "by_marketplace"
        amount = written(
            -paid if is_credit else paid
        )  # a note writes all below nothing
        said.append(_said(code, amount=amount))
    return said


def _said(code: str, **values: object) -> str:
    return word(
        "sales_vat.table",
        code,
        **values,
    )


def _row(
    sheets: Sheets,
    name: str,
    cells: Sequence[str],
    color: str,
) -> None:
    _room(sheets)
    sheets.text(
        MARGIN,
        name,
        color=color,
        most=RIGHT - MARGIN - 280,
    )
    for end, cell in zip(
        _ENDS,
        cells,
        strict=True,
    ):
        sheets.text(
            end,
            cell,
            color=color,
            align="right",
        )
    sheets.down(ROW)


def _room(sheets: Sheets) -> None:
    if not sheets.room(ROW):
        sheets.turn()
        sheets.down(14)
