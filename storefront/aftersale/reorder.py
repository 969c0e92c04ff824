"""The things of orders once more, as far as they are on sale."""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.errors import MarketError
from shared.core.frozen import frozen
from shared.trade.baskets import service as baskets
from shared.trade.orders.queries import OrderView


@frozen
class OrderedAgain:
    """What went into the basket, and what did not, by name."""

    added: tuple[str, ...]
    missing: tuple[str, ...]


async def order_again(
    basket_token: str,
    orders: Sequence[OrderView],
) -> OrderedAgain:
    """Put the things of these orders into a basket at today's prices."""
    added, missing = [], []
    for line in (line for order in orders for line in order.lines):
        try:
            await baskets.add(
                basket_token, product_id=line.product_id, quantity=line.quantity
            )
        except MarketError:
            missing.append(line.name)
        else:
            added.append(line.name)
    return OrderedAgain(tuple(added), tuple(missing))
