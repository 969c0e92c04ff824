"""The words of the mails to vendors about their Stripe account. Pure: plain values in, (subject, text) out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from shared.trade.vendors.missing import Item, needs_of, stops_of
from shared.trade.vendors.words import Standing


def spoken_day(value: datetime, now: datetime, zone: tzinfo) -> str:
    """`3 December`, or `3 January 2027` when that is another year; in `zone`."""
    at = value.astimezone(zone)
    return f"{at.day} {at:%B}" + (f" {at.year}" if at.year != now.astimezone(zone).year else "")


def reminder(
    vendor_name: str, *, items: Sequence[Item], deadline: datetime, now: datetime, zone: tzinfo, link: str
) -> tuple[str, str]:
    """Before a deadline: what is missing, by when, and what stops."""
    day, hour = spoken_day(deadline, now, zone), f"{deadline.astimezone(zone):%H:%M} ({str(zone).replace('_', ' ')})"
    left = (deadline.astimezone(zone).date() - now.astimezone(zone).date()).days
    when = "today" if left == 0 else "tomorrow" if left == 1 else f"in {left} days"
    subject = f"Stripe needs {needs_of(items)} by {day}"
    text = (
        f"Hello {vendor_name},\n\nStripe, who pays the money from your sales to you, needs this by {day}, {hour}, {when}:\n\n"
        f"{_checklist(items)}\n\n{stops_of(items)}\n\nYou can do it here; it takes a few minutes:\n{link}\n"
    )
    return subject, text


def stopped(vendor_name: str, *, now_stands: Standing, link: str) -> tuple[str, str]:
    """When payments or payouts have stopped: what happened, and what to do."""
    subject = (
        "Your payouts have stopped" if now_stands.title == "You can take payments" else "Your payments have stopped"
    )
    parts = [f"Hello {vendor_name},", f"{now_stands.title}. {now_stands.text}"]
    if now_stands.items:
        parts.append(_checklist(now_stands.items))
    if now_stands.stops:
        parts.append(now_stands.stops)
    parts.append(f"Here you see how it stands:\n{link}\n")
    return subject, "\n\n".join(parts)


def _checklist(items: Sequence[Item]) -> str:
    return "\n".join(f"  - {item.title}. {f'{item.reason} ' if item.reason else ''}{item.todo}" for item in items)
