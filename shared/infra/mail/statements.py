"""Hot statements of the outbox, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from functools import cache

from shared.core import clock
from shared.infra.database.raw_sql import columns, execute, fetch, row_of
from shared.infra.mail.models import Email


@cache
def _waiting() -> str:
    return (
        f"SELECT {columns(Email, 'm')}, k.token AS order_token FROM emails m"
        " LEFT JOIN orders o ON o.id = m.order_id"
        ' LEFT JOIN checkouts k ON k.id = o.checkout_id AND k.email = m."to"'
        " WHERE m.unique_key = ? AND m.status = 'waiting'"
    )


async def waiting(unique_key: str) -> tuple[Email, str | None] | None:
    """Read a mail that waits to be sent, and the token of the purchase that it is about; that is
    None where the mail is not to its shopper. Asked by relation.
    """
    found = await fetch(_waiting(), unique_key)
    if not found:
        return None
    return row_of(Email, "m", found[0]), found[0]["order_token"]


# Nothing is told of it, so it needs no transaction around it.
_SENT = (
    "UPDATE emails SET status = 'sent', sent_at = ?, updated_at = ?"
    " WHERE id = ? AND status = 'waiting'"
)


async def note_sent(mail_id: int) -> None:
    """Note that a mail which waited has gone out."""
    now = clock.now()
    await execute(_SENT, now, now, mail_id)
