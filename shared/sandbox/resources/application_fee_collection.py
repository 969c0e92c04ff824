"""The fee that the platform keeps of a charge: collected, and told of on its row."""

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

    The act is the platform's own. The other side is the entry in the `fee_details` of the charge's
    row.
    """
    id, currency = act.world.id("fee"), charge.body["currency"]
    txn = books.post(
        act,
        "application_fee",
        id,
        amount,
        currency,
        other=books.WITHIN,
        available_on=available_on,
    )
    charge.body.update(
        application_fee=id,
        application_fee_amount=amount,
        application=application_of(act.platform),
    )
    return act.add(
        {
            "id": id,
            "object": "application_fee",
            "account": charge.scope,
            "amount": amount,
            "amount_refunded": 0,
            "application": application_of(act.platform),
            "balance_transaction": txn.id,
            "charge": charge.id,
            "created": act.now,
            "currency": currency,
            "fee_source": {"charge": charge.id, "type": "charge"},
            "livemode": False,
            "originating_transaction": source,
            "refunded": False,
            "refunds": empty_list(f"/v1/application_fees/{id}/refunds"),
        }
    )


def fee_detail(act: Act, amount: int, currency: str) -> Json:
    """The application fee as an entry of `fee_details`; a negative amount comes back."""
    return {
        "amount": amount,
        "application": application_of(act.platform),
        "currency": currency,
        "description": "Marketplace application fee",
        "type": "application_fee",
    }
