"""The purchases of one shopper: of the account, and of its confirmed address as a guest."""

from __future__ import annotations

from collections.abc import Sequence

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from shared.trade.orders.models import Checkout, Order
from shared.trade.people.models import Customer


def checkouts_of(customer: Customer) -> QuerySet[Checkout]:
    """Whatever was bought by this person, newest first."""
    mine = Q(customer_id=customer.id)
    if customer.email_confirmed_at is not None:
        mine |= Q(customer_id=None, email=customer.email)
    return Checkout.filter(mine).order_by("-id")


async def orders_of(checkouts: Sequence[Checkout]) -> list[Order]:
    """The orders of some purchases, with their vendors."""
    ids = [checkout.id for checkout in checkouts]
    return await Order.filter(checkout_id__in=ids).select_related("vendor")
