"""How the processes of a test run share its work (pytest-xdist)."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).resolve().parents[2]
# What shares a browser with a served site, by how its files begin: each such start takes as long
# as fifty tests of a page. The marketplace's demo, and a shop with a stand-in of its own.
STANDIN = ("tests/browser/test_stripe_js", "tests/browser/test_standin")
SITE = "tests/browser/"


class Groups(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Each test to whoever is free, but what shares a server to one process.

    xdist's own groups go by a mark, which does nothing since pytest 9.2 (pytest-xdist 1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        """The name of a test's group; alone it is its own."""
        if nodeid.startswith(STANDIN):
            return "stand-in"
        return "site" if nodeid.startswith(SITE) else nodeid

    def _pending_of(self, workload: dict[str, dict[str, bool]]) -> int:
        """How many tests of a process wait; what is done is forgotten.

        xdist keeps it, and counts through all of it after every test.
        """
        for name in [name for name, unit in workload.items() if all(unit.values())]:
            del workload[name]
        return int(super()._pending_of(workload))


def import_a_part(session: pytest.Session) -> None:
    """Share the work of a first collection: each process begins with a part of the files.

    pytest rewrites tests before it compiles them, which takes twice as long as all else, and keeps
    that beside them. Those that begin alike would all do all of it.
    """
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if count == 1 or sys.dont_write_bytecode:
        return
    number = int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw"))
    args = (each.partition("::")[0] for each in session.config.args)
    files = {file for at in args for file in Path(at).resolve().rglob("test_*.py")}
    for file in sorted(files)[number::count]:
        with suppress(Exception):  # the collection tells of it
            import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
