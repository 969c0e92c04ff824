"""Which order a page below a signed link is about, and who acts there."""

from __future__ import annotations

from shared.entrypoints.web.identity import customer
from shared.entrypoints.web.order_links import token_of
from shared.trade.orders.errors import OrderNotFound
from shared.trade.orders.queries import OrderView, checkout_by_token
from shared.trade.orders.rules import GUEST


async def order_in(token: str, number: str) -> OrderView:
    """The order of this number in the purchase that the link opens. Raises NotFound."""
    found = await checkout_by_token(await token_of(token))
    for order in found.orders:
        if order.number == number:
            return order
    raise OrderNotFound


def shopper_label() -> str:
    """How the audit trail names them; a guest is the order's shopper."""
    who = customer()
    return who.label if who is not None else GUEST
