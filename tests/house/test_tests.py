"""How tests stand in files: each by itself, none longer than somebody reads at once."""

from __future__ import annotations

import ast
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
FILES = sorted(TESTS.rglob("test_*.py"))
MOST_LINES = 400


def test_no_test_imports_from_another() -> None:
    """What two share stands in tests/support: who changes a test changes no other one."""
    found = [
        f"{path.relative_to(TESTS)}: {node.module}"
        for path in sorted(TESTS.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").rpartition(".")[2].startswith("test_")
    ]
    assert found == []


def test_no_file_of_tests_grows_beyond_what_somebody_reads() -> None:
    """One subject each."""
    longer = [
        str(path.relative_to(TESTS))
        for path in FILES
        if len(path.read_text().splitlines()) > MOST_LINES
    ]
    assert longer == []
