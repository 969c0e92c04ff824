"""Where a purchase's payment stands, asked of Stripe: what the return page shows."""

from __future__ import annotations

import logging

from shared.core.frozen import frozen
from shared.finance.payments import service
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import OPEN_STATES, PaymentState
from shared.infra.database.columns import texts_in
from shared.infra.gateway.errors import CardDeclined, StripeRefused, StripeUnavailable
from shared.infra.gateway.gateway import Gateway
from shared.trade.orders.errors import OrderNotFound
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.rules import CheckoutStatus, PaymentStatus

log = logging.getLogger("markethall.payments")


@frozen
class PaymentProgress:
    """`message` is a sentence for the shopper after a decline; `asked` is False when Stripe could
    not be asked just now.
    """

    state: PaymentState | None
    payment_status: PaymentStatus
    message: str | None
    can_retry: bool
    settled: bool
    asked: bool


async def refresh(gateway: Gateway, *, checkout_token: str) -> PaymentProgress:
    """Ask Stripe about every open payment of a purchase, let our rows follow, and answer where it
    stands.

    Raises NotFound for an unknown token; nothing of Stripe's (then `asked` is False and the answer
    is what we know).
    """
    checkout = await Checkout.get_or_none(token=checkout_token)
    if checkout is None:
        raise OrderNotFound
    asked = True
    open_payments = Payment.filter(
        order__checkout_id=checkout.id,
        status__in=list(OPEN_STATES),
        stripe_payment_intent_id__not_isnull=True,
    )
    for intent_id in await texts_in(open_payments, "stripe_payment_intent_id"):
        try:
            await service.confirm_payment(gateway, intent_id)
        except StripeUnavailable:
            asked = False
        except (
            StripeRefused,
            CardDeclined,
        ) as refused:  # our key or Stripe's memory is at fault, never the shopper
            log.warning("Stripe would not tell about %s: %s", intent_id, refused.log)
            asked = False
    return await _progress(checkout.id, asked=asked)


async def _progress(checkout_id: int, *, asked: bool) -> PaymentProgress:
    checkout = await Checkout.get(id=checkout_id)
    orders = await Order.filter(checkout_id=checkout_id).order_by("id")
    last = await Payment.filter(order__checkout_id=checkout_id).order_by("-id").first()
    state = PaymentState(last.status) if last else None
    statuses = {PaymentStatus(order.payment_status) for order in orders}
    # a purchase is as far as its slowest order
    status = next(
        s
        for s in (
            PaymentStatus.FAILED,
            PaymentStatus.PENDING,
            PaymentStatus.PROCESSING,
            PaymentStatus.CANCELLED,
            PaymentStatus.REFUNDED,
            PaymentStatus.PAID,
        )
        if s in statuses
    )
    retry = checkout.status == CheckoutStatus.OPEN and status in (
        PaymentStatus.PENDING,
        PaymentStatus.FAILED,
    )
    return PaymentProgress(
        state=state,
        payment_status=status,
        message=last.failure_reason if last and state is PaymentState.FAILED else None,
        can_retry=retry,
        settled=status not in (PaymentStatus.PENDING, PaymentStatus.PROCESSING)
        or state is PaymentState.PARKED,
        asked=asked,
    )
