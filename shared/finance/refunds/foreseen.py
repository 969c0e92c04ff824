"""What a refund will do, in numbers. Pure."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.finance.refunds.refundability import Refundability


@frozen
class Preview:
    """What a refund will do, in minor units, before anybody has pressed the button.

    `balance` and `stripe_fee`: None when unknown.
    """

    currency: str
    amount: int
    left_after: int
    vendor_part: int
    commission_part: int
    stripe_fee: int | None
    balance: int | None
    needs_approval: bool
    refundability: Refundability
    discount_part: int = 0

    @property
    def owed(self) -> int:
        """What the vendor's balance does not cover: the marketplace advances it."""
        if self.balance is None:
            return 0
        return max(self.vendor_part - max(self.balance, 0), 0)

    @property
    def vendor_change(self) -> int:
        """What the refund does to the vendor's balance at Stripe."""
        return self.owed - self.vendor_part

    @property
    def platform_change(self) -> int:
        """What the refund does to the platform's balance at Stripe."""
        return self.discount_part - self.commission_part - self.owed
