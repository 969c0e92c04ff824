"""What can be expanded, against the SDK's annotations: every field that may hold an id or an
object, and no other.
"""

from __future__ import annotations

import typing
from functools import cache
from typing import Any, get_args, get_origin

import pytest
import typing_extensions as te
from stripe._stripe_object import StripeObject

from shared.sandbox import routes
from shared.sandbox.expansion import EXPANDABLE
from tests.sandbox.sdkspec.responses import _resolve, fields, resource

# A field that the SDK annotates and the stand-in refuses to expand: the beginning of its path ->
# the reason.
NOT_EXPANDED = {
    "charge.payment_method_details": (
        "only cards are played, and of these the mandate alone is an object"
    ),
    "confirmation_token.payment_method_preview": "only cards are played",
    "payment_method": "only cards are played",
    "setup_attempt.payment_method_details": "only cards are played",
}
# A list inside an object can be expanded although nothing in the SDK says so.
LISTS = {
    "balance.instant_available.net_available": (
        "a figure that is told when it is asked for alone (docs, Instant Payouts for Connect)"
    ),
    "application_fee.refunds": "so that charges or balance transactions inside can be",
    "charge.refunds": "not sent unless asked for, since 2022-11-15",
    "transfer.reversals": "so that balance transactions inside can be",
}
# Names in our table that stand for more than one resource.
SEVERAL = ("external_account",)


def served() -> set[str]:
    """The objects that some route answers with."""
    return {route.returns.removeprefix("list:") for route in routes.ROUTES}


@cache
def annotated(kind: str) -> dict[str, set[str]]:
    """Path -> what may be found there, for every expandable field of a resource, nested ones
    too.
    """
    cls = resource(kind)
    assert cls is not None, kind
    return dict(_inside(cls, cls.__module__, ""))


def _inside(
    cls: Any, module: str, before: str
) -> typing.Iterator[tuple[str, set[str]]]:
    for name, note in fields(cls).items():
        path = f"{before}{name}"
        options = [_resolved(option, module) for option in _options(note, module)]
        objects = {found for option in options if (found := _object_of(option))}
        if objects and str in options:
            yield path, objects
        elif not objects:
            for option in options:
                if isinstance(option, type) and issubclass(option, StripeObject):
                    yield from _inside(option, option.__module__, f"{path}.")


def _options(note: Any, module: str) -> list[Any]:
    note = _resolved(note, module)
    if get_origin(note) in (typing.Union, te.Annotated):
        return [
            inner
            for arg in get_args(note)
            if arg is not type(None)
            for inner in _options(arg, module)
        ]
    return [note]


def _resolved(note: Any, module: str) -> Any:
    return (
        _resolve(note, module) if isinstance(note, (typing.ForwardRef, str)) else note
    )


def _object_of(option: Any) -> str | None:
    """The resource's name, if the annotation is one with an id of its own."""
    found = getattr(option, "OBJECT_NAME", None) if isinstance(option, type) else None
    return str(found) if found else None


@pytest.mark.parametrize(
    "kind",
    sorted((served() | set(EXPANDABLE)) - set(SEVERAL)),
)
def test_what_the_sdk_annotates_can_be_expanded_and_nothing_else(kind):
    ours = {path for path in EXPANDABLE[kind] if f"{kind}.{path}" not in LISTS}
    theirs = set(annotated(kind))
    refused = {
        path
        for path in theirs - ours
        if any(f"{kind}.{path}".startswith(start) for start in NOT_EXPANDED)
    }

    assert ours == theirs - refused


@pytest.mark.parametrize(
    ("kind", "path", "target"),
    [
        (k, p, t)
        for k, table in EXPANDABLE.items()
        if k not in SEVERAL
        for p, t in table.items()
    ],
)
def test_what_is_found_there_is_what_the_sdk_says(kind, path, target):
    """So that a longer path is followed with the right table."""
    if target == "*" or f"{kind}.{path}" in LISTS:
        return
    assert target in annotated(kind)[path]


def test_every_reason_is_still_needed():
    fields_of = {
        f"{kind}.{path}"
        for kind in EXPANDABLE
        if kind not in SEVERAL
        for path in annotated(kind)
    }
    for start in NOT_EXPANDED:
        assert any(field.startswith(start) for field in fields_of), start
    assert set(LISTS) == {
        f"{k}.{p}"
        for k, table in EXPANDABLE.items()
        for p, t in table.items()
        if t.startswith("[")
    }
