"""The control page at `/`: what the stand-in holds, what happened, who was told, with buttons to
move time and break things.

Every part is a plain page with plain forms; control.js only keeps the tables fresh.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quart import Blueprint, Response, request

from shared.sandbox import control, control_press, control_references, control_rows
from shared.sandbox.faults import API_EFFECTS, EVENT_EFFECTS
from shared.sandbox.objects import render
from shared.sandbox.paper import gone, show
from shared.sandbox.resources import appeals
from shared.sandbox.resources import balance as balances
from shared.sandbox.world import Act, home_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from shared.sandbox.app import Standin

    View = Callable[..., Awaitable[Response]]


def blueprint(standin: Standin) -> Blueprint:
    """The control page and what lies below it."""
    pages = Blueprint("control_page", __name__)

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
            return await view(standin, _act(standin), **ids)

        pages.add_url_rule(
            path,
            endpoint=view.__name__,
            view_func=wrapped,
            methods=[method],
        )

    for path, view in PAGES:
        route("GET", path, view)
    route("POST", "/control/<action>", control_press.press)
    return pages


def platforms(standin: Standin) -> list[str]:
    """Every platform that has made something, the marketplace's own first."""
    # Jumps from one platform to the next in the index, instead of reading every object.
    sql = (
        "WITH RECURSIVE found(name) AS (SELECT min(platform) FROM docs UNION ALL SELECT (SELECT "
        "min(platform) FROM docs "
        "WHERE platform > found.name) FROM found WHERE found.name IS NOT NULL) SELECT name FROM "
        "found WHERE name IS NOT NULL LIMIT 100"
    )
    names = {name for (name,) in standin.world.store.rows(sql)}
    return [standin.own_platform, *sorted(names - {standin.own_platform})]


def _act(standin: Standin) -> Act:
    """The platform that is looked at: the one chosen on the page, or the marketplace's own."""
    chosen = request.cookies.get(control_press.PLATFORM_COOKIE, "")
    platform = chosen if chosen in platforms(standin) else standin.own_platform
    return Act(standin.world, platform, home_of(platform))


def _page(
    standin: Standin,
    act: Act,
    template: str,
    here: str,
    **values: Any,
) -> Response:
    kinds = control_rows.kinds(act)
    own = act.platform == standin.own_platform
    return show(
        template,
        live=True,
        here=here,
        address=request.full_path.rstrip("?"),
        done=control_press.SAID.get(
            request.args.get("done", ""),
            "",
        ),
        clock=act.now,
        moved=act.world.clock.offset,
        kinds=kinds,
        platform=act.platform,
        key=standin.world.config.secret_key if own else f"sk_test_{act.platform}",
        platforms=platforms(standin),
        fault_count=len(standin.faults.rules),
        objects=sum(kind.count for kind in kinds),
        home=act.home,
        names=control_rows.accounts(act),
        **values,
    )


def _cursor(name: str) -> int | None:
    given = request.args.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 16 else None


def _place() -> control_rows.Place:
    return control_rows.Place(_cursor("before"), _cursor("after"))


def _account(act: Act) -> str | None:
    """The account that a list is narrowed to."""
    given = request.args.get("account", "")
    return given if given in control_rows.accounts(act) else None


async def index(standin: Standin, act: Act) -> Response:
    """The balance, the newest events and payments, and what falls due next."""
    due = act.store.rows(
        "SELECT due, task, subject FROM agenda WHERE platform = ? ORDER BY due, id LIMIT 6",
        act.platform,
    )
    return _page(
        standin,
        act,
        "index.html",
        "overview",
        money=_money(act),
        sheet=control_rows.events(act),
        payments=control_rows.listed(act, "payment_intent").rows[:8],
        due=due,
    )


