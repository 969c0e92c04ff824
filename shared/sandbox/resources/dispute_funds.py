"""The money of a dispute: withdrawn with its fee, reinstated when it is won (stripe-facts 13)."""

from __future__ import annotations

from shared.sandbox import books
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act

_FEES = {"eur": 2000}  # otherwise 1500 (stripe-facts 19, after published prices)


def fee_for(currency: str) -> int:
    """What Stripe takes for a chargeback, in minor units."""
    return _FEES.get(currency, 1500)


def withdraw(
    act: Act,
    doc: Document,
    charge: Document,
    *,
    fee: int,
) -> None:
    """The bank takes the amount, Stripe its fee; out of the charge's own money while that is still
    pending.
    """
    row = act.get("balance_transaction", charge.body["balance_transaction"])
    taken = {
        "amount": fee,
        "application": None,
        "currency": doc.body["currency"],
        "description": "Dispute fee",
        "type": "stripe_fee",
    }
    _post(
        act,
        doc,
        -doc.body["amount"],
        max(row.body["available_on"], act.now),
        taken if fee else None,
    )


def reinstate(act: Act, doc: Document, amount: int) -> None:
    """The bank gives it back.

    Stripe keeps its fee: since 2025 the fee for receiving a dispute stays, won or lost.
    """
    _post(act, doc, amount, act.now, None)


def _post(
    act: Act,
    doc: Document,
    amount: int,
    available_on: int,
    fee: Json | None,
) -> None:
    what = "withdrawal" if amount < 0 else "reversal"
    txn = books.post(
        act,
        "adjustment",
        doc.id,
        amount,
        doc.body["currency"],
        other=books.NETWORK,
        fee=fee,
        available_on=available_on,
        description=f"Chargeback {what} for {doc.body['charge']}",
        category="dispute" if amount < 0 else "dispute_reversal",
    )
    doc.body["balance_transactions"].append(txn.body)


def taken(doc: Document) -> int:
    """What the bank took by a dispute and has not given back."""
    rows = doc.body["balance_transactions"]
    return -sum(int(row["amount"]) for row in rows)
