"""Answering a dispute that several orders share: each vendor writes its part, the operator hands
the one answer in or gives the dispute up, and shortly before the bank's deadline what is there goes
in by itself.

The decision is a change of all its rows, and one write, about the row that was first (decision 26).
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from shared.core import clock
from shared.finance.disputes import attachments
from shared.finance.disputes.answer_parts import joined
from shared.finance.disputes.errors import (
    AnswerChanged,
    AnswerClosed,
    AnswerRefused,
    DisputeNotFound,
    DocumentRefused,
    NothingToSay,
)
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.response_versions import answerable
from shared.finance.disputes.responses import at_once
from shared.finance.disputes.rules import (
    ACCEPTABLE,
    ANSWERABLE,
    HANDED_IN_BEFORE,
    DisputeStatus,
    bank_due,
)
from shared.finance.disputes.service import note
from shared.finance.disputes.writes import CloseDispute, SubmitEvidence
from shared.infra import unit
from shared.infra.gateway.gateway import Gateway
from shared.infra.stripe_writes import service as writes
from shared.infra.unit import Transaction

BY_ITSELF = "system"


async def give_part(
    *,
    vendor_id: int,
    dispute_id: int,
    version: int,
    actor: str,
) -> None:
    """Hand a vendor's part in that was read through as `version`: the marketplace has it now.

    Raises NotFound, AnswerClosed, AnswerChanged, NothingToSay, DocumentRefused.
    """
    async with unit.transaction() as tx:
        row = await answerable(tx, vendor_id, dispute_id)
        papers = await attachments.attached_to(row.id)
        if not row.is_share:
            raise AnswerClosed
        if not row.evidence and not papers:
            raise NothingToSay
        if row.evidence_version != version:
            raise AnswerChanged
        if any(paper.refusal for paper in papers.values()):
            raise DocumentRefused
        await tx.change(row, part_closed_at=clock.now())
        note(tx, row, "part_given", actor, version=version)


async def hand_in(
    gateway: Gateway,
    *,
    dispute_id: int,
    version: int,
    actor: str,
) -> bool:
    """Hand the one answer in that was read through as `version`, once and for good.

    Return False when Stripe has yet to answer. Raises NotFound, AnswerClosed, AnswerChanged,
    NothingToSay, AnswerRefused.
    """
    async with unit.transaction() as tx:
        rows = await _undecided(tx, dispute_id, ANSWERABLE)
        if version_of(rows) != version:
            raise AnswerChanged
        await _hand_in(tx, rows, actor)
    return await at_once(gateway, rows[0].id)


async def give_up(
    gateway: Gateway,
    *,
    dispute_id: int,
    actor: str,
) -> bool:
    """Accept the loss for all vendors, for good; False when Stripe has yet to answer.

    Raises NotFound, AnswerClosed, AnswerRefused.
    """
    async with unit.transaction() as tx:
        rows = await _undecided(tx, dispute_id, ACCEPTABLE)
        decided = {"accepted_at": clock.now(), "accepted_by": actor}
        await _decide(tx, rows, CloseDispute, **decided)
        for row in rows:
            note(tx, row, "accepted", actor, amount=row.amount)
    return await at_once(gateway, rows[0].id)


def version_of(rows: list[Dispute]) -> int:
    """Name what all parts say now: each change of one gives a higher number."""
    return sum(row.evidence_version for row in rows)


async def follow_deadlines(gateway: Gateway, dispute_id: int) -> None:
    """Close the parts whose time is over, and hand in what is there when the bank's nearly is."""
    with suppress(AnswerClosed):
        async with unit.transaction() as tx:
            rows = await _undecided(tx, dispute_id, ANSWERABLE)
            await _close_parts(tx, rows)
            if not _is_time(rows[0]):
                return
            with suppress(NothingToSay):
                await _hand_in(tx, rows, BY_ITSELF)
        with suppress(AnswerRefused, DocumentRefused):
            await at_once(gateway, rows[0].id)


async def _undecided(
    tx: Transaction,
    dispute_id: int,
    states: frozenset[DisputeStatus],
) -> list[Dispute]:
    """Lock all rows of a shared dispute that nobody has decided. Raises NotFound, AnswerClosed."""
    found = await Dispute.get_or_none(id=dispute_id)
    if found is None or not found.is_share:
        raise DisputeNotFound
    mine = Dispute.filter(stripe_dispute_id=found.stripe_dispute_id)
    rows = await tx.lock_all(mine)
    for row in rows:
        is_decided = row.submitted_at is not None or row.accepted_at is not None
        if row.status not in states or is_decided:
            raise AnswerClosed
    return rows


def _is_time(row: Dispute) -> bool:
    """Tell whether the bank still takes an answer, but not for long."""
    due = bank_due(row.due_by)
    now = clock.now()
    return due is not None and due - HANDED_IN_BEFORE <= now < due


async def _close_parts(tx: Transaction, rows: list[Dispute]) -> None:
    now = clock.now()
    for row in rows:
        is_over = row.due_by is not None and row.due_by <= now
        if row.part_closed_at is None and is_over:
            await tx.change(row, part_closed_at=now)
            note(tx, row, "part_closed", BY_ITSELF)


async def _hand_in(
    tx: Transaction,
    rows: list[Dispute],
    actor: str,
) -> None:
    """Let the answer stand in all rows, with its write. Raises NothingToSay, AnswerClosed."""
    answer = await joined(rows)
    if answer.is_empty:
        raise NothingToSay
    decided = {"submitted_at": clock.now(), "submitted_by": actor}
    await _decide(tx, rows, SubmitEvidence, **decided)
    fields = [*sorted(answer.texts), *answer.documents]
    for row in rows:
        note(tx, row, "submitted", actor, version=row.evidence_version, fields=fields)


async def _decide(
    tx: Transaction,
    rows: list[Dispute],
    operation: type[SubmitEvidence | CloseDispute],
    **decided: Any,
) -> None:
    """Let a decision stand in all rows, and open its one write. The rows are locked."""
    for row in rows:
        version = row.evidence_version + 1
        await tx.change(row, delivered_at=None, evidence_version=version, **decided)
    await writes.open_write(tx, operation.of(rows[0]))
