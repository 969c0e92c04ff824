"""Orders of which a code took something off: written into what was placed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.money import split
from shared.finance.payments.models import Payment
from shared.infra.jobs.models import Job
from shared.infra.stripe_writes.models import StripeWrite
from shared.trade.orders.models import Checkout, Order, OrderLine
from tests.support.money import held
from tests.support.purchases import buy_from, pay

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.support.machine import Market
    from tests.support.market import Shop
    from tests.support.purchases import SharedPurchase


async def take_off(
    order_id: int,
    amount: int,
    *,
    by_marketplace: bool,
    off_sending: int = 0,
) -> Order:
    """Take `amount` off an unpaid order's goods and `off_sending` off what it costs to send them.

    With a vendor's code the commission is of what is left of the lines.
    """
    order = await Order.get(id=order_id)
    lines = await OrderLine.filter(order_id=order_id).order_by("id")
    whole = [line.unit_amount * line.quantity for line in lines]
    parts = split(amount, whole)
    for line, worth, off in zip(lines, whole, parts, strict=True):
        line.discount_amount = off
        if not by_marketplace:
            line.commission_amount = line.commission_amount * (worth - off) // worth
        await line.save()
    order.discount_amount, order.shipping_discount = amount, off_sending
    order.shipping_amount -= off_sending
    order.total_amount_cents -= amount + off_sending
    if by_marketplace:
        order.marketplace_discount = amount + off_sending
    order.platform_fee_amount = sum(line.commission_amount for line in lines)
    await order.save()
    await _add_up([order.checkout_id])
    await _forget_payments(order.checkout_id)
    return order


async def _forget_payments(checkout_id: int) -> None:
    """What was written down with the orders is of their old prices."""
    mine = Payment.filter(order__checkout_id=checkout_id)
    keys = [payment.idempotency_key for payment in await mine]
    writes = StripeWrite.filter(key__in=keys)
    jobs = [f"stripe_writes.perform:{write.id}" for write in await writes]
    await Job.filter(unique_key__in=jobs).delete()
    await writes.delete()
    await Payment.filter(idempotency_key__in=keys).delete()


async def _add_up(checkout_ids: Iterable[int]) -> None:
    for checkout_id in checkout_ids:
        orders = await Order.filter(checkout_id=checkout_id)
        total = sum(order.total_amount_cents for order in orders)
        await Checkout.filter(id=checkout_id).update(total_amount=total)


async def bought_for_less(
    market: Market, shops: Sequence[Shop], off: int, *, by_marketplace: bool = True
) -> SharedPurchase:
    """A paid purchase of two pieces at each shop, with so much taken off each order."""
    purchase = await buy_from(shops, quantity=2)
    for order_id in purchase.order_ids:
        await take_off(order_id, off, by_marketplace=by_marketplace)
    pay(market, (await purchase.open(market)).payment_intent_id)
    market.advance(1)
    await market.settle()
    return purchase


def euros_at(market: Market, shop: Shop) -> int:
    """What the vendor holds at the stand-in."""
    return held(market, shop.account_id).get("EUR", 0)  # type: ignore[arg-type]
