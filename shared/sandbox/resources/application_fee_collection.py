"""The fee that the platform keeps of a charge or a payout: collected, and told of on its row."""

from __future__ import annotations

from shared.sandbox import books
from shared.sandbox.objects import empty_list
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, application_of


def collect_fee(
    act: Act,
    charge: Document,
    amount: int,
    available_on: int,
    *,
    source: str | None = None,
) -> Document:
    """The platform's fee on a charge of a connected account, `source` being the platform's own
    charge behind that one.

    The act is the platform's own.
    """
    fee = new_fee(act, charge.scope, amount, charge.body["currency"])
    fee["charge"] = charge.id
    fee["fee_source"] = {"charge": charge.id, "type": "charge"}
    fee["originating_transaction"] = source
    charge.body.update(
        application_fee=fee["id"],
        application_fee_amount=amount,
        application=fee["application"],
    )
    return book(act, fee, available_on)


def new_fee(act: Act, account: str, amount: int, currency: str) -> Json:
    """A fee that an account owes the platform, not booked yet; what it is for is to be filled
    in.
    """
    id = act.world.id("fee")
    return {
        "id": id,
        "object": "application_fee",
        "account": account,
        "amount": amount,
        "amount_refunded": 0,
        "application": application_of(act.platform),
        "balance_transaction": None,
        "charge": None,
        "created": act.now,
        "currency": currency,
        "fee_source": None,
        "livemode": False,
        "originating_transaction": None,
        "refunded": False,
        "refunds": empty_list(f"/v1/application_fees/{id}/refunds"),
    }


def book(act: Act, fee: Json, available_on: int) -> Document:
    """Post what the platform, whose act it is, gets; the other side is the entry in the
    `fee_details` of the row that the fee was taken from.
    """
    txn = books.post(
        act,
        "application_fee",
        fee["id"],
        fee["amount"],
        fee["currency"],
        other=books.WITHIN,
        available_on=available_on,
    )
    fee["balance_transaction"] = txn.id
    return act.add(fee)


def fee_detail(act: Act, amount: int, currency: str) -> Json:
    """The application fee as an entry of `fee_details`; a negative amount comes back."""
    return {
        "amount": amount,
        "application": application_of(act.platform),
        "currency": currency,
        "description": "Marketplace application fee",
        "type": "application_fee",
    }
