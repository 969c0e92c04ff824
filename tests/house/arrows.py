"""Who imports whom between the rooms of the house, and on how many floors they stand.

A room is a folder or file directly below `shared`, or `portal`, `storefront` and `run`.
A package is what lies directly below a room that holds several, and the room itself elsewhere.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

TOPS = ("portal", "storefront", "shared", "run")
# The rooms that hold packages. A house without them has its packages directly below `shared`.
SHELVES = ("core", "infra", "trade", "finance", "entrypoints")

Arrows = dict[str, set[str]]


def room_of(module: str) -> str:
    """Name the room of a module by its dotted name."""
    return _first(module, 2)


def package_of(module: str) -> str:
    """Name the package of a module by its dotted name."""
    parts = module.split(".")
    return _first(module, 3 if len(parts) > 1 and parts[1] in SHELVES else 2)


def _first(module: str, count: int) -> str:
    parts = module.split(".")
    return ".".join(parts[:count]) if parts[0] == "shared" else parts[0]


def imported(tree: ast.Module, modules: frozenset[str]) -> Iterator[str]:
    """Yield the modules of ours that one imports, anywhere in it; imports for types alone count."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if _is_ours(each.name))
        elif isinstance(node, ast.ImportFrom) and _is_ours(base := node.module or ""):
            for each in node.names:
                name = f"{base}.{each.name}"
                yield name if name in modules else base


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in TOPS


def between(imports: Mapping[str, set[str]], *, packages: bool) -> Arrows:
    """Gather the imports of modules into arrows between rooms, or between packages."""
    place = package_of if packages else room_of
    arrows: Arrows = {}
    for module, others in imports.items():
        mine = arrows.setdefault(place(module), set())
        mine.update(place(other) for other in others)
        mine.discard(place(module))
    return arrows


def floors(arrows: Arrows) -> int | None:
    """Count the floors with each room above all that it imports; None when arrows go round."""
    height: dict[str, int] = {}
    try:
        for room in TopologicalSorter(arrows).static_order():
            below = [height[other] for other in arrows.get(room, ())]
            height[room] = 1 + max(below, default=0)
    except CycleError:
        return None
    return max(height.values(), default=0)
