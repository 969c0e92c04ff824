"""The part of the gateway about saved payment methods: all of it on the platform's own account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.gateway import translate_saving as to
from shared.gateway.calls import PLATFORM, Calls
from shared.gateway.saving import NewCustomer, StripeCustomer, StripeMethod, StripeSetup

# The box belongs to the element, and what is kept may be used while the shopper is there, never without (`on_session`).
# Saved methods are shown by our own list, default first: the element has no notion of a default.
_BOX = {"payment_method_save": "enabled", "payment_method_save_usage": "on_session"}


class SavingCalls(Calls):
    """Each write takes a key that the caller stored first; each read gives what is so now."""

    async def create_customer(self, new: NewCustomer, *, key: str) -> StripeCustomer:
        """A customer that holds a shopper's methods."""
        params = {"email": new.email, "name": new.name, "metadata": {**new.metadata, "platform": PLATFORM}}
        return await self._call(
            self._client.v1.customers.create_async, params=params, to=to.customer, idempotency_key=key
        )

    async def get_customer(self, customer_id: str) -> StripeCustomer:
        """The customer as it is now; one that was deleted is still told about (stripe.md section 2)."""
        return await self._call(self._client.v1.customers.retrieve_async, customer_id, params={}, to=to.customer)

    async def list_customers(self, email: str) -> list[StripeCustomer]:
        """Every customer with this address, oldest first. Stripe compares it exactly."""
        return await self._list(self._client.v1.customers.list_async, to=to.customer, email=email)

    async def create_customer_session(self, customer_id: str) -> str:
        """The secret by which the Payment Element offers to save a card. Made per page, lives half an hour; never store it."""
        params = {
            "customer": customer_id,
            "components": {"payment_element": {"enabled": True, "features": dict(_BOX)}},
        }
        return await self._call(
            self._client.v1.customer_sessions.create_async, params=params, to=lambda made: str(made.client_secret)
        )

    async def create_setup_intent(self, customer_id: str, metadata: Mapping[str, str], *, key: str) -> StripeSetup:
        """The setup by which a shopper saves a card without buying anything. Its usage is `on_session`."""
        params: dict[str, Any] = {
            "customer": customer_id,
            "usage": "on_session",
            "automatic_payment_methods": {"enabled": True},
            "metadata": {**metadata, "platform": PLATFORM},
        }
        return await self._call(
            self._client.v1.setup_intents.create_async, params=params, to=to.setup, idempotency_key=key
        )

    async def get_setup_intent(self, setup_id: str) -> StripeSetup:
        """The setup as it is now."""
        return await self._call(self._client.v1.setup_intents.retrieve_async, setup_id, params={}, to=to.setup)

    async def cancel_setup_intent(self, setup_id: str, *, key: str) -> StripeSetup:
        """Give a setup up. Raises StripeRefused when it has ended already."""
        return await self._call(
            self._client.v1.setup_intents.cancel_async, setup_id, params={}, to=to.setup, idempotency_key=key
        )

    async def get_payment_method(self, method_id: str) -> StripeMethod:
        """The method as it is now, attached or not."""
        return await self._call(self._client.v1.payment_methods.retrieve_async, method_id, params={}, to=to.method)

    async def list_payment_methods(self, customer_id: str) -> list[StripeMethod]:
        """Every method that a customer holds, oldest first."""
        return await self._list(self._client.v1.customers.payment_methods.list_async, customer_id, to=to.method)

    async def detach_payment_method(self, method_id: str, *, key: str) -> StripeMethod:
        """Take a method from its customer, for good. Raises StripeRefused when it is attached to nobody."""
        return await self._call(
            self._client.v1.payment_methods.detach_async, method_id, params={}, to=to.method, idempotency_key=key
        )
