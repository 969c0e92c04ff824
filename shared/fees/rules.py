"""The platform's commission: a percentage of what the shopper pays, in whole minor units, rounded half up. Pure."""

from __future__ import annotations

from decimal import Decimal

from shared.errors import Invalid
from shared.money import round_half_up, step


def share(amount: int, percentage: Decimal, currency: str) -> int:
    """`percentage` per cent of `amount` minor units, half up, in the currency's smallest chargeable step.

    Always 0 <= share < amount for 0 <= percentage < 100, so a transfer is never empty (Stripe refuses those).
    """
    if amount <= 0:
        raise Invalid("There is nothing to pay.")
    if not Decimal(0) <= percentage < Decimal(100):
        raise ValueError(f"a fee of {percentage} % is out of range")
    unit = step(currency)
    fee = round_half_up(Decimal(amount) * percentage / 100 / unit) * unit
    return min(fee, max(amount - unit, 0))
