"""Money passed on to a connected account: the transfer, the payment it arrives as, and the fee that
the platform keeps.

A transfer is paid for by one charge, or by what the platform has (stripe-facts 11.4).
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

from shared.sandbox import books, schedules
from shared.sandbox.objects import empty_list
from shared.sandbox.resources import application_fee_collection, charges
from shared.sandbox.resources.payment_method_cards import BLANK_BILLING
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act


@dataclass(frozen=True)
class Labels:
    """What the platform wrote on a transfer and on the payment that it arrives as (`transfer_data`,
    stripe-facts 17.4).
    """

    transfer_group: str | None = None
    description: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    payment_description: str | None = None
    payment_metadata: dict[str, str] = field(default_factory=dict)


def labels_of(charge: Json, given: Json) -> Labels:
    """The labels that the `transfer_data` of an intent gives."""
    payment = given.get("payment_data") or {}
    return Labels(
        charge["transfer_group"],
        given.get("description") or None,
        given.get("metadata") or {},
        payment.get("description") or None,
        payment.get("metadata") or {},
    )


def transfer(
    act: Act,
    amount: int,
    currency: str,
    destination: str,
    *,
    available_on: int,
    source: str | None = None,
    labels: Labels | None = None,
) -> tuple[Document, Document]:
    """A transfer with its row, and the payment on the account, whose row follows in `book_payment`
    (a fee may come first).
    """
    labels, id = labels or Labels(), act.world.id("tr")
    txn = books.post(
        act,
        "transfer",
        id,
        -amount,
        currency,
        other=books.WITHIN,
        available_on=available_on,
        description=labels.description,
    )
    payment = _payment(act.within(destination), amount, currency, id, labels)
    body: Json = {
        **_blank(id, labels),
        "amount": amount,
        "balance_transaction": txn.id,
        "created": act.now,
        "currency": currency,
        "destination": destination,
        "destination_payment": payment.id,
        "source_transaction": source,
    }
    return act.add(body), payment


def _blank(id: str, labels: Labels) -> Json:
    """A transfer of which no more is known than what the platform wrote on it."""
    return {
        "id": id,
        "object": "transfer",
        "amount": None,
        "amount_reversed": 0,
        "balance_transaction": None,
        "created": None,
        "currency": None,
        "description": labels.description,
        "destination": None,
        "destination_payment": None,
        "livemode": False,
        "metadata": dict(labels.metadata),
        "reversals": empty_list(f"/v1/transfers/{id}/reversals"),
        "reversed": False,
        "source_transaction": None,
        "source_type": "card",
        "transfer_group": labels.transfer_group,
    }


def _payment(
    act: Act,
    amount: int,
    currency: str,
    transfer: str,
    labels: Labels,
) -> Document:
    """The money as the connected account sees it: `py_…`, without the shopper's data."""
    return act.add(
        {
            **dict.fromkeys(charges.FIELDS),
            "id": act.world.id("py"),
            "object": "charge",
            "amount": amount,
            "amount_captured": amount,
            "amount_refunded": 0,
            "billing_details": copy.deepcopy(BLANK_BILLING),
            "captured": True,
            "created": act.now,
            "currency": currency,
            "description": labels.payment_description,
            "disputed": False,
            "fraud_details": {},
            "livemode": False,
            "metadata": dict(labels.payment_metadata),
            "paid": True,
            "refunded": False,
            "source_transfer": transfer,
            "payment_method_details": {"stripe_account": {}, "type": "stripe_account"},
            "radar_options": {},
            "status": "succeeded",
            "transfer_group": labels.transfer_group,
        }
    )


def book_payment(act: Act, payment: Document, available_on: int) -> None:
    """The payment's row on the account that it arrives at, less the platform's fee if there is
    one.
    """
    body, inside = payment.body, act.within(payment.scope)
    amount = body["application_fee_amount"]
    # The account may have to wait longer than the platform (stripe-facts 14).
    if available_on > act.now:
        available_on = max(available_on, schedules.settles_on(inside))
    txn = books.post(
        inside,
        "payment",
        payment.id,
        body["amount"],
        body["currency"],
        other=books.WITHIN,
        fee=application_fee_collection.fee_detail(act, amount, body["currency"])
        if amount
        else None,
        available_on=available_on,
        description=body["description"],
    )
    body["balance_transaction"] = txn.id
    act.store.save(payment)
