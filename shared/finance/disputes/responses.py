"""Answering a dispute: a draft is kept and staged at Stripe, handed in once, or the loss is
accepted.

What a person decides is a change of our row, and a write to Stripe in the same transaction
(writes.py). Two clicks, two people or a crash in between hand in once.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from shared.core import clock
from shared.core.editing import Look, unseen
from shared.core.errors import TryLater
from shared.finance.disputes import attachments, evidence
from shared.finance.disputes.document_writes import refused_document
from shared.finance.disputes.errors import (
    AnswerChanged,
    AnswerClosed,
    AnswerRefused,
    DocumentRefused,
    NothingToSay,
)
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.response_versions import answerable, new_version
from shared.finance.disputes.rules import ACCEPTABLE, ANSWERABLE, DisputeStatus
from shared.finance.disputes.service import note, sync_dispute
from shared.finance.disputes.writes import (
    CloseDispute,
    StageEvidence,
    SubmitEvidence,
    decision_of,
    is_draft,
)
from shared.infra import unit
from shared.infra.gateway.gateway import Gateway
from shared.infra.jobs import Context, job
from shared.infra.stripe_writes import service as writes
from shared.infra.stripe_writes.rules import WriteState
from shared.infra.unit import Transaction


async def save_draft(
    *,
    vendor_id: int,
    dispute_id: int,
    texts: Mapping[str, str],
    actor: str,
    look: Look[Mapping[str, str]] = unseen,
) -> int:
    """Keep the draft of an answer, and have it staged at Stripe. Return its version.

    Raises NotFound, Invalid, AnswerClosed, and what `look` does, which is called where a draft is
    kept already.
    """
    tidy = evidence.tidy(texts)
    evidence.check(tidy)
    async with unit.transaction() as tx:
        row = await answerable(tx, vendor_id, dispute_id)
        if row.evidence:
            await look(row.evidence)
        if row.evidence_version and tidy == row.evidence:
            return row.evidence_version
        version = await new_version(tx, row, evidence=tidy)
        characters = sum(len(text) for text in tidy.values())
        note(tx, row, "drafted", actor, version=version, characters=characters)
    return version


async def stage(gateway: Gateway, dispute_id: int) -> bool:
    """Bring Stripe's copy of the draft up to date, which the bank does not see.

    Return False when Stripe took nothing. Raises TryLater: the draft is kept, and its write's job
    goes on.
    """
    row = await Dispute.get(id=dispute_id)
    if not is_draft(row):
        return False
    write_id = await writes.opened(StageEvidence.of(row), asked_at=row.opened_at)
    performed = await writes.perform(gateway, write_id)
    if performed.refusal is not None:
        await sync_dispute(gateway, row.stripe_dispute_id)
    return performed.answer is not None


async def submit(
    gateway: Gateway,
    *,
    vendor_id: int,
    dispute_id: int,
    version: int,
    actor: str,
) -> bool:
    """Hand the answer in that was read through as `version`, once and for good.

    Return False when Stripe has yet to answer. Raises NotFound, AnswerClosed, AnswerChanged,
    NothingToSay, DocumentRefused, AnswerRefused.
    """
    async with unit.transaction() as tx:
        row = await answerable(tx, vendor_id, dispute_id)
        papers = await attachments.attached_to(row.id)
        if not row.evidence and not papers:
            raise NothingToSay
        if row.evidence_version != version:
            raise AnswerChanged
        if any(paper.refusal for paper in papers.values()):
            raise DocumentRefused
        await _decide(
            tx,
            row,
            ANSWERABLE,
            SubmitEvidence,
            submitted_at=clock.now(),
            submitted_by=actor,
        )
        fields = [*sorted(row.evidence), *papers]
        note(tx, row, "submitted", actor, version=version, fields=fields)
    return await at_once(gateway, dispute_id)


async def accept(
    gateway: Gateway,
    *,
    vendor_id: int,
    dispute_id: int,
    actor: str,
) -> bool:
    """Accept the loss, for good;

    False when Stripe has yet to answer. Raises NotFound, AnswerClosed, AnswerRefused.
    """
    async with unit.transaction() as tx:
        row = await answerable(tx, vendor_id, dispute_id)
        await _decide(
            tx,
            row,
            ACCEPTABLE,
            CloseDispute,
            accepted_at=clock.now(),
            accepted_by=actor,
        )
        note(tx, row, "accepted", actor, amount=row.amount)
    return await at_once(gateway, dispute_id)


async def _decide(
    tx: Transaction,
    row: Dispute,
    states: frozenset[DisputeStatus],
    operation: type[SubmitEvidence | CloseDispute],
    **decided: Any,
) -> None:
    """Let a decision stand in the row, and open its write under the next version.

    Raises AnswerClosed, also for a vendor's part of a shared one: it decides nothing for others.
    """
    if row.is_share:
        raise AnswerClosed
    version = row.evidence_version + 1
    where = {
        "status__in": sorted(states),
        "submitted_at": None,
        "accepted_at": None,
        "evidence_version": row.evidence_version,
    }
    decided |= {"delivered_at": None, "evidence_version": version}
    if not await tx.change(row, where=where, **decided):
        raise AnswerClosed
    await writes.open_write(tx, operation.of(row))


async def at_once(gateway: Gateway, dispute_id: int) -> bool:
    """Tell Stripe what was decided; False when it has yet to answer. Raises as `deliver`."""
    try:
        await deliver(gateway, dispute_id)
    except TryLater:
        return False  # the write's job repeats it under the same key
    return True


async def deliver(gateway: Gateway, dispute_id: int) -> None:
    """Tell Stripe what was decided, until it has answered.

    Raises TryLater, AnswerRefused, DocumentRefused.
    """
    row = await Dispute.get(id=dispute_id)
    decision = decision_of(row)
    if decision is None:
        return
    write_id = await writes.opened(decision, asked_at=_decided_at(row))
    performed = await writes.perform(gateway, write_id)
    if performed.state == WriteState.WAITING:  # somebody else has given it its next key
        raise writes.StillTrying
    if performed.state == WriteState.REFUSED:
        with suppress(TryLater):  # a job reads it again as well
            await sync_dispute(gateway, row.stripe_dispute_id)
        raise AnswerRefused(log=performed.refusal.log if performed.refusal else None)
    if (
        performed.state == WriteState.SUPERSEDED
        and not row.is_share
        and await refused_document(dispute_id)
    ):
        raise DocumentRefused


def _decided_at(row: Dispute) -> datetime:
    """When a decision was written down: before that its key was not used."""
    return row.submitted_at or row.accepted_at or row.opened_at


@job("disputes.deliver")
async def deliver_later(context: Context, dispute_id: int) -> None:
    """Tell Stripe what was decided: older versions put this on the list.

    A refusal is on the dispute's page.
    """
    with suppress(AnswerRefused, DocumentRefused):
        await deliver(context.gateway, dispute_id)
