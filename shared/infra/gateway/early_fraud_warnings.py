"""Early fraud warnings of Radar: a card's issuer speaks before anybody disputes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from shared.core.frozen import frozen
from shared.infra.gateway.calls import Resource
from shared.infra.gateway.fields import as_dict, id_of, time_of


@frozen
class EarlyFraudWarning:
    """A card's issuer reports fraud.

    Not `actionable` any more once the charge is refunded or disputed.
    """

    id: str
    charge: str
    payment_intent: str | None
    actionable: bool
    created: datetime

    @classmethod
    def from_stripe(cls, obj: Any) -> Self:
        """A Radar early fraud warning."""
        w = as_dict(obj)
        return cls(
            id=w["id"],
            charge=str(id_of(w["charge"])),
            payment_intent=id_of(w.get("payment_intent")),
            actionable=bool(w["actionable"]),
            created=time_of(w["created"]),
        )


class EarlyFraudWarnings(Resource):
    """Warnings about the platform's charges."""

    async def get(self, warning_id: str) -> EarlyFraudWarning:
        """An early fraud warning as it is now."""
        return await self._call(
            self._v1.radar.early_fraud_warnings.retrieve_async,
            warning_id,
            params={},
            to=EarlyFraudWarning.from_stripe,
        )
