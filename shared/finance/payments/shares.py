"""How something of a whole payment is shared over the orders that it paid. Pure.

The one rule: in proportion, down to the minor unit, and what is left goes to the largest
remainders, of equal ones to the lower id. So the parts come to the whole exactly, none is negative,
and whoever asks in another order gets the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.core.money import split


def shares(amount: int, weights: Mapping[int, int]) -> dict[int, int]:
    """Share `amount` minor units over ids by their weights, one of which is above zero."""
    ids = sorted(weights)
    parts = split(amount, [weights[each] for each in ids])
    return dict(zip(ids, parts, strict=True))
