"""Read models of one purchase or one order, for pages and the API; lists are in lists.py.

Constant numbers of queries.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tortoise.queryset import QuerySet

from shared.core.frozen import frozen
from shared.core.ids import digest
from shared.core.money import Money
from shared.trade.orders import statements
from shared.trade.orders.contacts import Contact, contact_of
from shared.trade.orders.errors import OrderNotFound
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.orders.remaining_money import (
    MoneyState,
    OrderMoney,
    Shipping,
    shipping,
)
from shared.trade.orders.reservations import is_held_by_pay
from shared.trade.orders.restocking import has_left_stock, missing_of
from shared.trade.orders.rules import (
    ORDER_MOVES,
    TAKEN_FOR_GRANTED,
    CheckoutStatus,
    OrderStatus,
    PaymentStatus,
    StockState,
    is_called_off,
)
from shared.trade.orders.sold_discount import SoldDiscount, sold_discount
from shared.trade.orders.sold_shipping import SoldShipping, sold_shipping
from shared.trade.orders.sold_vat import SoldVat, sold_vat


@frozen
class LineView:
    """One product of an order as it was sold; `name` says which variant it was."""

    product_id: int
    name: str
    picture: str
    unit: Money
    quantity: int
    total: Money
    commission: Money
    # Pieces that were put back into stock and belong to the order again.
    missing: int = 0
    id: int = 0
    left: int = 0  # pieces that no refund speaks for
    sku: str = ""


@frozen
class OrderView:
    """One vendor's order."""

    id: int
    checkout_id: int
    number: str
    vendor_id: int
    vendor_name: str
    vendor_slug: str
    status: OrderStatus
    payment_status: PaymentStatus
    payment_intent_id: str | None
    total: Money
    platform_fee: Money
    vendor_share: Money
    money: OrderMoney  # what of it is still there
    waits_for_pay: bool  # whether its pieces are set aside only when Pay is pressed
    # Whether pieces of it left the stock and do not stand there again.
    has_left_stock: bool
    is_called_off: bool  # by its shopper, after it was paid
    lines: tuple[LineView, ...]
    contact: Contact
    placed_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    delivered_by: str
    tracking_carrier: str
    tracking_number: str
    sent_by: SoldShipping | None = None
    reduced_by: SoldDiscount | None = None
    vat: SoldVat | None = None
    note: str = ""  # of the shopper, to the shop
    message_waits: bool = (
        False  # whether the shopper wrote last, and waits for the vendor
    )

    @property
    def refunded(self) -> Money:
        """What went back, is going, or waits to be allowed."""
        return Money(self.money.refunded, self.total.currency)

    @property
    def lost(self) -> Money:
        """What the shopper's bank took for good, as far as it was the order's."""
        lost = min(self.money.lost, self.money.total)
        return Money(lost, self.total.currency)

    @property
    def left(self) -> Money:
        """What can still go back."""
        return Money(self.money.left, self.total.currency)

    @property
    def money_state(self) -> MoneyState:
        return self.money.state

    @property
    def shipping(self) -> Shipping:
        return shipping(self.status, self.money)

    @property
    def is_pickup(self) -> bool:
        """Whether its shopper comes for it."""
        return self.sent_by is not None and self.sent_by.is_pickup

    @property
    def can_keep(self) -> bool:
        """Whether it will not be sent, and something of it is not in stock."""
        return self.shipping is Shipping.GONE and self.has_left_stock

    @property
    def may_deliver(self) -> bool:
        """Whether it can be marked as delivered."""
        return OrderStatus.DELIVERED in ORDER_MOVES[self.status]

    @property
    def is_arrival_assumed(self) -> bool:
        """Whether nobody said that it arrived: it was sent long enough ago."""
        return self.delivered_by == TAKEN_FOR_GRANTED

    @property
    def may_ship(self) -> bool:
        """Whether the page offers to send it, be it with a second yes."""
        return self.shipping in (Shipping.READY, Shipping.DOUBTFUL)


@frozen
class CheckoutView:
    """One purchase with its orders."""

    id: int
    token: str
    status: CheckoutStatus
    contact: Contact
    total: Money
    orders: tuple[OrderView, ...]
    reserved_until: datetime
    placed_at: datetime

    @property
    def numbers(self) -> tuple[str, ...]:
        """Of its orders."""
        return tuple(order.number for order in self.orders)

    @property
    def vendor_ids(self) -> tuple[int, ...]:
        """Who sold in it."""
        return tuple(order.vendor_id for order in self.orders)


def money_of(order: Order) -> OrderMoney:
    """What of an order's money is still there."""
    return OrderMoney(
        payment_status=PaymentStatus(order.payment_status),
        total=order.total_amount_cents,
        refunded=order.refunded_amount,
        returned=order.returned_amount,
        disputed=order.disputed_amount,
        lost=order.lost_amount,
    )


