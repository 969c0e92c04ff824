"""Refunds: money back to the shopper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, Self

from shared.core.frozen import frozen
from shared.infra.gateway.calls import Pages, Resource, marked
from shared.infra.gateway.fields import (
    as_dict,
    currency_of,
    id_of,
    metadata_of,
    time_of,
)


@frozen
class NewRefund:
    """A refund to ask for, in minor units.

    Without `reverse_transfer` the platform alone pays (stripe-facts 12.2).
    """

    payment_intent: str
    amount: int
    reverse_transfer: bool
    refund_application_fee: bool
    # duplicate | requested_by_customer; never fraudulent, which blocks card and email
    reason: str | None
    metadata: Mapping[str, str]


@frozen
class StripeRefund:
    """A refund as it is now.

    `transfer_reversal` and both balance transactions are ids, None until they exist.
    """

    id: str
    status: str
    amount: int
    currency: str
    charge: str | None
    payment_intent: str | None
    balance_transaction: str | None
    failure_balance_transaction: str | None
    pending_reason: str | None
    failure_reason: str | None
    transfer_reversal: str | None
    created: datetime
    metadata: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_stripe(cls, obj: Any) -> Self:
        """A Refund; one without a status is pending."""
        r = as_dict(obj)
        return cls(
            id=r["id"],
            status=r.get("status") or "pending",
            amount=r["amount"],
            currency=currency_of(r),
            charge=id_of(r.get("charge")),
            payment_intent=id_of(r.get("payment_intent")),
            balance_transaction=id_of(r.get("balance_transaction")),
            failure_balance_transaction=id_of(r.get("failure_balance_transaction")),
            pending_reason=r.get("pending_reason"),
            failure_reason=r.get("failure_reason"),
            transfer_reversal=id_of(r.get("transfer_reversal")),
            created=time_of(r["created"]),
            metadata=metadata_of(r),
        )


class Refunds(Resource):
    """Refunds of the platform's charges."""

    async def create(self, new: NewRefund, *, key: str) -> StripeRefund:
        """Give money back to the shopper; the platform pays.

        The transfer and the fee come back where that is asked for.
        """
        params: dict[str, Any] = {
            "payment_intent": new.payment_intent,
            "amount": new.amount,
            "metadata": marked(new.metadata),
        }
        if new.reverse_transfer:
            params["reverse_transfer"] = True
        if new.refund_application_fee:
            params["refund_application_fee"] = True
        if new.reason:
            params["reason"] = new.reason
        return await self._move(
            self._v1.refunds.create_async,
            params=params,
            to=StripeRefund.from_stripe,
            idempotency_key=key,
        )

    async def get(self, refund_id: str) -> StripeRefund:
        """A refund as it is now."""
        return await self._call(
            self._v1.refunds.retrieve_async,
            refund_id,
            params={},
            to=StripeRefund.from_stripe,
        )

    async def list(
        self,
        *,
        payment_intent: str | None = None,
        since: datetime | None = None,
    ) -> list[StripeRefund]:
        """Refunds, of one payment or all."""
        return await self._list(
            self._v1.refunds.list_async,
            to=StripeRefund.from_stripe,
            since=since,
            payment_intent=payment_intent,
        )

    def pages(
        self,
        *,
        since: datetime | None = None,
    ) -> Pages[StripeRefund]:
        """All refunds, page by page."""
        return self._pages(
            self._v1.refunds.list_async,
            to=StripeRefund.from_stripe,
            since=since,
        )
