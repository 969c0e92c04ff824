"""What a shopper asks to be given back, in words."""

from __future__ import annotations

from shared.core.words import word
from shared.trade.orders.queries import OrderView
from shared.trade.returns.queries import ReturnView
from shared.trade.returns.rules import ReturnReason


def pieces_of(view: ReturnView, order: OrderView) -> tuple[str, ...]:
    """The pieces that it is about, as `2 × Cup`; those of lines that the order has."""
    names = {line.id: line.name for line in order.lines}
    return tuple(
        f"{count} × {names[id_]}" for id_, count in view.pieces.items() if id_ in names
    )


def reason_of(view: ReturnView) -> str:
    """Why it is asked for; empty where no reason is needed."""
    if view.reason is ReturnReason.NONE:
        return ""
    return word("returns.reasons", view.reason)
