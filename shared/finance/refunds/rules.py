"""The states of a refund and the moves between them; what can go back, and who bears it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from shared.core.frozen import frozen
from shared.core.money import Money, step
from shared.trade.commission.liability import GoneBack, SoldAmounts, give_back
from shared.trade.commission.rules import RefundPolicy


class RefundState(StrEnum):
    """Where a refund stands. From `pending` on the words are Stripe's own (stripe-facts 12.1)."""

    AWAITING_APPROVAL = "awaiting_approval"  # above the limit: the operator decides
    DECLINED = "declined"  # by the operator; nothing was asked of Stripe
    OPENING = "opening"  # written down; Stripe has not answered
    REFUSED = "refused"  # Stripe said no; nothing moved
    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"  # the money came back to the platform; also after success
    CANCELED = "canceled"


_AT_STRIPE = frozenset(
    {
        RefundState.PENDING,
        RefundState.REQUIRES_ACTION,
        RefundState.SUCCEEDED,
        RefundState.FAILED,
        RefundState.CANCELED,
    }
)
MOVES: dict[RefundState, frozenset[RefundState]] = {
    RefundState.AWAITING_APPROVAL: frozenset(
        {RefundState.OPENING, RefundState.DECLINED}
    ),
    RefundState.OPENING: _AT_STRIPE | {RefundState.REFUSED},
    RefundState.PENDING: _AT_STRIPE - {RefundState.PENDING},
    RefundState.REQUIRES_ACTION: _AT_STRIPE - {RefundState.REQUIRES_ACTION},
    RefundState.SUCCEEDED: frozenset({RefundState.FAILED}),
    RefundState.FAILED: frozenset(),
    RefundState.CANCELED: frozenset(),
    RefundState.DECLINED: frozenset(),
    RefundState.REFUSED: frozenset(),
}
NO_BALANCE = "insufficient_funds"  # Stripe's word for why a refund is pending
# These count against what is left of the order: the money has gone, is going, or is spoken for.
COUNTING = frozenset(
    {
        RefundState.AWAITING_APPROVAL,
        RefundState.OPENING,
        RefundState.PENDING,
        RefundState.REQUIRES_ACTION,
        RefundState.SUCCEEDED,
    }
)
UNSETTLED = frozenset(
    {RefundState.OPENING, RefundState.PENDING, RefundState.REQUIRES_ACTION}
)
UNDONE = frozenset({RefundState.FAILED, RefundState.CANCELED})


def next_state(current: RefundState, status: str) -> RefundState | None:
    """Where a refund moves that Stripe says is `status`; None when that is older news or nothing
    new.
    """
    known = status in set(_AT_STRIPE)
    target = RefundState(status) if known else RefundState.PENDING
    return target if target in MOVES[current] else None


class Reach(StrEnum):
    """What a refund is about."""

    WHOLE = "whole"  # all that is left
    LINES = "lines"
    AMOUNT = "amount"


@frozen
class RefundableLine:
    """A line of an order: `ordered` pieces at `unit` minor units, of which `refunded` are spoken
    for.

    `discount`: what a code took off the line; `back`: what refunds of its pieces come to so far.
    """

    id: int
    unit: int
    ordered: int
    refunded: int = 0
    discount: int = 0
    back: int = 0

    @property
    def left(self) -> int:
        return max(self.ordered - self.refunded, 0)

    @property
    def paid(self) -> int:
        """What all its pieces cost together."""
        return self.unit * self.ordered - self.discount

    def worth(self, pieces: int, smallest: int = 1) -> int:
        """What so many more pieces count for, in multiples of `smallest`; with the last ones all
        that was paid for the line has gone back.
        """
        back = min(self.refunded + pieces, self.ordered)
        so_far = self.paid * back // self.ordered
        if back < self.ordered:
            so_far -= so_far % smallest
        return max(so_far - self.back, 0)


@frozen
class Sum:
    """What an order came to and what of it went back so far, or is spoken for; minor units."""

    currency: str
    total: int
    commission: int
    refunded: int
    commission_back: int
    lines: tuple[RefundableLine, ...] = ()
    taken: int = 0  # by the shopper's bank: held until it decides, or gone for good
    commission_taken: int = 0  # what disputes took of the commission and still hold
    shipping: int = 0  # what of the order's shipping no refund speaks for yet
    discount: int = 0  # what the marketplace bears of the order's discounts
    discount_back: int = 0  # of that, what refunds brought back so far
    discount_taken: int = 0  # of that, what disputes brought back and still hold
    sending: int = 0  # what was paid for the order's shipping, in all

    @property
    def sold(self) -> SoldAmounts:
        """The order as it was sold."""
        return SoldAmounts(self.total, self.commission, self.discount, self.sending)

    @property
    def left(self) -> Money:
        left = self.total - self.refunded - self.taken
        return Money(max(left, 0), self.currency)

    @property
    def shipping_left(self) -> Money:
        """What of the shipping can still go back."""
        left = min(self.shipping, self.left.amount)
        return Money(left, self.currency)


@frozen
class RefundRequest:
    """What somebody wants to give back.

    `amount` is minor units of the order's currency; `quantities` and `restock` by line id.
    `shipping`: what is left of the order's shipping goes back with the pieces.
    """

    reach: Reach
    amount: int | None = None
    quantities: Mapping[int, int] = field(default_factory=dict)
    restock: frozenset[int] = frozenset()
    shipping: bool = False


@frozen
class Burden:
    """Who bears a refund; minor units.

    `discount`: what the marketplace has back of what it paid of the price. Vendor and commission
    bear that besides what the shopper gets.
    """

    vendor: int
    commission: int
    discount: int = 0

    @property
    def fee(self) -> int:
        """What of the application fee goes back; below zero, what of a contribution comes back."""
        return self.commission - self.discount


def bear(order: Sum, amount: int, policy: RefundPolicy) -> Burden:
    """The marketplace gives back of its commission what the policy says; the vendor bears the rest.

    What a bank took counts as if it had been refunded, so that the parts of one charge come to it,
    whichever way they went.
    """
    before = GoneBack(
        min(order.refunded + order.taken, order.total - amount),
        order.commission_back + order.commission_taken,
        order.discount_back + order.discount_taken,
    )
    unit = step(order.currency)
    back = give_back(order.sold, policy, before, amount, unit=unit)
    return Burden(back.vendor, back.commission, back.discount)
