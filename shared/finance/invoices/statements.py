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


async def lacking(since: datetime, most: int) -> tuple[int, ...]:
    """Orders that were paid, or of which something was refunded, since then."""
    found = await fetch(_UNINVOICED, since, most)
    more = await fetch(_UNCREDITED, since, most)
    ids = [int(row["id"]) for row in (*found, *more)]
    return tuple(dict.fromkeys(ids))
