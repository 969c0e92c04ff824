"""A withdrawal that names its order, by whoever has no link at hand.

Whether there is such an order is found out later, by a job: who asks is told the same, as quickly.
"""

from __future__ import annotations

from shared.core.errors import MarketError
from shared.core.ids import typed_number
from shared.infra.jobs import Context, job
from shared.trade.orders.models import Order
from shared.trade.orders.rules import GUEST
from shared.trade.returns import service
from shared.trade.returns.rules import ReturnKind, ReturnReason
from shared.trade.returns.unmatched import Declarant, keep

_EVERYTHING = service.WantedReturn(ReturnKind.WITHDRAWAL, ReturnReason.NONE, "", {})


@job("returns.declared")
async def declared(
    _context: Context,
    full_name: str,
    number: str,
    email: str,
    language: str,
) -> None:
    """Withdraw from the order of this number, if it is that of this address.

    Else a person looks for it: the receipt is sent all the same, and says nothing else.
    """
    order = await Order.get_or_none(
        number=typed_number(number), checkout__email=email.lower()
    )
    if order is not None and await _is_taken_in(order):
        return
    await keep(Declarant(full_name, number, email), language=language)


async def _is_taken_in(order: Order) -> bool:
    """False where nothing is left, or the time is over: a person answers then."""
    try:
        await service.ask(
            order_id=order.id,
            wanted=_EVERYTHING,
            by=GUEST,
        )
    except MarketError:
        return False
    return True
