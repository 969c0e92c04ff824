"""Small changes to our code, and the drawing of some of them.

Most are made by cosmic-ray's operators: another comparison, another sign, a number one off, a
condition turned round, a loop that does not run, an exception that is not caught. It has none for
what guards live on, so two are ours: a statement left out, and a condition left out of a query.

Left aside is what changes nothing that runs or nothing that is promised: annotations, how a class
is declared, log lines.
"""

from __future__ import annotations

import ast
import difflib
import hashlib
import random
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_COMPARISONS = {
    "Eq": ("NotEq",),
    "NotEq": ("Eq",),
    "Lt": ("LtE", "GtE"),
    "LtE": ("Lt", "Gt"),
    "Gt": ("GtE", "LtE"),
    "GtE": ("Gt", "Lt"),
    "Is": ("IsNot",),
    "IsNot": ("Is",),
}
_SIGNS = {
    "Add": ("Sub",),
    "Sub": ("Add",),
    "Mul": ("FloorDiv",),
    "FloorDiv": ("Mul",),
    "Mod": ("Mul",),
    "BitOr": ("BitAnd",),
    "BitAnd": ("BitOr",),
}
_OPERATORS = (
    *(
        f"core/ReplaceComparisonOperator_{a}_{b}"
        for a, others in _COMPARISONS.items()
        for b in others
    ),
    *(
        f"core/ReplaceBinaryOperator_{a}_{b}"
        for a, others in _SIGNS.items()
        for b in others
    ),
    "core/ReplaceUnaryOperator_Delete_Not",
    "core/ReplaceUnaryOperator_Delete_USub",
    "core/AddNot",
    "core/ReplaceTrueWithFalse",
    "core/ReplaceFalseWithTrue",
    "core/ReplaceAndWithOr",
    "core/ReplaceOrWithAnd",
    "core/ReplaceBreakWithContinue",
    "core/ReplaceContinueWithBreak",
    "core/ExceptionReplacer",
    "core/NumberReplacer",
    "core/ZeroIterationForLoop",
)
_QUERIES = ("filter", "exclude")
Place = tuple[int, int]  # line (from 1) and column (from 0)


@dataclass(frozen=True)
class Change:
    """One change, as it can be asked for: by cosmic-ray's operator and its count, or as text in
    place of text.
    """

    path: str
    start: Place
    operator: str
    occurrence: int = 0
    end: Place = (0, 0)
    text: str = ""


@dataclass(frozen=True)
class Mutant:
    """A change that was drawn: the patch that makes it, and a name that the same change has in
    every run.
    """

    id: str
    stratum: str
    path: str
    operator: str
    line: int
    patch: str

    def as_row(self) -> dict[str, Any]:
        return asdict(self)


def draw(
    root: Path, strata: dict[str, list[str]], counts: dict[str, int], seed: int
) -> list[Mutant]:
    """So many of each stratum, one at most per place in the code, the same for the same code and
    seed.
    """
    chance = random.Random(seed)
    drawn: list[Mutant] = []
    for stratum, paths in strata.items():
        places = _by_place(change for path in paths for change in changes(root, path))
        keys = sorted(places)
        chance.shuffle(keys)
        wanted = counts[stratum]
        for key in keys:
            if wanted and (mutant := _made(root, stratum, chance.choice(places[key]))):
                drawn.append(mutant)
                wanted -= 1
    chance.shuffle(drawn)  # a run that is cut short has seen a sample, too
    return drawn


def changes(root: Path, path: str) -> Iterator[Change]:
    """Every change to a file that is worth a look."""
    source = (root / path).read_text()
    tree = ast.parse(source)
    aside = list(_aside(tree))
    for change in (*_by_cosmic_ray(path, source), *_left_out(path, tree)):
        if not any(first <= change.start < last for first, last in aside):
            yield change


def changed(source: str, change: Change) -> str | None:
    """The file's text with the change, or None where Python cannot read it or sees no
    difference.
    """
    after = _spliced(source, change) if change.text else _mutated(source, change)
    try:
        is_another = after is not None and ast.dump(ast.parse(after)) != ast.dump(
            ast.parse(source)
        )
    except SyntaxError:
        return None
    return after if is_another else None


