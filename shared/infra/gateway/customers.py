"""Customers: what holds a shopper's saved payment methods, on the platform's own account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Self

from shared.core.frozen import frozen
from shared.infra.gateway.calls import Resource, marked
from shared.infra.gateway.fields import as_dict, metadata_of

# The box belongs to the element, and what is kept may be used while the shopper is there, never
# without (`on_session`).
# Saved methods are shown by our own list, default first: the element has no notion of a default.
_BOX = {"payment_method_save": "enabled", "payment_method_save_usage": "on_session"}


@frozen
class NewCustomer:
    """A customer to ask for; `metadata` carries our mark, by which it is found again."""

    email: str
    name: str
    metadata: Mapping[str, str]


@frozen
class CustomerAtStripe:
    """A customer as Stripe describes it now. Of a deleted one nothing but that is known."""

    id: str
    deleted: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_stripe(cls, obj: Any) -> Self:
        """A customer, or what Stripe still says of a deleted one."""
        c = as_dict(obj)
        return cls(
            id=c["id"],
            deleted=bool(c.get("deleted")),
            metadata=metadata_of(c),
        )


class Customers(Resource):
    """Customers of the platform."""

    async def create(self, new: NewCustomer, *, key: str) -> CustomerAtStripe:
        """A customer that holds a shopper's methods."""
        params = {
            "email": new.email,
            "name": new.name,
            "metadata": marked(new.metadata),
        }
        return await self._call(
            self._v1.customers.create_async,
            params=params,
            to=CustomerAtStripe.from_stripe,
            idempotency_key=key,
        )

    async def get(self, customer_id: str) -> CustomerAtStripe:
        """The customer as it is now, also one that was deleted (stripe-facts 2.9)."""
        return await self._call(
            self._v1.customers.retrieve_async,
            customer_id,
            params={},
            to=CustomerAtStripe.from_stripe,
        )

    async def create_session(self, customer_id: str) -> str:
        """The secret by which the Payment Element offers to save a card.

        Made per page, lives half an hour; never store it.
        """
        params = {
            "customer": customer_id,
            "components": {
                "payment_element": {"enabled": True, "features": dict(_BOX)}
            },
        }
        return await self._call(
            self._v1.customer_sessions.create_async,
            params=params,
            to=lambda session: str(session["client_secret"]),
        )

    async def list(self, email: str) -> list[CustomerAtStripe]:
        """Every customer with this address. Stripe compares it exactly."""
        return await self._list(
            self._v1.customers.list_async,
            to=CustomerAtStripe.from_stripe,
            email=email,
        )
