"""Which event does what: each domain says so in its manifest.

An event is a nudge: handlers read the object again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from shared.core import domains
from shared.core.domains import NOT_OURS, InSteps, LooksFirst, NoNews, StripeHandler
from shared.finance.inbox import statements
from shared.infra import unit
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.jobs import Context


def handlers() -> Mapping[str, Mapping[str, StripeHandler]]:
    """Return the handlers of each endpoint's events: those to enable at Stripe.

    README and `run.py doctor` name the same.
    """
    return _of(domains.DOMAINS)


@cache
def _of(
    _names: tuple[str, ...],
) -> Mapping[str, Mapping[str, StripeHandler]]:
    found: dict[str, dict[str, StripeHandler]] = {
        "platform": {},
        "connect": {},
    }
    for manifest in domains.manifests():
        found["platform"].update(manifest.platform_events)
        found["connect"].update(manifest.connect_events)
    return found


async def handle(
    context: Context,
    source: str,
    event: VerifiedEvent,
) -> str:
    """Let a stored event's handler do its work, in transactions of its own; return what came of it.

    It reads Stripe whatever the event says, which is not new any more.
    """
    nudge = replace(event, content={})
    handler = handlers()[source][event.type]
    if isinstance(handler, LooksFirst):
        found = await statements.told(handler.asks(nudge))
        apply = await handler.read(context, nudge, found)
    else:
        apply = await handler(context, nudge)
    if apply is None:
        return NOT_OURS
    if isinstance(apply, InSteps):
        return await apply.run()
    if isinstance(apply, NoNews):
        return apply.outcome
    async with unit.transaction() as tx:
        return await apply(tx)


def is_handled(
    source: str,
    event_type: str,
) -> bool:
    """Tell whether events of a type that come to the endpoint `source` do anything."""
    return event_type in handlers()[source]
