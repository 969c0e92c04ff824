"""docs/glossary.md: what it says is not used stands in no name of a module, class or public
function.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.house.measure import HERE, Checkout, module_name

GLOSSARY = (HERE / "docs" / "glossary.md").read_text()
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
# Names that still have such a word. Whoever renames one takes it away here; none is added.
LEFT = frozenset(
    {"shared.finance.reconciliation.checks.unknown_movements.adopt_movement"}
)


def _words(name: str) -> str:
    """Take a name apart, whether it is written in snake case or in camel case."""
    return "_".join(WORD.findall(name)).lower()


def _names() -> Iterator[tuple[str, str]]:
    """Yield the name of each module, class and public function with the module it is in."""
    house = Checkout(HERE)
    for path in house.python:
        module = module_name(path)
        yield module, module.rpartition(".")[2]
        for node in ast.parse(house.text(path)).body:
            if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                yield module, node.name
            if isinstance(node, ast.ClassDef):
                functions = (ast.FunctionDef, ast.AsyncFunctionDef)
                yield from (
                    (module, each.name)
                    for each in node.body
                    if isinstance(each, functions)
                )


def _rows() -> list[list[str]]:
    rows = [
        line.strip("|").split("|")
        for line in GLOSSARY.splitlines()
        if line.startswith("| ")
    ]
    return [[cell.strip() for cell in row] for row in rows][1:]


def test_each_term_stands_once_with_its_meaning() -> None:
    """In alphabetical order; a word that is not used is no term."""
    terms = [row[0] for row in _rows()]
    assert terms == sorted(set(terms), key=str.lower)
    assert all(row[1] for row in _rows())
    unused = {word for row in _rows() for word in re.findall(r"`(\w+)`", row[2])}
    assert not unused & set(terms)


def test_no_name_has_a_word_that_is_not_used() -> None:
    """Private functions may be called what they like; what is left may only become less."""
    unused = {word for row in _rows() for word in re.findall(r"`(\w+)`", row[2])}
    found = {
        f"{module}.{name}" if name != module.rpartition(".")[2] else module
        for module, name in _names()
        if not name.startswith("_")
        and any(f"_{word}_" in f"_{_words(name)}_" for word in unused)
    }
    assert sorted(found - LEFT) == []
    assert sorted(LEFT - found) == [], "renamed: take it away from LEFT"
