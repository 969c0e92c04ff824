"""When Stripe pays a connected account out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Self

from shared.core.frozen import frozen
from shared.infra.gateway.calls import Resource
from shared.infra.gateway.fields import as_dict


@frozen
class PayoutSettings:
    """An account's payout schedule. `minimum_balance` is what Stripe keeps back, per currency."""

    interval: str  # manual | daily | weekly | monthly
    weekly_days: tuple[str, ...] = ()
    monthly_days: tuple[int, ...] = ()
    minimum_balance: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def from_stripe(cls, obj: Any) -> Self:
        """The schedule inside BalanceSettings (stripe-facts 14.6)."""
        payouts = (as_dict(obj).get("payments") or {}).get("payouts") or {}
        schedule = payouts.get("schedule") or {}
        minimum = payouts.get("minimum_balance_by_currency") or {}
        return cls(
            interval=schedule.get("interval") or "daily",
            weekly_days=tuple(schedule.get("weekly_payout_days") or ()),
            monthly_days=tuple(schedule.get("monthly_payout_days") or ()),
            minimum_balance={
                currency.upper(): amount for currency, amount in minimum.items()
            },
        )


class BalanceSettings(Resource):
    """The payout schedules of connected accounts."""

    async def get(self, account_id: str) -> PayoutSettings:
        """The account's payout schedule as Stripe keeps it."""
        return await self._call(
            self._v1.balance_settings.retrieve_async,
            params={},
            to=PayoutSettings.from_stripe,
            account=account_id,
        )

    async def update(
        self,
        account_id: str,
        settings: PayoutSettings,
        *,
        key: str,
    ) -> PayoutSettings:
        """Write the schedule to Stripe and answer what Stripe made of it.

        Any but `manual` makes Stripe pay out.
        """
        schedule: dict[str, Any] = {"interval": settings.interval}
        if settings.weekly_days:
            schedule["weekly_payout_days"] = list(settings.weekly_days)
        if settings.monthly_days:
            schedule["monthly_payout_days"] = list(settings.monthly_days)
        send = self._call if settings.interval == "manual" else self._move
        return await send(
            self._v1.balance_settings.update_async,
            params={"payments": {"payouts": {"schedule": schedule}}},
            to=PayoutSettings.from_stripe,
            account=account_id,
            idempotency_key=key,
        )
