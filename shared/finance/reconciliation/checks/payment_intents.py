"""Each payment is where its intent is at Stripe, over the same amount."""

from __future__ import annotations

from shared.finance.payments import sync
from shared.finance.payments.rules import OPEN_STATES
from shared.finance.reconciliation.checks.check import (
    Arguments,
    Comparison,
    Repair,
    money,
)
from shared.finance.reconciliation.checks.payment_check import (
    TAKEN,
    PaymentCheck,
    PaymentPair,
)
from shared.finance.reconciliation.errors import CannotRepair
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    FoundDifference,
    RepairName,
)
from shared.finance.reconciliation.records import IntentAtStripe, PaymentRecord
from shared.infra.jobs import Context

_OPEN = frozenset({"opening", "pending", "requires_action", "processing", "failed"})
# The words of an intent that do not merely wait for the shopper.
_DECIDED = frozenset({"succeeded", "canceled", "processing"})


async def confirm_payment(context: Context, given: Arguments) -> str:
    """Let a payment of ours be where its intent is."""
    intent = await context.gateway.payment_intents.get(str(given["intent_id"]))
    state = await sync.apply(int(given["payment_id"]), intent)
    if state in OPEN_STATES and intent.status == "succeeded":
        raise CannotRepair
    return f"Read again: the payment is {state.value}."


class PaymentIntentCheck(PaymentCheck):
    """A payment against its intent."""

    kinds = (
        DifferenceKind.ORDER_UNPAID,
        DifferenceKind.PAYMENT_BEHIND,
        DifferenceKind.PAYMENT_DIFFERS,
        DifferenceKind.PAYMENT_MISSING,
        DifferenceKind.INTENT_UNKNOWN,
    )
    repairs = {
        RepairName.CONFIRM_PAYMENT: Repair(
            (
                "Read payment {intent_id} again from Stripe and let payment, order, stock and "
                "ledger follow."
            ),
            confirm_payment,
        )
    }

    def find(
        self, subject: PaymentPair, comparison: Comparison
    ) -> FoundDifference | None:
        """Say the first thing that is wrong between a payment and its intent."""
        payment, intent = subject.payment, subject.intent
        if payment is None or payment.intent_id is None:
            return None if intent is None else _unpaired(payment, intent)
        if intent is None:
            return _missing(payment, subject.marked) if payment.recent else None
        return (
            _over_another_amount(subject, payment, intent)
            or _unpaid_here(payment, intent)
            or _not_taken_there(payment, intent)
            or _behind(payment, intent)
        )


def _unpaired(payment: PaymentRecord | None, intent: IntentAtStripe) -> FoundDifference:
    """Tell of an intent that carries our mark and took money, and of the payment that lost it."""
    number = intent.order_number
    if payment is not None and payment.order_number == number:
        return FoundDifference(
            DifferenceKind.ORDER_UNPAID,
            f"payment:{payment.id}",
            f"Order {number} is paid at Stripe and unpaid here.",
            payment.state,
            intent.status,
            RepairName.CONFIRM_PAYMENT,
            intent.id,
            payment.vendor_id,
            {"payment_id": payment.id, "intent_id": intent.id},
            frozenset({intent.id}),
        )
    return FoundDifference(
        DifferenceKind.INTENT_UNKNOWN,
        f"intent:{intent.id}",
        f"Stripe took a payment that carries order {number}, and we have no payment of that id.",
        "none",
        money(intent.received, intent.currency),
        stripe_id=intent.id,
    )


def _missing(payment: PaymentRecord, marked: IntentAtStripe | None) -> FoundDifference:
    covers = {str(payment.intent_id)}
    stripe_side = "none"
    if marked is not None and marked.order_number == payment.order_number:
        covers.add(marked.id)
        stripe_side = f"{marked.status}, {marked.id}"
    return FoundDifference(
        DifferenceKind.PAYMENT_MISSING,
        f"payment:{payment.id}",
        f"Stripe does not know the payment of order {payment.order_number} under this id.",
        f"{payment.state}, {payment.intent_id}",
        stripe_side,
        stripe_id=payment.intent_id,
        vendor_id=payment.vendor_id,
        covers=frozenset(covers),
    )


def _over_another_amount(
    pair: PaymentPair, payment: PaymentRecord, intent: IntentAtStripe
) -> FoundDifference | None:
    amounts = (pair.amount, payment.currency), (intent.amount, intent.currency)
    if amounts[0] == amounts[1] or payment.state == "parked" or not pair.leads:
        return None
    our_side, stripe_side = (money(*amount) for amount in amounts)
    text = (
        f"The payment of order {payment.order_number} is over another amount at Stripe."
    )
    return _differs(payment, text, our_side, stripe_side)


def _not_taken_there(
    payment: PaymentRecord, intent: IntentAtStripe
) -> FoundDifference | None:
    if payment.state not in TAKEN or intent.status == "succeeded":
        return None
    text = f"The payment of order {payment.order_number} took money here, and at Stripe it did not."
    return _differs(payment, text, payment.state, intent.status)


def _differs(
    payment: PaymentRecord,
    text: str,
    our_side: str,
    stripe_side: str,
) -> FoundDifference:
    return FoundDifference(
        DifferenceKind.PAYMENT_DIFFERS,
        f"payment:{payment.id}",
        text,
        our_side,
        stripe_side,
        stripe_id=payment.intent_id,
        vendor_id=payment.vendor_id,
        covers=frozenset({str(payment.intent_id)}),
    )


def _unpaid_here(
    payment: PaymentRecord, intent: IntentAtStripe
) -> FoundDifference | None:
    if intent.status != "succeeded" or payment.state in TAKEN:
        return None
    can_follow = payment.state in _OPEN
    return FoundDifference(
        DifferenceKind.ORDER_UNPAID,
        f"payment:{payment.id}",
        f"Order {payment.order_number} is paid at Stripe and unpaid here.",
        payment.state,
        intent.status,
        RepairName.CONFIRM_PAYMENT if can_follow else RepairName.NONE,
        payment.intent_id,
        payment.vendor_id,
        {"payment_id": payment.id, "intent_id": payment.intent_id},
        frozenset({str(payment.intent_id)}),
    )


def _behind(payment: PaymentRecord, intent: IntentAtStripe) -> FoundDifference | None:
    if payment.state == intent.status:
        return None
    decided = intent.status in _DECIDED and payment.state in _OPEN
    if not decided and payment.state != "processing":
        return None
    return FoundDifference(
        DifferenceKind.PAYMENT_BEHIND,
        f"payment:{payment.id}",
        f"The payment of order {payment.order_number} has moved on at Stripe.",
        payment.state,
        intent.status,
        RepairName.CONFIRM_PAYMENT,
        payment.intent_id,
        payment.vendor_id,
        {"payment_id": payment.id, "intent_id": payment.intent_id},
    )
