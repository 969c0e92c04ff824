"""Whether an unpaid order that was placed without VAT may still be paid so."""

from __future__ import annotations

from collections.abc import Iterable

from shared.trade.orders.errors import NumberWithdrawn, SellerNumberWithdrawn
from shared.trade.orders.models import Order
from shared.trade.orders.rules import PaymentStatus
from shared.trade.vat.sales.businesses import business_of, confirmed_numbers

_NOT_BEGUN = (PaymentStatus.PENDING, PaymentStatus.FAILED)


async def must_still_hold(orders: Iterable[Order]) -> None:
    """Raise NumberWithdrawn where the number of a business was taken away, refused or replaced
    since it ordered, SellerNumberWithdrawn where a vendor's was. Orders with VAT ask nothing.
    """
    net = [
        order
        for order in orders
        if order.buyer_vat_number and order.payment_status in _NOT_BEGUN
    ]
    if not net:
        return
    for order in net[:1]:  # a purchase has one buyer
        business = await business_of(order.customer_id)
        if business is None or business.number != order.buyer_vat_number:
            raise NumberWithdrawn(number=order.buyer_vat_number)
    sellers = await confirmed_numbers({order.vendor_id for order in net})
    if any(sellers.get(order.vendor_id) != order.seller_vat_number for order in net):
        raise SellerNumberWithdrawn
