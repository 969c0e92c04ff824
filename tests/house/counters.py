"""Count what makes one Python file hard to read: full lines, long functions, hidden imports.

A code line is one on which a token starts. NAME, OP, NUMBER and STRING count, an f-string as one;
comments and docstrings do not.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

KINDS = {name: kind for kind, name in tokenize.tok_name.items()}
STEPS = {"FSTRING_START": 1, "FSTRING_END": -1}
EDGES = {KINDS[name]: step for name, step in STEPS.items() if name in KINDS}
COUNTED = {
    KINDS.get(name) for name in ("NAME", "OP", "NUMBER", "STRING", "FSTRING_START")
}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DOCUMENTED = (ast.Module, ast.ClassDef, *FUNCTIONS)
IMPORTS = (ast.Import, ast.ImportFrom)
BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
LONG_FUNCTION = 40
LONG_LINE = 100
LONG_FILE = 320

Place = tuple[int, int]  # line and column
Placed = tuple[ast.AST, bool]  # a statement, and whether it stands in a function


@dataclass(frozen=True)
class Counted:
    """What was counted in one file."""

    tokens: tuple[int, ...]  # of each code line
    is_long_file: bool
    long_lines: int
    long_functions: tuple[str, ...]
    inner_imports: int
    classes: tuple[str, ...]  # at the top level of the module


def count(source: str) -> Counted:
    """Count everything in one file's text."""
    tree = ast.parse(source)
    statements = list(_statements(tree, in_function=False))
    functions = [node for node, _ in statements if isinstance(node, FUNCTIONS)]
    documented = (tree, *(node for node, _ in statements))
    docstrings = {place for node in documented if (place := _docstring(node))}
    return Counted(
        tokens=_tokens(source, docstrings),
        is_long_file=len(source.splitlines()) > LONG_FILE,
        long_lines=lines_over(source, LONG_LINE),
        long_functions=tuple(
            node.name for node in functions if _height(node) > LONG_FUNCTION
        ),
        inner_imports=sum(
            inside and isinstance(node, IMPORTS) for node, inside in statements
        ),
        classes=tuple(
            node.name for node in tree.body if isinstance(node, ast.ClassDef)
        ),
    )


def _statements(node: ast.AST, *, in_function: bool) -> Iterator[Placed]:
    """Yield every statement below one, and whether it stands in a function.

    Expressions are left out: they are most of a tree, and hold none of what is looked for.
    """
    inside = in_function or isinstance(node, FUNCTIONS)
    for part in BLOCKS:
        for child in getattr(node, part, ()):
            yield child, inside
            yield from _statements(child, in_function=inside)


def _tokens(source: str, docstrings: set[Place]) -> tuple[int, ...]:
    starts = []
    inside = 0  # since Python 3.12 an f-string is many tokens
    for kind, _, start, _, _ in tokenize.generate_tokens(io.StringIO(source).readline):
        if kind in COUNTED and not inside and start not in docstrings:
            starts.append(start[0])
        if kind in EDGES:
            inside += EDGES[kind]
    return tuple(Counter(starts).values())


def _docstring(node: ast.AST) -> Place | None:
    """Find where the docstring of a module, class or function starts."""
    if not isinstance(node, DOCUMENTED) or not node.body:
        return None
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        return (first.lineno, first.col_offset)
    return None


def lines_over(text: str, limit: int) -> int:
    """Count the lines with more characters than that."""
    return sum(len(line) > limit for line in text.splitlines())


def _height(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines: its docstring with it, its decorators without."""
    return (node.end_lineno or node.lineno) - node.lineno + 1
