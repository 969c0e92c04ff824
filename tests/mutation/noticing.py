"""Which tests run a changed line, and whether one of them notices the change.

A run of the tests without any change remembers which test ran which line, and how long each took. For a mutant those tests
run that ran its line: pure ones first, then those of its domain, then the others, each sort from the quick to the slow,
until one fails. A change outside of any function (a table, a constant) is answered for by all tests that ran its module.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import time
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FOLDERS = ("tests/unit", "tests/integration", "tests/fault")
# They start whole programs, upgrade old databases, or walk at random for minutes: too slow to ask for one line.
_NOT_ASKED = (
    "tests/integration/test_start.py",
    "tests/integration/test_migrations.py",
    "tests/integration/test_market_machine.py",
)
_PYTEST = ("-q", "-n", "0", "--engine", "sqlite", "-p", "no:warnings", "--no-header", "--tb=no")


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant: noticed, survived, endless (its tests did not end) or broken (they could not run)."""

    outcome: str
    by: str = ""
    tests: int = 0
    seconds: float = 0.0


def measure(python: Path, tree: Path, folder: Path) -> None:
    """Run all tests once, unchanged, and keep what ran what; tests that fail like this are not asked later.

    Raises RuntimeError when they could not run.
    """
    config = folder / "coverage.ini"
    config.write_text(
        f"[run]\ndata_file = {folder / 'coverage.sqlite'}\nrelative_files = true\nsource = shared\n"
        "omit =\n    shared/sandbox/*\n    shared/cli/*\n    shared/database/migrations/*\n"
    )
    ignored = [f"--ignore={path}" for path in _NOT_ASKED]
    kept = ["--cov", f"--cov-config={config}", "--cov-context=test", "--cov-report=", f"--junitxml={folder}/times.xml"]
    command = [str(python), "-m", "pytest", *_PYTEST, *FOLDERS, *ignored, *kept]
    done = subprocess.run(command, cwd=tree, env=_environment(), check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError("The tests of the unchanged code could not run.")


class Witnesses:
    """The tests that ran each line, and how long they take."""

    def __init__(self, folder: Path) -> None:
        from coverage import CoverageData

        self._data = CoverageData(str(folder / "coverage.sqlite"))
        self._data.read()
        self._files = sorted(self._data.measured_files())
        self._seconds, self._failing = _times(folder / "times.xml")

    def of(self, path: str, source: str, line: int) -> list[str]:
        """The tests that ran this line of a file, in the order in which they are asked."""
        (file,) = [name for name in self._files if name.endswith(path)] or [""]
        ran: dict[int, list[str]] = self._data.contexts_by_lineno(file) if file else {}
        lines = _lines_of(source, line) or ran.keys()
        found = {test.partition("|")[0] for n in lines for test in ran.get(n, ())} - {""}
        found = {test for test in found if _junit_name(test) not in self._failing}
        return sorted(found, key=lambda test: (_distance(path, test), self.seconds(test), test))

    def seconds(self, test: str) -> float:
        """How long a test took when all ran."""
        return self._seconds.get(_junit_name(test), 1.0)

    def within(self, tests: list[str], seconds: float) -> list[str]:
        """As many from the start as take so long together, and one at least."""
        taken: list[str] = []
        spent = 0.0
        for test in tests:
            spent += self.seconds(test)
            if taken and spent > seconds:
                break
            taken.append(test)
        return taken


class Nursery:
    """Runs pytest in a tree, in children of one process that has loaded the libraries (nursery.py)."""

    def __init__(self, python: Path, tree: Path) -> None:
        self._tree = tree
        self._template = tree.with_suffix(".sqlite3")
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

    def ask(self, tests: Iterable[str], *, patience: float) -> Verdict:
        """Run tests until one fails; at most `patience` seconds."""
        asked = list(tests)
        names = self._tree.with_suffix(".txt")
        names.write_text("\n".join(asked))
        started = time.monotonic()
        status, output = self._run([f"@{names}"], patience)
        if status == 4:  # the change renamed a parametrised test: its whole file, then
            status, output = self._run(list(dict.fromkeys(test.partition("::")[0] for test in asked)), patience)
        took = round(time.monotonic() - started, 1)
        outcome = {None: "endless", 0: "survived", 1: "noticed", 2: "noticed"}.get(status, "broken")
        failed = re.search(r"^(?:FAILED|ERROR) (\S+)", output, re.MULTILINE)
        by = failed[1] if failed and outcome == "noticed" else "" if outcome == "survived" else output[-300:]
        return Verdict(outcome, by, len(asked), took)

    def _run(self, tests: list[str], patience: float) -> tuple[int | None, str]:
        output = self._tree.with_suffix(".log")
        asked = {
            "tree": str(self._tree),
            "arguments": [*_PYTEST, "-x", *tests],
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


def _lines_of(source: str, line: int) -> range | None:
    """The lines of the innermost statement at `line`; None outside of a function."""
    found: ast.stmt | None = None
    is_inside = False
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno):
            if found is not None and isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef):
                is_inside = True
            found = node
    if found is None or not is_inside:
        return None
    body = getattr(found, "body", None)  # of an `if` only its head
    last = body[0].lineno - 1 if body else found.end_lineno or line
    return range(found.lineno, max(last, found.lineno) + 1)


def _distance(path: str, test: str) -> int:
    if test.startswith("tests/unit"):
        return 0
    if "machine" in test or test.startswith("tests/fault"):
        return 3
    domain = path.split("/")[1].rstrip("s")
    return 1 if domain in test.partition("::")[0] else 2


def _times(path: Path) -> tuple[dict[tuple[str, str], float], set[tuple[str, str]]]:
    """How long each test took, and which failed."""
    seconds: dict[tuple[str, str], float] = defaultdict(float)
    failing = set()
    for case in ET.parse(path).iter("testcase"):
        name = case.get("classname", ""), case.get("name", "")
        seconds[name] += float(case.get("time", 0))
        if case.find("failure") is not None or case.find("error") is not None:
            failing.add(name)
    return seconds, failing


def _junit_name(test: str) -> tuple[str, str]:
    head, bracket, values = test.partition("[")
    file, *inside = head.split("::")
    parts = [file.removesuffix(".py").replace("/", "."), *inside]
    return ".".join(parts[:-1]), parts[-1] + bracket + values
