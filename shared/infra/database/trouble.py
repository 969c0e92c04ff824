"""A database that cannot be used right now: one exception for it, whatever driver, server or file
system said so.

It is no MarketError: no view answers it as if it were about the business.
`shared/entrypoints/web/errors.py` makes 503 of it, a job waits it out, a command ends with its
sentence. Which driver's word means what stands here alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager
from enum import StrEnum


class TroubleKind(StrEnum):
    """Why it cannot be used."""

    AWAY = "away"
    BUSY = "busy"
    FULL = "full"
    READ_ONLY = "read_only"
    BROKEN = "broken"


# what the keeper reads, and after how many seconds it is worth asking again
_WORDS: dict[TroubleKind, tuple[str, int]] = {
    TroubleKind.AWAY: ("The database cannot be reached", 10),
    TroubleKind.BUSY: (
        "The database is busy: others hold what this needs for longer than we wait",
        5,
    ),
    TroubleKind.FULL: (
        "The database cannot write: its disk is full, or its file may not grow",
        60,
    ),
    TroubleKind.READ_ONLY: ("The database takes no changes: it is read-only", 60),
    TroubleKind.BROKEN: (
        "The database cannot be read: its file is damaged, or is no database",
        60,
    ),
}

# SQLSTATE codes of PostgreSQL (its manual, appendix A): whole ones before classes.
_STATES = {
    "53100": TroubleKind.FULL,
    "58030": TroubleKind.FULL,  # io_error
    "25006": TroubleKind.READ_ONLY,
    "25P03": TroubleKind.AWAY,  # it closed a connection that was idle in a transaction
    "3D000": TroubleKind.AWAY,  # there is no such database
    "55P03": TroubleKind.BUSY,  # lock_timeout
    "57014": TroubleKind.BUSY,  # statement_timeout
    "40P01": TroubleKind.BUSY,  # deadlock
    "40001": TroubleKind.BUSY,  # serialization
    "XX001": TroubleKind.BROKEN,
    "XX002": TroubleKind.BROKEN,
}
_CLASSES = {
    "08": TroubleKind.AWAY,
    "28": TroubleKind.AWAY,
    "53": TroubleKind.BUSY,
    "57": TroubleKind.AWAY,
}

# SQLite's result codes by the beginning of their names (sqlite.org/rescode.html).
_RESULTS = {
    "SQLITE_BUSY": TroubleKind.BUSY,
    "SQLITE_LOCKED": TroubleKind.BUSY,
    "SQLITE_FULL": TroubleKind.FULL,
    # a write beyond the limit of a file's size ends in SQLITE_IOERR_WRITE
    "SQLITE_IOERR": TroubleKind.FULL,
    "SQLITE_READONLY": TroubleKind.READ_ONLY,
    "SQLITE_CANTOPEN": TroubleKind.AWAY,
    "SQLITE_CORRUPT": TroubleKind.BROKEN,
    "SQLITE_NOTADB": TroubleKind.BROKEN,
}


class DatabaseTrouble(Exception):
    """The database cannot be used right now.

    Whether the last write was kept is not known; nothing is half written.

    The text is a sentence for whoever runs the marketplace, never for its customers.
    """

    def __init__(self, kind: TroubleKind, detail: str = "") -> None:
        self.kind = kind
        self.words, self.retry_after = _WORDS[kind]
        super().__init__(f"{self.words} ({detail})." if detail else f"{self.words}.")


def trouble_of(error: BaseException) -> DatabaseTrouble | None:
    """What an exception out of a database driver, or out of Tortoise around it, means; None when it
    is no outage.
    """
    for cause in _causes(error):
        if isinstance(cause, DatabaseTrouble):
            return cause
        kind = _kind(cause)
        if kind is not None:
            return DatabaseTrouble(kind, _detail(cause))
    return None


class _Told:
    """One for all, since every statement goes through it: a generator would take a microsecond."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        if not isinstance(error, Exception) or isinstance(error, DatabaseTrouble):
            return
        trouble = trouble_of(error)
        if trouble is not None:
            raise trouble from error


_TOLD = _Told()


def told() -> AbstractContextManager[None]:
    """Raise DatabaseTrouble for what the block raises because the database cannot be used; leave
    everything else as it is.
    """
    return _TOLD


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error itself and what it stands for: Tortoise keeps the driver's as its first
    argument.
    """
    yield error
    inner = error.args[0] if error.args else None
    if isinstance(inner, BaseException):
        yield inner
    if error.__cause__ is not None and error.__cause__ is not inner:
        yield error.__cause__


def _kind(error: BaseException) -> TroubleKind | None:
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        return _STATES.get(state) or _CLASSES.get(state[:2])
    result = getattr(error, "sqlite_errorname", None)
    if isinstance(result, str):
        return next(
            (kind for name, kind in _RESULTS.items() if result.startswith(name)),
            None,
        )
    if isinstance(error, TimeoutError):
        return TroubleKind.BUSY
    if isinstance(error, OSError):
        return TroubleKind.AWAY
    return TroubleKind.AWAY if _is_closed(error) else None


def _is_closed(error: BaseException) -> bool:
    """A connection that ended under us, as asyncpg, aiosqlite and sqlite3 say it without a code."""
    from_driver = type(error).__module__.partition(".")[0] == "asyncpg"
    words = str(error).lower()
    if from_driver or isinstance(error, sqlite3.ProgrammingError):
        return "clos" in words
    return isinstance(error, ValueError) and words in (
        "connection closed",
        "no active connection",
    )


def _detail(error: BaseException) -> str:
    return str(error).strip().rstrip(".") or type(error).__name__
