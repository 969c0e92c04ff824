"""Shoppers ask for money back; vendors say yes by a refund, or no with a reason.

One transaction per use case. The order is locked first, so two requests of one order queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tortoise.queryset import QuerySet

from shared.core import clock
from shared.core.frozen import frozen
from shared.infra import unit
from shared.infra.unit import Act, Transaction
from shared.trade.orders.models import Order, OrderLine
from shared.trade.orders.order_mails import mails_of
from shared.trade.orders.queries import money_of
from shared.trade.orders.rules import TAKEN_FOR_GRANTED, OrderStatus
from shared.trade.returns.errors import (
    AnswerLacking,
    NothingToReturn,
    ReturnAnswered,
    ReturnReasonLacking,
    WithdrawalOver,
)
from shared.trade.returns.models import ReturnLine, ReturnRequest
from shared.trade.returns.rules import (
    MAX_ANSWER,
    MAX_NOTE,
    AfterSaleOffer,
    Declared,
    PiecesLeft,
    ReturnKind,
    ReturnReason,
    ReturnState,
    chosen_pieces,
    offer,
    together,
)


@frozen
class WantedReturn:
    """What a shopper asks back; no line at all means all that is left."""

    kind: ReturnKind
    reason: ReturnReason
    note: str
    pieces: Mapping[int, int]


async def ask(
    *,
    order_id: int,
    wanted: WantedReturn,
    by: str,
) -> int:
    """Write a request down and tell both sides; answer with its id.

    The same once more is one request. Of another one that is open a withdrawal takes the place.
    Raises NothingToReturn, WithdrawalOver, ReturnReasonLacking, MoreThanOrdered, NothingChosen,
    AnotherRequestOpen.
    """
    async with unit.transaction() as tx:
        order = await tx.lock(Order, id=order_id)
        before = await tx.lock_first(_open_of(order))
        _must_be_offered(offer_of(order), wanted)
        lines = await OrderLine.filter(order_id=order.id).order_by("id")
        pieces = chosen_pieces(map(_left, lines), wanted.pieces)
        note = wanted.note[:MAX_NOTE]
        declared = Declared(wanted.kind, wanted.reason, note, pieces)
        if before is not None:
            stands = together(await _declared_by(before), declared)
            if stands is None:
                return int(before.id)
            declared = stands
            act = Act("order.return_taken_back", by, {"replaced": True})
            await _answer(tx, order, before, ReturnState.TAKEN_BACK, act)
        request = await _write_down(tx, order, declared, by=by)
        await tx.change(order, return_waits=True)
        names = {line.id: line.full_name for line in lines}
        named = [(count, names[id_]) for id_, count in declared.pieces.items()]
        await _tell_both(tx, order, request, named)
    return int(request.id)


def _open_of(order: Order) -> QuerySet[ReturnRequest]:
    return ReturnRequest.filter(order_id=order.id, status=ReturnState.OPEN)


async def _declared_by(request: ReturnRequest) -> Declared:
    lines = await ReturnLine.filter(request_id=request.id)
    return Declared(
        ReturnKind(request.kind),
        ReturnReason(request.reason),
        request.note,
        {line.order_line_id: line.quantity for line in lines},
    )


async def _write_down(
    tx: Transaction,
    order: Order,
    declared: Declared,
    *,
    by: str,
) -> ReturnRequest:
    request = await tx.create(
        ReturnRequest,
        act=Act("order.return_asked", by, {"kind": declared.kind}),
        order_id=order.id,
        vendor_id=order.vendor_id,
        kind=declared.kind,
        reason=declared.reason,
        note=declared.note,
    )
    for line_id, quantity in declared.pieces.items():
        line = ReturnLine(
            request_id=request.id,
            order_line_id=line_id,
            quantity=quantity,
        )
        tx.add(line)
    return request


def offer_of(order: Order) -> AfterSaleOffer:
    """What the shopper of a row is offered now."""
    return offer(
        OrderStatus(order.status),
        money_of(order),
        order.delivered_at,
        is_assumed=order.delivered_by == TAKEN_FOR_GRANTED,
        now=clock.now(),
    )


def _must_be_offered(offered: AfterSaleOffer, wanted: WantedReturn) -> None:
    is_withdrawal = wanted.kind is ReturnKind.WITHDRAWAL
    # before it is sent, too
    if is_withdrawal and (offered.may_cancel or offered.may_withdraw):
        return
    if not offered.may_ask:
        raise NothingToReturn
    if is_withdrawal:
        raise WithdrawalOver
    if wanted.kind is ReturnKind.REFUND and wanted.reason is ReturnReason.NONE:
        raise ReturnReasonLacking


def _left(line: OrderLine) -> PiecesLeft:
    return PiecesLeft(line.id, max(line.quantity - line.refunded_quantity, 0))


async def _tell_both(
    tx: Transaction,
    order: Order,
    request: ReturnRequest,
    pieces: list[tuple[int, str]],
) -> None:
    """The shopper gets what was declared, with day and time; the vendor what is to be done."""
    told: dict[str, Any] = {
        "kind": request.kind,
        "reason": request.reason,
        "note": " ".join(request.note.split()),
        "pieces": pieces,
        "asked_at": request.created_at,
        "is_free": not order.total_amount_cents,
    }
    mails = await mails_of(tx, order)
    mails.to_shopper(
        "return_received",
        key=f"return_received:{request.id}",
        email=mails.checkout.email,
        **told,
    )
    mails.to_vendor("return_asked", key=f"return_asked:{request.id}", **told)


async def accept(
    tx: Transaction,
    order: Order,
    *,
    request_id: int,
    by: str,
) -> None:
    """A refund of its locked order answers a request, in the transaction that writes it down.

    Raises ReturnNotFound, ReturnAnswered.
    """
    request = await tx.lock(ReturnRequest, id=request_id, order_id=order.id)
    act = Act("order.return_accepted", by)
    await _answer(
        tx,
        order,
        request,
        ReturnState.ACCEPTED,
        act,
        answered_by=by[:60],
    )


async def decline(
    *,
    vendor_id: int,
    number: str,
    request_id: int,
    answer: str,
    by: str,
) -> None:
    """The vendor says no, and why; the shopper gets a mail.

    Raises NotFound, AnswerLacking, ReturnAnswered.
    """
    why = " ".join(answer.split())
    if not why or len(why) > MAX_ANSWER:
        raise AnswerLacking(most=MAX_ANSWER)
    async with unit.transaction() as tx:
        order = await tx.lock(Order, vendor_id=vendor_id, number=number)
        request = await tx.lock(ReturnRequest, id=request_id, order_id=order.id)
        await _answer(
            tx,
            order,
            request,
            ReturnState.DECLINED,
            Act("order.return_declined", by, {"reason": why}),
            answer=why,
            answered_by=by[:60],
        )
        await _tell_declined(tx, order, request)


async def _tell_declined(tx: Transaction, order: Order, request: ReturnRequest) -> None:
    mails = await mails_of(tx, order)
    mails.to_shopper(
        "return_declined",
        key=f"return_declined:{request.id}",
        kind=request.kind,
        answer=request.answer,
    )


async def take_back(*, order_id: int, by: str) -> None:
    """The shopper keeps it after all. Raises NotFound, ReturnAnswered."""
    async with unit.transaction() as tx:
        order = await tx.lock(Order, id=order_id)
        request = await tx.lock_first(_open_of(order))
        if request is None:
            raise ReturnAnswered
        act = Act("order.return_taken_back", by)
        await _answer(tx, order, request, ReturnState.TAKEN_BACK, act)


async def _answer(
    tx: Transaction,
    order: Order,
    request: ReturnRequest,
    to: ReturnState,
    act: Act,
    **values: Any,
) -> None:
    where = {"status": ReturnState.OPEN}
    moved = await tx.move(
        request,
        to=to,
        where=where,
        act=act,
        answered_at=clock.now(),
        **values,
    )
    if not moved:
        raise ReturnAnswered
    await tx.change(order, return_waits=False)
