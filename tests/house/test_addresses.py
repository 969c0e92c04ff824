"""An address stands in one place: at its route.

Everywhere else it is built from the route's name.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, nodes
from quart import Quart

import run
from shared.entrypoints.web.links import prepare

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


@cache
def parts_of_routes() -> dict[str, frozenset[str]]:
    """What the address of each route is made of: its parts, by the route's name."""
    app = Quart("names", static_folder=None)
    prepare(app)
    for blueprint in run.blueprints():
        app.register_blueprint(blueprint)
    return {rule.endpoint: frozenset(rule.arguments) for rule in app.url_map.iter_rules()}


def calls(source: str) -> Iterator[nodes.Call]:
    """Each call of `url_for` in a template."""
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "url_for":
            yield call


def wrong_with(call: nodes.Call) -> str:
    """Say what is wrong with a call of `url_for`; an empty text where nothing is."""
    first, routes = call.args[0], parts_of_routes()
    named = [first] if isinstance(first, nodes.Const) else list(first.find_all(nodes.Const))
    names: list[Any] = [const.value for const in named if "." in str(const.value)]
    unknown = [name for name in names if name not in routes]
    if unknown:
        return f"no route is called {', '.join(unknown)}"
    given = {keyword.key for keyword in call.kwargs}
    lacking = {part for name in names for part in routes[name] - given}
    return (
        f"{names[0]} needs {', '.join(sorted(lacking))}"
        if lacking and call.dyn_kwargs is None
        else ""
    )


def test_each_address_that_a_template_asks_for_is_there() -> None:
    """A name that no route has, or a part that is missing, would be an error only when somebody
    sees the page.
    """
    wrong = [
        f"{path.relative_to(TEMPLATES)}:{call.lineno}: {told}"
        for path in sorted(TEMPLATES.rglob("*.*"))
        if path.suffix in (".html", ".txt")
        for call in calls(path.read_text())
        if (told := wrong_with(call))
    ]

    assert wrong == []
