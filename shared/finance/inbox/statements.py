"""The inbox's hot statements, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.core import clock
from shared.finance.inbox.attribution import named_ids, number_in
from shared.finance.inbox.models import WebhookEvent
from shared.infra import unit
from shared.infra.database.batch import SqlStatement, inserts
from shared.infra.database.dialect import dialect
from shared.infra.database.raw_sql import execute, fetch

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


async def count_again(source: str, event_id: str) -> bool:
    """Note that an event was delivered again; False when it is not known yet."""
    return bool(await execute(_AGAIN, clock.now(), source, event_id))


async def store(
    row: WebhookEvent,
    content: Mapping[str, Any],
) -> int | None:
    """Insert an event, and return the order that it is about, as `attribution.find` finds it.

    The row gets its id; None when it is known already. The order is not written: who inserts
    a row that names it would wait for whoever has it locked.
    """
    about = _order_of(content)
    (insert,) = inserts([row], once=True)
    found = await fetch(
        f'{insert.sql} RETURNING "id", ({about.sql}) AS order_id',
        *insert.values,
        *about.values,
    )
    if not found:
        return None
    row.id = found[0]["id"]
    order_id: int | None = found[0]["order_id"]
    return order_id


async def store_done(
    row: WebhookEvent,
    body: str,
    content: Mapping[str, Any],
) -> None:
    """Insert an event that is done with, its body and the order that it is about, or count it
    again.
    """
    about = _order_of(content)
    (insert,) = inserts([row], found={"order_id": about})
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
