"""What happens to somebody's second step is written down, and told to them by mail."""

from __future__ import annotations

from typing import Any

from shared.core import clock
from shared.core.ids import new_token
from shared.infra.mail import service as mail
from shared.infra.unit import Transaction
from shared.trade.people.models import Member


async def note(
    tx: Transaction,
    action: str,
    member: Member,
    kind: str,
    *,
    actor: str = "",
    **details: str,
) -> None:
    """Write down what happened to somebody's factors, and tell them by mail."""
    label = f"member:{member.id}"
    tx.record(
        action,
        actor=actor or label,
        subject=label,
        vendor_id=member.vendor_id,
        **details,
    )
    await tell(tx, kind, member, **details)


async def tell(
    tx: Transaction,
    kind: str,
    member: Member,
    **words: Any,
) -> None:
    """Mail somebody what happened to their factors."""
    context = {"full_name": member.full_name, "at": clock.now(), **words}
    mail.post(
        tx,
        kind,
        to=member.email,
        unique_key=f"{kind}:{new_token('n')}",
        context=context,
    )
