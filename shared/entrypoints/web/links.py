"""Addresses: how their parts are read, and how they are built where there is no request: for mails and for Stripe.

Each address stands in one place, at its route. Inside a request `url_for` builds it; here the same routes do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from quart import Blueprint, Quart, url_for
from werkzeug.routing import IntegerConverter, ValidationError

from shared.entrypoints.web.kit import kit
from shared.infra.mail.links import Build


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


def builder(app: Quart) -> Build:
    """What builds the path of each route of `app`, without a request."""
    routes = app.url_map.bind("localhost")

    def build(name: str, values: Mapping[str, Any]) -> str:
        return routes.build(name, values)

    return build


def builder_of(blueprints: Iterable[Blueprint]) -> Build:
    """The same where there is no application: in a process that only works or runs one command."""
    app = Quart("addresses", static_folder=None)
    prepare(app)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    return builder(app)


def public_url_for(name: str, **values: Any) -> str:
    """The whole address of a page, as somebody outside calls it."""
    return kit().settings.public_url + url_for(name, **values)
