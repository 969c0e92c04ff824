"""The rolling reserve: a part of each sale is held back until its day; a refund lets go of what it
no longer has to cover.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tortoise.functions import Sum

from shared.core import clock
from shared.finance.connect import payment_configs
from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerEntry
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import PAID_STATES
from shared.finance.payouts.models import ReserveHold
from shared.finance.payouts.plans import write_again
from shared.infra import unit
from shared.infra.database.columns import numbers_in
from shared.infra.unit import Transaction
from shared.trade.commission.rules import share
from shared.trade.orders.models import Order


async def take(payment_id: int) -> ReserveHold | None:
    """Hold back the vendor's reserve of a sale, once; None where there is no reserve or nothing
    left of the sale.
    """
    payment = await Payment.get(id=payment_id)
    if payment.status not in PAID_STATES:
        return None
    async with unit.transaction() as tx:
        config = await payment_configs.locked(tx, payment.vendor_id)
        # A refund or dispute that is being written holds the order: what it leaves of the sale is
        # read after it. It is locked after the config, as a payout does whose items name the order;
        # whoever holds an order locks no config.
        await tx.lock(Order, id=payment.order_id)
        if await ReserveHold.exists(
            order_id=payment.order_id, vendor_id=payment.vendor_id
        ):
            return None
        left = await _left_of(payment.order_id, payment.vendor_id)
        amount = min(
            left,
            _part(payment.amount_vendor, config.reserve_percentage, payment.currency),
        )
        if config.reserve_days <= 0 or amount <= 0:
            return None
        hold = await tx.create(
            ReserveHold,
            vendor_id=payment.vendor_id,
            order_id=payment.order_id,
            currency=payment.currency,
            amount=amount,
            release_at=clock.now() + timedelta(days=config.reserve_days),
        )
        await ledger.post(
            tx,
            postings.reserved(
                _fact(hold, amount, str(payment.stripe_payment_intent_id))
            ),
        )
        await _note(tx, "reserve.held", hold, amount)
    return hold


def _part(amount: int, percentage: Decimal, currency: str) -> int:
    return share(amount, percentage, currency) if amount > 0 and percentage > 0 else 0


async def _left_of(order_id: int, vendor_id: int) -> int:
    """What of the vendor's share of an order refunds and disputes have left, whether reserved or
    not.
    """
    await unit.flush()
    rows = (
        await LedgerEntry.filter(
            posting__subject=f"order:{order_id}",
            vendor_id=vendor_id,
            account__in=[Account.VENDOR_PAYABLE.value, Account.VENDOR_RESERVED.value],
            posting__kind__not_in=["receivable", "written_off"],
        )
        .annotate(total=Sum("amount"))
        .group_by("vendor_id")
        .values("total")
    )
    return (
        max(
            0,
            -int(rows[0]["total"]),
        )
        if rows
        else 0
    )


async def review(order_id: int) -> int:
    """After a refund or a dispute: let go of what of an order's hold is more than is left of the
    sale; how much that was.
    """
    hold = await ReserveHold.get_or_none(order_id=order_id, released_at=None)
    if hold is None:
        return 0
    async with unit.transaction() as tx:
        await payment_configs.locked(tx, hold.vendor_id)
        locked = await tx.lock_first(ReserveHold.filter(id=hold.id, released_at=None))
        if locked is None:
            return 0
        excess: int = (
            locked.amount - locked.let_go - await _left_of(order_id, locked.vendor_id)
        )
        if excess <= 0:
            return 0
        number = locked.changes + 1
        still = {"changes": locked.changes, "released_at": None}
        if not await tx.change(
            locked,
            where=still,
            let_go=locked.let_go + excess,
            changes=number,
        ):
            return 0
        await ledger.post(
            tx,
            postings.released(
                _fact(
                    locked,
                    excess,
                    await _intent(order_id),
                    number,
                )
            ),
        )
        await _note(tx, "reserve.let_go", locked, excess)
    return excess


async def release_due() -> int:
    """Release every hold whose day has come; how many those were."""
    due = ReserveHold.filter(released_at=None, release_at__lte=clock.now())
    ids = await numbers_in(due.order_by("id"), "id")
    return sum([await _release(hold_id) for hold_id in ids])


async def _release(hold_id: int) -> bool:
    vendor_id = (await ReserveHold.get(id=hold_id)).vendor_id
    async with unit.transaction() as tx:
        config = await payment_configs.locked(tx, vendor_id)
        hold = await tx.lock_first(ReserveHold.filter(id=hold_id, released_at=None))
        if hold is None:
            return False
        if not await tx.change(
            hold,
            where={"released_at": None},
            released_at=clock.now(),
        ):
            return False
        rest = hold.amount - hold.let_go
        await ledger.post(
            tx,
            postings.released(_fact(hold, rest, await _intent(hold.order_id))),
        )
        await _note(tx, "reserve.released", hold, rest)
        if (
            config.reserve_days == 0
        ):  # perhaps the last of it: then Stripe may pay by itself again
            write_again(tx, vendor_id)
    return True


async def _intent(order_id: int) -> str:
    payment = (
        await Payment.filter(order_id=order_id, status__in=list(PAID_STATES))
        .order_by("id")
        .first()
    )
    if payment is None:
        payment = await Payment.filter(order_id=order_id).order_by("-id").first()
    return str(payment.stripe_payment_intent_id) if payment else f"order_{order_id}"


def _fact(
    hold: ReserveHold,
    amount: int,
    intent: str,
    number: int = 0,
) -> postings.Reserved:
    return postings.Reserved(
        hold_id=hold.id,
        order_id=hold.order_id,
        vendor_id=hold.vendor_id,
        currency=hold.currency,
        amount=amount,
        stripe_id=intent,
        number=number,
    )


async def _note(
    tx: Transaction,
    action: str,
    hold: ReserveHold,
    amount: int,
) -> None:
    tx.record_of_order(
        hold.order_id,
        action,
        actor="system",
        subject=f"order:{hold.order_id}",
        vendor_id=hold.vendor_id,
        amount=amount,
        currency=hold.currency,
        until=hold.release_at.isoformat(),
    )
