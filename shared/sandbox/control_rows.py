"""What the control page reads: rows of objects and events with few queries, whatever the store
holds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from shared.sandbox import control
from shared.sandbox.objects import render
from shared.sandbox.store import Document, Json, Store
from shared.sandbox.world import Act

PER_PAGE = 25
# The order in which kinds stand in the margin; others follow by name.
_ORDER = (
    "account",
    "person",
    "customer",
    "payment_intent",
    "setup_intent",
    "payment_method",
    "charge",
    "refund",
    "dispute",
    "transfer",
    "transfer_reversal",
    "application_fee",
    "fee_refund",
    "payout",
    "balance_transaction",
)
_ELSEWHERE = ("event", "webhook_endpoint")  # kinds with a page of their own
_PLURALS = {
    "person": "people",
    "capability": "capabilities",
    "balance_settings": "balance settings",
}
_NOTES = (
    "description",
    "email",
    "url",
    "reason",
    "failure_message",
    "reporting_category",
    "last4",
)


@dataclass(frozen=True)
class Kind:
    """One kind of object and how many there are."""

    name: str
    label: str
    count: int


@dataclass(frozen=True)
class Row:
    """One object in a list: what it is, how it stands, how much, and a word about it."""

    id: str
    kind: str
    state: str
    amount: int | None
    currency: str
    note: str
    scope: str
    created: int


@dataclass(frozen=True)
class Sheet:
    """One page of a list, newest first, and where its neighbours begin."""

    rows: list[Any]
    older: int | None
    newer: int | None


@dataclass(frozen=True)
class Place:
    """Where in a list a page begins: below one object, or above one."""

    before: int | None = None
    after: int | None = None


@dataclass(frozen=True)
class Query:
    """Which objects a list shows: a condition on `docs` or `facets`, and one account or all."""

    table: str
    where: str
    args: list[Any]
    account: str | None


START = Place()
Moment = tuple[str, int]  # a platform, and how many changes its store has seen
_counted: WeakKeyDictionary[Store, tuple[Moment, list[Kind]]] = WeakKeyDictionary()


def plural(kind: str) -> str:
    """The name of a kind, in words and in the plural."""
    return _PLURALS.get(kind, f"{kind.replace('_', ' ').replace('.', ' ')}s")


def accounts(act: Act) -> dict[str, str]:
    """The platform's own account and the newest connected ones, each with a name."""
    found = act.store.select(
        "scope = ? AND object = 'account'", [act.home], order="seq DESC", limit=200
    )
    return {
        act.home: "Platform",
        **{doc.id: _name(doc.body) for doc in found},
    }


def _name(account: Json) -> str:
    profile = account.get("business_profile") or {}
    name = profile.get("name") or account.get("email")
    return str(name or account["id"])


def scopes(act: Act) -> tuple[str, list[Any]]:
    """A condition on `scope` that an index answers; conditions on the platform alone read every
    object.
    """
    return (
        "scope IN (SELECT id FROM docs WHERE scope = ? AND object = 'account' UNION SELECT ?)",
        [
            act.home,
            act.home,
        ],
    )


def kinds(act: Act) -> list[Kind]:
    """Every kind of object that there is, with counts, in the order of the margin; counted again
    only after a change.
    """
    now = (act.platform, act.store.db.total_changes)
    known = _counted.get(act.store)
    if known and known[0] == now:
        return known[1]
    where, args = scopes(act)
    sql = f"SELECT object, count(*) FROM docs WHERE {where} GROUP BY object"
    counts = dict(act.store.rows(sql, *args))
    rank = {kind: place for place, kind in enumerate(_ORDER)}
    named = sorted(
        (kind for kind in counts if kind not in _ELSEWHERE),
        key=lambda kind: (rank.get(kind, 99), kind),
    )
    found = [
        Kind(
            kind,
            plural(kind),
            counts[kind],
        )
        for kind in named
    ]
    _counted[act.store] = now, found
    return found


def listed(
    act: Act,
    kind: str,
    *,
    account: str | None = None,
    place: Place = START,
) -> Sheet:
    """Objects of one kind, of one account or of all."""
    return _sheet(
        act,
        Query("docs", "object = ?", [kind], account),
        place,
        lambda doc: row(act, doc),
    )


