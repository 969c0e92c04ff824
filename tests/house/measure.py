"""Measure how the house reads: `python -m tests.house.measure [path of a checkout]` prints a table.

It reads what Git lists there: the Python product without migrations, templates and docs.
`tests/house/test_measure.py` holds this checkout to `BOUNDS`.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from tests.house.arrows import SHELVES, between, floors, imported
from tests.house.counters import Counted, count, lines_over

HERE = Path(__file__).resolve().parents[2]
FOLDERS = ("portal/", "storefront/", "shared/")
STAND_IN = "shared/sandbox/"
LONG_TEXT = 140

# Names that say what is in a module of any domain; all others are one-off names.
USUAL = frozenset(
    {
        "__init__",
        "errors",
        "events",
        "jobs",
        "manifest",
        "models",
        "queries",
        "rules",
        "service",
        "stripe_events",
        "sync",
        "writes",
    }
)
# Where the domains are: on these shelves, or directly below `shared` and none of the plumbing.
DOMAIN_SHELVES = frozenset({"trade", "finance"})
PLUMBING = frozenset(
    {
        "api",
        "audit",
        "cli",
        "database",
        "gateway",
        "jobs",
        "locales",
        "mail",
        "references",
        "restoring",
        "sandbox",
        "web",
    }
)

# Folders of one file a thing, all of the same shape: what each is called is what it is about.
SERIES = frozenset({"checks"})

SIDES = ("product", "stand-in")
Pair = tuple[float, float]  # a figure of each side
Pairs = Mapping[str, Pair]
# The most that this checkout may come to. Whoever makes a figure better lowers its bound.
BOUNDS: Pairs = {
    "tokens per code line": (6.78, 6.58),
    "% of code lines over 20 tokens": (0.88, 0.45),
    "% of code lines over 25 tokens": (0, 0),
    "lines over 100 characters": (61, 18),
    "files over 320 lines": (0, 0),
    "functions over 40 lines": (0, 0),
    "imports inside functions": (26, 3),
    "class names defined more than once": (0, 0),
    "template lines over 140 characters": (0, 0),
    "doc lines over 140 characters": (0, 0),
}


class Checkout:
    """A checkout's files, read and counted once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        command = ["git", "-C", str(root), "ls-files", "-z"]
        listed = subprocess.run(
            command, capture_output=True, text=True, check=True
        ).stdout
        names = [name for name in listed.split("\0") if "/vendor/" not in name]
        self.files = sorted(name for name in names if (root / name).is_file())

    def text(self, path: str) -> str:
        """Read one file."""
        return (self.root / path).read_text()

    @cached_property
    def python(self) -> list[str]:
        """The Python files of the product, its stand-in included."""
        modules = [path for path in self.files if path.endswith(".py")]
        ours = [
            path for path in modules if path == "run.py" or path.startswith(FOLDERS)
        ]
        return [path for path in ours if "/migrations/" not in path]

    @cached_property
    def counted(self) -> dict[str, Counted]:
        """What was counted in each of them."""
        return {path: count(self.text(path)) for path in self.python}

    @cached_property
    def imports(self) -> dict[str, set[str]]:
        """The modules of ours that each module imports."""
        paths = {module_name(path): path for path in self.python}
        names = frozenset(paths)
        found = {}
        for name, path in paths.items():
            tree = ast.parse(self.text(path))
            found[name] = set(imported(tree, names))
        return found

    @property
    def templates(self) -> list[str]:
        """Pages and mails, those of the stand-in included."""
        pages = [path for path in self.files if path.startswith(STAND_IN)]
        pages = [path for path in pages if path.endswith(".html")]
        return pages + [path for path in self.files if path.startswith("templates/")]

    @property
    def docs(self) -> list[str]:
        """What is written for people."""
        return [path for path in self.files if path.endswith(".md")]

    def long_lines(self, paths: Iterable[str]) -> int:
        """Count lines of templates or docs over 140 characters."""
        return sum(lines_over(self.text(path), LONG_TEXT) for path in paths)


