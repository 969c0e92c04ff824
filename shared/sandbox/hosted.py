"""The pages that Stripe would host: onboarding, the express dashboard and the 3DS challenge.

Plain HTML forms that work without JavaScript.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from quart import Blueprint, Response, request

from shared.sandbox import control
from shared.sandbox.errors import ApiError
from shared.sandbox.hosted_express import express, look_after
from shared.sandbox.hosted_onboarding import onboard, onboarding
from shared.sandbox.paper import go, gone, show
from shared.sandbox.resources import (
    challenges,
    payment_confirmation,
    setup_confirmation,
    tickets,
)
from shared.sandbox.store import Document
from shared.sandbox.world import Act

if TYPE_CHECKING:
    from shared.sandbox.app import Standin

# What the shopper's answer means for each kind of object that may ask.
_FINISH: dict[str, Callable[..., None]] = {
    "payment_intent": payment_confirmation.finish_challenge,
    "setup_intent": setup_confirmation.finish_challenge,
}


def blueprint(standin: Standin) -> Blueprint:
    """All hosted pages."""
    pages = Blueprint("hosted", __name__)

    def route(
        method: str,
        path: str,
        view: Callable[..., Awaitable[Response]],
    ) -> None:
        async def wrapped(**ids: str) -> Response:
            if method == "POST" and not control.same_origin():
                return show(
                    "gone.html", status=403, what="This form, sent from another site,"
                )
            return await view(standin, **ids)

        pages.add_url_rule(
            path,
            endpoint=view.__name__,
            view_func=wrapped,
            methods=[method],
        )

    for method, path, view in PAGES:
        route(method, path, view)

    @pages.app_errorhandler(404)
    async def not_found(_: Exception) -> Response:
        return gone(f"The address {request.path}")

    return pages


def _challenged(
    standin: Standin,
    token: str,
) -> tuple[tickets.Ticket, Act, Document] | None:
    """The challenge behind a token, and the intent that asked for it; None once either is gone."""
    ticket = tickets.find(standin.world.store, "3ds", token)
    if ticket is None:
        return None
    act = tickets.acting(standin.world, ticket)
    intent = act.find(ticket.data["object"], ticket.subject)
    return None if intent is None else (ticket, act, intent)


async def challenge(standin: Standin, token: str) -> Response:
    """The issuer asks the shopper; the one page that others may frame."""
    found = _challenged(standin, token)
    if found is None:
        return gone("This authentication page")
    ticket, _, intent = found
    return _issuer(ticket, intent)


async def authenticate(standin: Standin, token: str) -> Response:
    """The shopper has answered, or left; too late is as if they had left.

    What was answered or given up before stays so.
    """
    given, found = await request.form, _challenged(standin, token)
    if found is None:
        return gone("This authentication page")
    ticket, act, intent = found
    passed = given.get("outcome") == "complete" and not tickets.expired(
        standin.world, ticket
    )
    with act.store.transaction():
        if challenges.is_open(intent, token):
            try:
                _FINISH[intent.body["object"]](act, intent, passed=passed)
            # the card's own decline, after a challenge that was passed; it stays
            except ApiError as error:
                if not error.keeps:
                    raise
    standin.courier.ring()
    if ticket.data["return_url"] and not _inside():
        return go(challenges.return_address(ticket.data["return_url"], intent))
    return _issuer(ticket, intent)


def _inside() -> bool:
    """Whether the page stands in the dialog that Stripe.js opens over a shop."""
    return request.args.get("framed") == "1"


def _issuer(ticket: tickets.Ticket, intent: Document) -> Response:
    """The issuer's question, or that it is answered and the way back to the shop."""
    url = ticket.data["return_url"]
    done = not challenges.is_open(intent, ticket.token)
    return show(
        "challenge.html",
        framed=True,
        inside=_inside(),
        intent=intent.body,
        token=ticket.token,
        done=done,
        passed=challenges.went_well(intent),
        back=challenges.return_address(url, intent) if url and done else None,
    )


View = Callable[..., Awaitable[Response]]
PAGES: tuple[tuple[str, str, View], ...] = (
    ("GET", "/hosted/onboarding/<token>", onboarding),
    ("POST", "/hosted/onboarding/<token>", onboard),
    ("GET", "/hosted/express/<token>", express),
    ("POST", "/hosted/express/<token>", look_after),
    ("GET", "/hosted/3ds/<token>", challenge),
    ("POST", "/hosted/3ds/<token>", authenticate),
)
