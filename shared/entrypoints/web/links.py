"""Addresses: how their parts are read, and how they are built.

Each stands in one place, at its route; `url_for` asks for it by name.

`url_for('orders.show', number=…)` is what pages, views and redirects say. It does what Quart's does
for an address on this site, at a tenth of its cost: a list asks for a hundred.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, lru_cache, partial
from typing import Any, cast
from urllib.parse import quote

from quart import Blueprint, Quart, current_app, request
from quart.routing import QuartRule
from werkzeug.routing import IntegerConverter, MapAdapter, ValidationError

from shared.entrypoints.web.kit import kit
from shared.infra.mail.links import Routes

REMEMBERED = 4096  # addresses, in each process


class SafeInteger(IntegerConverter):
    """`<int:…>` that is 404 beyond what the database can hold."""

    def to_python(self, value: str) -> int:
        if len(value) > 18:
            raise ValidationError
        return int(super().to_python(value))


class AddressRule(QuartRule):
    """A route that gets what builds its address when that is first asked for.

    It is code that werkzeug writes and compiles, a quarter of a millisecond a route; most are asked
    for in pages that this process has yet to show.
    """

    def _compile_builder(
        self, append_unknown: bool = True
    ) -> Callable[..., tuple[str, str]]:
        written = cache(partial(super()._compile_builder, append_unknown))
        return lambda route, /, **values: written()(route, **values)


def prepare(app: Quart) -> None:
    """Have `app` read and build addresses as we do; before its routes are registered."""
    app.url_rule_class = AddressRule
    app.url_map.converters["int"] = SafeInteger
    app.url_map.strict_slashes = False


def routes_of(blueprints: Iterable[Blueprint]) -> MapAdapter:
    """Where their pages are, when there is no application: in a process that only works or runs one
    command.
    """
    app = Quart("addresses", static_folder=None)
    prepare(app)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    return app.url_map.bind("localhost")


def register(app: Quart, routes: Routes | None = None) -> None:
    """Let `app` build addresses, of its own routes unless others are given."""
    build = (routes or app.url_map.bind("localhost")).build

    @lru_cache(maxsize=REMEMBERED, typed=True)
    def path(name: str, /, **values: Any) -> str:
        return build(name, values)

    def address(
        name: str,
        /,
        *,
        _anchor: str = "",
        **values: Any,
    ) -> str:
        found = path(
            f"{request.blueprint}{name}" if name.startswith(".") else name, **values
        )
        return f"{found}#{quote(_anchor)}" if _anchor else found

    app.extensions["market_addresses"] = address
    app.jinja_env.globals["url_for"] = address


def url_for(name: str, /, **values: Any) -> str:
    """The path of a route: `blueprint.view`, or `.view` for one of the blueprint that answers this
    request.

    Values that are no part of the address become its query, `_anchor` what stands behind `#`.
    Raises LookupError for a route or a part that is not there.
    """
    return cast("Callable[..., str]", current_app.extensions["market_addresses"])(
        name, **values
    )


def public_url_for(name: str, /, **values: Any) -> str:
    """The whole address of a page, as somebody outside calls it."""
    return kit().settings.public_url + url_for(name, **values)
