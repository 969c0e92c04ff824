"""The rows of an account's books at Stripe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, Self

from shared.core.frozen import frozen
from shared.infra.gateway.calls import Pages, Resource
from shared.infra.gateway.fields import as_dict, currency_of, id_of, time_of

# What a balance transaction's source says of where it belongs.
_LINKS = (
    "application_fee",
    "charge",
    "fee",
    "originating_transaction",
    "payment_intent",
    "source_refund",
    "source_transaction",
    "source_transfer",
    "source_transfer_reversal",
    "transfer",
)


@frozen
class BalanceTransaction:
    """One row of an account's books at Stripe. `source` is the object that caused it.

    `links` are the ids that this object names, by field (payment_intent, source_transaction
    ...), where a list told them. `balance_type` says which of the account's balances it moves:
    `payments` is what `balance.get` tells.
    """

    id: str
    type: str
    amount: int
    fee: int
    net: int
    currency: str
    source: str | None
    available_on: datetime
    created: datetime
    reporting_category: str
    links: Mapping[str, str] = field(default_factory=dict)
    balance_type: str = "payments"

    @classmethod
    def from_stripe(cls, obj: Any) -> Self:
        """One row of the books; its source may be expanded, and then tells its links."""
        t = as_dict(obj)
        return cls(
            id=t["id"],
            type=t["type"],
            amount=t["amount"],
            fee=t["fee"],
            net=t["net"],
            currency=currency_of(t),
            source=id_of(t.get("source")),
            available_on=time_of(t["available_on"]),
            created=time_of(t["created"]),
            reporting_category=t["reporting_category"],
            links=_links(t.get("source")),
            balance_type=t.get("balance_type") or "payments",
        )


class BalanceTransactions(Resource):
    """The books of the platform and of connected accounts."""

    async def list(
        self,
        account: str | None = None,
        *,
        payout: str | None = None,
        since: datetime | None = None,
        of_type: str | None = None,
    ) -> list[BalanceTransaction]:
        """The rows of an account's books, with what their sources name.

        Without an account the platform's own.
        By `payout` only for automatic ones (stripe-facts 14.5).
        """
        return await self._list(
            self._v1.balance_transactions.list_async,
            to=BalanceTransaction.from_stripe,
            account=account,
            since=since,
            payout=payout,
            type=of_type,
            expand=["data.source"],
        )

    def pages(
        self,
        account: str | None = None,
        *,
        since: datetime | None = None,
    ) -> Pages[BalanceTransaction]:
        """The rows of an account's books, page by page."""
        return self._pages(
            self._v1.balance_transactions.list_async,
            to=BalanceTransaction.from_stripe,
            account=account,
            since=since,
            expand=["data.source"],
        )


def _links(source: Any) -> dict[str, str]:
    """The ids that an expanded source names, by field."""
    if not isinstance(source, dict):
        return {}
    named = {name: id_of(source.get(name)) for name in _LINKS}
    if source.get("fee_source"):  # a fee of a payout names no charge
        named["payout"] = source["fee_source"].get("payout")
    return {name: value for name, value in named.items() if value}
