"""A shop that is closed for a while: what is said of it. Pure."""

from __future__ import annotations

from datetime import date

from shared.core.formats import written_day
from shared.core.words import word


def sentence(name: str, until: date | None) -> str:
    """What shoppers read of a closed shop; `until` is the day on which it opens again, where that
    is known.
    """
    if until is None:
        return word("vendors.closed", "open_end", shop=name)
    return word("vendors.closed", "until", shop=name, day=spelled(until))


def spelled(day: date) -> str:
    """`12 January 2027`: the year too, since a closed shop's page may be read long before."""
    return written_day(day)
