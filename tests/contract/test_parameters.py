"""Request parameters of every served route against the SDK's types, both ways (stripe.md section 19)."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.sandbox import shapes
from shared.sandbox.errors import ApiError
from shared.sandbox.routes import ROUTES, find
from tests.contract.sdkspec import check_request, match
from tests.contract.shapes import TARGET, rendered

SERVED = [f"{r.method} {r.template}" for r in ROUTES]


def _path(template: str) -> str:
    return "/".join("x" if part.startswith("{") else part for part in template.split("/"))


def test_the_shapes_file_is_what_the_installed_sdk_says():
    assert TARGET.read_text() == rendered(), "run: python -m tests.contract.shapes"


@pytest.mark.parametrize("route", SERVED)
def test_every_served_route_is_one_of_the_sdk(route):
    method, template = route.split()
    assert match(method, _path(template)) is not None


@pytest.mark.parametrize("route", SERVED)
def test_what_the_sdk_does_not_know_is_refused(route):
    with pytest.raises(ApiError) as caught:
        shapes.read(route, {"no_such_parameter": "1"}, {})
    assert caught.value.error["code"] == "parameter_unknown"


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
    return {"string": "x", "integer": "1", "boolean": "true", "number": "1.5"}[shape]


@pytest.mark.parametrize("route", SERVED)
def test_what_the_stand_in_accepts_the_sdk_knows(route):
    method, template = route.split()
    shape = json.loads(Path(TARGET).read_text())[route]
    sample = _sample(shape)
    shapes.read(route, sample, {})
    problems = [p for p in check_request(method, _path(template), sample) if p.kind != "missing"]
    assert problems == []


def test_ids_in_a_path_are_found():
    found = find("POST", "/v1/payment_intents/pi_1/confirm")
    assert found is not None
    assert found[1] == {"intent": "pi_1"}
