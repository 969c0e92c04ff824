"""One connection to a SQLite file, asked on the event loop's own thread: handing a statement to
another thread and back takes longer than most statements do.

What takes long goes to a thread all the same, so that nobody else waits for it. A reading is
stopped after BRIEF seconds and asked again over there. A write is not: stopped inside a transaction
it undoes all of it, and outside of one SQLite may say that it was stopped when it has committed. So
what names many values goes to the thread, what whoever works says is long (`at_length`), and what
took long the last time. Decision 18.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from math import inf
from time import perf_counter, thread_time
from typing import Any, Self, TypeVar

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
# How a statement is sent, and what is made of its answer.
How = Callable[[str, Sequence[Any], sqlite3.Connection], T]

BRIEF = 0.005  # seconds that a statement may keep the event loop
# Of SQLite's own steps between two looks at the clock: some hundred microseconds.
_STEPS = 10_000
# A statement's time and what Python does around it, until others get their turn.
_TURN = 0.003
_AROUND = 0.0001
# A write that names more values may take long.
_MANY = 400
# Statements that are prepared once; as it comes it is 128.
_PREPARED = 512
# Rows that a transaction has changed when its commit may take long.
_MANY_CHANGES = 2000
# What took long, by its SQL, is remembered of so many.
_MOST_KNOWN = 200

_at_length: ContextVar[bool] = ContextVar("markethall_at_length", default=False)


@contextmanager
def at_length() -> Iterator[None]:
    """Ask on a thread what this block asks of SQLite: its statements may take long."""
    marker = _at_length.set(True)
    try:
        yield
    finally:
        _at_length.reset(marker)


def is_at_length() -> bool:
    """Whether the calling task said so."""
    return _at_length.get()


class TakesLong(Exception):
    """A reading was stopped after BRIEF seconds."""


class SqliteConnection:
    """A connection whose statements come one after the other, wherever they run."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self._raw = raw
        self._until = inf
        self._spent = 0.0
        self._thread: Executor | None = None
        self._busy: asyncio.Future[Any] | None = None
        self._known: set[str] = set()
        self._changes = 0
        raw.set_progress_handler(self._is_late, _STEPS)

    @classmethod
    async def open(
        cls,
        path: str,
        pragmas: Mapping[str, Any],
        *,
        patience: float,
    ) -> Self:
        """Connect; waits for others so many seconds, which later statements do not.

        Raises sqlite3.Error, and is not there at all then.
        """
        return cls(await asyncio.to_thread(_connected, path, pragmas, patience))

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._raw.in_transaction

    async def briefly(
        self,
        how: How[T],
        query: str,
        values: Sequence[Any],
    ) -> T:
        """Read, and be stopped after a while. Raises TakesLong then."""
        if self._spent > _TURN or self._busy is not None:
            await self._turn()
        began = perf_counter()
        self._until = began + BRIEF
        try:
            return how(query, values, self._raw)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                raise TakesLong from None
            raise
        finally:
            self._until = inf
            self._spent += perf_counter() - began + _AROUND

    async def read(
        self,
        how: How[T],
        query: str,
        values: Sequence[Any],
    ) -> T:
        """Read; what is stopped is asked again on the thread."""
        if not is_at_length():
            try:
                return await self.briefly(how, query, values)
            except TakesLong:
                pass
        return await self.in_thread(partial(how, query, values))

    async def write(
        self,
        how: How[T],
        query: str,
        values: Sequence[Any],
    ) -> T:
        """Write, and not be stopped; on the thread if it may take long, or did the last time."""
        is_long = len(values) > _MANY or is_at_length()
        if is_long or query in self._known:
            return await self.in_thread(partial(self._measured, how, query, values))
        if self._spent > _TURN or self._busy is not None:
            await self._turn()
        began, mine = perf_counter(), thread_time()
        try:
            return how(query, values, self._raw)
        finally:
            took = perf_counter() - began
            self._spent += took + _AROUND
            # Others may have had the machine meanwhile.
            if took > BRIEF:
                self._remember(query, thread_time() - mine)

    def _measured(
        self,
        how: How[T],
        query: str,
        values: Sequence[Any],
        raw: sqlite3.Connection,
    ) -> T:
        mine = thread_time()
        try:
            return how(query, values, raw)
        finally:
            self._remember(query, thread_time() - mine)

    def _remember(self, query: str, took: float) -> None:
        """Know the next time whether it takes long."""
        if took < BRIEF:
            self._known.discard(query)
        elif len(self._known) < _MOST_KNOWN:
            self._known.add(query)

    async def whole(self, work: Work[T]) -> T:
        """Do `work`, which is not stopped; on the thread if it may take long."""
        if is_at_length():
            return await self.in_thread(work)
        if self._spent > _TURN or self._busy is not None:
            await self._turn()
        began = perf_counter()
        try:
            return work(self._raw)
        finally:
            self._spent += perf_counter() - began + _AROUND

    async def in_thread(
        self,
        work: Work[T],
        *,
        to_the_end: bool = False,
    ) -> T:
        """Do `work` on a thread.

        Whoever is cancelled meanwhile stops it, unless it goes `to_the_end`, and waits until the
        connection is free.
        """
        await self._turn()
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "sqlite")
        loop = asyncio.get_running_loop()
        self._busy = done = loop.run_in_executor(self._thread, work, self._raw)
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            if not to_the_end:
                self._raw.interrupt()
            await _ended(done)
            raise
        finally:
            self._busy = None

    async def execute(self, statement: str) -> None:
        """Send one that names no values, as Tortoise does for savepoints."""
        await self.whole(lambda raw: raw.execute(statement))

    async def begin(self) -> None:
        """Open a transaction that has the write lock. Raises sqlite3.OperationalError."""
        await self.whole(_begun)
        self._changes = self._raw.total_changes

    async def commit(self) -> None:
        """Keep what the transaction has written."""
        changed = self._raw.total_changes - self._changes
        if changed > _MANY_CHANGES or is_at_length():
            await self.in_thread(sqlite3.Connection.commit, to_the_end=True)
        else:
            await self.whole(sqlite3.Connection.commit)

    async def rollback(self) -> None:
        """Undo what the transaction has written."""
        await self.whole(sqlite3.Connection.rollback)

    async def close(self) -> None:
        """End it, after what is under way; the last one of a file writes it up."""
        try:
            await self.in_thread(sqlite3.Connection.close, to_the_end=True)
        finally:
            if self._thread is not None:
                self._thread.shutdown(wait=False)

    def _is_late(self) -> bool:
        return perf_counter() > self._until

    async def _turn(self) -> None:
        """Let others have theirs after a while: statements that follow each other wait for nothing
        in between.
        """
        if self._spent > _TURN:
            self._spent = 0.0
            await asyncio.sleep(0)
        while self._busy is not None:
            await asyncio.wait([self._busy])


def _begun(raw: sqlite3.Connection) -> None:
    raw.execute("BEGIN IMMEDIATE")


def _connected(
    path: str,
    pragmas: Mapping[str, Any],
    patience: float,
) -> sqlite3.Connection:
    raw = sqlite3.connect(
        path,
        timeout=patience,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=_PREPARED,
    )
    try:
        raw.row_factory = sqlite3.Row
        for name, value in {**pragmas, "busy_timeout": 0}.items():
            raw.execute(f"PRAGMA {name}={value}").close()
    except BaseException:
        raw.close()
        raise
    return raw


async def _ended(done: asyncio.Future[Any]) -> None:
    """Wait for it, however often one is cancelled meanwhile."""
    while not done.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait([done])
