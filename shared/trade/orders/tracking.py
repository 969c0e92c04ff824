"""What a vendor typed about a parcel, put right after it was sent."""

from __future__ import annotations

from shared.core.typed import bare_code
from shared.infra import unit
from shared.infra.unit import Act, Transaction
from shared.trade.orders.carriers import tracking_link
from shared.trade.orders.errors import CannotCorrect
from shared.trade.orders.models import Order
from shared.trade.orders.order_mails import mails_of
from shared.trade.orders.rules import OrderStatus


async def correct_tracking(
    *,
    vendor_id: int,
    number: str,
    carrier: str,
    tracking: str,
    actor: str,
) -> bool:
    """Another carrier or number of a parcel that is under way; whether its shopper was told.

    A mail goes out only where they would look for another parcel, or elsewhere. Raises NotFound,
    CannotCorrect.
    """
    async with unit.transaction() as tx:
        order = await tx.lock(Order, vendor_id=vendor_id, number=number)
        if order.status != OrderStatus.SHIPPED or order.is_pickup:
            raise CannotCorrect
        before = (order.tracking_carrier, order.tracking_number)
        if before == (carrier, tracking):
            return False
        matters = _looked_for(*before) != _looked_for(carrier, tracking)
        details = {"carrier": carrier, "number": tracking}
        await tx.change(
            order,
            act=Act("order.tracking_corrected", actor, details),
            tracking_carrier=carrier,
            tracking_number=tracking,
        )
        if matters:
            await _tell_shopper(tx, order)
        return matters


def _looked_for(carrier: str, number: str) -> tuple[str, str]:
    """What a shopper looks for, and where."""
    return bare_code(number).upper(), tracking_link(carrier, number) or carrier


async def _tell_shopper(tx: Transaction, order: Order) -> None:
    mails = await mails_of(tx, order)
    mails.to_shopper(
        "tracking_corrected",
        key=f"tracking_corrected:{order.id}:{order.updated_at.isoformat()}",
        carrier=order.tracking_carrier,
        tracking=order.tracking_number,
        link=tracking_link(order.tracking_carrier, order.tracking_number),
    )
