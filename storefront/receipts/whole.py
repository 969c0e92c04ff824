"""A purchase as a whole: what its parts come to together, and where it stands. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.trade.orders.purchase_lists import PurchaseRow
from shared.trade.orders.queries import CheckoutView, OrderView
from shared.trade.orders.rules import OrderStatus, PaymentStatus
from storefront.receipts.order_card import OrderCard, order_status


@frozen
class PurchaseStands:
    """Where the orders of a purchase stand, as what is said of it after paying needs to know.

    `order`: of all; cancelled only if each is. `is_short`: some were paid and cannot be sent.
    `is_paid_back`: nothing of what was paid is left. `is_free`: there was nothing to pay.
    """

    order: OrderStatus
    is_called_off: bool
    is_paid_back: bool
    is_by_bank: bool
    is_short: bool
    is_free: bool = False


def stands(orders: Sequence[OrderView]) -> PurchaseStands:
    """Where a purchase stands, of its orders, of which there is at least one."""
    cancelled = [order for order in orders if order.status is OrderStatus.CANCELLED]
    going = [order for order in orders if order not in cancelled]
    return PurchaseStands(
        order=going[0].status if going else OrderStatus.CANCELLED,
        is_called_off=all(order.is_called_off for order in orders),
        is_paid_back=all(_is_over(order) for order in orders),
        is_by_bank=all(order.lost.amount for order in orders),
        is_short=any(
            not order.is_called_off and not _is_over(order) for order in cancelled
        ),
        is_free=not any(order.total.amount for order in orders),
    )


def _is_over(order: OrderView) -> bool:
    return order.is_called_off or order.money.is_gone


@frozen
class PartsSum:
    """The parts of a purchase at several shops, in one table: what was paid for all of them, and
    what goes back of it.
    """

    cards: tuple[OrderCard, ...]
    total: Money
    back: Money
    is_paid: bool


def parts_sum(found: CheckoutView, cards: Sequence[OrderCard]) -> PartsSum | None:
    """The table of a purchase; None where it has one order, which says all of it."""
    if len(cards) < 2:
        return None
    paid = (PaymentStatus.PAID, PaymentStatus.REFUNDED)
    nothing = Money(0, found.total.currency)
    back = sum((card.back for card in cards), nothing)
    is_paid = all(order.payment_status in paid for order in found.orders)
    return PartsSum(tuple(cards), found.total, back, is_paid)


def purchase_badges(
    purchase: PurchaseRow, asked: Mapping[int, int]
) -> tuple[tuple[str, str, str], ...]:
    """Where a purchase stands, in a list: kind, word, and the shop that it is about; without a
    shop where all parts stand alike.

    `asked`: by order, what of its money is asked back and not allowed yet.
    """
    badges = [
        (
            *order_status(
                part.money.without(asked.get(part.order_id, 0)),
                part.status,
                is_called_off=part.is_called_off,
                is_pickup=part.is_pickup,
            ),
            part.vendor_name,
        )
        for part in purchase.parts
    ]
    if len({badge[:2] for badge in badges}) == 1:
        kind, word, _ = badges[0]
        return ((kind, word, ""),)
    return tuple(badges)
