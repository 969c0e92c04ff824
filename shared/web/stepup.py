"""Routes that ask who it is once more: a password or factor of the last five minutes, signing in counts.

The form that was sent meanwhile is kept. Who has confirmed finds it filled in, one press from being sent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from quart import Response, request

from shared import clock
from shared.errors import Unauthenticated
from shared.people.factors import kept
from shared.people.factors.rules import is_fresh
from shared.people.queries import Actor
from shared.web.access import current_view
from shared.web.identity import member_or_none
from shared.web.kit import is_htmx, safe_next

F = TypeVar("F", bound=Callable[..., Any])

CONFIRM = "/vendor/confirm"
KEPT_FIELD = "kept_form"
SECRETS = ("password", "csrf_token", KEPT_FIELD)
ONCE = "That was already sent, or it waited too long. Please look here first, and send it anew where it is needed."


class SignInAgain(Unauthenticated):
    """A program acts with a person's cookie whose sign-in is no longer fresh."""

    code = "sign_in_again"
    default = "Confirm your password on the site first, and then try again."


@dataclass(frozen=True)
class Mark:
    """What a route does, as words after `to`; `when` says of one request whether it matters, given the route's values."""

    doing: str
    when: Callable[..., Awaitable[bool]] | None = None


def fresh_sign_in(doing: str, *, when: Callable[..., Awaitable[bool]] | None = None) -> Callable[[F], F]:
    """Have a route of signed-in members ask for the password or a factor where the last is older than five minutes."""

    def decorate(view: F) -> F:
        view.market_fresh = Mark(doing, when)  # type: ignore[attr-defined]
        return view

    return decorate


def mark_of(view: object) -> Mark | None:
    """The mark of a view, if it has one."""
    return cast("Mark | None", getattr(view, "market_fresh", None))


async def enforce() -> Response | None:
    """Before each request, after the access marks: let a fresh sign-in through, and keep what an older one sent."""
    mark, who = mark_of(current_view()), member_or_none()
    if mark is None or who is None or who.session_id is None or request.method == "OPTIONS":
        return None
    if mark.when is not None and not await mark.when(**(request.view_args or {})):
        return None
    if not is_fresh(who.authenticated_at, clock.now()):
        return await _ask(mark, who.session_id, who)
    return await _once(who.session_id)


async def _ask(mark: Mark, session_id: int, who: Actor) -> Response:
    from shared.web.errors import wants_json
    from shared.web.pages import see_other

    if wants_json():
        raise SignInAgain
    number = await kept.keep(
        session_id=session_id,
        method="GET" if request.method in ("GET", "HEAD") else "POST",
        action=_here(),
        back=_before() or home_of(who),
        doing=mark.doing,
        sent=await _sent(),
    )
    return see_other(f"{CONFIRM}/{number}")


async def _once(session_id: int) -> Response | None:
    """A form that was kept is sent at most once, however often its button is pressed."""
    number = (await request.form).get(KEPT_FIELD, "") if request.method == "POST" else ""
    if not number:
        return None
    from shared.web.pages import see_other

    known = number.isascii() and number.isdigit() and len(number) < 18
    if known and await kept.take(int(number), session_id=session_id, action=_here()):
        return None
    return see_other(_before() or "/", ("warn", ONCE))


def _here() -> str:
    return request.full_path.rstrip("?")[:1000]


async def _sent() -> list[tuple[str, str]]:
    form = await request.form
    return [(name, value) for name, value in form.items(multi=True) if not any(s in name.lower() for s in SECRETS)]


def _before() -> str | None:
    """The page of ours that the browser was on."""
    told = request.headers.get("HX-Current-URL" if is_htmx() else "Referer", "")
    try:
        parts = urlsplit(told)
    except ValueError:
        return None
    if parts.netloc != request.host or parts.path.startswith(CONFIRM):
        return None
    return safe_next(parts.path + (f"?{parts.query}" if parts.query else ""))


def home_of(member: Actor) -> str:
    """Where a member works."""
    return "/operator" if member.role == "operator" else "/vendor/admin"
