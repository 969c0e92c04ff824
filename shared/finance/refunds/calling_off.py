"""A paid order is cancelled before it is sent: cancelled and refunded in one transaction."""

from __future__ import annotations

from functools import partial

from shared.finance.refunds.preview import refundable
from shared.finance.refunds.rules import Reach, RefundRequest
from shared.finance.refunds.service import Requested, request
from shared.infra.gateway.gateway import Gateway
from shared.trade.orders.calling_off import call_off
from shared.trade.orders.queries import OrderView


async def cancel_and_refund(
    gateway: Gateway, order: OrderView, *, by: str
) -> Requested:
    """Give all of it back; its pieces go into stock again when the money has left.

    The shopper's own right, so no limit lets it wait for the operator. Raises CannotCallOff, and
    what `request` raises.
    """
    found = await refundable(order.vendor_id, order.number)
    wish = RefundRequest(
        Reach.WHOLE, restock=frozenset(line.id for line in found.lines)
    )
    return await request(
        gateway,
        vendor_id=order.vendor_id,
        number=order.number,
        wish=wish,
        reason="requested_by_customer",
        note="",
        by=by,
        seen=found.seen,
        at_once=True,
        together=partial(call_off, by=by),
        decided_by=by,
    )
