"""Letting our row, the books and the vendor's claim follow what Stripe says of a dispute.

One transaction each.

Every event, sweep and click ends here: the dispute is read, each balance transaction that is new is
posted once, and the claim on the vendor is what it still bears. Twice, late, or in another order
comes to the same.
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Any

from tortoise.expressions import Subquery

from shared.core import clock
from shared.finance.disputes import evidence, notices
from shared.finance.disputes.answer_parts import joined_answer
from shared.finance.disputes.dispute_postings import (
    Books,
    apply_transactions,
    withheld_of,
)
from shared.finance.disputes.models import Dispute, DisputeFile
from shared.finance.disputes.rules import (
    CLOSED,
    NEEDS_ANSWER,
    DisputeStatus,
    next_status,
)
from shared.finance.disputes.shared_disputes import Disputed, lock_disputed
from shared.finance.payments import service as payments
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import PAID_STATES
from shared.finance.recovery import service as clawback
from shared.finance.recovery.models import Claim
from shared.infra import unit
from shared.infra.database.columns import numbers_in
from shared.infra.gateway.disputes import StripeDispute
from shared.infra.gateway.gateway import Gateway
from shared.infra.jobs import Context, job
from shared.infra.references import service as references
from shared.infra.unit import Transaction
from shared.trade.orders import payment_effects as orders
from shared.trade.orders import reservations
from shared.trade.orders.models import Order

log = logging.getLogger("markethall.disputes")


def subject_of(dispute_id: int) -> str:
    """Name a dispute as claims, references and the audit trail do."""
    return f"dispute:{dispute_id}"


async def sync_dispute(gateway: Gateway, stripe_id: str) -> DisputeStatus | None:
    """Read the dispute from Stripe and let everything follow: its status afterwards, None when it
    is not ours.

    Raises StripeUnavailable, StripeMissing.
    """
    seen = await gateway.disputes.get(stripe_id)
    payment = await payment_of(seen.payment_intent, seen.charge)
    if payment is None:
        return None
    if (
        payment.status not in PAID_STATES
        and payment.stripe_payment_intent_id is not None
    ):
        # Its own news may not have come yet.
        await payments.confirm_payment(gateway, payment.stripe_payment_intent_id)
    return await apply(payment.id, seen)


async def payment_of(intent_id: str | None, charge_id: str) -> Payment | None:
    """Our payment that a dispute or a warning is about; None for a foreign one."""
    if intent_id is not None:
        mine = Payment.filter(stripe_payment_intent_id=intent_id)
        payment = await mine.order_by("id").first()
        if payment is not None:
            return payment
    return await Payment.filter(stripe_charge_id=charge_id).order_by("-id").first()


@job("disputes.follow")
async def sync_later(context: Context, stripe_id: str) -> None:
    """Read one dispute from Stripe and let everything follow."""
    await sync_dispute(context.gateway, stripe_id)


def read_again(tx: Transaction, stripe_id: str) -> None:
    """Have a dispute read once `tx` has committed."""
    sync_later.once(f"disputes.follow:{stripe_id}")(tx, stripe_id=stripe_id)


async def apply(payment_id: int, seen: StripeDispute) -> DisputeStatus:
    """Bring row, ledger and claim to what was read. Return the status afterwards."""
    async with unit.transaction() as tx:
        return await apply_in(tx, payment_id, seen)


async def apply_in(
    tx: Transaction, payment_id: int, seen: StripeDispute
) -> DisputeStatus:
    """Do the same as `apply` in the caller's transaction."""
    mine = await lock_disputed(tx, payment_id, seen)
    rows = [await _row(tx, each) for each in mine]
    if len(mine) > 1:  # orders move stock, and claims are locked, one after the other
        purchase = mine[0].order.checkout_id
        theirs = Subquery(Order.filter(checkout_id=purchase).values("id"))
        await tx.lock_all(Claim.filter(order_id__in=theirs))
        await reservations.lock_pieces([each.order for each in mine])
    for each, (row, is_new) in zip(mine, rows, strict=True):
        await _apply_part(tx, each, row, is_new=is_new)
    return DisputeStatus(rows[0][0].status)


async def _apply_part(
    tx: Transaction,
    about: Disputed,
    row: Dispute,
    *,
    is_new: bool,
) -> None:
    """Bring one order's row, its books and its claim to what was read."""
    order, payment, seen = about.order, about.payment, about.seen
    was = None if is_new else DisputeStatus(row.status)
    is_sold = payment.status in PAID_STATES
    books = await apply_transactions(tx, row, order, seen, is_sold=is_sold)
    subject = subject_of(row.id)
    if books.claim is not None and row.vendor_part:
        await clawback.set_claim(
            tx,
            subject=subject,
            payment=payment,
            amount=books.claim,
        )
    await _follow_status(tx, row, seen, is_new=is_new)
    references.remember(
        tx,
        seen.id,
        *(transaction.id for transaction in seen.transactions),
        subject=subject,
        order_id=order.id,
        vendor_id=order.vendor_id,
    )
    held = await withheld_of(order)
    await orders.follow_disputes(
        tx,
        order,
        disputed=held.disputed,
        lost=held.lost,
    )
    _record(tx, row, was, books)
    await notices.tell(tx, row, order, was=was, books=books)


