"""Each fact about Stripe that concerns a route of the stand-in has a test, or a line that says why
it has none.

The facts stand in `facts/NN_topic.toml`, NN being the section of docs/stripe-facts.md, as
`[[fact]]` entries: `says` in a few words of our own, then either `test` ("file.py::test_name" below
tests/, or a list of them) or `left_out` with the reason.
"""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parents[1]
FILES = sorted((Path(__file__).parent / "facts").glob("*.toml"))
SECTIONS = range(1, 20)


@cache
def names_in(file: str) -> frozenset[str]:
    """The names of the test functions in one file, with their class if they have one."""
    found: set[str] = set()
    tree = ast.parse((TESTS / file).read_text())
    for node in tree.body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        for item in inside:
            if isinstance(
                item, (ast.FunctionDef, ast.AsyncFunctionDef)
            ) and item.name.startswith("test_"):
                found.add(
                    f"{node.name}::{item.name}"
                    if isinstance(node, ast.ClassDef)
                    else item.name
                )
    for node in tree.body:  # a state machine is a test case by assignment
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id.startswith("Test")
        ):
            found.add(node.targets[0].id)
    return frozenset(found)


def wrong_with(fact: dict[str, Any]) -> str | None:
    """What is wrong with one entry, in words."""
    if not str(fact.get("says", "")).strip():
        return "says nothing"
    if ("test" in fact) == ("left_out" in fact) or set(fact) - {
        "says",
        "test",
        "left_out",
    }:
        return "needs either `test` or `left_out`"
    if "left_out" in fact:
        return None if len(str(fact["left_out"])) > 10 else "gives no reason"
    named = [fact["test"]] if isinstance(fact["test"], str) else fact["test"]
    for test in named:
        file, _, name = test.partition("::")
        if not (TESTS / file).is_file() or name not in names_in(file):
            return f"names {test}, which does not exist"
    return None


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_fact_has_a_test_or_a_reason(file: Path) -> None:
    facts = tomllib.loads(file.read_text())["fact"]
    wrong = [
        f"{fact.get('says', fact)}: {problem}"
        for fact in facts
        if (problem := wrong_with(fact))
    ]
    assert wrong == []


def test_every_section_is_there() -> None:
    assert {int(file.stem[:2]) for file in FILES} >= set(SECTIONS)
