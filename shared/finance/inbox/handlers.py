"""Which event does what: each domain says so in its manifest.

An event is a nudge: handlers read the object again.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.core import domains
from shared.core.domains import StripeHandler


def handlers() -> Mapping[str, Mapping[str, StripeHandler]]:
    """Return the handlers of each endpoint's events: those to enable at Stripe.

    README and `run.py doctor` name the same.
    """
    found: dict[str, dict[str, StripeHandler]] = {"platform": {}, "connect": {}}
    for manifest in domains.manifests():
        found["platform"].update(manifest.platform_events)
        found["connect"].update(manifest.connect_events)
    return found


def is_handled(source: str, event_type: str) -> bool:
    """Tell whether events of a type that come to the endpoint `source` do anything."""
    return event_type in handlers()[source]
