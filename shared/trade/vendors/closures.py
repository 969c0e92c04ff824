"""A shop that is closed for a while: what is said of it, and which day may be named. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from shared.core.formats import written_day
from shared.core.locales import gettext as _

FURTHEST = timedelta(days=730)


def sentence(name: str, until: date | None) -> str:
    """What shoppers read of a closed shop; `until` is the day on which it opens again, where that
    is known.
    """
    if until is None:
        return _("%(shop)s is closed for now.", shop=name)
    return _(
        "%(shop)s is closed and opens again on %(day)s.", shop=name, day=spelled(until)
    )


def spelled(day: date) -> str:
    """`12 January 2027`: the year too, since a closed shop's page may be read long before."""
    return written_day(day)


def problem(until: date | None, today: date) -> str | None:
    """What is wrong with the day that a vendor names, as a sentence; None when nothing is."""
    if until is None or today < until <= today + FURTHEST:
        return None
    return (
        _("Choose a day from tomorrow on.")
        if until <= today
        else _("Choose a day within the next two years.")
    )