def _money(act: Act) -> list[dict[str, Any]]:
    balance = balances.retrieve(act, {}, {})
    found: dict[str, dict[str, Any]] = {}
    for name in ("available", "pending"):
        for line in balance[name]:
            held = found.setdefault(
                line["currency"],
                {
                    "currency": line["currency"],
                    "available": 0,
                    "pending": 0,
                },
            )
            held[name] += line["amount"]
    return list(found.values())


async def objects(standin: Standin, act: Act, kind: str) -> Response:
    """One kind of object, newest first."""
    account = _account(act)
    sheet = control_rows.listed(act, kind, account=account, place=_place())
    return _page(
        standin,
        act,
        "control_objects.html",
        f"objects/{kind}",
        kind=kind,
        label=control_rows.plural(kind),
        sheet=sheet,
        account=account,
    )


async def one(standin: Standin, act: Act, id: str) -> Response:
    """One object: its JSON, what it is tied to, its events, and what can be done to it."""
    doc = act.store.find(act.platform, id)
    if doc is None:
        return gone(f"The object {id}")
    body, kind = render(act.within(doc.scope), doc), doc.body["object"]
    deliveries = control.event_shown(act, doc) if kind == "event" else None
    return _page(
        standin,
        act,
        "control_object.html",
        "events" if kind == "event" else f"objects/{kind}",
        doc=doc,
        row=control_rows.row(act, doc),
        label=control_rows.plural(kind),
        kind=kind,
        json=control_references.pretty(act, body),
        body=body,
        related=control_references.related(act, doc),
        events=control_references.about(act, id) if kind != "event" else [],
        appealable=kind == "dispute" and appeals.may_be_offered(doc),
        deliveries=deliveries,
        reasons=control_press.REASONS,
        failures=control_press.FAILURES,
        closed=control_press.CLOSED,
    )


async def events(standin: Standin, act: Act) -> Response:
    """The event log."""
    account = _account(act)
    type = request.args.get("type", "").strip()[:80]
    sheet = control_rows.events(
        act,
        type=type,
        account=account,
        place=_place(),
    )
    return _page(
        standin,
        act,
        "control_events.html",
        "events",
        sheet=sheet,
        account=account,
        type=type,
    )


async def requests(standin: Standin, act: Act) -> Response:
    """The newest requests that the API received, of any platform."""
    return _page(
        standin,
        act,
        "control_requests.html",
        "requests",
        requests=list(reversed(standin.engine.log))[:100],
    )


async def webhooks(standin: Standin, act: Act) -> Response:
    """The endpoints that listen, and the newest attempts to reach them."""
    found = act.store.select("scope = ? AND object = 'webhook_endpoint'", [act.home])
    endpoints = [
        {
            **control.endpoint_shown(doc),
            "secrets": len(doc.hidden["secrets"]),
            "attempts": _attempts(act, doc.id),
        }
        for doc in found
    ]
    return _page(standin, act, "control_webhooks.html", "webhooks", endpoints=endpoints)


def _attempts(
    act: Act,
    endpoint: str,
) -> list[dict[str, Any]]:
    sql = (
        "SELECT event, status, at, error, fault FROM (SELECT * FROM attempts ORDER BY id DESC "
        "LIMIT 2000) "
        "WHERE endpoint = ? ORDER BY id DESC LIMIT 8"
    )
    fields = ("event", "status", "at", "error", "fault")
    rows = act.store.rows(sql, endpoint)
    return [dict(zip(fields, row, strict=True)) for row in rows]


async def faults(standin: Standin, act: Act) -> Response:
    """The rules in force, and a form for one more."""
    return _page(
        standin,
        act,
        "control_faults.html",
        "faults",
        rules=standin.faults.shown(),
        api_effects=API_EFFECTS,
        event_effects=EVENT_EFFECTS,
    )


PAGES: tuple[tuple[str, View], ...] = (
    ("/", index),
    ("/control/objects/<kind>", objects),
    ("/control/object/<id>", one),
    ("/control/events", events),
    ("/control/requests", requests),
    ("/control/webhooks", webhooks),
    ("/control/faults", faults),
)
