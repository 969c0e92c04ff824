"""The threshold of distance sales (article 59c of directive 2006/112/EC). Pure."""

from __future__ import annotations

from enum import StrEnum

THRESHOLD = 1_000_000  # cents of a euro


class Threshold(StrEnum):
    """Where a vendor stands at the threshold of distance sales (article 59c)."""

    BELOW = "below"
    NEAR = "near"  # four fifths of it are reached this year
    PASSED = "passed"  # this year: from the sale that passed it on
    PASSED_LAST = "passed_last"  # last year, so all through this one


def threshold_of(
    this_year: int,
    last_year: int,
) -> Threshold:
    """By what was sold in a year and in the one before, in cents of a euro without VAT."""
    if last_year > THRESHOLD:
        return Threshold.PASSED_LAST
    if this_year > THRESHOLD:
        return Threshold.PASSED
    is_near = this_year * 5 >= THRESHOLD * 4
    return Threshold.NEAR if is_near else Threshold.BELOW
