"""The sales of the demo: each ordered, paid and sent at its own moment of the past."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypeAlias

from shared.core import clock
from shared.core.frozen import frozen
from shared.entrypoints.cli.demo_goods import SHOPPER
from shared.entrypoints.cli.demo_orders import DemoBasket, DemoSale
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
Items: TypeAlias = tuple[tuple[str, int], ...]  # products by their slugs, and how many


@frozen
class Till:
    """What sales of the demo go through; `shopper_id`: who has an account."""

    gateway: Gateway
    stripe: DemoStripe
    shopper_id: int


async def sell(till: Till, sale: DemoSale, vendor_id: int) -> None:
    """Order, pay and send, each where it is not done yet."""
    (order,) = await _bought(till, sale, {vendor_id: sale.items})
    await _send(sale, order, sale.sent_by)


async def sell_together(
    till: Till,
    basket: DemoBasket,
    vendor_ids: Mapping[str, int],
) -> None:
    """The same with one purchase at several shops."""
    parts = {vendor_ids[part.vendor]: part for part in basket.parts}
    items = {vendor_id: part.items for vendor_id, part in parts.items()}
    for order in await _bought(till, basket.sale, items):
        await _send(basket.sale, order, parts[order.vendor_id].sent_by)


async def _bought(
    till: Till,
    sale: DemoSale,
    items: Mapping[int, Items],
) -> list[Order]:
    """The orders of a purchase, paid. `items`: by vendor."""
    placed = moment(sale)
    wanted = Order.filter(
        vendor_id__in=list(items),
        checkout__email=sale.email,
        checkout__address=sale.address,
    ).order_by("id")
    orders = await wanted.select_related("checkout")
    if not orders:
        customer_id = till.shopper_id if sale.email == SHOPPER else None
        with clock.use(lambda: placed):
            await _place(sale, items, customer_id=customer_id)
        orders = await wanted.select_related("checkout")
    if orders[0].payment_status == PaymentStatus.PENDING:
        with clock.use(lambda: placed + timedelta(minutes=2)):
            await _pay(till, sale, orders[0])
        orders = await wanted.select_related("vendor")
    return orders


def moment(sale: DemoSale) -> datetime:
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


async def _pay(till: Till, sale: DemoSale, order: Order) -> None:
    """Pay by card, unless it was paid when an earlier fill broke off."""
    token = order.checkout.token
    intent = await create_payment_intent(till.gateway, order_id=order.id)
    progress = await refresh(till.gateway, checkout_token=token)
    if progress.payment_status == PaymentStatus.PENDING:
        await till.stripe.pay(intent.payment_intent_id, sale.card)
        await refresh(till.gateway, checkout_token=token)


async def _send(
    sale: DemoSale,
    order: Order,
    carrier: str | None,
) -> None:
    if carrier is None or order.status != OrderStatus.PROCESSING:
        return
    vendor = await order.vendor
    sent = moment(sale) + timedelta(hours=26)
    with clock.use(lambda: sent):
        await mark_as_shipped(
            vendor_id=vendor.id,
            number=order.number,
            carrier=carrier,
            tracking=f"{vendor.country}{order.id:09d}{sale.country}",
            actor=ACTOR,
        )


async def _place(
    sale: DemoSale,
    items: Mapping[int, Items],
    *,
    customer_id: int | None,
) -> None:
    basket: str | None = None
    for vendor_id, wanted in items.items():
        mine = Product.filter(vendor_id=vendor_id)
        ids = dict(await mine.values_list("slug", "id"))
        for slug, quantity in wanted:
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
