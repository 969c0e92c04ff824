"""Whatever Markethall writes is for its own user alone: databases, their logs and copies, mails,
keys.

New files follow the process's mask, which child processes inherit. What an older version left
readable is put right once, when the data folder is first found open to others; behind a folder that
nobody else can enter, nothing can be read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

OTHERS = 0o077


def begin() -> None:
    """From now on files of this process and its children are 600 and folders 700, whatever the mask
    was.
    """
    os.umask(OTHERS)


def tighten(data_dir: Path, database_url: str) -> None:
    """Make the data folder, and the SQLite file with what lies beside it, ours alone.

    What belongs to others stays as it is.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    if _is_open(data_dir):
        # The folder last: it says that all of it was done.
        for path in (
            *_within(data_dir),
            data_dir,
        ):
            _close(path)
    if database_url.startswith("sqlite://"):
        database = Path(database_url.removeprefix("sqlite://").partition("?")[0])
        for path in database.parent.glob(f"{database.stem}*"):
            _close(path)


def _within(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        yield from (Path(place, name) for name in (*files, *folders))


def _is_open(path: Path) -> bool:
    return bool(path.stat().st_mode & OTHERS)


def _close(path: Path) -> None:
    with suppress(FileNotFoundError, PermissionError):  # gone meanwhile, or not ours
        status = path.lstat()
        if not stat.S_ISLNK(status.st_mode) and status.st_mode & OTHERS:
            path.chmod(stat.S_IMODE(status.st_mode) & ~OTHERS)
