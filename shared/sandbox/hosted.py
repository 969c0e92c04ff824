"""The pages that Stripe would host: onboarding, the express dashboard, the 3DS challenge, and the control page.

Plain HTML forms that work without JavaScript.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quart import Blueprint, Response, request

from shared.sandbox import control
from shared.sandbox.errors import ApiError
from shared.sandbox.paper import go, gone, show
from shared.sandbox.resources import ledgers, paying, requirements, tickets
from shared.sandbox.store import Document
from shared.sandbox.world import Act, home_of, snapshot

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from shared.sandbox.app import Standin

_KINDS = ("account", "payment_intent", "charge", "transfer", "application_fee", "customer")
_FORM_LIFETIME = 3600


def blueprint(standin: Standin) -> Blueprint:
    """All hosted pages."""
    pages = Blueprint("hosted", __name__)

    def route(method: str, path: str, view: Callable[..., Awaitable[Response]]) -> None:
        async def wrapped(**ids: str) -> Response:
            if method == "POST" and not control.same_origin():
                return show("gone.html", status=403, what="This form, sent from another site,")
            return await view(standin, **ids)

        pages.add_url_rule(path, endpoint=view.__name__, view_func=wrapped, methods=[method])

    for method, path, view in PAGES:
        route(method, path, view)

    @pages.app_errorhandler(404)
    async def not_found(_: Exception) -> Response:
        return gone(f"The address {request.path}")

    return pages


def _acting(standin: Standin, ticket: tickets.Ticket) -> Act:
    return Act(standin.world, ticket.platform, ticket.data.get("scope") or home_of(ticket.platform))


def _expired(standin: Standin, ticket: tickets.Ticket) -> bool:
    return ticket.expires <= standin.world.clock.seconds()


async def onboarding(standin: Standin, token: str) -> Response:
    """The form behind an account link; to open it uses the link up (stripe.md section 10)."""
    ticket = tickets.find(standin.world.store, "onboarding", token)
    if ticket is None:
        return gone("This onboarding link")
    if ticket.used or _expired(standin, ticket):
        return go(ticket.data["refresh_url"])
    act = _acting(standin, ticket)
    doc = act.get("account", ticket.subject)
    with act.store.transaction():
        tickets.use(act.store, token)
        form, _ = tickets.issue(act, "form", doc.id, _FORM_LIFETIME, ticket.data)
    missing, profile = requirements.outstanding(doc), doc.body["business_profile"]
    return show("onboarding.html", account=doc.body, form=form, missing=missing, profile=profile)


async def onboard(standin: Standin, token: str) -> Response:
    """The form is sent: finished, or to be finished later."""
    ticket = tickets.find(standin.world.store, "form", token)
    if ticket is None:
        return gone("This form")
    if _expired(standin, ticket):
        return go(ticket.data["refresh_url"])
    act, given = _acting(standin, ticket), (await request.form).to_dict()
    with act.store.transaction():
        doc = act.get("account", ticket.subject)
        _fill_in(act, doc, given)
        if given.get("action") == "complete" and not ticket.used:
            requirements.complete(act, doc)
            tickets.use(act.store, token)
    standin.courier.ring()
    return go(ticket.data["return_url"])


async def express(standin: Standin, token: str) -> Response:
    """A seller's own dashboard: the balance and what moved it."""
    ticket = tickets.find(standin.world.store, "express", token)
    if ticket is None or _expired(standin, ticket):
        return gone("This dashboard link")
    act = _acting(standin, ticket)
    doc = act.get("account", ticket.subject)
    rows = act.store.select("scope = ? AND object = 'balance_transaction'", [doc.id], order="seq DESC", limit=10)
    balance, profile = ledgers.balance(act.within(doc.id), {}, {}), doc.body["business_profile"]
    return show("express.html", account=doc.body, balance=balance, rows=[row.body for row in rows], profile=profile)


async def challenge(standin: Standin, token: str) -> Response:
    """The issuer asks the shopper; the one page that others may frame."""
    ticket = tickets.find(standin.world.store, "3ds", token)
    if ticket is None:
        return gone("This authentication page")
    intent = _acting(standin, ticket).get("payment_intent", ticket.subject)
    done = ticket.used or not paying.is_challenged(intent, token)
    return show("challenge.html", framed=True, intent=intent.body, token=token, done=done)


async def authenticate(standin: Standin, token: str) -> Response:
    """The shopper has answered, or left."""
    ticket = tickets.find(standin.world.store, "3ds", token)
    if ticket is None:
        return gone("This authentication page")
    act, given = _acting(standin, ticket), await request.form
    with act.store.transaction():
        intent = act.get("payment_intent", ticket.subject)
        if not ticket.used and paying.is_challenged(intent, token):
            tickets.use(act.store, token)
            try:
                paying.finish_challenge(act, intent, passed=given.get("outcome") == "complete")
            except ApiError as error:  # the card's own decline, after a challenge that was passed; it stays
                if not error.keeps:
                    raise
    standin.courier.ring()
    if ticket.data.get("return_url") and request.args.get("framed") != "1":
        return go(paying.return_address(ticket.data["return_url"], intent))
    return show("challenge.html", framed=True, intent=intent.body, token=token, done=True)


async def index(standin: Standin) -> Response:
    """The control page: what there is, what happened, who was told."""
    platform = standin.own_platform
    act = Act(standin.world, platform, home_of(platform))
    store, mine = act.store, "platform = ? AND object = ?"
    found = {
        kind: [
            doc.body
            for doc in store.select(f"{mine} AND scope = ?", [platform, kind, act.home], order="seq DESC", limit=8)
        ]
        for kind in _KINDS
    }
    events = store.select(mine, [platform, "event"], order="seq DESC", limit=30)
    return show(
        "index.html",
        clock=act.now,
        counts=store.counts(platform),
        found=found,
        key=standin.world.config.secret_key,
        events=[control.event_shown(act, doc) for doc in events],
        faults=standin.faults.shown(),
        endpoints=[control.endpoint_shown(doc) for doc in store.select(mine, [platform, "webhook_endpoint"])],
    )


async def press(standin: Standin) -> Response:
    """A button of the control page."""
    given = await request.form
    action, seconds = given.get("action"), given.get("seconds", "")
    if action == "reset":
        await standin.reset()
    elif action == "advance" and seconds.isdecimal() and len(seconds) < 10:
        await standin.courier.advance(int(seconds))
    elif action == "resend" and standin.world.store.find(standin.own_platform, given.get("event", ""), object="event"):
        await control.resend(standin, given["event"])
    return go("/")


PAGES: tuple[tuple[str, str, Callable[..., Awaitable[Response]]], ...] = (
    ("GET", "/hosted/onboarding/<token>", onboarding),
    ("POST", "/hosted/onboarding/<token>", onboard),
    ("GET", "/hosted/express/<token>", express),
    ("GET", "/hosted/3ds/<token>", challenge),
    ("POST", "/hosted/3ds/<token>", authenticate),
    ("GET", "/", index),
    ("POST", "/", press),
)


def _fill_in(act: Act, doc: Document, given: dict[str, str]) -> None:
    """Keep what the form says, finished or not."""
    before = snapshot(doc)
    profile = doc.body["business_profile"]
    for name in ("name", "url", "product_description"):
        if given.get(name):
            profile[name] = given[name][:200]
    if given.get("business_type") in ("company", "individual"):
        doc.body["business_type"] = given["business_type"]
    told = {field for field in ("business_profile.url", "business_type") if given.get(field.rpartition(".")[2])}
    doc.hidden["told"] = sorted({*doc.hidden["told"], *told})
    requirements.settle(act, doc, before)
