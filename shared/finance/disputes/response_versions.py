"""What every change of a draft has in common: the dispute's lock, the next version, its write."""

from __future__ import annotations

from typing import Any

from shared.core import clock
from shared.finance.disputes.errors import AnswerChanged, AnswerClosed, PartClosed
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.rules import ANSWERABLE, part_is_open
from shared.finance.disputes.writes import StageEvidence
from shared.infra.stripe_writes import service as writes
from shared.infra.unit import Transaction


async def answerable(tx: Transaction, vendor_id: int, dispute_id: int) -> Dispute:
    """Lock the vendor's dispute, while it can be answered. Raises NotFound, AnswerClosed."""
    row = await tx.lock(Dispute, id=dispute_id, vendor_id=vendor_id)
    is_decided = row.submitted_at is not None or row.accepted_at is not None
    if row.status not in ANSWERABLE or is_decided:
        raise AnswerClosed
    if row.is_share and not part_is_open(row.part_closed_at, row.due_by, clock.now()):
        raise PartClosed
    return row


async def new_version(
    tx: Transaction,
    row: Dispute,
    **values: Any,
) -> int:
    """Give a draft that has changed its next version, and open the write that stages it.

    Raises AnswerChanged.
    """
    known = row.evidence_version
    version = known + 1
    undecided = {"evidence_version": known, "submitted_at": None, "accepted_at": None}
    moved = await tx.change(row, where=undecided, evidence_version=version, **values)
    if not moved:
        raise AnswerChanged
    if not row.is_share:  # Stripe has one draft, and a part is not the whole
        await writes.open_write(tx, StageEvidence.of(row))
    return version