def module_name(path: str) -> str:
    """Name the module of a file."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def parted(paths: Iterable[str]) -> tuple[list[str], list[str]]:
    """Part the product's paths from the stand-in's."""
    ours: list[str] = []
    theirs: list[str] = []
    for path in paths:
        (theirs if path.startswith(STAND_IN) else ours).append(path)
    return ours, theirs


def figures(counted: list[Counted]) -> dict[str, float]:
    """Measure some Python files together."""
    tokens = [number for each in counted for number in each.tokens]
    return {
        "code lines": len(tokens),
        "tokens per code line": sum(tokens) / len(tokens),
        "% of code lines over 20 tokens": share_over(20, tokens),
        "% of code lines over 25 tokens": share_over(25, tokens),
        "lines over 100 characters": sum(each.long_lines for each in counted),
        "files over 320 lines": sum(each.is_long_file for each in counted),
        "functions over 40 lines": sum(len(each.long_functions) for each in counted),
        "imports inside functions": sum(each.inner_imports for each in counted),
        "class names defined more than once": len(defined_again(counted)),
    }


def share_over(limit: int, tokens: list[int]) -> float:
    """Say how many percent of the lines have more tokens than that."""
    return 100 * sum(number > limit for number in tokens) / len(tokens)


def defined_again(counted: Iterable[Counted]) -> dict[str, int]:
    """Count how often each class name is defined that is defined more than once."""
    names = Counter(name for each in counted for name in each.classes)
    return {name: number for name, number in names.most_common() if number > 1}


def measured(checkout: Checkout) -> dict[str, Pair]:
    """Measure the product, and the stand-in apart."""
    ours, theirs = parted(checkout.python)
    counted = checkout.counted
    product = figures([counted[path] for path in ours])
    stand_in = figures([counted[path] for path in theirs])
    pages, stand_in_pages = map(checkout.long_lines, parted(checkout.templates))
    return {
        **{name: (value, stand_in[name]) for name, value in product.items()},
        "template lines over 140 characters": (pages, stand_in_pages),
        "doc lines over 140 characters": (checkout.long_lines(checkout.docs), 0),
    }


def worse(found: Pairs, bounds: Pairs) -> list[str]:
    """Say which figures are above their bound."""
    return [
        f"{name}, {side}: {value:.6g}, at most {bound:.6g}"
        for name, pair in bounds.items()
        for side, value, bound in zip(SIDES, found[name], pair, strict=True)
        if value > bound
    ]


def domain_modules(checkout: Checkout) -> Iterator[tuple[str, str]]:
    """Yield each module of a domain package: the package and the module's own name."""
    for path in checkout.python:
        above, _, name = path.removesuffix(".py").rpartition("/")
        top, *folders = above.split("/")
        if top == "shared" and folders:
            shelved = folders[0] in SHELVES
            is_domain = (
                folders[0] in DOMAIN_SHELVES if shelved else folders[0] not in PLUMBING
            )
            depth = 2 if shelved else 1
            in_series = SERIES.intersection(folders[depth:])
            if is_domain and len(folders) >= depth and not in_series:
                yield "/".join(folders[:depth]), name


def one_offs(checkout: Checkout) -> dict[str, list[str]]:
    """List the modules of each domain package that have a one-off name."""
    found: dict[str, list[str]] = {}
    for package, name in domain_modules(checkout):
        if name not in USUAL:
            found.setdefault(package, []).append(name)
    return found


def table(checkout: Checkout) -> Iterator[str]:
    """Write everything down, line by line."""
    together = figures(list(checkout.counted.values()))
    yield f"{'':38}{'product':>10}{'stand-in':>10}{'together':>10}"
    for name, (product, stand_in) in measured(checkout).items():
        cells = (product, stand_in, together.get(name, product + stand_in))
        yield f"{name:38}" + "".join(f"{_written(value):>10}" for value in cells)
    for what, packages in (("rooms", False), ("packages", True)):
        arrows = between(checkout.imports, packages=packages)
        number = sum(map(len, arrows.values()))
        height = floors(arrows) or "none, as arrows go round"
        yield f"{what}: {len(arrows)}, arrows: {number}, floors: {height}"
    yield from _names(checkout)


def _written(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.2f}"


def _names(checkout: Checkout) -> Iterator[str]:
    found = one_offs(checkout)
    modules = len(list(domain_modules(checkout)))
    number = sum(map(len, found.values()))
    yield f"one-off module names in domain packages: {number} of {modules}"
    yield from (f"  {package}: {' '.join(names)}" for package, names in found.items())
    for side, paths in zip(SIDES, parted(checkout.python), strict=True):
        again = defined_again(checkout.counted[path] for path in paths)
        words = " ".join(f"{name}:{number}" for name, number in again.items())
        yield f"class names defined more than once, {side}: {words or 'none'}"
    for path, counted in checkout.counted.items():
        yield from (f"over 40 lines: {path} {name}" for name in counted.long_functions)


if __name__ == "__main__":
    asked = Path(sys.argv[1]) if sys.argv[1:] else HERE
    print(*table(Checkout(asked)), sep="\n")
