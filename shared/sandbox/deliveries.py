"""Deliveries as rows: events on their way to endpoints, and what became of each attempt."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from shared.sandbox.store import Document
from shared.sandbox.world import World


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one endpoint."""

    id: int
    platform: str
    event: str
    endpoint: str
    tries: int
    played: str  # the fault that this delivery already went through

    def url_of(self, endpoint: Document) -> str:
        """Where it goes."""
        return str(endpoint.body["url"])


@dataclass(frozen=True)
class Attempt:
    """What an endpoint answered, or why it did not, and the fault that was played."""

    status: int | None
    error: str | None
    fault: str | None

    @property
    def arrived(self) -> bool:
        """Whether the endpoint took the event."""
        return self.status is not None and 200 <= self.status < 300


class Deliveries:
    """The rows of `deliveries` and `attempts`; times are the stand-in's own."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._store = world.store

    def due(self) -> list[str]:
        """The endpoints that something is due for now."""
        sql = (
            "SELECT DISTINCT endpoint FROM deliveries WHERE state = 'due' AND due <= ?"
        )
        rows = self._store.rows(sql, self._world.clock.now())
        return [endpoint for (endpoint,) in rows]

    def next_due(self, without: Collection[str]) -> float | None:
        """When something falls due next for any endpoint but these."""
        marks = ", ".join("?" * len(without))
        sql = (
            "SELECT min(due) FROM deliveries "
            f"WHERE state = 'due' AND endpoint NOT IN ({marks})"
        )
        moment: float | None = self._store.value(sql, *without)
        return moment

    def next_for(self, endpoint: str) -> Delivery | None:
        """What this endpoint gets next of what is due now."""
        sql = (
            "SELECT id, platform, event, endpoint, tries, played FROM deliveries "
            "WHERE state = 'due' AND endpoint = ? AND due <= ? ORDER BY due, id LIMIT 1"
        )
        rows = self._store.rows(sql, endpoint, self._world.clock.now())
        return Delivery(*rows[0]) if rows else None

    def note(self, delivery: Delivery, endpoint: Document, attempt: Attempt) -> None:
        """Keep what became of one attempt."""
        sql = (
            "INSERT INTO attempts (event, url, endpoint, status, error, at, fault) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)"
        )
        self._store.db.execute(
            sql,
            (
                delivery.event,
                delivery.url_of(endpoint),
                endpoint.id,
                attempt.status,
                attempt.error,
                self._world.clock.seconds(),
                attempt.fault,
            ),
        )

    def close(self, delivery: Delivery, state: str) -> None:
        """Nothing more is tried."""
        sql = "UPDATE deliveries SET state = ? WHERE id = ?"
        self._store.db.execute(sql, (state, delivery.id))

    def postpone(
        self,
        delivery: Delivery,
        seconds: float,
        tries: int,
        played: str,
    ) -> None:
        """Try again after so many seconds."""
        sql = "UPDATE deliveries SET due = ?, tries = ?, played = ? WHERE id = ?"
        due = self._world.clock.now() + seconds
        self._store.db.execute(sql, (due, tries, played, delivery.id))

    def release(self, endpoint: str) -> None:
        """An event has overtaken those that were held back."""
        sql = (
            "UPDATE deliveries SET due = 0, played = 'reordered' "
            "WHERE endpoint = ? AND state = 'due' AND played = 'reorder'"
        )
        self._store.db.execute(sql, (endpoint,))
