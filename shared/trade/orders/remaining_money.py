"""What of an order's money is still there, and whether that is final.

Pure: every list, page and guard asks this.

An order is paid once. What goes back to the shopper goes by refunds, or the shopper's bank takes
it: for a while, as long as it has not decided, or for good. Amounts are minor units of the order's
currency. What banks take may be more than the order came to (exchange rates, or two disputes of one
payment), so nothing here counts below zero.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from shared.core.frozen import frozen
from shared.trade.orders.rules import OrderStatus, PaymentStatus


class MoneyState(StrEnum):
    """Where the money of an order is, in one word; the words that people read follow it."""

    UNPAID = "unpaid"
    PAID = "paid"
    PARTLY_RETURNING = (
        "partly_returning"  # a part is going back, or waits to be allowed to
    )
    PARTLY_REFUNDED = "partly_refunded"
    PARTLY_LOST = "partly_lost"  # the bank took a part for good
    # all of it is spoken for, and not all has arrived: it may still come back
    RETURNING = "returning"
    DISPUTED = "disputed"  # a bank holds some of it and has not decided
    REFUNDED = "refunded"
    LOST = "lost"  # nothing is left, and a bank took at least a part of it


FINAL = frozenset({MoneyState.REFUNDED, MoneyState.LOST})


@frozen
class OrderMoney:
    """The money of one order: what came, what went back, what banks hold or took."""

    payment_status: PaymentStatus
    total: int
    refunded: int = 0  # went back, is going, or waits to be allowed to
    returned: int = 0  # the part of `refunded` that has arrived at the shopper
    disputed: int = 0  # what open disputes are about; an inquiry is none
    lost: int = 0  # what banks took for good

    def without(self, asked: int) -> OrderMoney:
        """As if refunds of so much had not been asked for: to the shopper they are nothing until
        they are allowed.
        """
        return replace(self, refunded=self.refunded - asked)

    @property
    def left(self) -> int:
        """What nobody has and nobody claims: so much can still go back."""
        if self.payment_status is PaymentStatus.REFUNDED:
            return 0
        return max(
            self.total - self.refunded - self.disputed - self.lost,
            0,
        )

    @property
    def is_free(self) -> bool:
        """Whether it cost its shopper nothing and was not given back: it still can be, whole."""
        return not self.total and self.payment_status is PaymentStatus.PAID

    @property
    def state(self) -> MoneyState:
        """Where it is.

        What is final comes first, then what a bank holds, then what is on its way.
        """
        if self.payment_status is PaymentStatus.REFUNDED:
            return MoneyState.REFUNDED
        if self.payment_status is not PaymentStatus.PAID:
            return MoneyState.UNPAID
        if not self.total:
            return MoneyState.PAID  # it cost nothing: nothing of it can be gone
        if self.returned + self.lost >= self.total:
            return MoneyState.LOST if self.lost else MoneyState.REFUNDED
        if self.disputed:
            return MoneyState.DISPUTED
        if self.refunded + self.lost >= self.total:
            return MoneyState.RETURNING
        return self._in_part()

    def _in_part(self) -> MoneyState:
        if self.lost:
            return MoneyState.PARTLY_LOST
        if self.returned:
            return MoneyState.PARTLY_REFUNDED
        return MoneyState.PARTLY_RETURNING if self.refunded else MoneyState.PAID

    @property
    def may_be_called_off(self) -> bool:
        """Whether its shopper may have what is left of it back before it is sent: all of it, or
        what a refund that has arrived left. What is on its way, or at a bank, is waited for.
        """
        if self.state is MoneyState.PARTLY_REFUNDED:
            return self.refunded == self.returned
        return self.state is MoneyState.PAID

    @property
    def is_gone(self) -> bool:
        """Whether nothing is there any more and nothing comes back by itself (an appeal can still
        undo it).
        """
        return self.state in FINAL


class Shipping(StrEnum):
    """Whether an order may be sent."""

    CLOSED = "closed"  # not paid, or sent already
    READY = "ready"  # it waits for its vendor: this is what counters count
    DOUBTFUL = "doubtful"  # only if somebody says that it is meant
    GONE = "gone"  # its money is gone for good: there is nothing to send


def shipping(status: OrderStatus, money: OrderMoney) -> Shipping:
    """Whether an order may be sent, from where its goods and its money are."""
    if money.is_gone and status is OrderStatus.PROCESSING:
        return Shipping.GONE
    if status is not OrderStatus.PROCESSING or money.state is MoneyState.UNPAID:
        return Shipping.CLOSED
    doubtful = money.state in (MoneyState.DISPUTED, MoneyState.RETURNING)
    return Shipping.DOUBTFUL if doubtful else Shipping.READY


def missing(*, quantity: int, refunded: int, restocked: int) -> int:
    """How many pieces of an order's line the stock has that belong to the order again, because a
    refund did not arrive.

    Of `quantity` pieces sold, `refunded` are spoken for by refunds; of those, so many stand on the
    stock again.
    """
    return max(min(restocked, quantity) - refunded, 0)
