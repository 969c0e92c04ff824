"""Payment methods that shoppers saved."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from shared.core.frozen import frozen
from shared.infra.gateway.calls import Resource
from shared.infra.gateway.fields import as_dict, id_of, time_of


@frozen
class StripePaymentMethod:
    """A payment method as Stripe describes it now. `customer` None: it is attached to nobody.

    `agreed`: its holder ticked the box that lets it be shown again (`allow_redisplay` is
    `always`). The card's facts are None for methods that are no cards; `fingerprint` is the
    same for the same card, whatever the method.
    """

    id: str
    type: str
    customer: str | None
    created: datetime
    agreed: bool
    brand: str | None = None
    last4: str | None = None
    exp_month: int | None = None
    exp_year: int | None = None
    fingerprint: str | None = None

    @classmethod
    def from_stripe(cls, obj: Any) -> Self:
        """A payment method of any type."""
        m = as_dict(obj)
        facts = m.get(m["type"]) or {}
        return cls(
            id=m["id"],
            type=m["type"],
            customer=id_of(m.get("customer")),
            created=time_of(m["created"]),
            agreed=m.get("allow_redisplay") == "always",
            brand=facts.get("brand"),
            last4=facts.get("last4"),
            exp_month=facts.get("exp_month"),
            exp_year=facts.get("exp_year"),
            fingerprint=facts.get("fingerprint"),
        )


class PaymentMethods(Resource):
    """Methods on the platform's own account."""

    async def get(self, method_id: str) -> StripePaymentMethod:
        """The method as it is now, attached or not."""
        return await self._call(
            self._v1.payment_methods.retrieve_async,
            method_id,
            params={},
            to=StripePaymentMethod.from_stripe,
        )

    async def detach(self, method_id: str, *, key: str) -> StripePaymentMethod:
        """Take a method from its customer, for good.

        Raises StripeRefused when it is attached to nobody.
        """
        return await self._call(
            self._v1.payment_methods.detach_async,
            method_id,
            params={},
            to=StripePaymentMethod.from_stripe,
            idempotency_key=key,
        )

    async def list(self, customer_id: str) -> list[StripePaymentMethod]:
        """Every method that a customer holds."""
        return await self._list(
            self._v1.customers.payment_methods.list_async,
            customer_id,
            to=StripePaymentMethod.from_stripe,
        )
