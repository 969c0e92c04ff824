"""Charges, and what Stripe took for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from shared.core.frozen import frozen
from shared.infra.gateway.calls import API_VERSION, Resource
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.gateway.fields import as_dict, id_of, time_of

LONGEST_DESCRIPTOR = (
    22  # what a card statement has room for (Stripe: statement descriptors)
)


@frozen
class Charge:
    """A charge with what follows it.

    Transfer, fee and balance transaction may come a moment after the charge itself.
    """

    id: str
    payment_intent: str | None
    transfer: str | None
    application_fee: str | None
    balance_transaction: str | None
    stripe_fee: int | None
    payment_method_type: str | None
    paid: bool
    failure_code: str = (
        ""  # of one that took no money; a card's decline code where it has one
    )
    card_fingerprint: str = ""  # the same card, the same one
    amount: int = 0
    amount_captured: int = 0
    amount_refunded: int = 0
    currency: str = ""
    disputed: bool = False
    available_on: datetime | None = None  # when the vendor's share can be paid out
    statement_descriptor: str | None = None  # as it stands on the card statement

    @classmethod
    def from_stripe(cls, obj: Any) -> Self:
        """A Charge with its balance transaction expanded where there is one."""
        c = as_dict(obj)
        txn = c.get("balance_transaction")
        row = txn if isinstance(txn, dict) else None
        details = c.get("payment_method_details") or {}
        return cls(
            id=c["id"],
            payment_intent=id_of(c.get("payment_intent")),
            transfer=id_of(c.get("transfer")),
            application_fee=id_of(c.get("application_fee")),
            balance_transaction=id_of(txn),
            stripe_fee=row.get("fee") if row is not None else None,
            payment_method_type=details.get("type"),
            paid=bool(c.get("paid")),
            failure_code=_why_not(c),
            card_fingerprint=(details.get("card") or {}).get("fingerprint") or "",
            amount=c.get("amount") or 0,
            amount_captured=c.get("amount_captured") or 0,
            amount_refunded=c.get("amount_refunded") or 0,
            currency=(c.get("currency") or "").upper(),
            disputed=bool(c.get("disputed")),
            available_on=time_of(row["available_on"]) if row is not None else None,
            statement_descriptor=descriptor_of(c),
        )


# What `told_by` reads of a charge, and every charge has (stripe-facts 8.16).
_HAS = frozenset(
    {
        "amount",
        "amount_captured",
        "amount_refunded",
        "application_fee",
        "balance_transaction",
        "calculated_statement_descriptor",
        "currency",
        "disputed",
        "failure_code",
        "outcome",
        "paid",
        "payment_intent",
        "payment_method_details",
    }
)


def told_by(event: VerifiedEvent) -> Charge | None:
    """The charge as an event's content has it; None where that is no whole charge of our version.

    No fact, since it may be old: good for asking whether there is anything to be read.
    """
    if event.api_version != API_VERSION or event.object_type != "charge":
        return None
    told = event.content["data"]["object"] if event.content else {}
    if not told.keys() >= _HAS or isinstance(told["balance_transaction"], dict):
        return None
    return Charge.from_stripe(told)


def descriptor_of(charge: Mapping[str, Any]) -> str | None:
    """What stands on the card statement."""
    descriptor = charge.get("calculated_statement_descriptor") or ""
    return descriptor[:LONGEST_DESCRIPTOR] or None


def _why_not(charge: dict[str, Any]) -> str:
    """The bank's word where Stripe passes it on, else Stripe's own."""
    outcome = charge.get("outcome") or {}
    return outcome.get("reason") or charge.get("failure_code") or ""


class Charges(Resource):
    """Charges of the platform."""

    async def get(self, charge_id: str) -> Charge:
        """The charge with its balance transaction, which tells Stripe's own fee."""
        return await self._call(
            self._v1.charges.retrieve_async,
            charge_id,
            params={"expand": ["balance_transaction"]},
            to=Charge.from_stripe,
        )
