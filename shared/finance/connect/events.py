"""What a vendor's Stripe account tells whoever is concerned."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.infra.gateway.balance_settings import PayoutSettings
from shared.infra.unit import Event


@frozen
class ConnectedAgain(Event):
    """A vendor has given us access to its account again."""

    vendor_id: int


@frozen
class AccountCreated(Event):
    """A vendor has a Stripe account now; `actor` asked for it."""

    vendor_id: int
    actor: str


@frozen
class PayoutSettingsRead(Event):
    """When Stripe pays a vendor's account out was read."""

    vendor_id: int
    settings: PayoutSettings


@frozen
class PayoutTermsChanged(Event):
    """Stripe's schedule may have to be another one: after a changed bank, or a change at Stripe.

    `once`: one that waits to be written is enough.
    """

    vendor_id: int
    once: bool = False
