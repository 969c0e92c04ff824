"""The VAT that stands on an invoice and on what corrects it, as plain data that is kept with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import (
    Iterable,
    Mapping,
    Sequence,
)
from typing import Any

from shared.finance.invoices.rules import DocumentKind
from shared.finance.refunds.models import (
    Refund,
    RefundLine,
)
from shared.trade.orders.models import (
    Order,
    OrderLine,
)
from shared.trade.orders.sold_amounts import sold_of
from shared.trade.vat.sales.rules import (
    VatPart,
    gross_back,
    parts_in,
    vat_back,
)

Content = Mapping[str, Any]
NAMES = ("vat", "vat_treatment", "vat_state", "vat_region")


def as_before(told: Content, before: Content) -> dict[str, Any]:
    """What one document says, with the VAT of another."""
    kept = {name: before.get(name, "") for name in NAMES}
    return {**told, **kept}


def of_parts(
    order: Order,
    parts: Iterable[VatPart],
) -> dict[str, Any]:
    """What a document says of these parts, and of the order that they are of."""
    rows = [
        {
            "rate": part.rate,
            "net": part.net,
            "vat": part.vat,
            "gross": part.gross,
        }
        for part in parts
    ]
    return {
        "vat": rows,
        "vat_treatment": order.vat_treatment,
        "vat_state": order.vat_state,
        "vat_region": order.vat_region,
    }


def of_refund(
    order: Order,
    refund: Refund,
    pieces: Sequence[RefundLine],
    lines: Sequence[OrderLine],
    credited: Credited,
) -> dict[str, Any]:
    """The VAT in what a refund gives back, after what was credited before it.

    What the marketplace paid of the price counts as paid, and goes back as the refund says.
    """
    parts = parts_in(order.vat_parts)
    taxed = sum(part.gross for part in parts)
    total = max(order.total_amount_cents, 1)
    if not parts:
        return of_parts(order, ())
    wanted = _wanted(pieces, lines)
    amount = _taxed_back(order, refund, taxed, credited)
    after = gross_back(
        parts,
        credited.gross,
        {rate: part * taxed // total for rate, part in wanted.items()},
        amount,
    )
    return of_parts(
        order,
        vat_back(
            parts,
            credited.gross,
            after,
        ),
    )


def _taxed_back(
    order: Order,
    refund: Refund,
    taxed: int,
    credited: Credited,
) -> int:
    """What of all that was taxed a refund brings back; what clears the order brings the rest, also
    of one that cost nothing.
    """
    left = taxed - credited.gross.total()
    if credited.total + refund.amount >= order.total_amount_cents:
        return left
    sold = sold_of(order).worth
    back = int(refund.amount + refund.discount_part)
    return min(
        back * taxed // sold,
        left,
    )


def _wanted(
    pieces: Sequence[RefundLine],
    lines: Sequence[OrderLine],
) -> Counter[int]:
    rates = {line.id: line.vat_rate or 0 for line in lines}
    wanted: Counter[int] = Counter()
    for piece in pieces:
        wanted[rates[piece.order_line_id]] += piece.amount
    return wanted


class Credited:
    """What the documents of an order have credited so far: of each rate's gross, and in all."""

    def __init__(self) -> None:
        self.gross: Counter[int] = Counter()
        self.total = 0

    def add(
        self,
        kind: DocumentKind,
        content: Content,
    ) -> None:
        """Count one more document, in the order in which they were issued."""
        if kind is DocumentKind.INVOICE:
            return
        sign = 1 if kind is DocumentKind.CREDIT_NOTE else -1
        self.total += sign * content["total"]
        for row in content["vat"]:
            self.gross[row["rate"]] += sign * row["gross"]
