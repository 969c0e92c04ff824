"""The outer wall: who may send us something that changes things, how much of it, and what a browser
may do with our pages.
"""

from __future__ import annotations

from functools import partial
from urllib.parse import urlsplit

from quart import Quart, Response, current_app, g, request
from werkzeug.datastructures import ContentSecurityPolicy
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from shared.core.errors import Forbidden
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.core.settings import Settings
from shared.entrypoints.web import bodies
from shared.entrypoints.web.access import (
    MEMBER,
    OPERATOR,
    OWNER,
    SHOPPER,
    access_of,
    current_view,
    view_at,
)
from shared.entrypoints.web.bodies import BODY_LIMIT, MAX_BODY
from shared.entrypoints.web.csrf import OPEN_TOO_LONG
from shared.entrypoints.web.errors import answer
from shared.entrypoints.web.forms import csrf_valid, is_secret
from shared.entrypoints.web.hosts import Hosts
from shared.entrypoints.web.kit import is_htmx, kit, vary_by, wants_json
from shared.entrypoints.web.pages import page

# By what a route says that it takes (`access.large_body`).
TOO_MUCH = {
    "documents": _n(
        "These documents are too large: all together may have 4.5 MB. Go back, what you typed is "
        "still there, and choose"
        " smaller ones."
    ),
    "pictures": _n(
        "These pictures are too large: one may have 10 MB, all together 12 MB. Go back, what you "
        "typed is still there, and choose smaller ones, or send them one by one."
    ),
}
UNKNOWN_HOST = _n(
    "This site does not go by the name that you asked for. Open it by its own address."
)
MAX_ADDRESS = 4096
# A form whose token no longer fits is sent back to be sent again: of our own forms none is larger.
MAX_SENT_BACK, MAX_BYTES_SENT_BACK = 200, 64 * 1024
TYPED_TOO_MUCH = _n(
    "This form was open for too long. Go back, what you typed is still there, load the page "
    "again and send it."
)
# on each answer of ours: static/js/reach.js swaps no other, such as a proxy's page about a failure
OURS = "X-Markethall"
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_BAD_HOST = "market_bad_host"
_FORM_TYPES = (bodies.PLAIN_FORM, "multipart/form-data")
_POLICIES = "market_policies"


class WrongOrigin(Forbidden):
    """A browser says that another site made it send this."""

    code = "wrong_origin"
    default = _n(
        "This request came from another site, so we did not act on it. Open the page here and "
        "try again."
    )


def origin_of(url: str) -> str:
    """`https://host:port` of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def check_origin(settings: Settings) -> bool:
    """Return whether the browser says that this site sent it; raise WrongOrigin when it says that
    another did.

    Sec-Fetch-Site is decisive where it is sent, then Origin. A caller with neither is no browser of
    today; what its cookie may do is still guarded by the form's token.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site in ("same-origin", "none"):
        return True
    origin = request.headers.get("Origin")
    own_origins = {origin_of(settings.public_url), f"{request.scheme}://{request.host}"}
    if origin is None and site is None:
        return False
    if origin is None or origin.lower() not in own_origins:
        raise WrongOrigin(log=f"origin {origin!r}, site {site!r}")
    return True


def _limit_at(app: Quart, method: str, path: str) -> int:
    return _limit_of(view_at(app, method, path) if method in UNSAFE else None)


def _limit_of(view: object | None) -> int:
    return int(getattr(view, "market_body_limit", BODY_LIMIT))


def mark_bad_host(request: object) -> None:
    """Have `guard` refuse this request: its Host header is no host's name."""
    setattr(request, _BAD_HOST, True)


async def check_host() -> Response | None:
    """Before each request: it must be for a name of ours (shared/entrypoints/web/hosts.py)."""
    if getattr(request, _BAD_HOST, False):
        raise BadRequest
    hosts: Hosts = current_app.extensions["market_hosts"]
    return (
        None
        if hosts.is_own_host()
        else await answer(400, code="unknown_host", message=_(UNKNOWN_HOST))
    )


async def guard() -> Response | None:
    """Before each request: sizes, unreadable characters, origin, token."""
    if bodies.has_too_many_headers():
        return await answer(431)
    if len(request.full_path) > MAX_ADDRESS or bodies.has_too_many_arguments():
        return await answer(414)
    if "\0" in request.path or any(
        "\0" in k or "\0" in v for k, v in request.args.items(multi=True)
    ):
        raise BadRequest
    view = current_view()
    limit = _limit_of(view)
    if (request.content_length or 0) > limit:
        return await _too_large(view)
    if request.method not in UNSAFE or view is None:
        return None
    exempt, is_from_us = hasattr(view, "market_unsigned"), False
    if not exempt or getattr(view, "market_keeps_origin", False):
        is_from_us = check_origin(kit().settings)
    try:
        is_too_large = len(await request.get_data()) > limit
    except RequestEntityTooLarge:
        is_too_large = True
    if is_too_large:
        return await _too_large(view)
    if exempt:
        return None
    suffices = is_from_us and hasattr(view, "market_origin_suffices")
    return await _check_form(needs_token=not suffices)


