"""Which refund answered a request for money back. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from shared.finance.refunds.queries import RefundView
from shared.trade.returns.queries import ReturnView
from shared.trade.returns.rules import ReturnState


def answer_to(
    request: ReturnView,
    refunds: Iterable[RefundView],
) -> RefundView | None:
    """Of an order's refunds the one that was written down with the answer, if it was one.

    The request is answered first, while the order is locked; so the next refund of the order is
    that one.
    """
    answered = request.answered_at
    if request.state is not ReturnState.ACCEPTED or answered is None:
        return None
    after = [refund for refund in refunds if refund.requested_at >= answered]
    return min(after, key=_number, default=None)


def _number(refund: RefundView) -> int:
    return refund.number
