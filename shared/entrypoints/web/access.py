"""Who may use a route.

Every route carries exactly one mark; the factory refuses to start with a route that has none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from quart import Quart, current_app, request
from werkzeug.exceptions import HTTPException

from shared.trade.people.scopes import Scope

F = TypeVar("F", bound=Callable[..., Any])

PUBLIC, OWNER, OPERATOR, MEMBER, TOKEN, SHOPPER = (
    "public",
    "owner",
    "operator",
    "member",
    "vendor_token",
    "shopper",
)
_VIEW = "market_view"


class UnmarkedRouteError(RuntimeError):
    """A programming error: routes without an access mark."""


def _mark(name: str) -> Callable[[F], F]:
    def decorate(view: F) -> F:
        if getattr(view, "market_access", name) != name:
            raise UnmarkedRouteError(f"{view.__qualname__} has two access marks")
        view.market_access = name  # type: ignore[attr-defined]
        return view

    return decorate


public = _mark(PUBLIC)
owner = _mark(OWNER)
operator = _mark(OPERATOR)
member = _mark(MEMBER)
shopper = _mark(SHOPPER)


def vendor_token(scope: Scope) -> Callable[[F], F]:
    """For a vendor's API token that has this scope."""

    def decorate(view: F) -> F:
        view.market_scope = scope  # type: ignore[attr-defined]
        return _mark(TOKEN)(view)

    return decorate


def scope_of(view: object) -> Scope | None:
    """The scope that a token needs for this view."""
    return getattr(view, "market_scope", None)


def unsigned_post(
    why: str,
    *,
    origin: bool = False,
) -> Callable[[F], F]:
    """Exempt a route from the CSRF token, and from the check of the Origin unless `origin` is kept.

    `why` is for the reader.

    For callers that are no browsers (signed webhooks, API tokens), or JSON that a cookie may
    authorise (`origin=True`).
    """
    if not why:
        raise ValueError("say why")

    def decorate(view: F) -> F:
        view.market_unsigned = why  # type: ignore[attr-defined]
        view.market_keeps_origin = origin  # type: ignore[attr-defined]
        return view

    return decorate


def origin_suffices(view: F) -> F:
    """Take a form without a token where the browser itself says that a page of ours sent it.

    For pages that are the same for all, and so hold no token. Who says nothing of where it comes
    from still needs one.
    """
    view.market_origin_suffices = True  # type: ignore[attr-defined]
    return view


def large_body(
    limit: int,
    *,
    of: str = "",
) -> Callable[[F], F]:
    """Let a route take bodies of up to `limit` bytes (bodies.MAX_BODY, or MAX_UPLOAD for files).

    `of`: which sentence says that it is more (`security.TOO_MUCH`).
    """

    def decorate(view: F) -> F:
        view.market_body_limit = limit  # type: ignore[attr-defined]
        view.market_body_of = of  # type: ignore[attr-defined]
        return view

    return decorate


def access_of(view: object) -> str | None:
    """The mark of a view function."""
    return getattr(view, "market_access", None)


def current_view() -> object | None:
    """The view function that will answer this request; None when no route matched.

    Looked up once: ten hooks ask, each by way of two context variables.
    """
    here: Any = request._get_current_object()  # type: ignore[attr-defined]
    known: tuple[object | None, ...] = getattr(here, _VIEW, ())
    if not known:
        known = (current_app.view_functions.get(here.endpoint or ""),)
        setattr(here, _VIEW, known)
    return known[0]


def name_at(
    app: Quart,
    method: str,
    path: str,
) -> str | None:
    """The route that would answer there; None when none does."""
    try:
        endpoint, _ = app.url_map.bind("").match(path, method)
    except HTTPException:
        return None
    return cast("str", endpoint)


def view_at(
    app: Quart,
    method: str,
    path: str,
) -> object | None:
    """The view function that would answer there; None when no route matches."""
    return app.view_functions.get(name_at(app, method, path) or "")


def check_routes(app: Quart) -> None:
    """Raise UnmarkedRouteError naming every route without a mark."""
    bare = sorted(
        {
            r.rule
            for r in app.url_map.iter_rules()
            if access_of(app.view_functions[r.endpoint]) is None
        }
    )
    if bare:
        raise UnmarkedRouteError("routes without an access mark: " + ", ".join(bare))
