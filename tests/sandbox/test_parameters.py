"""Every served route against the SDK's types, both ways (stripe-facts 19); what is left out stands
in unserved.toml.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.sandbox import shapes
from shared.sandbox.errors import ApiError
from shared.sandbox.multipart import Upload
from shared.sandbox.routes import ROUTES, find
from tests.sandbox.fields import OBJECTS
from tests.sandbox.sdkspec import check_request, match, routes
from tests.sandbox.shapes import TARGET, rendered
from tests.support.inprocess import InProcess

UNSERVED = tomllib.loads(Path(__file__).with_name("unserved.toml").read_text())
SERVED = [
    f"{r.method} {r.template}"
    for r in ROUTES
    if f"{r.method} {r.template}" not in UNSERVED["browser"]
]
SHAPES: dict[str, Any] = json.loads(Path(TARGET).read_text())


def _path(template: str) -> str:
    return "/".join(
        "x" if part.startswith("{") else part for part in template.split("/")
    )


def _nameless(template: str) -> str:
    return re.sub(r"\{\w+\}", "{}", template)


# Routes.


def test_the_shapes_file_is_what_the_installed_sdk_says():
    assert TARGET.read_text() == rendered(), "run: python -m tests.sandbox.shapes"


@pytest.mark.parametrize("route", SERVED)
def test_every_served_route_is_one_of_the_sdk(route):
    method, template = route.split()
    found = match(method, _path(template))
    assert found is not None
    assert _nameless(found.template) == _nameless(template)


def test_what_browsers_alone_ask_is_listed_with_a_reason():
    unknown = {
        f"{r.method} {r.template}"
        for r in ROUTES
        if match(r.method, _path(r.template)) is None
    }
    assert unknown == set(UNSERVED["browser"])


def test_every_route_of_a_served_resource_is_served_or_listed_with_a_reason():
    ours = {(r.method, _nameless(r.template)) for r in ROUTES}
    theirs = {
        (r.method, _nameless(r.template))
        for r in routes()
        if r.template.split("/")[2] in UNSERVED["resources"]
    }
    assert {f"{method} {template}" for method, template in theirs - ours} == set(
        UNSERVED["unserved"]
    )
    assert all(len(reason) > 10 for reason in UNSERVED["unserved"].values())


@pytest.mark.parametrize("route", sorted(UNSERVED["unserved"]))
def test_what_is_not_served_says_so(direct, route):
    method, template = route.split()
    path = template.replace("{}", "x_1")
    status, body, _ = direct.send(method, path)
    assert (status, body["error"]["message"]) == (
        404,
        f"Unrecognized request URL ({method}: {path}).",
    )


# Names that stand for more than one object.
SEVERAL = {"external_account": ("bank_account", "card")}


def test_every_answer_has_its_list_of_fields():
    """The keys of Stripe's example of it, against which every answer of every test is held."""
    for route in ROUTES:
        kind = route.returns.removeprefix("list:")
        for name in SEVERAL.get(kind, (kind,)):
            assert (
                f"deleted_{name}" if route.method == "DELETE" else name
            ) in OBJECTS, route


def test_ids_in_a_path_are_found():
    found = find("POST", "/v1/payment_intents/pi_1/confirm")
    assert found is not None
    assert found[1] == {"intent": "pi_1"}


# Parameters.


@pytest.fixture(scope="module")
def direct() -> Iterator[InProcess]:
    """One stand-in for all; nothing here gets as far as to change it."""
    process = InProcess(checked=False, audit=False)
    yield process
    process.close()


def _sample(shape: Any) -> Any:
    """A value that fits a shape, as it comes off the wire."""
    if isinstance(shape, list):
        return [_sample(shape[0])]
    if isinstance(shape, dict):
        if "any" in shape:
            return _sample(shape["any"][0])
        if "*" in shape:
            return {"usd": _sample(shape["*"])}
        return {key.rstrip("!?"): _sample(inner) for key, inner in shape.items()}
    if shape.startswith("="):
        return shape[1:].split("|")[0]
    if shape == "file":
        return Upload(b"%PDF-", "x.pdf")
    return {"string": "x", "integer": "1", "boolean": "true", "number": "1.5"}[shape]


def _least(shape: dict[str, Any]) -> dict[str, Any]:
    """The smallest value that fits: required keys alone."""
    out = {}
    for key, inner in shape.items():
        if "!" in key:
            plain = isinstance(inner, dict) and not {"any", "*"} & set(inner)
            out[key.rstrip("!?")] = _least(inner) if plain else _sample(inner)
    return out


