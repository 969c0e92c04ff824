"""SetupIntents: a shopper saves a card without buying anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Self

from shared.core.frozen import frozen
from shared.infra.gateway.calls import Resource, marked
from shared.infra.gateway.fields import as_dict, id_of, metadata_of


@frozen
class SetupIntent:
    """A SetupIntent as Stripe describes it now."""

    id: str
    status: str
    client_secret: str = field(repr=False)
    customer: str | None = None
    payment_method: str | None = None
    has_error: bool = False
    error_message: str | None = (
        None  # fit for the shopper: only set when the error is a card's
    )
    metadata: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_stripe(cls, obj: Any) -> Self:
        """A SetupIntent; a decline leaves its error on it."""
        s = as_dict(obj)
        error = s.get("last_setup_error") or {}
        return cls(
            id=s["id"],
            status=s["status"],
            client_secret=s.get("client_secret") or "",
            customer=id_of(s.get("customer")),
            payment_method=id_of(s.get("payment_method")),
            has_error=bool(error),
            error_message=error.get("message")
            if error.get("type") == "card_error"
            else None,
            metadata=metadata_of(s),
        )


class SetupIntents(Resource):
    """Setups on the platform's own account."""

    async def create(
        self,
        customer_id: str,
        metadata: Mapping[str, str],
        *,
        key: str,
    ) -> SetupIntent:
        """The setup by which a shopper saves a card. Its usage is `on_session`."""
        params: dict[str, Any] = {
            "customer": customer_id,
            "usage": "on_session",
            "automatic_payment_methods": {"enabled": True},
            "metadata": marked(metadata),
        }
        return await self._call(
            self._v1.setup_intents.create_async,
            params=params,
            to=SetupIntent.from_stripe,
            idempotency_key=key,
        )

    async def get(self, setup_id: str) -> SetupIntent:
        """The setup as it is now."""
        return await self._call(
            self._v1.setup_intents.retrieve_async,
            setup_id,
            params={},
            to=SetupIntent.from_stripe,
        )

    async def list(self, customer_id: str) -> list[SetupIntent]:
        """Every setup of a customer."""
        return await self._list(
            self._v1.setup_intents.list_async,
            to=SetupIntent.from_stripe,
            customer=customer_id,
        )
