"""What is offered about an order, on its page and on those below it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.money import Money
from shared.core.words import badge, word
from shared.finance.refunds.answering import answer_to
from shared.finance.refunds.queries import RefundView
from shared.trade.orders.queries import OrderView
from shared.trade.returns.queries import ReturnView
from shared.trade.returns.rules import AfterSaleOffer, offer
from shared.trade.returns.words import pieces_of, reason_of


def offer_to(order: OrderView) -> AfterSaleOffer:
    """What its shopper may ask of an order now."""
    return offer(
        order.status,
        order.money,
        order.delivered_at,
        is_assumed=order.is_arrival_assumed,
        now=clock.now(),
    )


@frozen
class ShopperReturn:
    """A request for money back as its shopper reads it; `given`: with how much its vendor answered
    it.
    """

    view: ReturnView
    badge: tuple[str, str]
    title: str
    pieces: tuple[str, ...]
    reason: str
    given: Money | None


def shopper_returns(
    order: OrderView,
    found: Iterable[ReturnView],
    refunds: Sequence[RefundView],
) -> tuple[ShopperReturn, ...]:
    """The requests of one order in words, the newest first."""
    return tuple(
        ShopperReturn(
            view,
            badge("returns.states", view.state),
            word("returns.kinds", view.kind),
            pieces_of(view, order),
            reason_of(view),
            _given(view, refunds),
        )
        for view in found
    )


def _given(view: ReturnView, refunds: Sequence[RefundView]) -> Money | None:
    refund = answer_to(view, refunds)
    return refund.amount if refund is not None and refund.amount else None
