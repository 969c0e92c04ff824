"""What orders tell whoever takes the money for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.infra.unit import Event


@dataclass(frozen=True)
class CheckoutOpened(Event):
    """A checkout waits for its money until then."""

    checkout_id: int
    until: datetime


@dataclass(frozen=True)
class CheckoutClosed(Event):
    """A checkout has expired or was cancelled: nothing of it may be paid any more."""

    checkout_id: int


@dataclass(frozen=True)
class CheckoutUnwanted(Event):
    """Something of an open checkout was taken out of the basket."""

    checkout_id: int


@dataclass(frozen=True)
class PiecesHeld(Event):
    """Pay set the pieces of an order aside, until then."""

    order_id: int
    until: datetime
