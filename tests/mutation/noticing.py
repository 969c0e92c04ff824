"""Which tests are asked about a change, and whether one of them notices it.

First the closest: pure tests that import the changed module. What survives them is put to the integration tests of its
domain, and what survives those to the others that import anything of that domain, each time when all have had their turn.
Each run stops at the first failure.
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

FOLDERS = ("tests/unit", "tests/integration", "tests/faults")
# They start whole programs, upgrade old databases, or walk at random for minutes: they promise something else.
_NOT_ASKED = ("test_start.py", "test_migrations.py", "test_market_machine.py")
# Domains whose tests carry another name, too.
_NAMES = {
    "catalogue": ("stock", "products"),
    "clawback": ("by_hand", "receivables", "unreachable"),
    "database": ("ledger", "jobs"),
    "orders": ("checkout",),
    "people": ("signin", "staff"),
    "reporting": ("reconciliation", "waterfall", "receivables"),
    "statements": ("statement",),
    "vendors": ("vendor",),
    "web": ("web_", "hostile"),
    "webhooks": ("webhook", "timeline"),
}
# No single test takes a minute; one that does hangs, and that is noticing, too.
_PYTEST = ("-q", "-n", "0", "--engine", "sqlite", "-p", "no:warnings", "--no-header", "--tb=no", "--timeout=100")


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant: noticed, survived, or broken (the tests could not run); `by` is the test that noticed.

    `is_all`: whether every test that was to be asked has been, or the time was up before.
    """

    outcome: str
    by: str = ""
    seconds: float = 0.0
    is_all: bool = True


def pure(tree: Path, path: str) -> list[str]:
    """The unit tests that import a changed module; of a rule that none imports itself those of its domain."""
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    package, _, name = module.rpartition(".")
    itself = re.compile(rf"\b{re.escape(module)}\b|from {re.escape(package)} import [^\n]*\b{name}\b")
    files = {file: file.read_text() for file in _files(tree, "tests/unit")}
    found = [file for file, text in files.items() if itself.search(text)]
    if not found and path in rules(tree):
        found = [file for file, text in files.items() if _domain(path).search(text)]
    return _names(tree, found)


def near(tree: Path, path: str) -> list[str]:
    """The integration tests that carry the name of its domain, the smallest first."""
    words = _words(path)
    return _names(tree, [file for file in _files(tree, *FOLDERS[1:]) if any(word in file.name for word in words)])


def wide(tree: Path, path: str) -> list[str]:
    """The other test files that import something of its domain."""
    asked = {*pure(tree, path), *near(tree, path)}
    others = [file for file in _files(tree, *FOLDERS) if _domain(path).search(file.read_text())]
    return [name for name in _names(tree, others) if name not in asked]


LOOKS = (pure, near, wide)  # from the quick to the slow
PATIENCE = (120.0, 240.0, 600.0)  # seconds that a mutant is given each time


def _domain(path: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape('.'.join(path.split('/')[:2]))}\b")


def _words(path: str) -> tuple[str, ...]:
    domain = path.split("/")[1]
    return (domain.removesuffix("s"), *_NAMES.get(domain, ()))


def _files(tree: Path, *folders: str) -> list[Path]:
    found = [file for folder in folders for file in (tree / folder).glob("test_*.py") if file.name not in _NOT_ASKED]
    return sorted(found, key=lambda file: (folders.index(str(file.parent.relative_to(tree))), file.stat().st_size))


def _names(tree: Path, files: list[Path]) -> list[str]:
    return [str(file.relative_to(tree)) for file in files]


class Nursery:
    """Runs pytest in a tree, in children of one process that has loaded the libraries (nursery.py)."""

    def __init__(self, python: Path, tree: Path) -> None:
        self._tree = tree
        self._template = tree.with_suffix(".sqlite3")
        self._left_out: list[str] = []
        make = (
            "import pathlib, sys; from tests.support.database import sqlite_template;"
            " sqlite_template(pathlib.Path(sys.argv[1])).rename(sys.argv[2])"
        )
        command = [str(python), "-c", make, str(tree.parent), str(self._template)]
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

    def _run(self, tests: list[str], patience: float) -> tuple[int | None, str]:
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
    # A changed file is as long and nearly as old as the one before it: no compiled module may be kept.
    return {**os.environ, "MARKETHALL_NO_BOOTSTRAP": "1", "PYTHONDONTWRITEBYTECODE": "1"}