def events(
    act: Act,
    *,
    type: str = "",
    account: str | None = None,
    place: Place = START,
) -> Sheet:
    """Events with their deliveries; `type` may end in `*`."""
    query = Query("docs", "object = 'event'", [], account)
    start, star, _ = type.partition("*")
    if star:
        where = "object = 'event' AND name = 'type' AND value >= ? AND value < ?"
        query = Query("facets", where, [start, f"{start}\uffff"], account)
    elif type:
        query = Query(
            "facets",
            "object = 'event' AND name = 'type' AND value = ?",
            [type],
            account,
        )
    return _sheet(act, query, place, lambda doc: told(act, doc))


def _sheet(
    act: Act,
    query: Query,
    place: Place,
    make: Callable[[Document], Any],
) -> Sheet:
    """One page of what a query finds.

    Each account's part comes out of an index in order, and only then are objects read.
    """
    if place.after is not None:
        bound, order, limit = "seq > ?", "ASC", place.after
    else:
        bound, order, limit = "seq < ?", "DESC", place.before or 1 << 62
    sql = (
        f"SELECT seq FROM {query.table} WHERE scope = ? AND {query.where} AND {bound} ORDER BY "
        f"seq {order} LIMIT ?"
    )
    found: list[int] = []
    for scope in [query.account] if query.account else _everyone(act):
        rows = act.store.rows(sql, scope, *query.args, limit, PER_PAGE + 1)
        found += [seq for (seq,) in rows]
    found.sort(reverse=order == "DESC")
    more = len(found) > PER_PAGE
    found = sorted(found[:PER_PAGE], reverse=True)
    marks = ",".join("?" * len(found))
    docs = act.store.select(f"seq IN ({marks})", found, order="seq DESC")
    lines = [make(doc) for doc in docs]
    if not found:
        return Sheet(lines, None, None)
    upwards = place.after is not None
    has_older = more or upwards
    has_newer = place.before is not None or (upwards and more)
    older = found[-1] if has_older else None
    newer = found[0] if has_newer else None
    return Sheet(lines, older, newer)


def _everyone(act: Act) -> list[str]:
    sql = "SELECT id FROM docs WHERE scope = ? AND object = 'account'"
    rows = act.store.rows(sql, act.home)
    return [act.home, *(id for (id,) in rows)]


def row(act: Act, doc: Document) -> Row:
    """An object in one line."""
    body = render(act.within(doc.scope), doc)
    amount = body.get("amount")
    notes = [str(body[name]) for name in _NOTES if body.get(name)]
    note = notes[0] if notes else ""
    if body["object"] == "account":
        note = _name(body)
    elif body["object"] == "payment_method" and body.get("card"):
        note = f"{body['card']['brand']} {body['card']['last4']}"
    elif body["object"] == "customer":
        note = str(body.get("name") or body.get("email") or note)
    return Row(
        doc.id,
        body["object"],
        state_of(body),
        amount if isinstance(amount, int) else None,
        str(body.get("currency") or ""),
        note,
        doc.scope,
        body.get("created") or 0,
    )


def state_of(body: Json) -> str:
    """How an object stands, in a word."""
    if body["object"] == "account":
        if body.get("charges_enabled") and body.get("payouts_enabled"):
            return "enabled"
        return "restricted" if body.get("details_submitted") else "incomplete"
    if body["object"] == "charge" and body.get("status") == "succeeded":
        told = (
            ("disputed", "disputed"),
            ("refunded", "refunded"),
            ("amount_refunded", "partially refunded"),
        )
        return next(
            (word for name, word in told if body.get(name)),
            "succeeded" if body.get("captured") else "uncaptured",
        )
    if body["object"] == "transfer" and body.get("amount_reversed"):
        return "reversed" if body.get("reversed") else "partially reversed"
    return str(body.get("status") or "")


def told(act: Act, doc: Document) -> Json:
    """An event with what became of its deliveries."""
    return {**control.event_shown(act, doc), "scope": doc.scope}
