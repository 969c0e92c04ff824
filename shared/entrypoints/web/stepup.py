"""Routes that ask who it is once more: a password or factor of the last five minutes, signing in
counts.

The form that was sent meanwhile is kept. Who has confirmed finds it filled in, one press from being
sent. In production they also ask for a second factor to be set up first, and lead there and back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from quart import Response, current_app, request

from shared.core import clock
from shared.core.errors import Forbidden, Unauthenticated
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.entrypoints.web.access import (
    MEMBER,
    OPERATOR,
    OWNER,
    access_of,
    current_view,
    name_at,
    view_at,
)
from shared.entrypoints.web.forms import OPENED, MarketForm, is_secret
from shared.entrypoints.web.identity import member_or_none, session_id
from shared.entrypoints.web.kit import is_htmx, kit, safe_next, wants_json
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.entrypoints.web.paging import address
from shared.trade.people.factors import pending_forms
from shared.trade.people.factors.rules import is_compulsory, is_fresh
from shared.trade.people.queries import Actor

F = TypeVar("F", bound=Callable[..., Any])

KEPT_FIELD = "kept_form"
ONCE = _n(
    "That was already sent, or it waited too long. Please look here first, and send it anew where "
    "it is needed."
)
SET_UP_FIRST = _n(
    "Set up a second step for signing in first. The marketplace's staff work with one."
)


class SignInAgain(Unauthenticated):
    """A program acts with a person's cookie whose sign-in is no longer fresh."""

    code = "sign_in_again"
    default = _n("Confirm your password on the site first, and then try again.")


class FactorNeeded(Forbidden):
    """A program acts with the cookie of a person who has to set up a second factor first."""

    code = "second_factor_needed"
    default = _n(
        "Set up a second step for signing in on the site first, and then try again."
    )


@frozen
class Mark:
    """What a route does, as words after `to`; `when` says of one request whether it needs a fresh
    sign-in, given the route's values.
    """

    doing: str
    when: Callable[..., Awaitable[bool]] | None = None
    needs_factor: bool = True
    form: type[MarketForm] | None = None


def fresh_sign_in(
    doing: str,
    *,
    form: type[MarketForm] | None = None,
    when: Callable[..., Awaitable[bool]] | None = None,
    needs_factor: bool = True,
) -> Callable[[F], F]:
    """Have a route of signed-in members ask for the password or a factor where the last is older
    than five minutes.

    In production it also needs a second factor to be there, unless it is what sets one up
    (`needs_factor=False`). What was sent is read back by the labels of `form`; without one, by the
    names of its fields.
    """

    def decorate(view: F) -> F:
        view.market_fresh = Mark(doing, when, needs_factor, form)  # type: ignore[attr-defined]
        return view

    return decorate


def before_factor(view: F) -> F:
    """Let staff use a route before they have set up a second factor: what setting one up takes."""
    view.market_before_factor = True  # type: ignore[attr-defined]
    return view


def in_words(found: pending_forms.Kept) -> list[tuple[str, str]]:
    """What waits to be sent, as the person filled it in."""
    mark = mark_of(
        view_at(
            current_app,
            found.method,
            found.action.partition("?")[0],
        )
    )
    if mark is not None and mark.form is not None:
        return mark.form.in_words(found.sent)
    told = [
        (name, value) for name, value in found.sent if value.strip() and name != OPENED
    ]
    return [
        (
            name.replace("_", " ").strip().capitalize(),
            value,
        )
        for name, value in told
    ]


def mark_of(view: object) -> Mark | None:
    """The mark of a view, if it has one."""
    return cast("Mark | None", getattr(view, "market_fresh", None))


async def enforce() -> Response | None:
    """Before each request, after the access marks: let a fresh sign-in through, and keep what an
    older one sent.
    """
    view, who = current_view(), member_or_none()
    if who is None or who.session_id is None or request.method == "OPTIONS":
        return None
    if access_of(view) not in (OWNER, OPERATOR, MEMBER):
        return None
    production, mark = kit().settings.production, mark_of(view)
    waits = is_compulsory(production=production, role=who.role) and not who.has_factor
    if waits and not hasattr(view, "market_before_factor"):
        return _lead_to_factors(
            _here() if request.method == "GET" else home_of(who), _(SET_UP_FIRST)
        )
    if mark is None:
        return None
    if production and mark.needs_factor and not who.has_factor:
        number = await _keep(mark, who)
        return _lead_to_factors(
            url_for("confirm.show", kept_id=number),
            _(
                "To %(do)s, set up a second step for signing in first.",
                do=_(mark.doing),
            ),
        )
    if mark.when is not None and not await mark.when(**(request.view_args or {})):
        return None
    if not is_fresh(who.authenticated_at, clock.now()):
        return await _ask(mark, who)
    return await _once(who.session_id)


def _lead_to_factors(back: str, why: str) -> Response:
    if wants_json():
        raise FactorNeeded
    return see_other(
        address(url_for("factors.show"), next=back),
        ("info", why),
    )


async def _ask(mark: Mark, who: Actor) -> Response:
    if wants_json():
        raise SignInAgain
    return see_other(url_for("confirm.show", kept_id=await _keep(mark, who)))


async def _keep(mark: Mark, who: Actor) -> int:
    return await pending_forms.keep(
        session_id=session_id(),
        method="GET" if request.method in ("GET", "HEAD") else "POST",
        action=_here(),
        back=_before() or home_of(who),
        doing=mark.doing,
        sent=await _sent(),
    )


async def _once(session_id: int) -> Response | None:
    """A form that was kept is sent at most once, however often its button is pressed."""
    number = (
        (await request.form).get(KEPT_FIELD, "") if request.method == "POST" else ""
    )
    if not number:
        return None
    known = number.isascii() and number.isdigit() and len(number) < 18
    if known and await pending_forms.take(
        int(number),
        session_id=session_id,
        action=_here(),
    ):
        return None
    back = _before() or url_for("platform.home")
    return see_other(back, ("warn", _(ONCE)))


def _here() -> str:
    return request.full_path.rstrip("?")[:1000]


async def _sent() -> list[tuple[str, str]]:
    form = await request.form
    return [
        (name, value)
        for name, value in form.items(multi=True)
        if name != KEPT_FIELD and not is_secret(name)
    ]


def _before() -> str | None:
    """The page of ours that the browser was on."""
    told = request.headers.get("HX-Current-URL" if is_htmx() else "Referer", "")
    try:
        parts = urlsplit(told)
    except ValueError:
        return None
    if (
        parts.netloc != request.host
        or name_at(current_app, "GET", parts.path) == "confirm.show"
    ):
        return None
    return safe_next(parts.path + (f"?{parts.query}" if parts.query else ""))


def home_of(member: Actor) -> str:
    """Where a member works."""
    return url_for(
        "operator_home.home" if member.role == "operator" else "dashboard.home"
    )
