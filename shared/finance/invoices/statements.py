"""Which orders lack a document, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from datetime import datetime

from shared.infra.database.raw_sql import fetch

_UNINVOICED = (
    "SELECT o.id FROM orders o WHERE o.paid_at > ? AND NOT EXISTS (SELECT 1"
    " FROM sales_documents d WHERE d.order_id = o.id) ORDER BY o.paid_at LIMIT ?"
)
_UNCREDITED = (
    "SELECT r.order_id AS id FROM refunds r WHERE r.succeeded_at > ? AND NOT EXISTS"
    " (SELECT 1 FROM sales_documents d WHERE d.order_id = r.order_id"
    " AND d.refund_id = r.id) ORDER BY r.succeeded_at LIMIT ?"
)
# A stretch of orders by their ids, whatever they are: so much is read and no more.
_BEHIND = (
    "SELECT o.id, o.paid_at IS NOT NULL AND (NOT EXISTS (SELECT 1"
    " FROM sales_documents d WHERE d.order_id = o.id)"
    " OR EXISTS (SELECT 1 FROM refunds r WHERE r.order_id = o.id"
    " AND r.succeeded_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM sales_documents d"
    " WHERE d.order_id = o.id AND d.refund_id = r.id))) AS lacks"
    " FROM orders o WHERE o.id > ? ORDER BY o.id LIMIT ?"
)


async def lacking_behind(
    order_id: int, most: int
) -> tuple[tuple[int, ...], int | None]:
    """Of so many orders behind this one those that lack a document, and the last that was looked
    at; None where there is none behind it.
    """
    rows = await fetch(
        _BEHIND,
        order_id,
        most,
    )
    last = int(rows[-1]["id"]) if rows else None
    return tuple(int(row["id"]) for row in rows if row["lacks"]), last


async def lacking(
    since: datetime,
    most: int,
) -> tuple[int, ...]:
    """Orders that were paid, or of which something was refunded, since then."""
    found = await fetch(
        _UNINVOICED,
        since,
        most,
    )
    more = await fetch(
        _UNCREDITED,
        since,
        most,
    )
    ids = [int(row["id"]) for row in (*found, *more)]
    return tuple(dict.fromkeys(ids))
