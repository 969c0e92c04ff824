"""Read models of one purchase or one order, for pages and the API; lists are in lists.py. Constant numbers of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.errors import NotFound
from shared.money import Money
from shared.orders.addresses import town_line
from shared.orders.models import Checkout, Order, OrderLine
from shared.orders.rules import CheckoutStatus, OrderStatus, PaymentStatus, goes_back, may_ship


@dataclass(frozen=True)
class Contact:
    """Who ordered and where it goes."""

    email: str
    full_name: str
    address: str
    address_extra: str
    city: str
    postal_code: str
    country: str
    state: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The address as on a label, without name and country."""
        town = town_line(city=self.city, postal_code=self.postal_code, state=self.state, country=self.country)
        return tuple(line for line in (self.address, self.address_extra, town) if line)


@dataclass(frozen=True)
class LineView:
    """One product of an order as it was sold."""

    product_id: int
    name: str
    picture: str
    unit: Money
    quantity: int
    total: Money
    commission: Money


@dataclass(frozen=True)
class OrderView:
    """One vendor's order."""

    id: int
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
    refunded: Money  # what went back, is going, or waits to be allowed
    lines: tuple[LineView, ...]
    contact: Contact
    placed_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    tracking_carrier: str
    tracking_number: str

    @property
    def may_ship(self) -> bool:
        return may_ship(self.status, self.payment_status)

    @property
    def goes_back(self) -> bool:
        return goes_back(self.total.amount, self.refunded.amount)


@dataclass(frozen=True)
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


def contact_of(checkout: Checkout) -> Contact:
    """The contact that a checkout holds."""
    return Contact(
        checkout.email,
        checkout.full_name,
        checkout.address,
        checkout.address_extra,
        checkout.city,
        checkout.postal_code,
        checkout.country,
        checkout.state,
    )


def _line(line: OrderLine, currency: str) -> LineView:
    unit = Money(line.unit_amount, currency)
    commission = Money(line.commission_amount, currency)
    return LineView(line.product_id, line.name, line.picture, unit, line.quantity, unit * line.quantity, commission)


def _order(order: Order, lines: Iterable[OrderLine], checkout: Checkout) -> OrderView:
    total, fee = Money(order.total_amount_cents, order.currency), Money(order.platform_fee_amount, order.currency)
    return OrderView(
        id=order.id,
        number=order.number,
        vendor_id=order.vendor_id,
        vendor_name=order.vendor.name,
        vendor_slug=order.vendor.slug,
        status=OrderStatus(order.status),
        payment_status=PaymentStatus(order.payment_status),
        payment_intent_id=order.payment_intent_id,
        total=total,
        platform_fee=fee,
        vendor_share=total - fee,
        refunded=Money(order.refunded_amount, order.currency),
        lines=tuple(_line(line, order.currency) for line in lines),
        contact=contact_of(checkout),
        placed_at=order.created_at,
        paid_at=order.paid_at,
        shipped_at=order.shipped_at,
        tracking_carrier=order.tracking_carrier,
        tracking_number=order.tracking_number,
    )


async def _views(orders: Sequence[Order]) -> tuple[OrderView, ...]:
    lines: dict[int, list[OrderLine]] = {order.id: [] for order in orders}
    for line in await OrderLine.filter(order_id__in=list(lines)).order_by("id"):
        lines[line.order_id].append(line)
    return tuple(_order(order, lines[order.id], order.checkout) for order in orders)


async def checkout_by_token(token: str) -> CheckoutView:
    """The purchase behind an order link. Raises NotFound."""
    checkout = await Checkout.get_or_none(token=token)
    if checkout is None:
        raise NotFound("We could not find that order.")
    orders = await Order.filter(checkout_id=checkout.id).order_by("id").select_related("vendor", "checkout")
    return CheckoutView(
        id=checkout.id,
        token=checkout.token,
        status=CheckoutStatus(checkout.status),
        contact=contact_of(checkout),
        total=Money(checkout.total_amount, checkout.currency),
        orders=await _views(orders),
        reserved_until=checkout.reserved_until,
        placed_at=checkout.created_at,
    )


async def order_by_id(order_id: int) -> OrderView:
    """One order, whoever asks: the caller has checked that they may. Raises NotFound."""
    orders = await Order.filter(id=order_id).select_related("vendor", "checkout")
    if not orders:
        raise NotFound("We could not find that order.")
    return (await _views(orders))[0]


async def checkout_token_of(order_id: int) -> str | None:
    """The token of the purchase that an order belongs to; None for an unknown order."""
    order = await Order.get_or_none(id=order_id).select_related("checkout")
    return order.checkout.token if order else None


async def vendor_order(vendor_id: int, number: str) -> OrderView:
    """One of this vendor's orders. Raises NotFound, also for another vendor's."""
    orders = await Order.filter(vendor_id=vendor_id, number=number).select_related("vendor", "checkout")
    if not orders:
        raise NotFound("We could not find that order.")
    return (await _views(orders))[0]


async def order_by_number(number: str) -> OrderView:
    """One order of any vendor, for the marketplace's own staff. Raises NotFound."""
    orders = await Order.filter(number=number).select_related("vendor", "checkout")
    if not orders:
        raise NotFound("We could not find that order.")
    return (await _views(orders))[0]
