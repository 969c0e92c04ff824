"""PaymentIntents: payments as they are asked for and as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, Self

from shared.core.frozen import frozen
from shared.infra.gateway.calls import Pages, Resource, marked
from shared.infra.gateway.charges import descriptor_of
from shared.infra.gateway.fields import as_dict, currency_of, id_of, metadata_of


@frozen
class NewPaymentIntent:
    """A payment to ask for, in minor units: a destination charge, or without `destination` one
    whose money stays with the platform until transfers take it on.

    `fee` 0 is left out of the request (Stripe refuses an explicit 0).

    There is no `receipt_email`: our own mail is the receipt, and it follows the contact as it
    is when the money arrives. `customer`: whose saved methods may pay, and who may save
    another; None for guests. Whether a method is set up for later is for the shopper to say, so
    nothing is said of it here.
    """

    amount: int
    currency: str
    destination: str | None
    fee: int
    description: str
    metadata: Mapping[str, str]
    transfer_group: str
    statement_suffix: str | None = None
    customer: str | None = None


@frozen
class PaymentIntent:
    """A PaymentIntent as Stripe describes it now."""

    id: str
    status: str
    amount: int
    amount_received: int
    currency: str
    client_secret: str = field(repr=False)
    destination: str | None = None
    application_fee: int = 0
    latest_charge: str | None = None
    error_code: str | None = None
    error_message: str | None = (
        None  # fit for the shopper: only set when the error is a card's
    )
    has_error: bool = False
    payment_method_type: str | None = None
    statement_descriptor: str | None = (
        None  # of the latest charge, where it is read too
    )
    metadata: Mapping[str, str] = field(default_factory=dict)
    customer: str | None = None
    saved: bool = False  # the shopper asked for its method to be kept

    @classmethod
    def from_stripe(cls, obj: Any) -> Self:
        """A PaymentIntent, with `latest_charge` expanded or not."""
        p = as_dict(obj)
        error = p.get("last_payment_error") or {}
        return cls(
            id=p["id"],
            status=p["status"],
            amount=p["amount"],
            amount_received=p.get("amount_received") or 0,
            currency=currency_of(p),
            client_secret=p.get("client_secret") or "",
            destination=id_of((p.get("transfer_data") or {}).get("destination")),
            application_fee=p.get("application_fee_amount") or 0,
            latest_charge=id_of(p.get("latest_charge")),
            error_code=error.get("decline_code") or error.get("code"),
            error_message=error.get("message")
            if error.get("type") == "card_error"
            else None,
            has_error=bool(error),
            payment_method_type=_method_type(p),
            statement_descriptor=_descriptor(p),
            metadata=metadata_of(p),
            customer=id_of(p.get("customer")),
            saved=p.get("setup_future_usage") is not None,
        )


class PaymentIntents(Resource):
    """Intents on the platform, whose money goes on to connected accounts."""

    async def create(self, new: NewPaymentIntent, *, key: str) -> PaymentIntent:
        """The PaymentIntent of a new payment. A fee of 0 is left out (stripe-facts 6.6)."""
        params: dict[str, Any] = {
            "amount": new.amount,
            "currency": new.currency.lower(),
            "automatic_payment_methods": {"enabled": True},
            "transfer_group": new.transfer_group,
            "description": new.description,
            "metadata": marked(new.metadata),
        }
        if new.destination:
            params["transfer_data"] = {"destination": new.destination}
        if new.fee:
            params["application_fee_amount"] = new.fee
        if new.customer:
            params["customer"] = new.customer
        if new.statement_suffix:
            params["statement_descriptor_suffix"] = new.statement_suffix
        return await self._move(
            self._v1.payment_intents.create_async,
            params=params,
            to=PaymentIntent.from_stripe,
            idempotency_key=key,
        )

    async def get(self, intent_id: str) -> PaymentIntent:
        """The intent as it is now, with its latest charge."""
        return await self._call(
            self._v1.payment_intents.retrieve_async,
            intent_id,
            params={"expand": ["latest_charge"]},
            to=PaymentIntent.from_stripe,
        )

    async def cancel(self, intent_id: str, *, key: str) -> PaymentIntent:
        """Cancel the intent. Raises StripeRefused where that is too late."""
        return await self._call(
            self._v1.payment_intents.cancel_async,
            intent_id,
            params={"cancellation_reason": "abandoned"},
            to=PaymentIntent.from_stripe,
            idempotency_key=key,
        )

    async def list(
        self,
        *,
        since: datetime | None = None,
    ) -> list[PaymentIntent]:
        """All intents of the platform."""
        return await self._list(
            self._v1.payment_intents.list_async,
            to=PaymentIntent.from_stripe,
            since=since,
        )

    def pages(
        self,
        *,
        since: datetime | None = None,
    ) -> Pages[PaymentIntent]:
        """The same, page by page."""
        return self._pages(
            self._v1.payment_intents.list_async,
            to=PaymentIntent.from_stripe,
            since=since,
        )


def _descriptor(intent: dict[str, Any]) -> str | None:
    charge = intent.get("latest_charge")
    return descriptor_of(charge) if isinstance(charge, dict) else None


def _method_type(intent: dict[str, Any]) -> str | None:
    """The kind of method that paid, else that is chosen, else that failed."""
    charge = intent.get("latest_charge")
    if isinstance(charge, dict):
        paid: str | None = (charge.get("payment_method_details") or {}).get("type")
        if paid:
            return paid
    chosen = intent.get("payment_method")
    if isinstance(chosen, dict) and chosen.get("type"):
        return str(chosen["type"])
    error = intent.get("last_payment_error") or {}
    failed: str | None = (error.get("payment_method") or {}).get("type")
    return failed
