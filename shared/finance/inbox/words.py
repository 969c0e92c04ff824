"""The health of the two webhook endpoints in words: a light, what to do, and the figures of a
day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.finance.inbox.endpoint_health import Endpoint
from shared.finance.inbox.rules import Light

NAMES = {"platform": "Your own account", "connect": "Connected accounts"}
LIGHTS = {
    Light.OK: ("ok", "Well"),
    Light.QUIET: ("plain", "Nothing came yet"),
    Light.WARN: ("warn", "Look at it"),
    Light.BAD: ("bad", "Not working"),
}
_PROVE = "Prove it with: python3 run.py doctor --probe"


@dataclass(frozen=True)
class EndpointRow:
    """One endpoint as a page shows it."""

    name: str
    light: Light
    badge: tuple[str, str]
    sentence: str
    last_event_at: datetime | None
    refused: str
    unheard: int
    in_use_since: datetime | None


def row(found: Endpoint) -> EndpointRow:
    """The line of one endpoint."""
    tally = found.tally
    failed = tally.refused + tally.misdirected
    known = [since for since in found.known_since if since]
    return EndpointRow(
        name=NAMES[found.source],
        light=found.light,
        badge=LIGHTS[found.light],
        sentence=sentence(found),
        last_event_at=tally.last_event_at,
        refused=f"{failed} ({tally.share_refused:.0%})" if failed else "none",
        unheard=tally.unheard,
        in_use_since=max(known, default=None),
    )


def sentence(found: Endpoint) -> str:
    """What is wrong, and what to do; empty when nothing is."""
    tally = found.tally
    if tally.misdirected:
        other = NAMES["connect" if found.source == "platform" else "platform"].lower()
        return (
            f"Events of {other} arrive here: the endpoint at Stripe is registered for the wrong "
            "scope. Make a new one."
        )
    if found.light is Light.BAD and tally.refused:
        return (
            f"The last delivery was refused: {found.why_refused}. Compare the signing secret with "
            f"Stripe’s. {_PROVE}"
        )
    if tally.unheard and not tally.delivered:
        return (
            "Stripe changed something and no event told us. Is the endpoint registered and "
            f"enabled? {_PROVE}"
        )
    if tally.refused:
        return (
            f"Some deliveries were refused: {found.why_refused}. Stripe’s own events arrive, so "
            "it may be a stranger."
        )
    if tally.unheard:
        return "Some changes at Stripe were found by asking, since no event told us of them."
    return ""
