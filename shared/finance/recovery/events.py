"""What claims tell whoever is concerned."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.infra.unit import Event


@frozen
class ClaimSet(Event):
    """What the vendor of an order bears is another amount now.

    `is_settled`: all of it came along with what it is for, so nothing is left to do at Stripe.
    """

    subject: str
    order_id: int
    is_settled: bool = False


@frozen
class ClaimUnsettled(Event):
    """Something moved, and the claim may not be at rest.

    `once`: not while it is being settled already, since nothing has changed that this would not
    see.
    """

    subject: str
    once: bool = False


@frozen
class ContributionArrived(Event):
    """What the marketplace pays of a price lies in the vendor's balance at Stripe."""

    vendor_id: int
