"""The inbox's hot statements, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from shared.core import clock
from shared.core.frozen import frozen
from shared.finance.inbox.attribution import named_ids, number_in
from shared.finance.inbox.models import WebhookEvent
from shared.infra import unit
from shared.infra.database.batch import SqlStatement, inserts
from shared.infra.database.dialect import dialect
from shared.infra.database.known_ids import next_id
from shared.infra.database.raw_sql import Record, execute, fetch

_AGAIN = (
    "UPDATE webhook_events SET duplicates = duplicates + 1, last_duplicate_at = ?"
    " WHERE source = ? AND stripe_event_id = ?"
)

_OR_AGAIN = (
    " ON CONFLICT (source, stripe_event_id) DO UPDATE SET"
    " duplicates = webhook_events.duplicates + 1,"
    " last_duplicate_at = excluded.created_at"
)


_BODY = (
    "INSERT INTO webhook_bodies (created_at, updated_at, event_id, body)"
    " VALUES (?, ?, ?, ?)"
)
_WITH_BODY = (
    "WITH stored AS ({} RETURNING id, duplicates)"
    " INSERT INTO webhook_bodies (created_at, updated_at, event_id, body)"
    " SELECT ?::timestamptz, ?::timestamptz, id, ? FROM stored WHERE duplicates = 0"
)
_NEXT = "SELECT MAX(seq) AS seq FROM sqlite_sequence WHERE name = 'webhook_events'"
_KEPT = "SELECT id FROM orders WHERE id = ? FOR KEY SHARE"
_KNOWN = "SELECT 1 FROM webhook_events WHERE source = ? AND stripe_event_id = ?"


@frozen
class Look:
    """What our rows say of an event that comes for the first time.

    `next_id` is of its row, where ids are known beforehand. `told` is what its handler asked.
    """

    next_id: int | None
    order_id: int | None
    told: Sequence[Record]


async def look(
    row: WebhookEvent,
    content: Mapping[str, Any],
    asks: SqlStatement | None,
) -> Look | None:
    """Look whether an event is known, and what its handler asks besides; None for one that is, and
    is counted then.

    PostgreSQL counts it with the same statement, SQLite with a second one. Where the handler asks
    nothing, the order that the event is about is looked for.
    """
    engine = dialect()
    own = asks or _order_asked(content)
    sql = _look_sql(own.sql, engine)
    found = await fetch(sql, *_looking(row, engine), *own.values)
    first = found[0]
    if first["is_known"]:
        if engine != "postgres":
            await count_again(row.source, row.stripe_event_id)
        return None
    of_orders = _of_orders(found)
    # Of a payment that several orders share, the first one, in whatever turn they are found.
    order_id = min((record["order_id"] for record in of_orders), default=None)
    told = [] if asks is None else of_orders
    return Look(first["next_id"], order_id, told)


def _looking(row: WebhookEvent, engine: str) -> tuple[Any, ...]:
    names = row.source, row.stripe_event_id
    return (clock.now(), *names) if engine == "postgres" else names


@lru_cache(maxsize=64)
def _look_sql(asked: str, engine: str) -> str:
    """One line for each of what is asked, and one where there is nothing of it."""
    own = next_id(WebhookEvent, engine)
    counted, known = "", _KNOWN
    if engine == "postgres":
        counted = f"WITH again AS ({_AGAIN} RETURNING 1) "
        known = "SELECT 1 FROM again"
    return (
        f"{counted}SELECT EXISTS ({known}) AS is_known, {own} AS next_id, asked.*"
        f" FROM (SELECT 1 AS one) one LEFT JOIN ({asked}) asked ON TRUE"
    )


def _of_orders(found: Sequence[Record]) -> list[Record]:
    return [record for record in found if record["order_id"] is not None]


async def next_id_of(look: Look) -> int | None:
    """Return the id of the event's row, where it is inserted with the rest.

    SQLite is asked inside the transaction, where nobody else writes; but only for what is about
    payments: what writes at once on its way has the event written with that, and then it costs one
    statement more instead of one less.
    """
    if look.next_id is not None or not look.told:
        return look.next_id
    (found,) = await fetch(_NEXT)
    return int(found["seq"] or 0) + 1


async def told(asks: SqlStatement | None) -> Sequence[Record]:
    """Ask what a handler asks, by itself."""
    return [] if asks is None else await fetch(asks.sql, *asks.values)


async def count_again(source: str, event_id: str) -> bool:
    """Note that an event was delivered again; False when it is not known yet."""
    return bool(await execute(_AGAIN, clock.now(), source, event_id))


async def keep_order(order_id: int | None) -> None:
    """Wait for whoever has an order locked, before an event is locked that will name it.

    PostgreSQL waits for them when the event is written, and they may be about to insert the same
    event, which came twice.
    """
    if order_id is not None and dialect() == "postgres":
        await fetch(_KEPT, order_id)


async def store_done(
    row: WebhookEvent,
    body: str,
    content: Mapping[str, Any],
) -> None:
    """Insert an event that is done with, its body and the order that it is about, which is looked
    for where it is not known; or count it again.
    """
    (insert,) = inserts([row], found=_order_in(row, content))
    event = insert.sql + _OR_AGAIN
    now = clock.now()
    if dialect() == "postgres":
        sql = _WITH_BODY.format(event)
        await execute(sql, *insert.values, now, now, body)
        return
    async with unit.transaction():
        (stored,) = await fetch(f"{event} RETURNING id, duplicates", *insert.values)
        if not stored["duplicates"]:
            await execute(_BODY, now, now, stored["id"], body)


def _order_in(
    row: WebhookEvent,
    content: Mapping[str, Any],
) -> Mapping[str, SqlStatement]:
    """What is looked up while an event is inserted: its order, or that this is kept."""
    if not row.order_id:
        return {"order_id": _order_of(content)}
    if dialect() != "postgres":
        return {}
    return {"order_id": SqlStatement(_KEPT, [row.order_id])}


def _order_asked(content: Mapping[str, Any]) -> SqlStatement:
    about = _order_of(content)
    return SqlStatement(f"SELECT ({about.sql}) AS order_id", about.values)


def _order_of(content: Mapping[str, Any]) -> SqlStatement:
    """What finds the order that an event is about: `attribution.find` as one expression."""
    subject = content["data"]["object"]
    ids = named_ids(subject) or ("",)
    marks = ", ".join("?" * len(ids))
    ranks = " ".join(f"WHEN ? THEN {rank}" for rank in range(len(ids)))
    vendors = "SELECT 1 FROM vendor_payment_configs WHERE stripe_account_id = ?"
    remembered = (
        f"SELECT r.order_id FROM stripe_references r WHERE r.stripe_id IN ({marks})"
        f" AND r.order_id IS NOT NULL ORDER BY CASE r.stripe_id {ranks} END LIMIT 1"
    )
    paid = (
        f"SELECT p.order_id FROM payments p WHERE p.stripe_payment_intent_id IN ({marks})"
        f" OR p.stripe_charge_id IN ({marks}) ORDER BY p.id LIMIT 1"
    )
    numbered = "SELECT o.id FROM orders o WHERE o.number = ?"
    sql = (
        f"CASE WHEN EXISTS ({vendors}) THEN NULL"
        f" ELSE COALESCE(({remembered}), ({paid}), ({numbered})) END"
    )
    account = content.get("account")
    values = (
        account if isinstance(account, str) else None,
        *ids * 4,
        number_in(subject),
    )
    return SqlStatement(sql, values)
