"""Reading a JSON body that a stranger wrote: bounded, exact, and never with a float in it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Never, TypeVar

from pydantic import BaseModel, ValidationError
from quart import request
from werkzeug.exceptions import UnsupportedMediaType

from shared.core.errors import Invalid, MarketError
from shared.entrypoints.web.kit import raw_body

M = TypeVar("M", bound=BaseModel)


class NotJson(MarketError):
    """The body is no JSON object that we can read."""

    status = 400
    code = "bad_json"
    default = "The body is not a JSON object in UTF-8."


async def read_body(model: type[M]) -> M:
    """The request's JSON object as `model`. An empty body counts as `{}`.

    Raises NotJson (400), UnsupportedMediaType (415), or Invalid (422) that names the first wrong
    key.
    """
    raw = await raw_body()
    if raw and not request.is_json:
        raise UnsupportedMediaType
    try:
        return model.model_validate(_parse(raw) if raw else {})
    except ValidationError as error:
        first = error.errors(
            include_url=False,
            include_input=False,
            include_context=False,
        )[0]
        place = map(str, first["loc"][:4])
        param = ".".join(place)[:80]
        raise Invalid(
            f"{param}: {first['msg']}" if param else str(first["msg"]),
            param=param or None,
        ) from None


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(
            raw.decode("utf-8"),
            parse_float=Decimal,
            parse_constant=_refuse,
        )
        # What UTF-8 cannot hold: half surrogates, which JSON can spell. NUL is refused by each text
        # that is read.
        json.dumps(found, ensure_ascii=False, default=str).encode("utf-8")
    except (ValueError, RecursionError):
        raise NotJson from None
    if not isinstance(found, dict):
        raise NotJson
    return found


def _refuse(_constant: str) -> Never:
    raise ValueError("NaN and Infinity are not JSON")
