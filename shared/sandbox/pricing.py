"""What the platform takes of its accounts' instant payouts, as it is set in Stripe's dashboard
(stripe-facts 14.9).

Stripe collects the fee as an application fee in the same step as the payout. It is counted on all
that leaves the balance, the fee included: with 2 % a balance of 500 pays out 490, which is Stripe's
own example.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from shared.sandbox.world import Act


@dataclass(frozen=True)
class Pricing:
    """A rate in hundredths of a percent and a fixed part, between a least and a most; in minor
    units of any currency.

    `comes_back`: the fee of a payout that fails or is called back is given back with it.
    """

    rate: int = 100
    fixed: int = 0
    least: int = 0
    most: int | None = None
    comes_back: bool = True

    def fee(self, gross: int) -> int:
        """What is taken when `gross` leaves the balance, rounded half up; never all of it."""
        if gross <= 1:
            return 0
        fee = (gross * self.rate * 2 + 10_000) // 20_000 + self.fixed
        fee = max(
            fee if self.most is None else min(fee, self.most),
            self.least,
        )
        return min(fee, gross - 1)

    def net(self, gross: int) -> int:
        """What arrives when `gross` leaves the balance."""
        return gross - self.fee(gross)

    def fee_of(self, amount: int, available: int) -> int:
        """What a payout of `amount` costs.

        Of all that is available it is exactly the rest, so that nothing is left behind.
        """
        if amount == self.net(available):
            return available - amount
        low, high = amount, max(2 * amount + self.fixed + self.least, 2)
        while self.net(high) < amount:
            high *= 2
        # The smallest sum that pays so much: what arrives never falls as more leaves.
        while low < high:
            middle = (low + high) // 2
            if self.net(middle) < amount:
                low = middle + 1
            else:
                high = middle
        return low - amount


def of_platform(act: Act) -> Pricing:
    """The pricing in force: one per cent until something else is set."""
    kept = act.store.meta(_name(act))
    return Pricing(**json.loads(kept)) if kept else Pricing()


def choose(act: Act, pricing: Pricing) -> None:
    """Set it, for payouts from now on."""
    act.store.remember(
        _name(act),
        json.dumps(asdict(pricing)),
    )


def _name(act: Act) -> str:
    return f"instant_pricing/{act.platform}"
