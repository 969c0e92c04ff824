"""Statements of a transaction, told before they are sent: what it keeps back is written first.

Whoever keeps something back says with `telling` what is to happen before each statement
(shared/infra/unit/held_rows.py).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Any, TypeAlias

from tortoise.connection import get_connection

# Answers what is to be awaited first; None for nothing.
Before: TypeAlias = Callable[[str], Awaitable[None] | None]

_before: ContextVar[Before | None] = ContextVar("markethall_before", default=None)
_inside: ContextVar[Any] = ContextVar("markethall_inside", default=None)


def connected() -> Any:
    """The client that this task's statements go through: its transaction's, or else the one that
    Tortoise has, which it looks for each time.
    """
    return _inside.get() or get_connection("default")


class _Telling:
    """No generators here and below: every statement goes through them."""

    __slots__ = ("_client", "_marker", "_outside", "_to")

    def __init__(self, client: Any, to: Before) -> None:
        self._client = client
        self._to = to

    def __enter__(self) -> None:
        self._outside = _inside.set(self._client)
        self._marker = _before.set(self._to)

    def __exit__(self, *_what: object) -> None:
        _before.reset(self._marker)
        _inside.reset(self._outside)


class _Untold:
    __slots__ = ("_marker",)

    def __enter__(self) -> None:
        self._marker = _before.set(None)

    def __exit__(self, *_what: object) -> None:
        _before.reset(self._marker)


def telling(client: Any, before: Before) -> AbstractContextManager[None]:
    """Ask `before` with each statement that this task's transaction is about to send; `client` is
    the transaction's.
    """
    return _Telling(client, before)


def untold() -> AbstractContextManager[None]:
    """Send what the block sends without telling."""
    return _Untold()


class BesideTransaction(RuntimeError):
    """A query that was asked before a transaction is asked again inside it.

    Tortoise lets it keep its connection, so it would be beside the transaction: see nothing of it,
    lock nothing for it, and wait for a second connection
    (findings/tortoise-a-query-asked-before-is-not-in-the-transaction.sh). Who needs it makes it
    anew.
    """


def must_be_outside() -> None:
    """Raise BesideTransaction where this task's transaction should send what is to be sent."""
    if _before.get() is not None:
        raise BesideTransaction


class CaughtFailure(RuntimeError):
    """A statement failed, somebody caught that, and the transaction was about to end well.

    PostgreSQL has given it up by then and would store nothing of it without a word
    (findings/tortoise-a-caught-error-loses-the-transaction.sh); SQLite would store the rest. Who
    wants to go on uses a savepoint.
    """


class TellsStatements:
    """Put before a client that is inside a transaction, and that `send`s each statement."""

    has_failed = False
    is_last = False  # the statement that is sent next is the transaction's last one

    async def commit(self) -> None:
        if self.has_failed:
            await self.rollback()  # type: ignore[attr-defined]
            raise CaughtFailure
        await super().commit()  # type: ignore[misc]

    # Tortoise sends what stands inside a savepoint by the client around it, its `_parent`.

    async def release_savepoint(self) -> None:
        around: Any = self._parent  # type: ignore[attr-defined]
        if around.has_failed:
            await self.savepoint_rollback()
            raise CaughtFailure
        await super().release_savepoint()  # type: ignore[misc]

    async def savepoint_rollback(self) -> None:
        await super().savepoint_rollback()  # type: ignore[misc]
        around: Any = self._parent  # type: ignore[attr-defined]
        around.has_failed = False

    async def send(
        self,
        how: Any,
        query: str,
        values: Sequence[Any] | None = None,
    ) -> Any:
        before = _before.get()
        waits = before(query) if before is not None else None
        if waits is not None:
            await waits
        try:
            return await super().send(how, query, values)  # type: ignore[misc]
        except Exception:
            self.has_failed = True
            raise
