"""A withdrawal that names its order, by whoever has no link at hand.

Whether there is such an order is found out later, by a job: who asks is told the same, as quickly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.core import clock
from shared.core.errors import MarketError
from shared.core.ids import new_nonce, typed_number
from shared.infra import unit
from shared.infra.jobs import Context, job
from shared.infra.mail import service as mail
from shared.trade.orders.models import Order
from shared.trade.orders.rules import GUEST
from shared.trade.people.queries import operator_emails
from shared.trade.returns import service
from shared.trade.returns.rules import ReturnKind, ReturnReason

_EVERYTHING = service.WantedReturn(ReturnKind.WITHDRAWAL, ReturnReason.NONE, "", {})


@job("returns.declared")
async def declared(
    _context: Context,
    full_name: str,
    number: str,
    email: str,
    language: str,
) -> None:
    """Withdraw from the order of this number, if it is that of this address.

    Else a person looks for it: the receipt is sent all the same, and says nothing else.
    """
    order = await Order.get_or_none(
        number=typed_number(number), checkout__email=email.lower()
    )
    if order is not None and await _is_taken_in(order):
        return
    told = {
        "full_name": full_name,
        "number": number,
        "email": email,
        "asked_at": clock.now(),
    }
    await _hand_to_a_person(told, to=email, language=language)


async def _is_taken_in(order: Order) -> bool:
    """False where nothing is left, or the time is over: a person answers then."""
    try:
        await service.ask(
            order_id=order.id,
            wanted=_EVERYTHING,
            by=GUEST,
        )
    except MarketError:
        return False
    return True


async def _hand_to_a_person(
    told: Mapping[str, Any],
    *,
    to: str,
    language: str,
) -> None:
    key = new_nonce()
    async with unit.transaction() as tx:
        mail.post(
            tx,
            "withdrawal_received",
            to=to,
            unique_key=f"withdrawal_received:{key}",
            language=language,
            context=told,
        )
        for place, operator in enumerate(await operator_emails()):
            mail.post(
                tx,
                "withdrawal_to_match",
                to=operator,
                unique_key=f"withdrawal_to_match:{key}:{place}",
                context=told,
            )
