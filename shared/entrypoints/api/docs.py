"""The API described for machines (OpenAPI, by Quart-Schema) and for people (Swagger UI from our own
server).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from quart import Blueprint, Quart, Response, current_app, jsonify
from quart.blueprints import BlueprintSetupState
from quart_schema import (
    APIKeySecurityScheme,
    HttpSecurityScheme,
    Info,
    QuartSchema,
    hide,
)

from shared.entrypoints.api.described import ApiOnly, scopes_in_words
from shared.entrypoints.web.access import public
from shared.entrypoints.web.kit import kit
from shared.entrypoints.web.market import market
from shared.entrypoints.web.pages import page

blueprint = Blueprint("docs", __name__, url_prefix="/api/v1")

_ABOUT = (
    "Vendors authenticate with an API token (made in the portal under Developers), which has one "
    "or more scopes: "
    f"{scopes_in_words()}. Shoppers' pages with their session or the "
    'order\'s token. Every error has one shape: `{"error": {"code", "message", "param"?}}`. '
    "Amounts are decimal strings in "
    "the currency's major unit. Keys that are not described are ignored."
)


def _describe(app: Quart) -> None:
    QuartSchema(
        app,
        openapi_path=None,
        openapi_provider_class=ApiOnly,
        conversion_preference="pydantic",
        info=Info(
            title="API",
            version="1",
            description=_ABOUT,
        ),
        security_schemes={
            "vendorToken": HttpSecurityScheme(
                scheme="bearer", bearer_format="a vendor's API token, mht_…"
            ),
            "orderToken": HttpSecurityScheme(
                scheme="bearer", bearer_format="the token of an order's link, co_…"
            ),
            "session": APIKeySecurityScheme(in_="cookie", name="markethall"),
        },
    )


@blueprint.record_once
def _on_register(state: BlueprintSetupState) -> None:
    app: Any = state.app
    _describe(app)
    app.make_response = _past_responses(app.make_response)


def _past_responses(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Without looking through what is a response already, such as every page, for what else views
    may return.
    """

    async def made(result: Any) -> Any:
        return result if isinstance(result, Response) else await make(result)

    return made


@blueprint.get("/openapi.json")
@public
@hide
async def openapi() -> Response:
    """The OpenAPI description."""
    schema: dict[str, Any] = current_app.extensions[
        "QUART_SCHEMA"
    ].openapi_provider.schema()
    schema["info"]["title"] = f"{(await market()).name} API"
    schema["servers"] = [{"url": kit().settings.public_url}]
    return jsonify(schema)


@blueprint.get("/docs")
@public
@hide
async def docs() -> Response:
    """The same, to read and to try.

    All of its scripts are ours, so the strict policy for scripts holds.
    """
    return await page("api/docs.html")
