"""A withdrawal that names its order, by whoever has no link at hand.

Whether there is such an order is found out later, by a job: who asks is told the same, as quickly.
"""

from __future__ import annotations

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

_EVERYTHING = service.ReturnWish(ReturnKind.WITHDRAWAL, ReturnReason.NONE, "", {})


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
    if order is not None:
        try:
            await service.ask(order_id=order.id, wish=_EVERYTHING, by=GUEST)
        except MarketError:  # nothing is left, or the time is over: a person answers
            pass
        else:
            return
    told = {
        "full_name": full_name,
        "number": number,
        "email": email,
        "asked_at": clock.now(),
    }
    key = new_nonce()
    async with unit.transaction() as tx:
        mail.post(
            tx,
            "withdrawal_received",
            to=email,
            unique_key=f"withdrawal_received:{key}",
            language=language,
            context=told,
        )
        for place, to in enumerate(await operator_emails()):
            mail.post(
                tx,
                "withdrawal_to_match",
                to=to,
                unique_key=f"withdrawal_to_match:{key}:{place}",
                context=told,
            )
