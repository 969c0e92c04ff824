"""The operator's decision about a refund that waits for it: approved or declined."""

from __future__ import annotations

from shared.finance.refunds.errors import DeclineReasonLacking, RefundAlreadyDecided
from shared.finance.refunds.refunded_amounts import MAX_REASON, put_off
from shared.finance.refunds.rules import RefundState
from shared.finance.refunds.service import Requested
from shared.finance.refunds.statements import lock_refund
from shared.finance.refunds.writes import CreateRefund
from shared.infra import unit
from shared.infra.stripe_writes import service as writes
from shared.infra.unit import Act


async def approve(refund_id: int, *, by: str) -> Requested:
    """The operator lets a refund through. Raises NotFound, RefundAlreadyDecided."""
    async with unit.transaction() as tx:
        found = await lock_refund(tx, refund_id)
        refund = found.refund
        moved = await tx.move(
            refund,
            to=RefundState.OPENING,
            where={"status": RefundState.AWAITING_APPROVAL},
            act=Act("refund.approved", by),
            decided_by=by[:60],
        )
        if not moved:
            raise RefundAlreadyDecided
        asked = CreateRefund.of(found.order, found.payment, refund)
        await writes.open_write(tx, asked)
    return Requested.of(refund)


async def decline(refund_id: int, *, reason: str, by: str) -> Requested:
    """The operator says no, and why; the vendor is told.

    Raises NotFound, RefundAlreadyDecided, Invalid.
    """
    why = " ".join(reason.split())
    if not why or len(why) > MAX_REASON:
        raise DeclineReasonLacking(most=MAX_REASON)
    was, now = RefundState.AWAITING_APPROVAL, RefundState.DECLINED
    async with unit.transaction() as tx:
        found = await lock_refund(tx, refund_id)
        order, refund = found.order, found.refund
        if not await put_off(tx, order, refund, was, now, why=why, by=by):
            raise RefundAlreadyDecided
    return Requested.of(refund)