async def _row(
    tx: Transaction,
    about: Disputed,
) -> tuple[Dispute, bool]:
    """The dispute's row, locked, made with the first word of it: the order's lock keeps two from
    making it at once.
    """
    order, seen = about.order, about.seen
    mine = Dispute.filter(stripe_dispute_id=seen.id, order_id=order.id)
    row = await tx.lock_first(mine)
    if row is not None:
        return row, False
    status = DisputeStatus(seen.status)
    row = await tx.create(
        Dispute,
        stripe_dispute_id=seen.id,
        share_weight=about.weight,
        vendor_id=order.vendor_id,
        order_id=order.id,
        payment_id=about.payment.id,
        status=status,
        reason=seen.reason,
        amount=seen.amount,
        currency=seen.currency,
        is_inquiry=seen.is_inquiry,
        is_charge_refundable=seen.is_charge_refundable,
        due_by=seen.due_by,
        opened_at=seen.created,
        closed_at=clock.now() if status in CLOSED else None,
        network_reason_code=seen.network_reason_code,
    )
    return row, True


async def _follow_status(
    tx: Transaction, row: Dispute, seen: StripeDispute, *, is_new: bool
) -> DisputeStatus:
    """Move the row to where Stripe has it, if that is news.

    An inquiry that became a dispute may be answered again.
    """
    current, target = DisputeStatus(row.status), DisputeStatus(seen.status)
    known, now_seen = row.transaction_count, len(seen.transactions)
    moved_to = next_status(
        current, target, known_transactions=known, seen_transactions=now_seen
    )
    if not is_new and moved_to is None and (target is not current or now_seen < known):
        return current  # older news
    values: dict[str, Any] = {
        "reason": seen.reason,
        "amount": seen.amount,
        "is_inquiry": seen.is_inquiry,
        "is_charge_refundable": seen.is_charge_refundable,
        "due_by": seen.due_by,
        "network_reason_code": seen.network_reason_code,
        "transaction_count": now_seen,
    }
    if moved_to is not None and (target in CLOSED) != (current in CLOSED):
        values["closed_at"] = clock.now() if target in CLOSED else None
    if row.is_inquiry and not seen.is_inquiry:
        values |= {"submitted_at": None, "submitted_by": "", "delivered_at": None}
        values["part_closed_at"] = None
    elif row.delivered_at is None and await is_delivered(row, seen):
        values["delivered_at"] = clock.now()
    await tx.move(row, to=target, **values)
    return target


async def is_delivered(row: Dispute, seen: StripeDispute) -> bool:
    """Whether Stripe has what was decided here, and not what somebody told it elsewhere or what it
    counts of an inquiry.
    """
    if row.accepted_at is not None:
        return seen.status == DisputeStatus.LOST
    if (
        row.submitted_at is None
        or seen.submission_count == 0
        or seen.status in NEEDS_ANSWER
    ):
        return False
    return evidence.known_fields(seen.evidence) == await handed_in(row)


async def handed_in(row: Dispute) -> dict[str, str]:
    """The answer as it goes to Stripe: texts by field, and the documents that are there by their
    ids. What several orders share has one answer, joined of all parts.
    """
    if row.is_share:
        return (await joined_answer(row.stripe_dispute_id)).sent
    ids = DisputeFile.filter(dispute_id=row.id, stripe_file_id__not_isnull=True)
    return {
        **row.evidence,
        **dict(await ids.values_list("kind", "stripe_file_id")),
    }


async def shared_with(stripe_id: str) -> list[int]:
    """All rows of ours about one dispute at Stripe: one, or those of the orders that share it."""
    mine = Dispute.filter(stripe_dispute_id=stripe_id)
    return await numbers_in(mine.order_by("id"), "id")


def note(
    tx: Transaction,
    row: Dispute,
    action: str,
    actor: str,
    **details: object,
) -> None:
    """Keep who did what, for the page of the dispute and the order's timeline."""
    tx.record_of_order(
        row.order_id,
        f"dispute.{action}",
        actor=actor,
        subject=subject_of(row.id),
        vendor_id=row.vendor_id,
        stripe_id=row.stripe_dispute_id,
        order=row.order_id,
        currency=row.currency,
        **details,
    )


def _record(
    tx: Transaction,
    row: Dispute,
    was: DisputeStatus | None,
    books: Books,
) -> None:
    """Keep what Stripe told us."""
    if was is None:
        note(
            tx,
            row,
            "opened",
            "stripe",
            status=row.status,
            reason=row.reason,
            amount=row.amount,
        )
    if (parts := books.withdrawn) is not None:
        note(
            tx,
            row,
            "withdrawn",
            "stripe",
            amount=parts.total,
            **asdict(parts),
            fee=books.fee,
        )
    if (back := books.reinstated) is not None:
        note(
            tx,
            row,
            "reinstated",
            "stripe",
            amount=back.total,
            vendor=back.vendor,
        )
    if was is not None and was != row.status:
        note(tx, row, "moved", "stripe", status=row.status, was=was)
