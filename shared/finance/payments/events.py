"""What payments tell whoever is concerned."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.infra.unit import Event


@frozen
class PaymentOpened(Event):
    """A payment is written down; Stripe is about to be asked."""

    payment_id: int


@frozen
class PaymentSucceeded(Event):
    """The shopper has paid. `stripe_customer_id`: who, where the card was saved with it."""

    payment_id: int
    stripe_customer_id: str | None


@frozen
class ContributionDue(Event):
    """An order is paid of whose price the marketplace pays more than its commission: `amount` minor
    units, out of its own money. Order and payment are locked.
    """

    payment_id: int
    order_number: str
    amount: int


@frozen
class TransferArrived(Event):
    """The vendor's share of a payment lies in its balance at Stripe.

    `is_slice`: it came by a transfer of its own, after claims may have waited for it.
    """

    payment_id: int
    vendor_id: int
    is_slice: bool = False
