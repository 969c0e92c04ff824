"""Where a purchase's payment stands, asked of Stripe: what the return page shows."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from shared.core.frozen import frozen
from shared.finance.payments import service
from shared.finance.payments.rules import OPEN_STATES, PaymentState
from shared.finance.payments.statements import OrderPaid, of_purchase
from shared.infra.gateway.errors import CardDeclined, StripeRefused, StripeUnavailable
from shared.infra.gateway.gateway import Gateway
from shared.trade.orders.errors import OrderNotFound
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
    found = await of_purchase(checkout_token)
    if not found:
        raise OrderNotFound
    asked = True
    may_move = dict.fromkeys(  # each once: orders may share theirs
        each.intent_id
        for each in found
        if each.intent_id is not None and each.payment in OPEN_STATES
    )
    for intent_id in may_move:
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
    now = await of_purchase(checkout_token) if may_move else found
    return _progress(now, asked=asked)


def _progress(
    found: Sequence[OrderPaid],
    *,
    asked: bool,
) -> PaymentProgress:
    last = found[-1]
    state = last.payment
    statuses = {each.order for each in found}
    # A purchase is as far as its slowest order; paid as long as one of them is.
    status = next(
        s
        for s in (
            PaymentStatus.FAILED,
            PaymentStatus.PENDING,
            PaymentStatus.PROCESSING,
            PaymentStatus.CANCELLED,
            PaymentStatus.PAID,
            PaymentStatus.REFUNDED,
        )
        if s in statuses
    )
    retry = last.purchase is CheckoutStatus.OPEN and status in (
        PaymentStatus.PENDING,
        PaymentStatus.FAILED,
    )
    return PaymentProgress(
        state=state,
        payment_status=status,
        message=last.failure if state is PaymentState.FAILED else None,
        can_retry=retry,
        settled=status not in (PaymentStatus.PENDING, PaymentStatus.PROCESSING)
        or state is PaymentState.PARKED,
        asked=asked,
    )
