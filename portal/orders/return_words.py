"""What a shopper asks to be given back, as its vendor reads it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shared.core.frozen import frozen
from shared.core.words import badge, word
from shared.finance.refunds.answering import answer_to
from shared.finance.refunds.queries import RefundView
from shared.trade.orders.queries import OrderView
from shared.trade.returns.queries import ReturnView
from shared.trade.returns.rules import ReturnKind
from shared.trade.returns.words import pieces_of, reason_of


@frozen
class VendorReturn:
    """A request as its vendor reads it; `refund`: what it was answered with."""

    view: ReturnView
    badge: tuple[str, str]
    title: str
    pieces: tuple[str, ...]
    reason: str
    is_withdrawal: bool
    refund: RefundView | None


def vendor_returns(
    order: OrderView,
    found: Iterable[ReturnView],
    refunds: Sequence[RefundView],
) -> tuple[VendorReturn, ...]:
    """The requests of one order in words, the newest first. Pure."""
    return tuple(
        VendorReturn(
            view,
            badge("returns.vendor_states", view.state),
            word("returns.kinds", view.kind),
            pieces_of(view, order),
            reason_of(view),
            view.kind is ReturnKind.WITHDRAWAL,
            answer_to(view, refunds),
        )
        for view in found
    )
