"""Which language a shopper with an account wants to be written to."""

from __future__ import annotations

from shared.core import clock
from shared.trade.people.models import Customer


async def chosen_by(customer_id: int) -> str:
    """What the account holds; empty where nobody has said."""
    return str(await Customer.get(id=customer_id).values_list("language", flat=True))


async def remember(customer_id: int, language: str) -> None:
    """Keep the choice with the account: mails and other browsers follow it."""
    await Customer.filter(id=customer_id).update(
        language=language,
        updated_at=clock.now(),
    )
