"""Saved payment methods as they go through the seam: customers, their methods, setups. Plain data and a Protocol.

Times are aware UTC. Ids are Stripe's own, on the platform's account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class NewCustomer:
    """A customer to ask for; `metadata` carries our mark, by which it is found again."""

    email: str
    name: str
    metadata: Mapping[str, str]


@dataclass(frozen=True)
class StripeCustomer:
    """A customer as Stripe describes it now. Of a deleted one nothing but that is known."""

    id: str
    deleted: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StripeMethod:
    """A payment method as Stripe describes it now. `customer` None: it is attached to nobody.

    `agreed`: its holder ticked the box that lets it be shown again (`allow_redisplay` is `always`). The card's facts are
    None for methods that are no cards; `fingerprint` is the same for the same card, whatever the method.
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


@dataclass(frozen=True)
class StripeSetup:
    """A SetupIntent as Stripe describes it now."""

    id: str
    status: str
    client_secret: str = field(repr=False)
    customer: str | None = None
    payment_method: str | None = None
    has_error: bool = False
    error_message: str | None = None  # fit for the shopper: only set when the error is a card's


class SavingGateway(Protocol):
    """What saved payment methods need. The promises of `seam.Gateway` hold here too."""

    async def create_customer(self, new: NewCustomer, *, key: str) -> StripeCustomer: ...

    async def get_customer(self, customer_id: str) -> StripeCustomer: ...

    async def list_customers(self, email: str) -> list[StripeCustomer]: ...

    async def create_customer_session(self, customer_id: str) -> str: ...

    async def create_setup_intent(self, customer_id: str, metadata: Mapping[str, str], *, key: str) -> StripeSetup: ...

    async def get_setup_intent(self, setup_id: str) -> StripeSetup: ...

    async def cancel_setup_intent(self, setup_id: str, *, key: str) -> StripeSetup: ...

    async def get_payment_method(self, method_id: str) -> StripeMethod: ...

    async def list_payment_methods(self, customer_id: str) -> list[StripeMethod]: ...

    async def detach_payment_method(self, method_id: str, *, key: str) -> StripeMethod: ...
