"""What the checks of payments share: payments with intent and charge, then stray intents."""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterator

from shared.core.frozen import frozen
from shared.finance.reconciliation.checks.check import Check, Comparison
from shared.finance.reconciliation.records import (
    IntentAtStripe,
    PaymentRecord,
    TransactionAtStripe,
)

# The states of a payment that took money.
TAKEN = frozenset({"succeeded", "refunded", "parked"})


@frozen
class PaymentPair:
    """A payment with its intent and the balance transaction of its charge.

    `marked`: an intent that carries our mark of this payment, though neither it nor another payment
    has its id. Without a payment, or with one that never learnt its intent's id, the intent is one
    that carries our mark and took money.
    """

    payment: PaymentRecord | None
    intent: IntentAtStripe | None
    charge: TransactionAtStripe | None = None
    marked: IntentAtStripe | None = None


class PaymentCheck(Check[PaymentPair], ABC):
    """A check of payments."""

    def subjects(self, comparison: Comparison) -> Iterator[PaymentPair]:
        """Pair each payment, then each intent of ours that no payment has."""
        both, links = comparison.both, comparison.links
        intents = {intent.id: intent for intent in both.intents}
        charges = [
            t for t in both.transactions if t.type == "charge" and t.vendor_id is None
        ]
        charge_of = {links.key_of(t.id): t for t in charges}
        unpaired = _unpaired(comparison)
        marked = {intent.payment_id: intent for intent in unpaired}
        for payment in both.payments:
            intent_id = payment.intent_id or ""
            pair = (intents.get(intent_id), charge_of.get(intent_id))
            yield PaymentPair(payment, *pair, marked.get(payment.id))
        opening = {
            payment.id: payment
            for payment in both.payments
            if payment.intent_id is None and payment.state == "opening"
        }
        for intent in unpaired:
            # What a payment was told with meanwhile is covered by now.
            if intent.received and intent.id not in comparison.covered:
                yield PaymentPair(opening.get(intent.payment_id or 0), intent)


def _unpaired(comparison: Comparison) -> list[IntentAtStripe]:
    known = {payment.intent_id for payment in comparison.both.payments}
    return [
        intent
        for intent in comparison.both.intents
        if intent.payment_id is not None and intent.id not in known
    ]
