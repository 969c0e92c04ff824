"""What the checks of payments share: payments with intent and charge, then stray intents."""

from __future__ import annotations

from abc import ABC
from collections import defaultdict
from collections.abc import Iterable, Iterator

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
    that carries our mark and took money. `others`: payments that share the intent; the first of all
    of them speaks of what is the intent's.
    """

    payment: PaymentRecord | None
    intent: IntentAtStripe | None
    charge: TransactionAtStripe | None = None
    marked: IntentAtStripe | None = None
    others: tuple[PaymentRecord, ...] = ()

    @property
    def leads(self) -> bool:
        """Whether it is the first that has this intent."""
        mine = self.payment.id if self.payment is not None else 0
        return all(mine < other.id for other in self.others)

    @property
    def amount(self) -> int:
        """What all that share the intent come to."""
        mine = self.payment.amount if self.payment is not None else 0
        return mine + sum(other.amount for other in self.others)

    @property
    def stripe_fee(self) -> int | None:
        """What all of them bear of Stripe's fee; None where one of them knows nothing of it."""
        fees = [other.stripe_fee for other in self.others]
        fees.append(self.payment.stripe_fee if self.payment is not None else None)
        known = [fee for fee in fees if fee is not None]
        return sum(known) if len(known) == len(fees) else None


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
        sharing = _sharing(both.payments)
        for payment in both.payments:
            intent_id = payment.intent_id or ""
            pair = (intents.get(intent_id), charge_of.get(intent_id))
            all_of_it = sharing.get(intent_id, ())
            others = tuple(each for each in all_of_it if each.id != payment.id)
            yield PaymentPair(payment, *pair, marked.get(payment.id), others)
        opening = {
            payment.id: payment
            for payment in both.payments
            if payment.intent_id is None and payment.state == "opening"
        }
        for intent in unpaired:
            # What a payment was told with meanwhile is covered by now.
            if intent.received and intent.id not in comparison.covered:
                yield PaymentPair(opening.get(intent.payment_id or 0), intent)


def _sharing(payments: Iterable[PaymentRecord]) -> dict[str, list[PaymentRecord]]:
    """Payments that share an intent, by it."""
    sharing: dict[str, list[PaymentRecord]] = defaultdict(list)
    for payment in payments:
        if payment.intent_key is not None and payment.intent_id is not None:
            sharing[payment.intent_id].append(payment)
    return sharing


def _unpaired(comparison: Comparison) -> list[IntentAtStripe]:
    known = {payment.intent_id for payment in comparison.both.payments}
    return [
        intent
        for intent in comparison.both.intents
        if intent.payment_id is not None and intent.id not in known
    ]
