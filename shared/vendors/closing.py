"""A shop that is closed for a while: what is said of it, and which day may be named. Pure."""

from __future__ import annotations

from datetime import date, timedelta

FURTHEST = timedelta(days=730)


def sentence(name: str, until: date | None) -> str:
    """What shoppers read of a closed shop; `until` is the day on which it opens again, where that is known."""
    if until is None:
        return f"{name} is closed for now."
    return f"{name} is closed and opens again on {spelled(until)}."


def spelled(day: date) -> str:
    """`12 January 2027`: the year too, since a closed shop's page may be read long before."""
    return f"{day.day} {day:%B %Y}"


def problem(until: date | None, today: date) -> str | None:
    """What is wrong with the day that a vendor names, as a sentence; None when nothing is."""
    if until is None or today < until <= today + FURTHEST:
        return None
    return "Choose a day from tomorrow on." if until <= today else "Choose a day within the next two years."
