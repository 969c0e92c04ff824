"""What a transaction emits: facts that others follow, who need not be known where they become true."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from shared.core import domains

Handler: TypeAlias = Callable[..., Awaitable[None]]


class Event:
    """A fact of one domain that others follow. Subclasses are frozen dataclasses in the `events.py` of that domain.

    Whoever follows it subscribes in its manifest (shared/core/domains.py), so what is told upwards needs no import upwards.
    """


def handlers_of(event: Event) -> list[Handler]:
    """Return the handlers of those who subscribe to it, in the order of the domains."""
    subscriptions: list[domains.Subscription[Any]] = []
    for manifest in domains.manifests():
        subscriptions += manifest.subscriptions
    return [each.handler for each in subscriptions if each.event is type(event)]
