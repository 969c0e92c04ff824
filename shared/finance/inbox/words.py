"""The health of the two webhook endpoints in words: a light, what to do, and the figures of a
day.
"""

from __future__ import annotations

from datetime import datetime

from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.words import badge, word
from shared.finance.inbox.endpoint_health import Endpoint
from shared.finance.inbox.rules import Light


@frozen
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
        name=word("inbox.sources", found.source),
        light=found.light,
        badge=badge("inbox.lights", found.light),
        sentence=sentence(found),
        last_event_at=tally.last_event_at,
        refused=f"{failed} ({tally.share_refused:.0%})" if failed else _("none"),
        unheard=tally.unheard,
        in_use_since=max(known, default=None),
    )


def sentence(found: Endpoint) -> str:
    """What is wrong, and what to do; empty when nothing is."""
    tally, is_platform = found.tally, found.source == "platform"
    if tally.misdirected:
        other = word("inbox.sources", "connect" if is_platform else "platform").lower()
        return word("inbox.health", "misdirected", other=other)
    if found.light is Light.BAD and tally.refused:
        return word("inbox.health", "last_refused", why=found.why_refused)
    if tally.unheard and not tally.delivered:
        return word("inbox.health", "untold")
    if tally.refused:
        return word("inbox.health", "some_refused", why=found.why_refused)
    return word("inbox.health", "some_untold") if tally.unheard else ""
