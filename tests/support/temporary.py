"""Where the tests' files are: in memory, where the system has such a folder with room enough.

Thousands of tests make a database each and close it, and on a disk each waits until what it wrote
is there. What a test leaves is removed as it passes, so a run never holds much.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
DISK = Path("/tmp")
# A fresh clone with all its packages is the largest, a sixth of this.
ROOM = 3 << 30


def in_memory() -> None:
    """Let this process and those that it starts keep temporary files in memory.

    Whoever has chosen a folder for them keeps it.
    """
    chosen = os.environ.get("TMPDIR")
    if (chosen is None or Path(chosen) == DISK) and _fits():
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # what was asked before is asked again


def _fits() -> bool:
    try:
        found = os.statvfs(MEMORY)
    except (AttributeError, OSError):  # another system
        return False
    may_run = not found.f_flag & os.ST_NOEXEC  # packages hold libraries
    return may_run and found.f_bavail * found.f_frsize >= ROOM
