"""The control API under `/_control/`: look inside, move the clock, break things on purpose
(docs/stand-in.md).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from quart import Blueprint, Response, request

from shared.sandbox import (
    audit,
    control_cards,
    control_exposure,
    control_money,
    control_reserves,
)
from shared.sandbox.control_base import (
    Call,
    Refused,
    View,
    acting,
    is_number,
    read_body,
)
from shared.sandbox.events import address
from shared.sandbox.faults import BadRule
from shared.sandbox.resources import connected, onboarding
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act

if TYPE_CHECKING:
    from shared.sandbox.app import Standin

__all__ = ["CALLS", "Refused", "acting", "blueprint", "same_origin"]

FURTHEST = 10 * 366 * 86400  # seconds that the clock moves at once
_ACCOUNT_FIELDS = {"complete", "deauthorize", *onboarding.FORCED}


def same_origin() -> bool:
    """Browsers on other sites may not control the stand-in; programs that are no browsers may."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def blueprint(standin: Standin) -> Blueprint:
    """All control calls; each answers JSON, an error as a sentence."""
    control = Blueprint("control", __name__, url_prefix="/_control")
    control.before_request(_guard)
    control.register_error_handler(Refused, _refused)
    for method, path, view in CALLS:
        control.add_url_rule(
            path,
            endpoint=f"{method} {path}".replace(".", "_"),
            view_func=_answering(standin, view),
            methods=[method],
        )
    control.add_url_rule(
        "/<path:rest>",
        endpoint="unknown",
        view_func=_unknown,
        methods=["GET", "POST", "PUT", "DELETE"],
    )
    return control


async def _guard() -> Response | None:
    if same_origin():
        return None
    sentence = "The control API answers its own pages and programs only."
    return _answer({"error": sentence}, 403)


async def _refused(error: Refused) -> Response:
    return _answer({"error": str(error)}, error.status)


async def _unknown(rest: str) -> Response:
    sentence = f"The control API has no {request.method} {request.path}."
    return _answer({"error": sentence}, 404)


def _answering(standin: Standin, view: View) -> Callable[..., Awaitable[Response]]:
    async def answering(**ids: str) -> Response:
        return _answer(await view(standin, **ids))

    return answering


def _answer(body: Any, status: int = 200) -> Response:
    return Response(
        json.dumps(body),
        status,
        {"Content-Type": "application/json", "Cache-Control": "no-store"},
    )


async def state(standin: Standin) -> Json:
    """The clock, the endpoints with their secrets, how much there is, and the faults in force."""
    act = acting(standin)
    found = act.store.select(
        "platform = ? AND object = 'webhook_endpoint'", [act.platform]
    )
    return {
        "clock": act.now,
        "webhook_endpoints": [endpoint_shown(doc) for doc in found],
        "counts": act.store.counts(act.platform),
        "faults": standin.faults.shown(),
    }


def endpoint_shown(doc: Document) -> Json:
    """An endpoint with its newest secret."""
    return {
        "id": doc.id,
        "url": doc.body["url"],
        "secret": doc.hidden["secrets"][-1]["secret"],
        "connect": doc.hidden["connect"],
        "enabled_events": doc.body["enabled_events"],
        "status": doc.body["status"],
    }


async def reset(standin: Standin) -> Json:
    """Empty everything, faults too; configured endpoints are there again."""
    await standin.reset()
    return await state(standin)


async def advance(standin: Standin) -> Json:
    """Move the clock ahead; what falls due happens before the answer."""
    seconds = (await read_body()).get("seconds")
    if not is_number(seconds) or not 0 <= seconds <= FURTHEST:
        raise Refused(
            400, "`seconds` must be a number, not negative, and at most ten years."
        )
    await standin.courier.advance(seconds)
    return {"clock": standin.world.clock.seconds()}


async def events(standin: Standin) -> list[Json]:
    """The event log, oldest first, with every delivery attempt."""
    act = acting(standin)
    after = 0
    if (cursor := request.args.get("after")) is not None:
        found = act.store.find(act.platform, cursor, object="event")
        if found is None:
            raise Refused(404, f"There is no event {cursor}.")
        after = found.seq
    return [
        event_shown(act, doc)
        for doc in act.store.select(
            "platform = ? AND object = 'event' AND seq > ?", [act.platform, after]
        )
    ]


def event_shown(act: Act, doc: Document) -> Json:
    """An event with its deliveries so far."""
    fields = ("url", "status", "at", "error", "fault")
    sql = f"SELECT {', '.join(fields)} FROM attempts WHERE event = ? ORDER BY id"
    rows = act.store.rows(sql, doc.id)
    tries = [dict(zip(fields, row, strict=True)) for row in rows]
    sql = "SELECT count(*) FROM deliveries WHERE event = ? AND state = 'due'"
    due = act.store.value(sql, doc.id)
    return {**doc.body, "deliveries": tries, "pending_webhooks": due}


