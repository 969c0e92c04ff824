"""Payouts: money on its way from an account to a bank."""

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
class StripePayout:
    """Money on its way from an account to a bank.

    `arrives_on` is Stripe's estimate until it is paid.

    `application_fee` is what the platform takes for an instant one.
    """

    id: str
    status: str
    amount: int
    currency: str
    method: str
    automatic: bool
    arrives_on: datetime
    destination: str | None
    failure_code: str | None
    failure_message: str | None
    balance_transaction: str | None
    failure_balance_transaction: str | None
    trace_id: str | None
    created: datetime
    application_fee: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_stripe(cls, obj: Any) -> Self:
        """A Payout."""
        p = as_dict(obj)
        return cls(
            id=p["id"],
            status=p["status"],
            amount=p["amount"],
            currency=currency_of(p),
            method=p["method"],
            automatic=bool(p["automatic"]),
            arrives_on=time_of(p["arrival_date"]),
            destination=id_of(p.get("destination")),
            failure_code=p.get("failure_code"),
            failure_message=p.get("failure_message"),
            balance_transaction=id_of(p.get("balance_transaction")),
            failure_balance_transaction=id_of(p.get("failure_balance_transaction")),
            trace_id=(p.get("trace_id") or {}).get("value"),
            created=time_of(p["created"]),
            application_fee=id_of(p.get("application_fee")),
            metadata=metadata_of(p),
        )


class Payouts(Resource):
    """Payouts of connected accounts and, without an account, of the platform."""

    async def create(
        self,
        account: str,
        *,
        amount: int,
        currency: str,
        instant: bool,
        metadata: Mapping[str, str],
        key: str,
    ) -> StripePayout:
        """Send available money of a connected account to its bank; `amount` in minor units."""
        params: dict[str, Any] = {
            "amount": amount,
            "currency": currency.lower(),
            "metadata": marked(metadata),
        }
        if instant:
            params["method"] = "instant"
        return await self._move(
            self._v1.payouts.create_async,
            params=params,
            to=StripePayout.from_stripe,
            account=account,
            idempotency_key=key,
        )

    async def get(
        self,
        payout_id: str,
        *,
        account: str | None,
    ) -> StripePayout:
        """A payout as it is now."""
        return await self._call(
            self._v1.payouts.retrieve_async,
            payout_id,
            params={},
            to=StripePayout.from_stripe,
            account=account,
        )

    async def cancel(
        self,
        payout_id: str,
        *,
        account: str,
        key: str,
    ) -> StripePayout:
        """Call back a payout that is pending."""
        return await self._move(
            self._v1.payouts.cancel_async,
            payout_id,
            params={},
            to=StripePayout.from_stripe,
            account=account,
            idempotency_key=key,
        )

    async def list(
        self,
        account: str | None = None,
        *,
        since: datetime | None = None,
    ) -> list[StripePayout]:
        """Payouts of one account."""
        return await self._list(
            self._v1.payouts.list_async,
            to=StripePayout.from_stripe,
            account=account,
            since=since,
        )

    def pages(
        self,
        account: str | None = None,
        *,
        since: datetime | None = None,
    ) -> Pages[StripePayout]:
        """The same, page by page."""
        return self._pages(
            self._v1.payouts.list_async,
            to=StripePayout.from_stripe,
            account=account,
            since=since,
        )
