"""How much a wish to give something back comes to. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from shared.core.frozen import frozen
from shared.core.money import split, step
from shared.finance.refunds.errors import (
    AmountLacking,
    AmountNotPositive,
    AmountTooFine,
    FewerPiecesLeft,
    ForeignLine,
    FreeInPart,
    GoodsWouldStay,
    NoPieces,
    NoPiecesLeft,
    NothingPaid,
    PiecesBelowZero,
    TooMuch,
)
from shared.finance.refunds.rules import Reach, RefundRequest, Sum


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


def work_out(
    order: Sum,
    wish: RefundRequest,
) -> Worked:
    """How much a wish comes to. Raises BadRefund or TooMuch, naming the field."""
    if not order.total:
        return _of_nothing(order, wish)
    worked = _of_paid(order, wish)
    if order.sold.goods_are_free and worked.amount == order.left.amount:
        _must_be_whole(order, worked)
    return worked


def _must_be_whole(
    order: Sum,
    worked: Worked,
) -> None:
    """Free goods come back with the last of what was paid. Raises GoodsWouldStay where the wish
    leaves some.
    """
    back = {part.line_id: part.quantity for part in worked.parts}
    if back != _pieces_left(order):
        raise GoodsWouldStay


def _of_paid(
    order: Sum,
    wish: RefundRequest,
) -> Worked:
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


def _of_nothing(
    order: Sum,
    wish: RefundRequest,
) -> Worked:
    """An order that cost nothing goes back whole, and for nothing."""
    left = _pieces_left(order)
    if not left:
        raise TooMuch(order.left)
    if wish.reach is not Reach.WHOLE:
        raise FreeInPart
    return _spread(order, left, wish.restock, 0, 0)


def _pieces_left(order: Sum) -> dict[int, int]:
    return {line.id: line.left for line in order.lines if line.left}


def _of_lines(
    order: Sum,
    wish: RefundRequest,
) -> Worked:
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
