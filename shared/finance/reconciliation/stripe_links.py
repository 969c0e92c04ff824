"""Which of Stripe's ids belong together, by our rows and by balance transactions. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shared.core.frozen import frozen
from shared.finance.reconciliation.records import (
    BothSides,
    PaymentRecord,
    TransactionAtStripe,
)

# The links by which a balance transaction names what it came out of.
_CAME_OUT_OF = ("transfer", "fee", "source_transaction", "charge", "source_transfer")


@frozen
class StripeLinks:
    """`alias`: the ids of transfers, commissions and charges, each with its payment's intent.

    `intent_of`: the ids of movements, each with the intent of the payment that it is about.
    """

    alias: Mapping[str, str]
    intent_of: Mapping[str, str]

    def key_of(self, stripe_id: str) -> str:
        """Name the key that an id is known under."""
        return self.alias.get(stripe_id, stripe_id)


def links_of(both: BothSides) -> StripeLinks:
    """Read how ids belong together."""
    alias = _of_payments(both)
    alias |= _of_charges(both)
    for t in both.transactions:
        target = _goes_with(t, alias)
        if t.source and target:
            alias[t.source] = target
    alias |= _payout_fees_given_back(both, alias)
    return StripeLinks(alias, _intents_of_movements(both, alias))


def _of_payments(both: BothSides) -> dict[str, str]:
    alias: dict[str, str] = {}
    for payment in both.payments:
        if payment.intent_id:
            alias |= dict.fromkeys(_ids_of(payment), payment.intent_id)
    return alias


def _ids_of(payment: PaymentRecord) -> Iterator[str]:
    ids = (
        payment.charge_id,
        payment.transfer_id,
        payment.fee_id,
        payment.transaction_id,
    )
    return (each for each in ids if each)


def _of_charges(both: BothSides) -> dict[str, str]:
    alias: dict[str, str] = {}
    for t in both.transactions:
        intent = t.links.get("payment_intent")
        if t.type == "charge" and t.vendor_id is None and intent and t.source:
            linked = (
                t.links.get("transfer"),
                t.links.get("application_fee"),
            )
            alias |= {each: intent for each in (t.id, t.source, *linked) if each}
    return alias


def _goes_with(
    t: TransactionAtStripe,
    alias: Mapping[str, str],
) -> str | None:
    """Name what a commission, or a vendor's side of a reversal, goes with."""
    if t.type == "application_fee":
        charge = t.links.get("originating_transaction", "")
        return alias.get(charge) or t.links.get("payout")
    if t.type == "payment_refund":
        return t.links.get("source_transfer_reversal")
    return None


def _payout_fees_given_back(
    both: BothSides,
    alias: Mapping[str, str],
) -> dict[str, str]:
    """Find fees of payouts that came back along with them.

    One that was given back alone is a movement of its own.
    """
    payout_fees = [t for t in _of_type(both, "application_fee") if "payout" in t.links]
    fees = {t.source for t in payout_fees if t.source}
    alone = {t.source for t in _of_type(both, "adjustment")}
    return {
        t.source: alias[t.links["fee"]]
        for t in _of_type(both, "application_fee_refund")
        if t.source and t.source not in alone and t.links.get("fee") in fees
    }


def _of_type(both: BothSides, type_: str) -> Iterator[TransactionAtStripe]:
    return (t for t in both.transactions if t.type == type_)


def _intents_of_movements(
    both: BothSides,
    alias: Mapping[str, str],
) -> dict[str, str]:
    intents = {payment.id: payment.intent_id for payment in both.payments}
    intent_of: dict[str, str] = {}
    for movement in both.movements:  # what came out of no charge names none
        intent = intents.get(movement.payment_id)
        if movement.stripe_id and intent:
            intent_of[movement.stripe_id] = intent
    for t in both.transactions:
        for name in _CAME_OUT_OF:
            other = t.links.get(name, "")
            intent = alias.get(other) or intent_of.get(other)
            if t.source and intent:
                intent_of.setdefault(t.source, intent)
    return intent_of
