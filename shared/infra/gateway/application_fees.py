"""Commissions as Stripe keeps them, and what was given back of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from shared.core.frozen import frozen
from shared.infra.gateway.calls import Resource
from shared.infra.gateway.fields import as_dict, currency_of, id_of, time_of


@frozen
class ApplicationFee:
    """The commission of one charge, or the fee of one instant payout, as Stripe keeps it."""

    id: str
    amount: int
    amount_refunded: int
    currency: str
    account: str
    originating_transaction: str | None

    @classmethod
    def from_stripe(cls, obj: Any) -> Self:
        """An ApplicationFee."""
        f = as_dict(obj)
        return cls(
            id=f["id"],
            amount=f["amount"],
            amount_refunded=f["amount_refunded"],
            currency=currency_of(f),
            account=str(id_of(f["account"])),
            originating_transaction=id_of(f.get("originating_transaction")),
        )


@frozen
class FeeRefund:
    """Commission that was given back to a vendor."""

    id: str
    fee: str
    amount: int
    currency: str
    balance_transaction: str | None
    created: datetime

    @classmethod
    def from_stripe(cls, obj: Any) -> Self:
        """An ApplicationFeeRefund."""
        r = as_dict(obj)
        return cls(
            id=r["id"],
            fee=str(id_of(r["fee"])),
            amount=r["amount"],
            currency=currency_of(r),
            balance_transaction=id_of(r.get("balance_transaction")),
            created=time_of(r["created"]),
        )


class ApplicationFees(Resource):
    """The platform's commissions."""

    async def get(self, fee_id: str) -> ApplicationFee:
        """A commission as Stripe keeps it."""
        return await self._call(
            self._v1.application_fees.retrieve_async,
            fee_id,
            params={},
            to=ApplicationFee.from_stripe,
        )

    async def list_refunds(self, fee_id: str) -> list[FeeRefund]:
        """What was given back of one commission."""
        return await self._list(
            self._v1.application_fees.refunds.list_async,
            fee_id,
            to=FeeRefund.from_stripe,
        )
