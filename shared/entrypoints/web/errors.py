"""One shape for everything that goes wrong: a page, a fragment for htmx, or JSON `{"error":
{"code", "message", "param"?}}`.

Which of them is decided by the address and the Accept header. Details of a crash go to the log,
never to the caller.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any, cast

from quart import Quart, Response, g, jsonify, make_response, request
from quart_schema import RequestSchemaValidationError
from werkzeug.exceptions import HTTPException

from shared.core.errors import MarketError, TooMany, Unauthenticated
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.entrypoints.web import areas
from shared.entrypoints.web.admission import members_door, sign_in_at
from shared.entrypoints.web.kit import is_htmx, wants_json
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import page
from shared.infra.database.trouble import DatabaseTrouble
from shared.trade.people.errors import MissingScope

log = logging.getLogger("markethall.web")

# status -> (code, heading, sentence): what people read instead of the wire's own words.
WORDS: dict[int, tuple[str, str, str]] = {
    400: (
        "bad_request",
        _n("That request is not right"),
        _n("Something in it could not be read. Go back and try again."),
    ),
    401: (
        "unauthenticated",
        _n("Please sign in"),
        _n("You need to sign in to see this."),
    ),
    403: (
        "forbidden",
        _n("You cannot do that here"),
        _n("Your account is not allowed to do this."),
    ),
    404: (
        "not_found",
        _n("Page not found"),
        _n("We could not find that. It may have moved, or the link is not complete."),
    ),
    405: (
        "method_not_allowed",
        _n("That does not work here"),
        _n("This address does not take that kind of request."),
    ),
    406: (
        "not_acceptable",
        _n("That format is not available"),
        _n("This address cannot answer in the format asked for."),
    ),
    408: (
        "request_timeout",
        _n("That took too long"),
        _n("The request did not arrive in time. Please try again."),
    ),
    409: (
        "conflict",
        _n("That has changed"),
        _n("It changed in the meantime. Please look again."),
    ),
    413: (
        "too_large",
        _n("That is too much"),
        _n("The request is larger than we take. Send less at a time."),
    ),
    414: (
        "address_too_long",
        _n("That address is too long"),
        _n("Shorten what you search for and try again."),
    ),
    415: (
        "unsupported_media_type",
        _n("That format is not supported"),
        _n("Send the content type that this address expects."),
    ),
    422: (
        "invalid",
        _n("Please check what you entered"),
        _n("Something in it is missing or not right."),
    ),
    429: (
        "too_many_requests",
        _n("One moment, please"),
        _n("That was a lot at once. Wait a little and try again."),
    ),
    431: (
        "headers_too_large",
        _n("That request is too large"),
        _n("Clear this site's cookies and try again."),
    ),
    500: (
        "internal_error",
        _n("Something went wrong on our side"),
        _n("We have noted it. Look whether it was done before you do it again."),
    ),
    502: (
        "bad_gateway",
        _n("Our payment provider refused that"),
        _n("We have noted it and will look into it."),
    ),
    503: (
        "unavailable",
        _n("Back in a moment"),
        _n("This is not available right now. Please try again in a moment."),
    ),
}


# What people read while the database cannot be used. None of it says anything about money: nobody
# could look.
CANNOT_LOOK = _n(
    "We cannot get at our records right now. Please try again in a moment."
)
CANNOT_TELL = _n(
    "We cannot get at our records right now, so we cannot tell whether this was done. Look again "
    "in a moment before you"
    " repeat it."
)
MAY_HAVE_PAID = _n(
    "If you have paid, do not pay again: we ask our payment provider as soon as we are back, "
    "and your order will show it."
)


# Where mails lead that tell of an order (storefront/receipts).
ORDER_LINKS = frozenset({"receipts.order_page", "receipts.confirmation"})


def error_body(
    code: str,
    message: str,
    param: str | None = None,
) -> dict[str, Any]:
    """The one JSON shape of an error."""
    error = {"code": code, "message": message}
    if param:
        error["param"] = param
    return {"error": error}


def words_for(status: int) -> tuple[str, str, str]:
    """Code, heading and sentence for an HTTP status, known or not."""
    code, heading, sentence = WORDS.get(status) or WORDS[500 if status >= 500 else 400]
    return code, _(heading), _(sentence)


async def answer(
    status: int,
    *,
    code: str | None = None,
    message: str | None = None,
    param: str | None = None,
) -> Response:
    """The error as the caller reads it."""
    known_code, heading, sentence = words_for(status)
    code, sentence = code or known_code, message or sentence
    if wants_json():
        response = jsonify(error_body(code, sentence, param))
    else:
        response = await _page(status, heading, sentence)
    response.status_code = status
    return response


async def _page(status: int, heading: str, sentence: str) -> Response:
    template = "errors/_fragment.html" if is_htmx() else "errors/page.html"
    try:
        return await page(
            template,
            status=status,
            code=status,
            heading=heading,
            sentence=sentence,
            request_id=g.get("request_id", ""),
            home=_home(),
            is_order_link=status == 404 and request.endpoint in ORDER_LINKS,
        )
    except Exception:  # the page about a failure must not fail: plain words instead
        log.exception("the error page itself failed")
        return cast(
            "Response",
            await make_response(
                f"<!doctype html><title>{heading}</title><h1>{heading}</h1><p>{sentence}</p>"
            ),
        )


def _home() -> str:
    """The first page of those who work at this address; empty elsewhere, and where they sign in."""
    if areas.is_operators(request.path):
        return url_for("operator_home.home")
    doors = (url_for("signin.login"), url_for("signin.signup"))
    is_inside = areas.is_portal(request.path) and not request.path.startswith(doors)
    return url_for("dashboard.home") if is_inside else ""


async def on_market_error(error: MarketError) -> Any:
    """A business fact: its own status, code and sentence."""
    if error.log or error.status >= 500:
        log.warning("%s: %s", error.code, error.log or error.message)
    if isinstance(error, Unauthenticated) and error.status == 401 and not wants_json():
        is_portal = areas.is_portal(request.path)
        return sign_in_at(members_door() if is_portal else url_for("account.login"))
    response = await answer(
        error.status,
        code=error.code,
        message=error.message,
        param=error.param,
    )
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, MissingScope):  # RFC 6750, section 3.1
        response.headers["WWW-Authenticate"] = (
            f'Bearer error="insufficient_scope", scope="{error.scope}"'
        )
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    if error.status == 503:
        response.headers["Retry-After"] = "5"
    return response


async def on_database_trouble(trouble: DatabaseTrouble) -> Response:
    """The database cannot be used: 503 for everybody, whatever was asked for; details go to the
    log.
    """
    log.error("%s", trouble)
    g.without_database = True  # the page about it asks nothing of it
    sentence = _(CANNOT_LOOK if request.method in ("GET", "HEAD") else CANNOT_TELL)
    if areas.is_buying(request.path) and not wants_json():
        sentence = f"{sentence} {_(MAY_HAVE_PAID)}"
    response = await answer(
        HTTPStatus.SERVICE_UNAVAILABLE, code="database_unavailable", message=sentence
    )
    response.headers["Retry-After"] = str(trouble.retry_after)
    response.headers["Cache-Control"] = "no-store"
    return response


async def on_http_error(error: HTTPException) -> Any:
    """An error of the wire (404, 405, 413 …) or a redirect of the router."""
    status = error.code or 500
    if status < 400 or error.response is not None:
        return error.get_response()
    if isinstance(error, RequestSchemaValidationError):
        status = 422
    response = await answer(status)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after", "www-authenticate"):
            response.headers[name] = value
    return response


def register(app: Quart) -> None:
    """Handle errors of every kind in `app`.

    With PROPAGATE_EXCEPTIONS set (tests), a crash is raised instead of told.
    """
    app.register_error_handler(MarketError, on_market_error)
    app.register_error_handler(DatabaseTrouble, on_database_trouble)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(500, _on_500)


async def _on_500(_error: Any) -> Response:
    """A crash, which Quart has logged: the caller learns only that it happened."""
    return await answer(HTTPStatus.INTERNAL_SERVER_ERROR)