@pytest.mark.parametrize("route", SERVED)
def test_what_the_stand_in_accepts_the_sdk_knows(route):
    method, template = route.split()
    sample = _sample(SHAPES[route])
    shapes.read(route, sample, {})
    problems = [
        p for p in check_request(method, _path(template), sample) if p.kind != "missing"
    ]
    assert problems == []


# Parameters, the parameter that is wrong, the code of the answer.
Mutation = tuple[dict[str, Any], str, str | None]


def _wrong_leaf(shape: Any) -> tuple[Any, str | None] | None:
    """A value that does not fit, and the code that says so."""
    if isinstance(shape, list):
        return "x", None
    if isinstance(shape, dict):
        return None if "any" in shape else ("x", None)
    if shape == "integer":
        return "abc", "parameter_invalid_integer"
    if shape == "file":
        # the SDK's type refuses nothing; tests/sandbox/test_section_13_files.py has what we refuse
        return None
    return ({"no": "string"}, None) if shape == "string" else ("no such value", None)


def _mutations(shape: dict[str, Any]) -> Iterator[Mutation]:
    """All ways to be wrong in one place: a required key left out, an unknown one, a value of the
    wrong type or enum.
    """
    yield {**_least(shape), "no_such": "1"}, "no_such", "parameter_unknown"
    yield from _inside(shape, _least(shape), "")


def _inside(
    shape: dict[str, Any],
    least: dict[str, Any],
    before: str,
) -> Iterator[Mutation]:
    for key, inner in shape.items():
        name = key.rstrip("!?")
        where = f"{before}[{name}]" if before else name
        if "!" in key:
            yield (
                {k: v for k, v in least.items() if k != name},
                where,
                "parameter_missing",
            )
        if wrong := _wrong_leaf(inner):
            yield {**least, name: wrong[0]}, where, wrong[1]
        if isinstance(inner, dict) and not {"any", "*"} & set(inner):
            own = _least(inner)
            yield (
                {**least, name: {**own, "no_such": "1"}},
                f"{where}[no_such]",
                "parameter_unknown",
            )
            for given, place, code in _inside(inner, own, where):
                if (
                    given or "!" in key
                ):  # an object without keys does not come over the wire
                    yield {**least, name: given}, place, code


_SAID = {
    "parameter_missing": "Missing required param: {}.",
    "parameter_unknown": "Received unknown parameter: {}",
    "parameter_invalid_integer": "Invalid integer: abc",
}


@pytest.mark.parametrize("route", SERVED)
def test_every_mutated_request_is_refused_with_the_parameters_name(direct, route):
    """Section 3, for every parameter of every route, at any depth; nothing is done and nothing is
    remembered.
    """
    method, template = route.split()
    before = direct.world.store.db.total_changes
    for given, where, code in _mutations(SHAPES[route]):
        status, body, _ = direct.send(
            method, _path(template), given, {"idempotency-key": "k"}
        )
        error = body["error"]
        assert (status, error["type"]) == (400, "invalid_request_error"), (given, body)
        assert (
            error.get("param"),
            error.get("code"),
        ) == (where, code), (given, body)
        assert error["message"].startswith(
            _SAID.get(code or "", "Invalid ").format(where)
        ), (
            given,
            body,
        )
    assert direct.world.store.db.total_changes == before


@pytest.mark.parametrize("route", SERVED)
def test_the_sdks_types_refuse_the_same_mutations(route):
    """So that `shapes.json` is no laxer and no stricter than what it was made from, read by another
    reader.
    """
    method, template = route.split()
    for given, where, code in _mutations(SHAPES[route]):
        problems = check_request(method, _path(template), given)
        assert problems, (given, where, code)


@pytest.mark.parametrize(
    "route", [route for route in SERVED if "metadata" in json.dumps(SHAPES[route])]
)
def test_metadata_has_its_limits_everywhere(route):
    """Section 2, on every route that takes metadata, nested ones too."""
    for given, where in _with_metadata(SHAPES[route], _least(SHAPES[route]), ""):
        with pytest.raises(ApiError) as caught:
            shapes.read(route, given, {})
        assert (caught.value.status, caught.value.error["param"]) == (400, where)


def _with_metadata(
    shape: dict[str, Any], least: dict[str, Any], before: str
) -> Iterator[tuple[dict[str, Any], str]]:
    for key, inner in shape.items():
        name = key.rstrip("!?")
        where = f"{before}[{name}]" if before else name
        if name == "metadata":
            for bad in (
                {"k" * 41: "v"},
                {"k": "v" * 501},
                {"a[b]": "v"},
                {str(n): "v" for n in range(51)},
            ):
                yield {**least, name: bad}, where
        elif isinstance(inner, dict) and not {"any", "*"} & set(inner):
            for given, place in _with_metadata(inner, _least(inner), where):
                yield {**least, name: given}, place
