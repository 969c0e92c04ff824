"""What happens to somebody's second step is written down, and told to them by mail."""

from __future__ import annotations

from shared import clock
from shared.audit.service import record
from shared.ids import new_token
from shared.mail import service as mail
from shared.people.models import Member


async def note(action: str, member: Member, kind: str, *, actor: str = "", **details: str) -> None:
    """Write down what happened to somebody's factors, and tell them by mail."""
    label = f"member:{member.id}"
    await record(action, actor=actor or label, subject=label, vendor_id=member.vendor_id, **details)
    await tell(kind, member, **details)


async def tell(kind: str, member: Member, **words: str) -> None:
    """Mail somebody what happened to their factors."""
    at = f"{clock.now():%d %B %Y, %H:%M} UTC"
    context = {"full_name": member.full_name, "at": at, **words}
    await mail.write(kind, to=member.email, unique_key=f"{kind}:{new_token('n')}", context=context)
