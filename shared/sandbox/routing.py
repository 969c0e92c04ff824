"""How a route is described, and found by the address of a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from shared.sandbox.store import Json
from shared.sandbox.world import Act

Handler = Callable[[Act, dict[str, str], Json], Json]


@dataclass(frozen=True)
class Route:
    """One row: address, what it does, what it answers with, and what a publishable key may add."""

    method: str
    template: str
    handler: Handler
    returns: str  # an object's name, or list:name
    # extra parameters of publishable keys; None refuses such keys
    browser: dict[str, Any] | None = None
    # parameter -> code of its refusal
    retired: dict[str, str] = field(default_factory=dict)
    # parameters that a publishable key must not send
    server: frozenset[str] = frozenset()
    # browsers' own wire, not in the SDK: the SDK's route whose parameters it shares, or ""
    like: str | None = None


def crud(
    path: str,
    name: str,
    id: str,
    module: Any,
    verbs: str = "create retrieve update index",
    **more: Any,  # as in Route
) -> list[Route]:
    """Make the routes of a resource whose handlers have the usual names.

    Any other verb is done to one of them, at an address of its own below that one's.
    """
    one = f"{path}/{{{id}}}"
    usual = {
        "create": ("POST", path, name),
        "retrieve": ("GET", one, name),
        "update": ("POST", one, name),
        "delete": ("DELETE", one, name),
        "index": ("GET", path, f"list:{name}"),
    }
    found = []
    for verb in verbs.split():
        address = usual.get(verb, ("POST", f"{one}/{verb}", name))
        method, template, returns = address
        handler = getattr(module, verb)
        found.append(Route(method, template, handler, returns, **more))
    return found


# A route after the segments of its address; literal segments come before placeholders.
Row = tuple[list[str], Route]
# Routes by method and number of segments.
Table = dict[tuple[str, int], list[Row]]


def table(routes: Iterable[Route]) -> Table:
    """Sort routes so that `find` has few to look at."""
    made: Table = {}
    for route in sorted(routes, key=_placeholders):
        parts = route.template.strip("/").split("/")
        rows = made.setdefault((route.method, len(parts)), [])
        rows.append((parts, route))
    return made


def _placeholders(route: Route) -> int:
    return route.template.count("{")


def find(
    table: Table,
    method: str,
    path: str,
) -> tuple[Route, dict[str, str]] | None:
    """The route of a request with the ids in its path; literal segments win over placeholders."""
    segments = path.removeprefix("/").split("/")
    rows = table.get((method, len(segments)), [])
    for parts, route in rows:
        ids = _ids(parts, segments)
        if ids is not None:
            return route, ids
    return None


def _ids(
    parts: list[str],
    segments: list[str],
) -> dict[str, str] | None:
    """The ids that a path gives for a template's placeholders, if it is of that template.

    "search" is a route of Stripe's own; an id that is empty leads nowhere, and never to the list or
    a new object.
    """
    ids: dict[str, str] = {}
    for want, have in zip(parts, segments, strict=True):
        if want[0] == "{" and have not in ("", "search"):
            ids[want[1:-1]] = have
        elif want != have:
            return None
    return ids
