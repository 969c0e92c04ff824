"""What a transaction emits: facts that others follow, who need not be known where they become
true.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, TypeAlias

from shared.core import domains

Handler: TypeAlias = Callable[..., Awaitable[None]]


class Event:
    """A fact of one domain that others follow.

    Subclasses are frozen dataclasses in the `events.py` of that domain.

    Whoever follows it subscribes in its manifest (shared/core/domains.py), so what is told upwards
    needs no import upwards.
    """


class Emitted:
    """What one transaction has emitted and nobody has handled yet, in order."""

    def __init__(self) -> None:
        self._events: list[Event] = []

    def add(self, event: Event) -> None:
        """Keep an event until it is handled."""
        self._events.append(event)

    async def handle(self, tx: object) -> None:
        """Run the handlers of all of them in `tx`, and of what those emit."""
        while self._events:
            event = self._events.pop(0)
            for handler in handlers_of(event):
                await handler(tx, event)

    def forget(self) -> None:
        """Drop them: what they tell is undone."""
        self._events.clear()


def handlers_of(event: Event) -> list[Handler]:
    """Return the handlers of those who subscribe to it, in the order of the domains."""
    kind: Any = type(event)
    return _handlers(kind, tuple(domains.DOMAINS))


@cache
def _handlers(
    kind: Any,
    _names: tuple[str, ...],
) -> list[Handler]:
    subscriptions: list[domains.Subscription[Any]] = []
    for manifest in domains.manifests():
        subscriptions += manifest.subscriptions
    return [each.handler for each in subscriptions if each.event is kind]
