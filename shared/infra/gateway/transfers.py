"""Transfers to connected accounts, and their reversals: money that comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, Self

from shared.core.frozen import frozen
from shared.infra.gateway.calls import Resource, marked
from shared.infra.gateway.fields import (
    as_dict,
    currency_of,
    id_of,
    metadata_of,
    time_of,
)


@frozen
class NewTransfer:
    """Money to send to a connected account out of one charge, which needs no available balance
    (stripe-facts 11.4); without a charge, out of what the platform has available (3.10).
    """

    amount: int
    currency: str
    destination: str
    source_transaction: str | None
    transfer_group: str
    metadata: Mapping[str, str]


@frozen
class Transfer:
    """Money that went to a connected account."""

    id: str
    amount: int
    amount_reversed: int
    currency: str
    destination: str
    destination_payment: str | None
    source_transaction: str | None
    transfer_group: str | None
    balance_transaction: str | None
    created: datetime
    metadata: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_stripe(cls, obj: Any) -> Self:
        """A Transfer."""
        t = as_dict(obj)
        return cls(
            id=t["id"],
            amount=t["amount"],
            amount_reversed=t["amount_reversed"],
            currency=currency_of(t),
            destination=str(id_of(t["destination"])),
            destination_payment=id_of(t.get("destination_payment")),
            source_transaction=id_of(t.get("source_transaction")),
            transfer_group=t.get("transfer_group"),
            balance_transaction=id_of(t.get("balance_transaction")),
            created=time_of(t["created"]),
            metadata=metadata_of(t),
        )


@frozen
class TransferReversal:
    """Money that came back from a connected account.

    `source_refund` is the refund that took it along.
    """

    id: str
    transfer: str
    amount: int
    currency: str
    balance_transaction: str | None
    source_refund: str | None
    created: datetime
    metadata: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_stripe(cls, obj: Any) -> Self:
        """A TransferReversal."""
        r = as_dict(obj)
        return cls(
            id=r["id"],
            transfer=str(id_of(r["transfer"])),
            amount=r["amount"],
            currency=currency_of(r),
            balance_transaction=id_of(r.get("balance_transaction")),
            source_refund=id_of(r.get("source_refund")),
            created=time_of(r["created"]),
            metadata=metadata_of(r),
        )


class Transfers(Resource):
    """Transfers from the platform to connected accounts."""

    async def create(self, new: NewTransfer, *, key: str) -> Transfer:
        """Send a vendor money.

        Raises StripeRefused (`balance_insufficient`) where it comes out of no charge and the
        platform's balance does not cover it.
        """
        params: dict[str, Any] = {
            "amount": new.amount,
            "currency": new.currency.lower(),
            "destination": new.destination,
            "transfer_group": new.transfer_group,
            "metadata": marked(new.metadata),
        }
        if new.source_transaction is not None:
            params["source_transaction"] = new.source_transaction
        return await self._move(
            self._v1.transfers.create_async,
            params=params,
            to=Transfer.from_stripe,
            idempotency_key=key,
        )

    async def get(self, transfer_id: str) -> Transfer:
        """A transfer as it is now."""
        return await self._call(
            self._v1.transfers.retrieve_async,
            transfer_id,
            params={},
            to=Transfer.from_stripe,
        )

    async def reverse(
        self,
        transfer_id: str,
        *,
        amount: int,
        metadata: Mapping[str, str],
        key: str,
    ) -> TransferReversal:
        """Take money of a transfer back.

        Raises StripeRefused (`balance_insufficient`) where the vendor's balance does not cover it.
        """
        return await self._move(
            self._v1.transfers.reversals.create_async,
            transfer_id,
            params={"amount": amount, "metadata": marked(metadata)},
            to=TransferReversal.from_stripe,
            idempotency_key=key,
        )

    async def list_reversals(self, transfer_id: str) -> list[TransferReversal]:
        """What came back of one transfer."""
        return await self._list(
            self._v1.transfers.reversals.list_async,
            transfer_id,
            to=TransferReversal.from_stripe,
        )

    async def list(
        self,
        *,
        transfer_group: str | None = None,
        since: datetime | None = None,
    ) -> list[Transfer]:
        """Transfers, of one group or all."""
        return await self._list(
            self._v1.transfers.list_async,
            to=Transfer.from_stripe,
            since=since,
            transfer_group=transfer_group,
        )
