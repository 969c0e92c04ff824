"""The sales of the demo: each ordered, paid and sent at its own moment of the past."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.core import clock
from shared.core.frozen import frozen
from shared.entrypoints.cli.demo_goods import SHOPPER, DemoVendor
from shared.entrypoints.cli.demo_orders import DemoSale
from shared.entrypoints.cli.demo_stripe import DemoStripe
from shared.finance.payments.return_page import refresh
from shared.finance.payments.service import create_payment_intent
from shared.infra.gateway.gateway import Gateway
from shared.trade.baskets import service as baskets
from shared.trade.catalogue.models import Product
from shared.trade.orders import terms
from shared.trade.orders.contacts import Contact
from shared.trade.orders.models import Order
from shared.trade.orders.rules import OrderStatus, PaymentStatus
from shared.trade.orders.service import place_order
from shared.trade.orders.shipping import mark_as_shipped
from shared.trade.orders.terms import Acceptance

ACTOR = "system"


@frozen
class Seller:
    """A vendor of the demo, and what its sales go through."""

    gateway: Gateway
    stripe: DemoStripe
    demo: DemoVendor
    vendor_id: int


async def sell(seller: Seller, sale: DemoSale, *, shopper_id: int) -> None:
    """Order, pay and send, each where it is not done yet."""
    placed = _moment(sale)
    wanted = Order.filter(
        vendor_id=seller.vendor_id,
        checkout__email=sale.email,
        checkout__address=sale.address,
    )
    order = await wanted.select_related("checkout").first()
    if order is None:
        customer_id = shopper_id if sale.email == SHOPPER else None
        with clock.use(lambda: placed):
            await _place(sale, vendor_id=seller.vendor_id, customer_id=customer_id)
        order = await wanted.select_related("checkout").get()
    if order.payment_status == PaymentStatus.PENDING:
        with clock.use(lambda: placed + timedelta(minutes=2)):
            await _pay(seller, sale, order)
        await order.refresh_from_db()
    if sale.sent_by and order.status == OrderStatus.PROCESSING:
        with clock.use(lambda: placed + timedelta(hours=26)):
            await _send(seller, sale, order, carrier=sale.sent_by)


def _moment(sale: DemoSale) -> datetime:
    """When it was ordered: on its day, at some hour of business."""
    now = clock.now()
    hour, minute = 8 + len(sale.address) % 9, len(sale.email) % 60
    day = now - timedelta(days=sale.days_ago)
    return min(
        day.replace(
            hour=hour,
            minute=minute,
            second=0,
        ),
        now - timedelta(minutes=5),
    )


async def _pay(seller: Seller, sale: DemoSale, order: Order) -> None:
    """Pay by card, unless it was paid when an earlier fill broke off."""
    token = order.checkout.token
    intent = await create_payment_intent(seller.gateway, order_id=order.id)
    progress = await refresh(seller.gateway, checkout_token=token)
    if progress.payment_status == PaymentStatus.PENDING:
        await seller.stripe.pay(intent.payment_intent_id, sale.card)
        await refresh(seller.gateway, checkout_token=token)


async def _send(seller: Seller, sale: DemoSale, order: Order, *, carrier: str) -> None:
    await mark_as_shipped(
        vendor_id=seller.vendor_id,
        number=order.number,
        carrier=carrier,
        tracking=f"{seller.demo.country}{order.id:09d}{sale.country}",
        actor=ACTOR,
    )


async def _place(
    sale: DemoSale,
    *,
    vendor_id: int,
    customer_id: int | None,
) -> None:
    ids = dict(await Product.filter(vendor_id=vendor_id).values_list("slug", "id"))
    basket: str | None = None
    for slug, quantity in sale.items:
        basket = await baskets.add(basket, product_id=ids[slug], quantity=quantity)
    contact = Contact(
        email=sale.email,
        full_name=sale.name,
        address=sale.address,
        address_extra="",
        city=sale.city,
        postal_code=sale.postal_code,
        country=sale.country,
    )
    accepted = Acceptance(
        terms.VERSION, "192.0.2.17"
    )  # an address of no one (RFC 5737)
    await place_order(
        basket_token=basket,
        contact=contact,
        customer_id=customer_id,
        hold_minutes=30,
        accepted=accepted,
    )
