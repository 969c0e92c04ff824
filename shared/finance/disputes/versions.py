"""What every change of an answer has in common: the dispute's lock, the next version with its key, and the trail."""

from __future__ import annotations

from typing import Any

from shared.finance.disputes.errors import AnswerChanged, AnswerClosed
from shared.finance.disputes.events import DraftChanged
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.rules import ANSWERABLE
from shared.finance.disputes.service import subject_of
from shared.infra.unit import Transaction


async def answerable(tx: Transaction, vendor_id: int, dispute_id: int) -> Dispute:
    """The vendor's dispute, locked, while it can be answered. Raises NotFound, AnswerClosed."""
    row = await tx.lock(Dispute, id=dispute_id, vendor_id=vendor_id)
    if row.status not in ANSWERABLE or row.submitted_at is not None or row.accepted_at is not None:
        raise AnswerClosed
    return row


async def new_version(tx: Transaction, row: Dispute, **values: Any) -> int:
    """The draft has changed: its next version with the key of the write to Stripe, which is enqueued. Raises AnswerChanged."""
    version = row.evidence_version + 1
    undecided = {"evidence_version": row.evidence_version, "submitted_at": None, "accepted_at": None}
    key = key_of(row, "evidence", version)
    moved = await tx.change(row, where=undecided, evidence_version=version, evidence_key=key, **values)
    if not moved:
        raise AnswerChanged
    tx.emit(DraftChanged(row.id))
    return version


def key_of(row: Dispute, what: str, version: int) -> str:
    """The idempotency key of a write, stored before Stripe is asked."""
    return f"dispute:{row.stripe_dispute_id}:{what}:{version}"


async def note(tx: Transaction, row: Dispute, action: str, actor: str, **details: object) -> None:
    """Keep who did what."""
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
