"""Who is asking: read once per request from the signed cookie or the API token, then handed to use
cases as arguments.
"""

from __future__ import annotations

from typing import cast

from quart import Response, after_this_request, g, request, session
from werkzeug.wrappers import Response as AnyResponse

from shared.core.errors import Forbidden, Unauthenticated
from shared.core.ids import digest
from shared.entrypoints.web import areas
from shared.entrypoints.web.access import (
    MEMBER,
    OPERATOR,
    OWNER,
    SHOPPER,
    TOKEN,
    access_of,
    current_view,
)
from shared.entrypoints.web.cookies import note_day
from shared.infra.activity import cause
from shared.trade.people import sessions, tokens
from shared.trade.people.errors import BadEmail
from shared.trade.people.queries import NOBODY, Actor
from shared.trade.people.rules import normal_email

__all__ = [
    "Actor",
    "actor",
    "actor_label",
    "customer",
    "member_or_none",
    "person_id",
    "session_id",
    "start_session",
    "vendor_id",
]

SESSION_KEYS = {"member": "sid", "customer": "shopper_sid"}  # of the signed cookie
_KNOWN, _MOST_KNOWN = "known", 4
_MEMBER_MARKS = (OWNER, OPERATOR, MEMBER)


def member_or_none() -> Actor | None:
    """The signed-in member of the portal, if any."""
    return cast("Actor | None", g.get("member"))


def customer() -> Actor | None:
    """The signed-in shopper, if any; guests have none."""
    return cast("Actor | None", g.get("customer"))


def token_owner() -> Actor | None:
    """The vendor behind the API token of this request, if there is one."""
    return cast("Actor | None", g.get("token"))


def actor() -> Actor:
    """Who acts here: by the route's mark, and on public routes the member below /vendor and
    /operator, else the shopper.
    """
    mark = access_of(current_view())
    if mark == TOKEN:
        return token_owner() or NOBODY
    portal = mark in _MEMBER_MARKS or (
        mark != SHOPPER and areas.is_portal(request.path)
    )
    return (member_or_none() if portal else customer()) or NOBODY


def vendor_id() -> int:
    """The vendor whose member or token is asking.

    Raises Forbidden for operators, Unauthenticated for nobody.
    """
    who = actor()
    if who.vendor_id is None:
        raise Unauthenticated if who.kind == "nobody" else Forbidden
    return who.vendor_id


def person_id() -> int:
    """The row of whoever is signed in here. Raises Unauthenticated for nobody."""
    found = actor().id
    if found is None:
        raise Unauthenticated
    return found


def session_id() -> int:
    """The session of whoever is signed in here.

    Raises Unauthenticated for nobody, and for an API token.
    """
    found = actor().session_id
    if found is None:
        raise Unauthenticated
    return found


def actor_label(who: Actor) -> str:
    """How the audit trail names someone: `member:7`, `customer:3`, `token:2`, `nobody`."""
    return who.label


async def load() -> None:
    """Before each request: find out who it is.

    A cookie or token that opens nothing is as good as none.
    """
    if request.endpoint in ("static", "health.healthz"):
        return
    if access_of(current_view()) == TOKEN:
        scheme, _, raw = request.headers.get("Authorization", "").partition(" ")
        g.token = (
            await tokens.identify_token(raw.strip())
            if scheme.lower() == "bearer"
            else None
        )
    else:
        g.member = await _known("member")
        g.customer = await _known("customer")
        if session:
            note_day(session)
    cause.begin(actor().label)


async def _known(kind: str) -> Actor | None:
    key = SESSION_KEYS[kind]
    token = session.get(key)
    if not isinstance(token, str):
        return None
    who = await sessions.identify(token)
    if who is None or who.kind != kind:
        session.pop(key, None)
        _have_browser_forget()
        return None
    _remember(kind, who.email)
    return who


def _mark_of(kind: str, email: str) -> str:
    return digest(f"{kind}|{email}")[:16]


def _remember(kind: str, email: str) -> None:
    """Keep in the cookie, also beyond the sign-in, who was signed in with this browser: the last
    few, as digests.
    """
    mark, known = _mark_of(kind, email), session.get(_KNOWN, [])
    if mark not in known:
        session[_KNOWN] = [*known, mark][-_MOST_KNOWN:]


def knows(kind: str, email: str) -> bool:
    """Whether somebody of this address has signed in with this browser before, as doors ask."""
    try:
        return _mark_of(kind, normal_email(email)) in session.get(_KNOWN, [])
    except BadEmail:
        return False


def start_session(kind: str, token: str) -> None:
    """Remember a sign-in in this browser (`kind` member or customer) under a new CSRF token, so a
    planted one is worth nothing.
    """
    session[SESSION_KEYS[kind]] = token
    session.pop("csrf", None)
    session.permanent = True


def renew_session(kind: str, token: str) -> None:
    """The same sign-in goes on under another token. Forms that are open in other tabs still fit."""
    session[SESSION_KEYS[kind]] = token


def start_half_session(token: str) -> None:
    """Remember that the password was right in this browser; the second factor is missing."""
    session["half_sid"] = token
    session.pop("csrf", None)


def half_token() -> str | None:
    """The token of the sign-in that waits for its second factor."""
    token = session.get("half_sid")
    return token if isinstance(token, str) else None


def end_half_session() -> None:
    """Forget the sign-in that waited."""
    session.pop("half_sid", None)


def end_session(kind: str) -> str | None:
    """Forget the sign-in in this browser; returns the token to revoke.

    The basket and the other kind of sign-in stay.
    """
    session.pop("csrf", None)
    token = session.pop(SESSION_KEYS[kind], None)
    _have_browser_forget()
    return token if isinstance(token, str) else None


def _have_browser_forget() -> None:
    """Nothing that this browser kept of our pages outlasts the sign-in; cookies stay, the basket is
    one.
    """

    @after_this_request
    async def forget(response: Response | AnyResponse) -> Response | AnyResponse:
        response.headers["Clear-Site-Data"] = '"cache"'
        return response
