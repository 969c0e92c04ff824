"""Forms that wait while their sender confirms who they are: kept, shown again, taken once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from shared.core import clock
from shared.core.frozen import frozen
from shared.infra import unit
from shared.trade.people.factors.models import KeptForm

KEPT_FOR = timedelta(minutes=30)
MOST = 5  # tabs of one session; the oldest makes room
MAX_TEXT = 32_768  # characters of all values together; no form that is kept is near it


@frozen
class Kept:
    """A form as it was sent: `sent` holds pairs of name and value, without passwords and the form's
    token.
    """

    id: int
    method: str
    action: str
    back: str
    doing: str
    sent: tuple[tuple[str, str], ...]


async def keep(
    *,
    session_id: int,
    method: str,
    action: str,
    back: str,
    doing: str,
    sent: Sequence[tuple[str, str]],
) -> int:
    """Keep a form for its session; its number. What is too large to be kept comes back empty."""
    fits = sum(len(name) + len(value) for name, value in sent) <= MAX_TEXT
    async with unit.transaction():
        await KeptForm.filter(expires_at__lte=clock.now()).delete()
        rows = await KeptForm.filter(session_id=session_id).order_by("-id").only("id")
        too_many = [row.id for row in rows[MOST - 1 :]]
        if too_many:
            await KeptForm.filter(id__in=too_many).delete()
        row = await KeptForm.create(
            session_id=session_id,
            method=method,
            action=action,
            back=back,
            doing=doing,
            fields_sent=[list(pair) for pair in sent] if fits else [],
            expires_at=clock.now() + KEPT_FOR,
        )
    return int(row.id)


async def kept(number: int, *, session_id: int) -> Kept | None:
    """The form of that number, if this session sent it and it is not too old."""
    row = await KeptForm.filter(
        id=number, session_id=session_id, expires_at__gt=clock.now()
    ).first()
    if row is None:
        return None
    sent = tuple((str(name), str(value)) for name, value in row.fields_sent)
    return Kept(
        row.id,
        row.method,
        row.action,
        row.back,
        row.doing,
        sent,
    )


async def take(
    number: int,
    *,
    session_id: int,
    action: str,
) -> bool:
    """Whether a kept form may be sent now: it may once."""
    return bool(
        await KeptForm.filter(
            id=number,
            session_id=session_id,
            action=action,
        ).delete()
    )