async def resend(standin: Standin, id: str) -> Json:
    """Deliver an event again to every endpoint that listens to it, and wait for the answers."""
    act = acting(standin)
    doc = act.store.find(act.platform, id, object="event")
    if doc is None:
        raise Refused(404, f"There is no event {id}.")
    with act.store.transaction():
        address(act, doc.body, again=True)
    standin.courier.step()
    await standin.courier.settle()
    return event_shown(act, doc)


async def put_faults(standin: Standin) -> list[Json]:
    """Replace all fault rules; `times` absent means always."""
    rules = (await read_body()).get("rules")
    if not isinstance(rules, list):
        raise Refused(400, "`rules` must be a list.")
    try:
        standin.faults.replace(rules)
    except BadRule as error:
        raise Refused(400, f"Bad rule: {error}.") from None
    return standin.faults.shown()


async def get_faults(standin: Standin) -> list[Json]:
    """The rules in force with their hits."""
    return standin.faults.shown()


async def change_account(standin: Standin, id: str) -> Json:
    """Finish an account's onboarding, or set its requirements and flags; `account.updated` tells
    about it.
    """
    given, act = await read_body(), acting(standin)
    if unknown := set(given) - _ACCOUNT_FIELDS:
        raise Refused(400, f"An account has no {', '.join(sorted(unknown))} here.")
    doc = act.store.find(
        act.platform,
        id,
        scope=act.home,
        object="account",
    )
    if doc is None:
        raise Refused(404, f"There is no account {id}.")
    forced = {key: given[key] for key in given if key in onboarding.FORCED}
    with act.store.transaction():
        if given.get("complete"):
            onboarding.complete(act, doc)
        if forced and (wrong := onboarding.force(act, doc, forced)):
            raise Refused(400, wrong)
        if given.get("deauthorize"):
            connected.part(act, doc)
    standin.courier.ring()
    return doc.body


async def roll(standin: Standin, id: str) -> Json:
    """A new secret for an endpoint; until the old one expires both sign (stripe-facts 15.6)."""
    expires_in = (await read_body()).get("expires_in", 0)
    if not is_number(expires_in) or not 0 <= expires_in <= 86400:
        raise Refused(400, "`expires_in` must be between 0 and 86400 seconds.")
    act = acting(standin)
    doc = act.store.find(act.platform, id, object="webhook_endpoint")
    if doc is None:
        raise Refused(404, f"There is no webhook endpoint {id}.")
    now, secret = standin.world.clock.now(), f"whsec_{standin.world.token(32)}"
    latest = now + expires_in
    kept = [
        {**entry, "expires": min(entry["expires"] or latest, latest)}
        for entry in doc.hidden["secrets"]
    ]
    doc.hidden["secrets"] = [
        *(entry for entry in kept if entry["expires"] > now),
        {"secret": secret, "expires": None},
    ]
    act.store.save(doc)
    return {"secret": secret}


async def requests_log(standin: Standin) -> list[Json]:
    """Requests that the API received, oldest first, of the last 5,000."""
    after = request.args.get("after", "0")
    if not after.isdecimal() or len(after) > 15:
        raise Refused(400, "`after` must be a number.")
    last = int(after)
    return [entry for entry in standin.engine.log if entry["n"] > last]


async def idle(standin: Standin) -> Json:
    """Wait, ten seconds at most, until nothing more falls due within the next two; for tests that
    watch deliveries.
    """
    for _ in range(2000):
        due = standin.courier.next_due()
        if due is None or due > standin.world.clock.now() + 2:
            break
        await asyncio.sleep(0.005)
    return {"clock": standin.world.clock.seconds()}


async def check_books(standin: Standin) -> Json:
    """Whether every cent is accounted for on this platform; what is wrong otherwise."""
    act = acting(standin)
    return {"problems": audit.problems(act.store, act.platform)}


CALLS: tuple[Call, ...] = (
    ("GET", "/state", state),
    ("POST", "/reset", reset),
    ("POST", "/clock/advance", advance),
    ("GET", "/events", events),
    ("POST", "/events/<id>/resend", resend),
    ("GET", "/faults", get_faults),
    ("PUT", "/faults", put_faults),
    ("POST", "/accounts/<id>", change_account),
    ("POST", "/webhook_endpoints/<id>/roll", roll),
    ("GET", "/audit", check_books),
    ("GET", "/requests", requests_log),
    ("POST", "/idle", idle),
    *control_money.CALLS,
    *control_exposure.CALLS,
    *control_reserves.CALLS,
    *control_cards.CALLS,
)