def _line(line: OrderLine, currency: str) -> LineView:
    unit = Money(line.unit_amount, currency)
    commission = Money(line.commission_amount, currency)
    return LineView(
        product_id=line.product_id,
        name=line.full_name,
        picture=line.picture,
        unit=unit,
        quantity=line.quantity,
        total=unit * line.quantity,
        commission=commission,
        missing=missing_of(line),
        id=line.id,
        left=max(line.quantity - line.refunded_quantity, 0),
        sku=line.sku,
    )


def _order(
    order: Order,
    lines: Sequence[OrderLine],
    checkout: Checkout,
) -> OrderView:
    total = Money(order.total_amount_cents, order.currency)
    fee = Money(order.platform_fee_amount, order.currency)
    borne = Money(order.marketplace_discount, order.currency)
    return OrderView(
        id=order.id,
        checkout_id=order.checkout_id,
        number=order.number,
        vendor_id=order.vendor_id,
        vendor_name=order.vendor.name,
        vendor_slug=order.vendor.slug,
        status=OrderStatus(order.status),
        payment_status=PaymentStatus(order.payment_status),
        payment_intent_id=order.payment_intent_id,
        total=total,
        platform_fee=fee,
        vendor_share=total - fee + borne,
        money=money_of(order),
        waits_for_pay=_waits_for_pay(order),
        has_left_stock=has_left_stock(order, lines),
        is_called_off=is_called_off(order.status, order.stock_state),
        lines=tuple(_line(line, order.currency) for line in lines),
        contact=contact_of(checkout),
        placed_at=order.created_at,
        paid_at=order.paid_at,
        shipped_at=order.shipped_at,
        delivered_at=order.delivered_at,
        delivered_by=order.delivered_by,
        tracking_carrier=order.tracking_carrier,
        tracking_number=order.tracking_number,
        sent_by=sold_shipping(order),
        reduced_by=sold_discount(order),
        vat=sold_vat(order),
        note=order.note,
        message_waits=bool(order.message_waits),
    )


def _waits_for_pay(order: Order) -> bool:
    return order.stock_state == StockState.AT_PAYMENT or is_held_by_pay(order)


async def _views(orders: Sequence[Order]) -> tuple[OrderView, ...]:
    lines: dict[int, list[OrderLine]] = {order.id: [] for order in orders}
    for line in await OrderLine.filter(order_id__in=list(lines)).order_by("id"):
        lines[line.order_id].append(line)
    return tuple(_order(order, lines[order.id], order.checkout) for order in orders)


async def _one(query: QuerySet[Order]) -> OrderView:
    """The order that `query` names. Raises NotFound."""
    orders = await query.select_related("vendor", "checkout")
    if not orders:
        raise OrderNotFound
    return (await _views(orders))[0]


async def checkout_by_token(token: str) -> CheckoutView:
    """One purchase by its token; what a browser shows is its link
    (`shared.entrypoints.web.order_links`). Raises NotFound.
    """
    found = await statements.checkout_of(token)
    if found is None:
        raise OrderNotFound
    checkout, orders = found
    return CheckoutView(
        id=checkout.id,
        token=checkout.token,
        status=CheckoutStatus(checkout.status),
        contact=contact_of(checkout),
        total=Money(checkout.total_amount, checkout.currency),
        orders=tuple(_order(order, lines, checkout) for order, lines in orders),
        reserved_until=checkout.reserved_until,
        placed_at=checkout.created_at,
    )


async def order_by_id(order_id: int) -> OrderView:
    """One order, whoever asks: the caller has checked that they may. Raises NotFound."""
    return await _one(Order.filter(id=order_id))


async def checkout_token_of(order_id: int) -> str | None:
    """The token of the purchase that an order belongs to; None for an unknown order."""
    order = await Order.get_or_none(id=order_id).select_related("checkout")
    return order.checkout.token if order else None


async def token_of_old_link(link: str) -> str | None:
    """The token of the purchase that had this link before links were signed; None when none had."""
    checkout = await Checkout.get_or_none(old_link_digest=digest(link))
    return checkout.token if checkout else None


async def vendor_order(vendor_id: int, number: str) -> OrderView:
    """One of this vendor's orders. Raises NotFound, also for another vendor's."""
    found = await statements.order_of(vendor_id, number)
    if found is None:
        raise OrderNotFound
    order, lines = found
    return _order(order, lines, order.checkout)


async def order_by_number(number: str) -> OrderView:
    """One order of any vendor, for the marketplace's own staff. Raises NotFound."""
    return await _one(Order.filter(number=number))
