"""Money passed on to a connected account: the transfer, the payment it arrives as, and the fee that
the platform keeps.

A transfer is paid for by one charge, or by what the platform has (stripe-facts 11.4).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.sandbox import books, schedules
from shared.sandbox.resources import application_fee_collection, charges
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
    made = act.add(
        {
            "id": id,
            "object": "transfer",
            "amount": amount,
            "amount_reversed": 0,
            "balance_transaction": txn.id,
            "created": act.now,
            "currency": currency,
            "description": labels.description,
            "destination": destination,
            "destination_payment": payment.id,
            "livemode": False,
            "metadata": dict(labels.metadata),
            "reversals": {
                "object": "list",
                "data": [],
                "has_more": False,
                "url": f"/v1/transfers/{id}/reversals",
            },
            "reversed": False,
            "source_transaction": source,
            "source_type": "card",
            "transfer_group": labels.transfer_group,
        }
    )
    return made, payment


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
            "billing_details": {
                "address": {
                    "city": None,
                    "country": None,
                    "line1": None,
                    "line2": None,
                    "postal_code": None,
                    "state": None,
                },
                "email": None,
                "name": None,
                "phone": None,
                "tax_id": None,
            },
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
    if (
        available_on > act.now
    ):  # the account may have to wait longer than the platform (stripe-facts 14)
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
