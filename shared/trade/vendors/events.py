"""What vendors tell whoever is concerned."""

from __future__ import annotations

from dataclasses import dataclass

from shared.infra.unit import Event


@dataclass(frozen=True)
class ConnectedAgain(Event):
    """A vendor has given us access to its account again."""

    vendor_id: int


@dataclass(frozen=True)
class PayoutTermsChanged(Event):
    """Stripe's schedule may have to be another one: after a changed bank, or a change at Stripe.

    `once`: one that waits to be written is enough.
    """

    vendor_id: int
    once: bool = False
