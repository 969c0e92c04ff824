"""Who is let through to a route: whom its mark names (access.py).

The rest is sent to sign in, or away.
"""

from __future__ import annotations

from urllib.parse import urlencode

from quart import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from shared.core.errors import Forbidden, Unauthenticated
from shared.core.locales import gettext as _
from shared.entrypoints.web import areas
from shared.entrypoints.web.access import (
    OPERATOR,
    OWNER,
    PUBLIC,
    SHOPPER,
    TOKEN,
    access_of,
    current_view,
    scope_of,
)
from shared.entrypoints.web.identity import customer, member_or_none, token_owner
from shared.entrypoints.web.kit import is_htmx, wants_json
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.trade.people.errors import MissingScope
from shared.trade.people.queries import Actor


async def enforce() -> Response | AnyResponse | None:
    """Before each request: let through whom the route's mark names, send the rest to sign in or
    away.
    """
    view = current_view()
    mark = access_of(view)
    if view is None or mark == PUBLIC or request.method == "OPTIONS":
        return None
    if mark == TOKEN:
        _check_token(view, token_owner())
        return None
    if mark == SHOPPER:
        return None if customer() is not None else sign_in_at(url_for("account.login"))
    person = member_or_none()
    if person is None:
        return sign_in_at(members_door())
    if mark in (OWNER, OPERATOR) and person.role != mark:
        raise Forbidden(
            _("This page is for someone else. Sign in with another account to see it.")
        )
    return None


def _check_token(view: object, holder: Actor | None) -> None:
    scope = scope_of(view)
    if holder is None:
        raise Unauthenticated(
            _("Send a vendor's API token as `Authorization: Bearer …`.")
        )
    if scope is None:  # deny by default
        raise Forbidden
    if scope not in holder.scopes:
        raise MissingScope(scope.value)


def members_door() -> str:
    """Where those who work at this address sign in: the marketplace's staff, or a vendor."""
    is_staffs = areas.is_operators(request.path)
    return url_for("signin.operator_login" if is_staffs else "signin.login")


def sign_in_at(address: str) -> Response | AnyResponse:
    """Send someone who is not signed in to the sign-in page; afterwards they come back to where
    they were (GET only).
    """
    if wants_json():
        raise Unauthenticated
    back = (
        request.full_path.rstrip("?")
        if request.method in ("GET", "HEAD") and not is_htmx()
        else ""
    )
    target = f"{address}?{urlencode({'next': back})}" if back else address
    return see_other(target) if is_htmx() else redirect(target, 303)
