"""Events: as a webhook brings them, and as Stripe lists those that we may have missed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, Self

from shared.core.frozen import frozen
from shared.infra.gateway.calls import Resource
from shared.infra.gateway.fields import time_of


@frozen
class VerifiedEvent:
    """The envelope of a webhook event whose signature was right.

    The object inside is a nudge, not a fact; `content` is all of it as it came.
    """

    id: str
    type: str
    created_at: datetime
    livemode: bool
    api_version: str | None
    account: str | None
    object_id: str | None
    object_type: str | None
    related_intent: str | None = None  # for charges: the PaymentIntent they belong to
    # For payment methods and setups: whose they are, or were until now.
    related_customer: str | None = None
    content: Mapping[str, Any] = field(
        default_factory=dict,
        repr=False,
        compare=False,
    )


@frozen
class MissedEvent:
    """An event of Stripe's own list, with its body as a webhook would have brought it."""

    id: str
    type: str
    created: datetime
    account: str | None
    body: str

    @classmethod
    def from_stripe(cls, obj: Any) -> Self:
        """An Event of the list; the body is JSON as a webhook would have brought it."""
        e = obj if isinstance(obj, dict) else obj.to_dict(for_json=True)
        return cls(
            id=e["id"],
            type=e["type"],
            created=time_of(e["created"]),
            account=e.get("account"),
            body=json.dumps(e),
        )


class Events(Resource):
    """Stripe's own list of what happened in the last 30 days."""

    async def list(
        self,
        account: str | None = None,
        *,
        since: datetime,
        undelivered: bool = False,
    ) -> list[MissedEvent]:
        """Events since a moment.

        `undelivered`: those that some endpoint of ours has not taken (Event.list delivery_success).
        """
        return await self._list(
            self._v1.events.list_async,
            to=MissedEvent.from_stripe,
            account=account,
            since=since,
            delivery_success=False if undelivered else None,
        )
