"""Tortoise's ways to ask a database, led through one method of ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, NoReturn

from shared.core.frozen import frozen
from shared.infra.database.trouble import trouble_of


@frozen
class Senders:
    """How an engine sends a statement, by what is made of its answer (`…_statements.py`)."""

    counted: Any
    named: Any
    inserted: Any


class AskedBySending:
    """Put before a client of Tortoise's, which then `send`s each statement."""

    senders: ClassVar[Senders]

    async def send(
        self,
        how: Any,
        query: str,
        values: Sequence[Any] | None = None,
    ) -> Any:
        """Send a statement, and return what `how` makes of its answer."""
        raise NotImplementedError

    def execute_query(
        self,
        query: str,
        values: list[Any] | None = None,
    ) -> Any:
        return self.send(self.senders.counted, query, values)

    def execute_query_dict(
        self,
        query: str,
        values: list[Any] | None = None,
    ) -> Any:
        return self.send(self.senders.named, query, values)

    def execute_insert(self, query: str, values: list[Any]) -> Any:
        return self.send(self.senders.inserted, query, values)


def raise_meant(error: Exception, said: Exception) -> NoReturn:
    """Raise what a driver's error means: an outage, or else what is `said` of it."""
    meant = trouble_of(error) or said
    if meant is error:
        raise error
    raise meant from error