def _by_place(found: Iterable[Change]) -> dict[tuple[str, Place], list[Change]]:
    places: dict[tuple[str, Place], list[Change]] = {}
    for change in found:
        places.setdefault((change.path, change.start), []).append(change)
    return places


def _made(root: Path, stratum: str, change: Change) -> Mutant | None:
    source = (root / change.path).read_text()
    after = changed(source, change)
    if after is None:
        return None
    lines = difflib.unified_diff(
        source.splitlines(keepends=True),
        after.splitlines(keepends=True),
        f"a/{change.path}",
        f"b/{change.path}",
    )
    patch = "".join(lines)
    line = change.start[0]
    before = source.splitlines()
    words = [text for text in patch.splitlines() if text[:1] in "+-"]
    # The same line may stand in a file twice.
    words.append(str(before[: line - 1].count(before[line - 1])))
    name = hashlib.sha256("\n".join(words).encode()).hexdigest()[:10]
    return Mutant(
        name,
        stratum,
        change.path,
        change.operator.rpartition("/")[2],
        line,
        patch,
    )


def _by_cosmic_ray(path: str, source: str) -> Iterator[Change]:
    from cosmic_ray import plugins
    from cosmic_ray.ast import ast_nodes, get_ast

    nodes = list(ast_nodes(get_ast(source)))
    for name in _OPERATORS:
        operator = plugins.get_operator(name)()
        places = (
            place for node in nodes for place in operator.mutation_positions(node)
        )
        for occurrence, (start, _end) in enumerate(places):
            yield Change(path, start, name, occurrence)


def _mutated(source: str, change: Change) -> str | None:
    from cosmic_ray import plugins
    from cosmic_ray.mutating import mutate_code

    after: str | None = mutate_code(
        source, plugins.get_operator(change.operator)(), change.occurrence
    )
    return after


def _left_out(path: str, tree: ast.Module) -> Iterator[Change]:
    """A call made for what it does, an exception raised, a condition of several in a query."""
    for node in ast.walk(tree):
        is_deed = isinstance(node, ast.Expr) and isinstance(
            node.value, ast.Await | ast.Call
        )
        if is_deed or isinstance(node, ast.Raise):
            assert isinstance(node, ast.stmt)
            yield Change(
                path, _start(node), "LeaveOutStatement", end=_end(node), text="pass"
            )
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _QUERIES
        ):
            parts: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
            for part in parts if len(parts) > 1 else ():
                text = "**{}" if isinstance(part, ast.keyword) else "*()"
                yield Change(
                    path, _start(part), "LeaveOutCondition", end=_end(part), text=text
                )


def _spliced(source: str, change: Change) -> str:
    lines = source.encode().splitlines(keepends=True)  # `ast` counts columns in bytes
    (first, column), (last, until) = change.start, change.end
    head, tail = lines[first - 1][:column], lines[last - 1][until:]
    return b"".join(
        [
            *lines[: first - 1],
            head,
            change.text.encode(),
            tail,
            *lines[last:],
        ]
    ).decode()


def _aside(tree: ast.Module) -> Iterator[tuple[Place, Place]]:
    for node in ast.walk(tree):
        found: list[ast.expr | None] = []
        if isinstance(node, ast.ClassDef):
            found += node.decorator_list
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.append(node.returns)
        elif isinstance(node, ast.AnnAssign | ast.arg):
            found.append(node.annotation)
        elif isinstance(node, ast.Expr) and ast.unparse(node).startswith("log."):
            found.append(node.value)
        yield from ((_start(part), _end(part)) for part in found if part is not None)


def _start(node: ast.stmt | ast.expr | ast.keyword | ast.arg) -> Place:
    return node.lineno, node.col_offset


def _end(node: ast.stmt | ast.expr | ast.keyword | ast.arg) -> Place:
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return node.end_lineno, node.end_col_offset
