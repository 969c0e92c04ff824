"""Who serves a SQLite file: one process, told by a lock that the system frees however that process
ends.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from shared.infra.database.schema import sqlite_path
from shared.infra.database.trouble import told


class AlreadyServed(Exception):
    """Another process serves this SQLite file, or works off its jobs; the message says what to
    do.
    """

    def __init__(self, path: object) -> None:
        super().__init__(
            f"Another serve or worker is running on {path}, and SQLite takes one. Stop that one, "
            "or set"
            " MARKETHALL_DATABASE_URL to a PostgreSQL, which takes any number."
        )


@contextmanager
def sole(url: str) -> Iterator[None]:
    """Be the one process that serves this database while the block runs; PostgreSQL takes any
    number.

    Raises AlreadyServed. The lock is SQLite's own, on an empty file beside the database.
    """
    if not url.startswith("sqlite://"):
        yield
        return
    path = sqlite_path(url)
    with told():
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = sqlite3.connect(
            path.with_name(path.name + ".serving"), timeout=0, isolation_level=None
        )
    with closing(lock):
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise AlreadyServed(path) from None
        yield
