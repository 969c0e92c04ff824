"""What the platform may still have to pay for its vendors: balances below zero, open disputes,
refunds on their way. Pure.

Beside it stand what vendors owe already and what we or Stripe hold back from them, which soften it;
they are not taken off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import TypeAlias

from shared.core.frozen import frozen

Amounts = Mapping[tuple[int, str], int]  # (vendor, currency) -> minor units


@frozen
class ExposureParts:
    """The parts of one vendor or of all, in minor units of one currency; none is negative."""

    negative_balance: int = 0
    open_disputes: int = 0
    unsettled_refunds: int = 0
    receivable: int = 0
    reserved: int = 0
    held_by_stripe: int = 0

    @property
    def total(self) -> int:
        """The exposure."""
        return self.negative_balance + self.open_disputes + self.unsettled_refunds

    def __add__(self, other: ExposureParts) -> ExposureParts:
        return ExposureParts(
            *(
                getattr(self, f.name) + getattr(other, f.name)
                for f in fields(ExposureParts)
            )
        )


Share: TypeAlias = tuple[
    tuple[int, str], ExposureParts
]  # (vendor, currency), and what of it


def exposure(
    *,
    balances: Amounts,
    disputes: Amounts,
    refunds: Amounts,
    receivables: Amounts,
    reserves: Amounts,
    held: Amounts,
) -> dict[tuple[int, str], ExposureParts]:
    """What the platform stands in for, per vendor and currency; vendors without any of it are left
    out.

    `balances` are what the vendors hold at Stripe, pending money included: that comes before the
    platform has to pay.
    """
    sources = {
        "negative_balance": {place: -amount for place, amount in balances.items()},
        "open_disputes": disputes,
        "unsettled_refunds": refunds,
        "receivable": receivables,
        "reserved": reserves,
        "held_by_stripe": held,
    }
    found: dict[tuple[int, str], ExposureParts] = {}
    for name, amounts in sources.items():
        for place, amount in amounts.items():
            if amount > 0:
                known = found.get(place, ExposureParts())
                found[place] = replace(known, **{name: amount})
    return dict(sorted(found.items(), key=_worst_first))


def _worst_first(item: Share) -> tuple[str, int, int]:
    """By currency, the highest exposure first."""
    (vendor_id, currency), parts = item
    return currency, -parts.total, vendor_id


def totals(
    shares: Iterable[Share],
) -> dict[str, ExposureParts]:
    """The same per currency."""
    found: dict[str, ExposureParts] = {}
    for (_, currency), parts in shares:
        found[currency] = found.get(currency, ExposureParts()) + parts
    return dict(sorted(found.items()))
