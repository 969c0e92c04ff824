"""Which tests are asked about a change, and whether one of them notices it.

First the closest: pure tests that import the changed module. What survives them is put to the other
tests in the folder of its domain, and what survives those to all that import anything of that
domain, each time when all have had their turn. Each run stops at the first failure.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.places import rules

FOLDERS = (
    "tests/core",
    "tests/domain",
    "tests/infra",
    "tests/pages",
    "tests/commands",
    "tests/faults",
)
# They start whole programs, upgrade old databases, or walk at random for minutes: they promise
# something else.
_NOT_ASKED = (
    "test_first_start.py",
    "test_start.py",
    "test_migrations.py",
    "test_upgraded_history.py",
    "test_upgraded_money.py",
    "test_market_machine.py",
)
# No single test takes a minute; one that does hangs, and that is noticing, too.
_PYTEST = (
    "-q",
    "-n",
    "0",
    "--engine",
    "sqlite",
    "-p",
    "no:warnings",
    "--no-header",
    "--tb=no",
    "--timeout=100",
)


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant: noticed, survived, or broken (the tests could not run); `by` is the
    test that noticed.

    `is_all`: whether every test that was to be asked has been, or the time was up before.
    """

    outcome: str
    by: str = ""
    seconds: float = 0.0
    is_all: bool = True


def pure(tree: Path, path: str) -> list[str]:
    """The tests without a database that import a changed module; of a rule that none imports itself
    those of its domain.
    """
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    package, _, name = module.rpartition(".")
    itself = re.compile(
        rf"\b{re.escape(module)}\b|from {re.escape(package)} import [^\n]*\b{name}\b"
    )
    texts = {file: file.read_text() for file in _files(tree)}
    files = {
        file: text for file, text in texts.items() if "async def test_" not in text
    }
    found = [file for file, text in files.items() if itself.search(text)]
    if not found and path in rules(tree):
        found = [file for file, text in files.items() if _domain(path).search(text)]
    return _names(tree, found)


def near(tree: Path, path: str) -> list[str]:
    """The tests in the folder of its domain and those that carry its name, the smallest first."""
    domain = path.split("/")[2]
    found = [
        file
        for file in _files(tree)
        if file.parent.name == domain or domain.removesuffix("s") in file.name
    ]
    return _names(tree, found)


def wide(tree: Path, path: str) -> list[str]:
    """The other test files that import something of its domain."""
    asked = {*pure(tree, path), *near(tree, path)}
    others = [file for file in _files(tree) if _domain(path).search(file.read_text())]
    return [name for name in _names(tree, others) if name not in asked]


LOOKS = (pure, near, wide)  # from the quick to the slow
PATIENCE = (120.0, 240.0, 600.0)  # seconds that a mutant is given each time


def _domain(path: str) -> re.Pattern[str]:
    package = ".".join(path.split("/")[:3])
    return re.compile(rf"\b{re.escape(package)}\b")


def _files(tree: Path) -> list[Path]:
    found = [file for folder in FOLDERS for file in (tree / folder).rglob("test_*.py")]
    asked = [file for file in found if file.name not in _NOT_ASKED]
    return sorted(asked, key=lambda file: file.stat().st_size)


def _names(tree: Path, files: list[Path]) -> list[str]:
    return [str(file.relative_to(tree)) for file in files]


class Nursery:
    """Runs pytest in a tree, in children of one process that has loaded the libraries
    (nursery.py).
    """

    def __init__(self, python: Path, tree: Path) -> None:
        self._tree = tree
        self._template = tree.with_suffix(".sqlite3")
        self._left_out: list[str] = []
        make = (
            "import pathlib, sys; from tests.support.database import sqlite_template;"
            " sqlite_template(pathlib.Path(sys.argv[1])).rename(sys.argv[2])"
        )
        command = [
            str(python),
            "-c",
            make,
            str(tree.parent),
            str(self._template),
        ]
        subprocess.run(command, cwd=tree, env=_environment(), check=True)
        self._process = subprocess.Popen(
            [python, Path(__file__).with_name("nursery.py")],
            env=_environment(),
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def leave_out(self, test: str) -> None:
        """Do not ask this test any more."""
        self._left_out += ["--deselect", test]

    def ask(self, tests: list[str], *, patience: float) -> Verdict:
        """Run tests until one fails; at most `patience` seconds."""
        if not tests:
            return Verdict("survived")
        started = time.monotonic()
        status, output = self._run(tests, patience)
        took = round(time.monotonic() - started, 1)
        if status in (None, 0):
            return Verdict("survived", "", took, is_all=status == 0)
        failed = re.search(r"^(?:FAILED|ERROR) (\S+)", output, re.MULTILINE)
        if failed is None and status != 1:
            return Verdict("broken", output[-300:], took)
        return Verdict("noticed", failed[1] if failed else "", took)

    def _run(
        self,
        tests: list[str],
        patience: float,
    ) -> tuple[int | None, str]:
        output = self._tree.with_suffix(".log")
        asked = {
            "tree": str(self._tree),
            "arguments": [*_PYTEST, "-x", *self._left_out, *tests],
            "output": str(output),
            "patience": patience,
            "template": str(self._template),
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        status: int | None = json.loads(self._process.stdout.readline())
        return status, output.read_text(errors="replace") if output.exists() else ""


def _environment() -> dict[str, str]:
    # A changed file is as long and nearly as old as the one before it: no compiled module may be
    # kept.
    return {
        **os.environ,
        "MARKETHALL_NO_BOOTSTRAP": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
