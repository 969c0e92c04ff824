"""What a shopper may ask to be given back, until when, and what becomes of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from shared.core.frozen import frozen
from shared.trade.orders.remaining_money import MoneyState, OrderMoney
from shared.trade.orders.rules import OrderStatus
from shared.trade.returns.errors import (
    AnotherRequestOpen,
    MoreThanOrdered,
    NothingChosen,
)

WITHDRAWAL_DAYS = 14
MAX_NOTE = 1000
MAX_ANSWER = 500


class ReturnKind(StrEnum):
    """By which right a shopper asks: the law's, without a reason, or because something is wrong."""

    WITHDRAWAL = "withdrawal"
    REFUND = "refund"


class ReturnState(StrEnum):
    """Where a request stands: open until the vendor gives money back for it, or declines."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"


class ReturnReason(StrEnum):
    """Why somebody wants money back; a withdrawal has none."""

    NONE = ""
    NOT_ARRIVED = "not_arrived"
    DAMAGED = "damaged"
    WRONG = "wrong"
    DIFFERENT = "different"
    INCOMPLETE = "incomplete"
    OTHER = "other"


RETURN_MOVES: dict[ReturnState, frozenset[ReturnState]] = {
    ReturnState.OPEN: frozenset(
        {ReturnState.ACCEPTED, ReturnState.DECLINED, ReturnState.TAKEN_BACK}
    ),
    ReturnState.ACCEPTED: frozenset(),
    ReturnState.DECLINED: frozenset(),
    ReturnState.TAKEN_BACK: frozenset(),
}


def withdrawal_ends(delivered_at: datetime) -> datetime:
    """The last day on which an order that arrived then may be withdrawn from.

    The day of the arrival does not count.
    """
    return delivered_at + timedelta(days=WITHDRAWAL_DAYS)


@frozen
class AfterSaleOffer:
    """What the shopper of an order is offered. `until`: the last day of the withdrawal, where it is
    known.
    """

    may_cancel: bool = False
    may_withdraw: bool = False
    may_ask: bool = False
    may_confirm_receipt: bool = False
    until: datetime | None = None


def offer(
    status: OrderStatus,
    money: OrderMoney,
    delivered_at: datetime | None,
    *,
    is_assumed: bool,
    now: datetime,
) -> AfterSaleOffer:
    """What may be asked of an order, from where its goods and its money are.

    As long as nobody has said that it arrived, no period has begun that could be over. Of an order
    that cost nothing there is no money to ask for; from its contract one may withdraw all the same.
    """
    has_arrived = status is OrderStatus.DELIVERED
    may_confirm = status is OrderStatus.SHIPPED or (has_arrived and is_assumed)
    if not money.left and not money.is_free:
        return AfterSaleOffer(may_confirm_receipt=may_confirm)
    if status is OrderStatus.PROCESSING:
        # What a vendor gives back by itself takes no right away.
        is_whole = money.state is MoneyState.PAID
        return AfterSaleOffer(
            may_cancel=money.may_be_called_off,
            may_withdraw=not is_whole,
            may_ask=not is_whole,
        )
    if status not in (OrderStatus.SHIPPED, OrderStatus.DELIVERED):
        return AfterSaleOffer()
    until = withdrawal_ends(delivered_at) if has_arrived and delivered_at else None
    # The day itself is still open, wherever the shopper lives.
    may_withdraw = until is None or now < until + timedelta(days=1)
    return AfterSaleOffer(
        may_withdraw=may_withdraw,
        may_ask=not money.is_free,
        may_confirm_receipt=may_confirm,
        until=until,
    )


@frozen
class PiecesLeft:
    """A line of an order, and how many of its pieces nobody has asked back yet."""

    line_id: int
    left: int


def chosen_pieces(
    lines: Iterable[PiecesLeft],
    wanted: Mapping[int, int],
) -> dict[int, int]:
    """The pieces that are asked back, by line; all that is left where no number was typed.

    Raises NothingChosen where nothing is left or each number is 0, MoreThanOrdered at its field.
    """
    left = {line.line_id: line.left for line in lines}
    asked = {id_: count for id_, count in wanted.items() if count > 0}
    for id_, count in asked.items():
        if count > left.get(id_, 0):
            raise MoreThanOrdered(left=left.get(id_, 0), param=f"quantity_{id_}")
    pieces = asked if wanted else {id_: count for id_, count in left.items() if count}
    if not pieces:
        raise NothingChosen
    return pieces


@frozen
class Declared:
    """What a shopper has declared, or declares now."""

    kind: ReturnKind
    reason: ReturnReason
    note: str
    pieces: Mapping[int, int]


def together(open_one: Declared, now: Declared) -> Declared | None:
    """What stands in place of the open request; None where it says the same.

    A withdrawal is never refused: it outranks a refund request, and widens a withdrawal. Raises
    AnotherRequestOpen for any other second request.
    """
    if now.kind is ReturnKind.REFUND:
        if now != open_one:
            raise AnotherRequestOpen
        return None
    if open_one.kind is ReturnKind.REFUND:
        return now
    pieces = dict(open_one.pieces)
    for line_id, count in now.pieces.items():
        pieces[line_id] = max(count, pieces.get(line_id, 0))
    wider = replace(now, note=now.note or open_one.note, pieces=pieces)
    return None if wider == open_one else wider