async def _too_large(view: object | None) -> Response:
    said = TOO_MUCH.get(getattr(view, "market_body_of", ""))
    return await answer(413, message=_(said) if said else None)


async def _check_form(*, needs_token: bool) -> Response | None:
    form = await request.form
    for name, value in form.items(multi=True):
        if "\0" in name or "\0" in value:
            raise BadRequest
    if not needs_token or csrf_valid(
        request.headers.get("X-CSRF-Token") or form.get("csrf_token", "")
    ):
        return None
    return await _send_again()


async def _send_again() -> Response:
    """422: the form as it was typed, one press away from being sent again. Secrets are left out."""
    if (
        wants_json()
        or is_htmx()
        or request.mimetype not in _FORM_TYPES
        or access_of(current_view()) is None
    ):
        return await answer(422, code="form_expired", message=_(OPEN_TOO_LONG))
    form = await request.form
    kept = [
        (name, value) for name, value in form.items(multi=True) if not is_secret(name)
    ]
    if (
        len(kept) > MAX_SENT_BACK
        or sum(len(n) + len(v) for n, v in kept) > MAX_BYTES_SENT_BACK
    ):
        return await answer(422, code="form_expired", message=_(TYPED_TOO_MUCH))
    return await page(
        "errors/resend.html",
        status=422,
        action=request.full_path.rstrip("?"),
        fields=kept,
        has_secret=any(n != "csrf_token" and is_secret(n) for n in form),
    )


def policy(settings: Settings, *, stripe: bool) -> ContentSecurityPolicy:
    """What one page may load. Stripe's scripts and frames only where a card is entered."""
    onboarding = (
        settings.stripe.api_base
        if settings.stripe.stand_in
        else "https://connect.stripe.com"
    )
    allowed = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "frame-src": "'none'",
        # A form that answers with a redirect to Stripe's onboarding needs its origin here (Chromium
        # checks redirects).
        "form-action": f"'self' {origin_of(onboarding)}",
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "object-src": "'none'",
        "frame-ancestors": "'none'",
    }
    if stripe:
        js, api = origin_of(settings.stripe.js_url), origin_of(settings.stripe.api_base)
        real = js == "https://js.stripe.com"
        scripts = f"{js} https://*.js.stripe.com" if real else js
        allowed["script-src"] += f" {scripts}"
        allowed["frame-src"] = (
            f"{scripts} {'https://hooks.stripe.com' if real else api}"
        )
        allowed["connect-src"] += f" {api}"
        allowed["img-src"] += f" {'https://*.stripe.com' if real else js}"
    return ContentSecurityPolicy(allowed)


async def add_headers(response: Response) -> Response:
    """After each request: what browsers are to enforce, and what may be kept where."""
    settings, headers = kit().settings, response.headers
    stripe = bool(g.get("stripe_page"))
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    # Wallets (Google Pay, Link, PayPal) ask in a window that Stripe's frame opens and hears from.
    opener = "same-origin-allow-popups" if stripe else "same-origin"
    headers["Cross-Origin-Opener-Policy"] = opener
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), usb=()"
    if settings.production:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    policies = current_app.extensions[_POLICIES]
    headers.setdefault("Content-Security-Policy", policies[stripe])
    if request.endpoint != "static":
        headers[OURS] = "1"
        headers["X-Frame-Options"] = "DENY"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        vary_by(response, "HX-Request", "HX-Target", "Accept-Encoding")
        by_link = "token" in (request.view_args or {})
        private = (
            stripe
            or by_link
            or wants_json()
            or access_of(current_view()) in (OWNER, OPERATOR, MEMBER, SHOPPER)
        )
        headers.setdefault(
            "Cache-Control", "no-store" if private else "private, no-cache"
        )
    return response


def register(app: Quart, settings: Settings) -> None:
    """Put the wall around `app`: cookies, body cap, checks, headers."""
    app.request_class = bodies.capped_requests(partial(_limit_at, app))
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,
        MAX_FORM_PARTS=bodies.MAX_PARTS,
        BODY_TIMEOUT=20,
        SESSION_COOKIE_NAME="__Host-markethall"
        if settings.production
        else "markethall",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.production,
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    app.extensions["market_hosts"] = Hosts(settings)
    app.extensions[_POLICIES] = {
        stripe: policy(settings, stripe=stripe).to_header() for stripe in (False, True)
    }
    app.before_request(check_host)
    app.before_request(guard)
    app.after_request(add_headers)
    app.after_request(bodies.finish)
