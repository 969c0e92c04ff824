"""A shopper's own purchases, each with what it has at each shop.

Constant numbers of queries.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tortoise.expressions import Q

from shared.core.frozen import frozen
from shared.core.ids import digest
from shared.core.money import Money
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.queries import money_of
from shared.trade.orders.remaining_money import OrderMoney
from shared.trade.orders.rules import CheckoutStatus, OrderStatus, is_called_off


@frozen
class PurchasePart:
    """What a purchase has at one shop."""

    order_id: int
    number: str
    vendor_id: int
    vendor_name: str
    total: Money
    status: OrderStatus
    money: OrderMoney
    is_called_off: bool
    is_pickup: bool = False


@frozen
class PurchaseRow:
    """One purchase in a shopper's own list, with what it has at each shop."""

    token: str
    placed_at: datetime
    total: Money
    parts: tuple[PurchasePart, ...]


async def purchases_of(
    customer_id: int, limit: int = 50, *, proven_email: str | None = None
) -> tuple[PurchaseRow, ...]:
    """A shopper's own purchases, newest first; of an address that was proven to be theirs also
    those they made as a guest.
    """
    mine = Q(customer_id=customer_id)
    if proven_email is not None:
        # By the few checkouts of that address first: an OR over two tables would read all orders.
        as_guest = (
            Checkout.filter(email=proven_email, customer_id=None)
            .order_by("-id")
            .limit(limit)
        )
        mine |= Q(checkout_id__in=await as_guest.values_list("id", flat=True))
    orders = (
        await Order.filter(mine)
        .order_by("-id")
        .limit(limit * 4)
        .select_related("checkout", "vendor")
    )
    grouped: dict[int, list[Order]] = {}
    for order in orders:
        grouped.setdefault(order.checkout_id, []).insert(0, order)
    if len(orders) == limit * 4 and len(grouped) > 1:
        grouped.popitem()  # its first parts may be missing
    return tuple(_purchase(group) for group in list(grouped.values())[:limit])


async def last_country(customer_id: int) -> str:
    """Where a shopper's last order went; empty where they have none."""
    mine = Order.filter(customer_id=customer_id).order_by("-id").limit(1)
    found = await mine.values_list("checkout__country", flat=True)
    return str(found[0]) if found else ""


def _purchase(orders: Sequence[Order]) -> PurchaseRow:
    checkout = orders[0].checkout
    return PurchaseRow(
        token=checkout.token,
        placed_at=checkout.created_at,
        total=Money(checkout.total_amount, checkout.currency),
        parts=tuple(map(_part, orders)),
    )


def _part(order: Order) -> PurchasePart:
    return PurchasePart(
        order.id,
        order.number,
        order.vendor_id,
        order.vendor.name,
        Money(order.total_amount_cents, order.currency),
        OrderStatus(order.status),
        money_of(order),
        is_called_off(order.status, order.stock_state),
        order.is_pickup,
    )


async def parts_of_purchase(checkout_id: int) -> tuple[PurchasePart, ...]:
    """What a purchase has at each shop, for the marketplace's own staff."""
    mine = Order.filter(checkout_id=checkout_id)
    orders = await mine.order_by("id").select_related("vendor")
    return tuple(map(_part, orders))


async def last_bought_with(basket_token: str | None) -> str | None:
    """The token of the latest purchase that was paid with a basket, if there is one."""
    if not basket_token:
        return None
    bought = Checkout.filter(
        basket__token_digest=digest(basket_token),
        status=CheckoutStatus.COMPLETED,
    )
    tokens = await bought.order_by("-id").limit(1).values_list("token", flat=True)
    return str(tokens[0]) if tokens else None
