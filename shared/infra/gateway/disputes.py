"""Disputes: a shopper's bank asks for the money back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from shared.core.frozen import frozen
from shared.infra.gateway.balance_transactions import BalanceTransaction
from shared.infra.gateway.calls import Pages, Resource
from shared.infra.gateway.fields import (
    as_dict,
    currency_of,
    id_of,
    time_of,
    time_or_none,
)


@frozen
class StripeDispute:
    """A dispute as it is now.

    `transactions` are its own balance transactions: none for an inquiry, then out, then back in.
    """

    id: str
    status: str
    amount: int
    currency: str
    reason: str
    charge: str
    payment_intent: str | None
    is_inquiry: bool
    is_charge_refundable: bool
    due_by: datetime | None
    has_evidence: bool
    past_due: bool
    submission_count: int
    evidence: Mapping[str, str]
    network_reason_code: str | None
    transactions: tuple[BalanceTransaction, ...]
    created: datetime

    @classmethod
    def from_stripe(cls, obj: Any) -> Self:
        """A Dispute.

        Evidence that was not given is left out; enhanced programmes are no text of ours.
        """
        d = as_dict(obj)
        details = d.get("evidence_details") or {}
        card = (d.get("payment_method_details") or {}).get("card") or {}
        rows = d.get("balance_transactions") or ()
        return cls(
            id=d["id"],
            status=d["status"],
            amount=d["amount"],
            currency=currency_of(d),
            reason=d["reason"],
            charge=str(id_of(d["charge"])),
            payment_intent=id_of(d.get("payment_intent")),
            is_inquiry=card.get("case_type") == "inquiry"
            or d["status"].startswith("warning_"),
            is_charge_refundable=bool(d.get("is_charge_refundable")),
            due_by=time_or_none(details.get("due_by")),
            has_evidence=bool(details.get("has_evidence")),
            past_due=bool(details.get("past_due")),
            submission_count=int(details.get("submission_count") or 0),
            evidence=_given_texts(d.get("evidence") or {}),
            network_reason_code=card.get("network_reason_code"),
            transactions=tuple(BalanceTransaction.from_stripe(row) for row in rows),
            created=time_of(d["created"]),
        )


class Disputes(Resource):
    """Disputes of the platform's charges."""

    async def get(self, dispute_id: str) -> StripeDispute:
        """A dispute as it is now."""
        return await self._call(
            self._v1.disputes.retrieve_async,
            dispute_id,
            params={},
            to=StripeDispute.from_stripe,
        )

    async def update(
        self,
        dispute_id: str,
        *,
        evidence: Mapping[str, str],
        submit: bool,
        key: str,
    ) -> StripeDispute:
        """Stage evidence, which the bank never sees, or with `submit` hand it in.

        That is done once (stripe-facts 13.4).
        """
        return await self._call(
            self._v1.disputes.update_async,
            dispute_id,
            params={"evidence": dict(evidence), "submit": submit},
            to=StripeDispute.from_stripe,
            idempotency_key=key,
        )

    async def close(self, dispute_id: str, *, key: str) -> StripeDispute:
        """Accept the loss, for good."""
        return await self._move(
            self._v1.disputes.close_async,
            dispute_id,
            params={},
            to=StripeDispute.from_stripe,
            idempotency_key=key,
        )

    async def list(
        self,
        *,
        payment_intent: str | None = None,
        since: datetime | None = None,
    ) -> list[StripeDispute]:
        """Disputes, of one payment or all."""
        return await self._list(
            self._v1.disputes.list_async,
            to=StripeDispute.from_stripe,
            since=since,
            payment_intent=payment_intent,
        )

    def pages(
        self,
        *,
        since: datetime | None = None,
    ) -> Pages[StripeDispute]:
        """All disputes, page by page."""
        return self._pages(
            self._v1.disputes.list_async,
            to=StripeDispute.from_stripe,
            since=since,
        )


def _given_texts(evidence: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: text for name, text in evidence.items() if isinstance(text, str) and text
    }
