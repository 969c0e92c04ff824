"""The states of a refund and the moves between them; how much goes back, and who bears it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from shared.core.frozen import frozen
from shared.core.money import Money, split, step
from shared.finance.refunds.errors import (
    AmountLacking,
    AmountNotPositive,
    AmountTooFine,
    FewerPiecesLeft,
    ForeignLine,
    FreeInPart,
    NoPieces,
    NoPiecesLeft,
    NothingPaid,
    PiecesBelowZero,
    TooMuch,
)
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

    @property
    def sold(self) -> SoldAmounts:
        """The order as it was sold."""
        return SoldAmounts(self.total, self.commission, self.discount)

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
class RefundedPieces:
    """So many pieces of a line, what they count for, and whether they go back into stock."""

    line_id: int
    quantity: int
    amount: int
    restock: bool


@frozen
class Worked:
    """A wish worked out: minor units, its lines (none for a free amount), what is for shipping."""

    amount: int
    parts: tuple[RefundedPieces, ...] = ()
    shipping: int = 0


def work_out(order: Sum, wish: RefundRequest) -> Worked:
    """How much a wish comes to. Raises BadRefund or TooMuch, naming the field."""
    if not order.total:
        return _of_nothing(order, wish)
    if wish.reach is Reach.LINES:
        return _of_lines(order, wish)
    if not order.left:
        raise TooMuch(order.left)
    if wish.reach is Reach.WHOLE:
        left = order.left.amount
        pieces = _pieces_left(order)
        return _spread(order, pieces, wish.restock, left, order.shipping)
    amount = wish.amount
    if amount is None:
        raise AmountLacking
    if amount <= 0:
        raise AmountNotPositive
    if amount % step(order.currency):
        raise AmountTooFine(currency=order.currency)
    if amount > order.left.amount:
        raise TooMuch(order.left)
    return Worked(amount)


def _of_nothing(order: Sum, wish: RefundRequest) -> Worked:
    """An order that cost nothing goes back whole, and for nothing."""
    left = _pieces_left(order)
    if not left:
        raise TooMuch(order.left)
    if wish.reach is not Reach.WHOLE:
        raise FreeInPart
    return _spread(order, left, wish.restock, 0, 0)


def _pieces_left(order: Sum) -> dict[int, int]:
    return {line.id: line.left for line in order.lines if line.left}


def _of_lines(order: Sum, wish: RefundRequest) -> Worked:
    lines = {line.id: line for line in order.lines}
    chosen = {id_: pieces for id_, pieces in wish.quantities.items() if pieces}
    for id_, quantity in chosen.items():
        line = lines.get(id_)
        if line is None:
            raise ForeignLine
        if quantity < 0:
            raise PiecesBelowZero(param=f"quantity_{id_}")
        if quantity and not line.left:
            raise NoPiecesLeft(param=f"quantity_{id_}")
        if quantity > line.left:
            raise FewerPiecesLeft(left=line.left, param=f"quantity_{id_}")
    shipping = order.shipping_left.amount if wish.shipping else 0
    if not chosen and not shipping:
        raise NoPieces
    unit = step(order.currency)
    worth = [lines[id_].worth(pieces, unit) for id_, pieces in chosen.items()]
    if not (amount := sum(worth) + shipping):
        raise NothingPaid
    if amount > order.left.amount:
        raise TooMuch(order.left, param="reach")
    return _spread(order, chosen, wish.restock, amount, shipping)


def _spread(
    order: Sum,
    quantities: Mapping[int, int],
    restock: frozenset[int],
    amount: int,
    shipping: int,
) -> Worked:
    """Lines and shipping with what each counts for; after a free amount, the rest spread so."""
    lines = [line for line in order.lines if quantities.get(line.id)]
    unit = step(order.currency)
    worth = [line.worth(quantities[line.id], unit) for line in lines]
    if sum(worth) + shipping not in (0, amount):
        *worth, shipping = split(amount, [*worth, shipping])
    parts = tuple(
        RefundedPieces(
            line.id,
            quantities[line.id],
            value,
            line.id in restock,
        )
        for line, value in zip(lines, worth, strict=True)
    )
    return Worked(amount, parts, shipping)


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
