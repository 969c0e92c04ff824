"""An address stands in one place: at its route. Everywhere else it is built from the route's name.

Left out: the stand-in, whose addresses are Stripe's, and our own scripts, which read theirs from
the page.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jinja2 import Environment, nodes
from quart import Quart

import run
from shared.entrypoints.cli import addresses
from shared.entrypoints.web.links import prepare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
# Where the first part of an address may stand, beside routes, and why.
BY_HAND = {
    "shared/entrypoints/web/areas.py": "also pages that are not there belong to a part of the site",
    "shared/entrypoints/web/pages.py": "files, which have no route each",
    "shared/entrypoints/cli/addresses.py": (
        "commands load no page; the last test here holds them to the routes"
    ),
}


@cache
def whole() -> Quart:
    app = Quart("names", static_folder=None)
    prepare(app)
    for blueprint in run.blueprints():
        app.register_blueprint(blueprint)
    return app


@cache
def parts_of_routes() -> dict[str, frozenset[str]]:
    """What the address of each route is made of: its parts, by the route's name."""
    return {
        rule.endpoint: frozenset(rule.arguments)
        for rule in whole().url_map.iter_rules()
    }


@cache
def begins() -> re.Pattern[str]:
    """What an address of ours begins with."""
    first = {rule.rule.split("/")[1] for rule in whole().url_map.iter_rules()} - {""}
    return re.compile(
        rf"(?:\{{public_url\}})?/(?:static|{'|'.join(sorted(first))})(?:[/?#]|$)"
    )


def is_named(name: str) -> bool:
    """Whether there is such a route, or may be: `.show` is one of the blueprint that answers,
    `platform.` begins a name.
    """
    routes = parts_of_routes()
    if name.startswith("."):
        return any(route.endswith(name) for route in routes)
    return name in routes or (
        name.endswith(".") and any(route.startswith(name) for route in routes)
    )


def wrong_with(
    names: Iterable[str],
    given: Iterable[str],
    *,
    more: bool,
) -> str:
    """Say what is wrong with a call of `url_for` for these routes; an empty text where nothing
    is.
    """
    routes = parts_of_routes()
    if unknown := [name for name in names if not is_named(name)]:
        return f"no route is called {', '.join(unknown)}"
    lacking = {
        part for name in names for part in routes.get(name, frozenset()) - set(given)
    }
    return (
        f"{', '.join(names)} needs {', '.join(sorted(lacking))}"
        if lacking and not more
        else ""
    )


def templates() -> Iterator[tuple[str, nodes.Template]]:
    """Every page and every mail."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for path in sorted(TEMPLATES.rglob("*.*")):
        if path.suffix in (".html", ".txt"):
            yield path.relative_to(ROOT).as_posix(), environment.parse(path.read_text())


def modules(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Every module below these folders."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "/migrations/" not in name and name not in BY_HAND:
                yield name, ast.parse(path.read_text())


def called(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """(line, what is wrong) of each call of `url_for` in a template."""
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "url_for":
            first = call.args[0]
            found = (
                [first]
                if isinstance(first, nodes.Const)
                else list(first.find_all(nodes.Const))
            )
            names: list[Any] = [each.value for each in found if "." in str(each.value)]
            given = [keyword.key for keyword in call.kwargs]
            yield (
                call.lineno,
                wrong_with(names, given, more=call.dyn_kwargs is not None),
            )


def called_in_code(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The same of a module."""
    for call in ast.walk(tree):
        name = getattr(call, "func", None)
        if isinstance(call, ast.Call) and getattr(name, "id", "") in (
            "url_for",
            "public_url_for",
        ):
            found = [
                each.value
                for each in ast.walk(call.args[0])
                if isinstance(each, ast.Constant)
            ]
            names = [name for name in found if "." in str(name)]
            given = [keyword.arg for keyword in call.keywords if keyword.arg]
            yield (
                call.lineno,
                wrong_with(
                    map(str, names),
                    given,
                    more=len(given) < len(call.keywords),
                ),
            )


def test_each_address_that_is_asked_for_is_there() -> None:
    """A name that no route has, or a part that is missing, would be an error only when somebody
    sees the page.
    """
    pages = [(path, *call) for path, tree in templates() for call in called(tree)]
    views = [
        (path, *call)
        for path, tree in modules("portal", "storefront", "shared")
        for call in called_in_code(tree)
    ]

    assert len(pages) > 300
    assert len(views) > 150
    assert [
        f"{path}:{line}: {told}" for path, line, told in pages + views if told
    ] == []


def test_no_template_writes_an_address() -> None:
    """Neither in an attribute nor in an expression."""
    in_attribute = re.compile(r"""[\w-]=["']/""")
    found = []
    for path, tree in templates():
        texts = [(data.lineno, data.data) for data in tree.find_all(nodes.TemplateData)]
        for const in tree.find_all(nodes.Const):
            if isinstance(const.value, str):
                texts.append((const.lineno, const.value))
                if re.match(
                    "/(?!/)", const.value
                ):  # `//` begins an address of somebody else
                    found.append(f"{path}:{const.lineno}: {const.value}")
        found += [
            f"{path}:{line}: {hit[0]}"
            for line, text in texts
            for hit in in_attribute.finditer(text)
        ]
        found += [
            f"{path}:{line}: {text}" for line, text in texts if "{public_url}" in text
        ]

    assert found == []


def at_routes(tree: ast.Module) -> set[ast.AST]:
    """What stands where a route is made, and what is only said of the code."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                found |= set(ast.walk(decorator))
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in ("Blueprint", "add_url_rule"):
                found |= set(ast.walk(node))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            found.add(node.value)
    return found


@pytest.mark.parametrize(
    "folder",
    [
        "portal",
        "storefront",
        "shared/entrypoints",
        "shared/finance",
        "shared/trade",
        "shared/infra",
        "shared/core",
    ],
)
def test_no_module_writes_an_address(folder: str) -> None:
    """Views name routes, and what lies below them knows of none; only where a route is made its
    address stands.
    """
    found = []
    for path, tree in modules(folder):
        fine = at_routes(tree)
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and node not in fine
            ):
                if begins().match(node.value):
                    found.append(f"{path}:{node.lineno}: {node.value}")

    assert found == []


def test_the_addresses_that_commands_name_are_those_of_routes() -> None:
    """And so is each that they leave out of sight."""
    named = [value for name, value in vars(addresses).items() if name.isupper()]
    known = {rule.rule for rule in whole().url_map.iter_rules()}

    assert set(named) <= known
