"""What is read at Stripe around a refund: disputes, what of the sale came back so far, and what
came back along with a refund.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import timedelta

from shared.core.frozen import frozen
from shared.finance.payments.models import Payment
from shared.finance.recovery import funding
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.rules import MovementKind
from shared.finance.refunds.methods import AtStripe, Earlier, RefundMethod
from shared.finance.refunds.models import Refund
from shared.finance.refunds.refundability import (
    AtBank,
    Refundability,
    refundability,
)
from shared.finance.refunds.rules import UNDONE
from shared.infra.database.columns import texts_in
from shared.infra.gateway.application_fees import FeeRefund
from shared.infra.gateway.errors import StripeRefused, StripeUnavailable
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.refunds import StripeRefund

log = logging.getLogger("markethall.refunds")

# A fee refund does not name its refund: it is the one that nobody knows yet and that was made in
# the same moment.
SAME_MOMENT = timedelta(seconds=5)
_DECIDED = ("warning_closed", "won", "lost", "prevented")


async def refundability_of(gateway: Gateway, payment: Payment) -> Refundability:
    """What the shopper's bank says of a payment; unknown while Stripe does not answer (then a
    refund finds out by itself).
    """
    if payment.stripe_payment_intent_id is None:  # it cost nothing: no bank knows of it
        return Refundability.CLEAR
    try:
        disputes = await gateway.disputes.list(
            payment_intent=payment.stripe_payment_intent_id
        )
    except (StripeUnavailable, StripeRefused) as error:
        log.info("disputes of payment %s could not be read: %s", payment.id, error.log)
        return Refundability.UNKNOWN
    return refundability(
        [
            AtBank(
                d.is_charge_refundable,
                d.is_inquiry,
                d.status not in _DECIDED,
            )
            for d in disputes
        ]
    )


async def balance_of(gateway: Gateway, payment: Payment) -> int | None:
    """What the vendor holds at Stripe in the payment's currency; None while Stripe does not
    answer.
    """
    try:
        return await funding.balance(gateway, payment)
    except (StripeUnavailable, StripeRefused):
        return None


async def earlier_refunds(refund: Refund) -> list[Earlier]:
    """The refunds of the same payment that Stripe took on before, and how it was asked."""
    rows = await Refund.filter(
        payment_id=refund.payment_id,
        id__not=refund.id,
        stripe_refund_id__not_isnull=True,
    ).order_by("id")
    return [
        Earlier(
            row.amount,
            row.commission_part - row.discount_part,
            RefundMethod(bool(row.reverse_transfer), row.refund_application_fee),
            row.status in UNDONE,
        )
        for row in rows
    ]


async def sale_at_stripe(gateway: Gateway, payment: Payment) -> AtStripe:
    """What of a sale came back so far.

    In the first seconds a charge has no transfer and no fee yet, so nothing of them came back.
    Stripe makes them before it refunds such a charge, and the vendor's share is in its balance by
    then; a refusal is answered by asking in the other way. Of a charge that several orders share
    the platform pays in any case.
    """
    if payment.is_slice:
        return AtStripe(0, 0, 0, is_shared=True)
    reversed_, fee_refunded = 0, 0
    balance = await funding.balance(gateway, payment)
    if payment.stripe_transfer_id is None:
        balance += payment.amount_vendor
    else:
        reversed_ = (
            await gateway.transfers.get(payment.stripe_transfer_id)
        ).amount_reversed
    if payment.stripe_application_fee_id is not None:
        fee_refunded = (
            await gateway.application_fees.get(payment.stripe_application_fee_id)
        ).amount_refunded
    return AtStripe(
        reversed=reversed_,
        fee_refunded=fee_refunded,
        balance=balance,
    )


async def was_touched(payment_id: int) -> bool:
    """Whether money of the sale was moved by anything but refunds."""
    others = Claim.filter(payment_id=payment_id).exclude(subject__startswith="refund:")
    again = Movement.filter(claim__payment_id=payment_id, kind=MovementKind.TRANSFER)
    return await others.exists() or await again.exists()


@frozen
class Along:
    """What Stripe moved along with a refund: a reversal of the transfer, a part of the fee.

    Minor units, 0 for nothing.
    """

    reversal_id: str = ""
    reversed: int = 0
    fee_refund_id: str = ""
    fee_back: int = 0


async def along(
    gateway: Gateway,
    payment: Payment,
    answer: StripeRefund,
    noted: Collection[str] | None,
) -> Along:
    """Read what came back along with a refund.

    `noted`: the fee refunds of the payment that are known; None where no part of the fee may be
    among it.
    """
    reversal_id, reversed_ = "", 0
    if answer.transfer_reversal is not None and payment.stripe_transfer_id is not None:
        found = await gateway.transfers.list_reversals(payment.stripe_transfer_id)
        mine = next(
            (r for r in found if r.id == answer.transfer_reversal),
            None,
        )
        if mine is not None:
            reversal_id, reversed_ = mine.id, mine.amount
    fee = None
    if noted is not None:
        fee = await _fee_refund(gateway, payment, answer, noted)
    return Along(
        reversal_id,
        reversed_,
        fee.id if fee else "",
        fee.amount if fee else 0,
    )


async def noted_fee_refunds(payment: Payment) -> frozenset[str]:
    """The fee refunds of a payment that are movements of ours."""
    noted = Movement.filter(claim__payment_id=payment.id, kind=MovementKind.FEE_REFUND)
    return frozenset(await texts_in(noted, "stripe_id"))


async def _fee_refund(
    gateway: Gateway,
    payment: Payment,
    answer: StripeRefund,
    noted: Collection[str],
) -> FeeRefund | None:
    if payment.stripe_application_fee_id is None:
        return None
    fee_id = payment.stripe_application_fee_id
    listed = await gateway.application_fees.list_refunds(fee_id)
    unknown = (fee for fee in listed if fee.id not in noted)

    def since(fee: FeeRefund) -> timedelta:
        return abs(fee.created - answer.created)

    made = [fee for fee in unknown if since(fee) <= SAME_MOMENT]
    return min(made, key=since, default=None)
