"""Addresses: how their parts are read, and how they are built where there is no request: for mails
and for Stripe.

Each address stands in one place, at its route. Inside a request `url_for` builds it; here the same
routes do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from quart import Blueprint, Quart, url_for
from werkzeug.routing import IntegerConverter, MapAdapter, ValidationError

from shared.entrypoints.web.kit import kit


class SafeInteger(IntegerConverter):
    """`<int:…>` that is 404 beyond what the database can hold."""

    def to_python(self, value: str) -> int:
        if len(value) > 18:
            raise ValidationError
        return int(super().to_python(value))


def prepare(app: Quart) -> None:
    """Have `app` read addresses as we write them; before its routes are registered."""
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


def public_url_for(name: str, **values: Any) -> str:
    """The whole address of a page, as somebody outside calls it."""
    return kit().settings.public_url + url_for(name, **values)
