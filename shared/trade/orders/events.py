"""What orders tell whoever takes the money for them."""

from __future__ import annotations

from datetime import datetime

from shared.core.frozen import frozen
from shared.infra.unit import Event
from shared.trade.orders.models import Order


@frozen
class CheckoutOpened(Event):
    """A checkout waits for its money until then; `is_free`: it costs nothing, so it does not.

    `orders`: what it is for, by id; written by this transaction, and perhaps not sent yet.
    """

    checkout_id: int
    until: datetime
    orders: tuple[Order, ...]
    is_free: bool = False


@frozen
class CheckoutClosed(Event):
    """A checkout has expired or was cancelled: nothing of it may be paid any more."""

    checkout_id: int


@frozen
class CheckoutUnwanted(Event):
    """Something of an open checkout was taken out of the basket."""

    checkout_id: int


@frozen
class PiecesHeld(Event):
    """Pay set the pieces of an order aside, until then."""

    order_id: int
    until: datetime
