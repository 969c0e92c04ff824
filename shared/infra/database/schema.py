"""Which migrations this version knows, and what it says to a database that has others.

Loads no driver and no ORM.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).with_name("migrations")


class SchemaTooNew(Exception):
    """The database was migrated by a newer version than this one; the message names what this one
    does not know.
    """

    def __init__(self, unknown: list[str]) -> None:
        self.unknown = unknown
        names = ", ".join(unknown)
        super().__init__(
            "The database is of a newer version of Markethall: this one does not know its "
            f"migration {names}."
            " Start the version that made it, or restore a backup from before it."
        )


def on_disk() -> list[str]:
    """The names of the migrations of this version, oldest first."""
    return sorted(path.stem for path in FOLDER.glob("[0-9]*.py"))


def refuse_newer(applied: Iterable[str]) -> None:
    """Raise SchemaTooNew when one of these applied migrations is none of this version's."""
    unknown = sorted(set(applied) - set(on_disk()))
    if unknown:
        raise SchemaTooNew(unknown)


def sqlite_path(url: str) -> Path:
    """The file of a `sqlite://` address."""
    return Path(url.removeprefix("sqlite://").partition("?")[0])
