"""Answering a dispute: a draft is kept here and staged at Stripe, handed in once, or the loss is accepted.

What a person decides is a transition in our row first, with the key of the write to Stripe; the write itself can be
repeated under that key until Stripe has answered. Two clicks, two people or a crash in between hand in once.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from shared.core import clock
from shared.core.editing import Look, unseen
from shared.finance.disputes import attachments, evidence
from shared.finance.disputes.errors import (
    AnswerChanged,
    AnswerClosed,
    AnswerRefused,
    DocumentRefused,
    NothingToSay,
)
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.rules import ACCEPTABLE, ANSWERABLE, TELLABLE, DisputeStatus
from shared.finance.disputes.service import apply, follow, handed_in, is_delivered
from shared.finance.disputes.versions import answerable, key_of, new_version, note
from shared.infra import unit
from shared.infra.gateway.errors import StripeRefused, StripeUnavailable
from shared.infra.gateway.gateway import Gateway
from shared.infra.jobs import Context, job

log = logging.getLogger("markethall.disputes")


async def save_draft(
    *,
    vendor_id: int,
    dispute_id: int,
    texts: Mapping[str, str],
    actor: str,
    look: Look[Mapping[str, str]] = unseen,
) -> int:
    """Keep the draft of an answer, and have it staged at Stripe: the draft's version.

    Raises NotFound, Invalid, AnswerClosed, and what `look` does, which is called where a draft is kept already.
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
        await note(tx, row, "drafted", actor, version=version, characters=sum(len(text) for text in tidy.values()))
    return version


async def stage(gateway: Gateway, dispute_id: int) -> bool:
    """Bring Stripe's copy of the draft up to date, which the bank does not see; False when there is nothing to bring.

    Raises StripeUnavailable: the draft is kept, and the same call goes on later.
    """
    if not _is_draft(await Dispute.get(id=dispute_id)):
        return False
    await attachments.upload(gateway, dispute_id)
    row = await Dispute.get(id=dispute_id)
    wanted = await handed_in(row)
    if not _is_draft(row) or row.staged_evidence == wanted:
        return False
    version, key = row.evidence_version, str(row.evidence_key)
    try:
        await gateway.disputes.update(row.stripe_dispute_id, evidence=evidence.as_sent(wanted), submit=False, key=key)
    except StripeRefused as refused:
        log.warning("the draft for dispute %s was refused: %s", row.id, refused.log)
        await follow(gateway, row.stripe_dispute_id)
        return False
    except StripeUnavailable as down:
        if down.replayed:
            await _next_key(row, "evidence")
        raise
    async with unit.transaction():
        await Dispute.filter(id=row.id, evidence_version=version).update(staged_evidence=wanted, updated_at=clock.now())
    return True


def _is_draft(row: Dispute) -> bool:
    is_decided = row.submitted_at is not None or row.accepted_at is not None
    return row.status in ANSWERABLE and not is_decided and row.evidence_version > 0


async def submit(gateway: Gateway, *, vendor_id: int, dispute_id: int, version: int, actor: str) -> bool:
    """Hand the answer in that was read through as `version`, once and for good; False when Stripe has yet to answer.

    Raises NotFound, AnswerClosed, AnswerChanged, NothingToSay, DocumentRefused, AnswerRefused.
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
        moved = await tx.change(
            row,
            where={**_undecided(ANSWERABLE), "evidence_version": version},
            submitted_at=clock.now(),
            submitted_by=actor,
            delivered_at=None,
            evidence_version=version + 1,
            evidence_key=key_of(row, "submit", version + 1),
        )
        if not moved:
            raise AnswerClosed
        deliver_later(tx, dispute_id=row.id)
        await note(tx, row, "submitted", actor, version=version, fields=[*sorted(row.evidence), *papers])
    return await _at_once(gateway, dispute_id)


async def accept(gateway: Gateway, *, vendor_id: int, dispute_id: int, actor: str) -> bool:
    """Accept the loss, for good; False when Stripe has yet to answer. Raises NotFound, AnswerClosed, AnswerRefused."""
    async with unit.transaction() as tx:
        row = await answerable(tx, vendor_id, dispute_id)
        version = row.evidence_version + 1
        moved = await tx.change(
            row,
            where=_undecided(ACCEPTABLE),
            accepted_at=clock.now(),
            accepted_by=actor,
            delivered_at=None,
            evidence_version=version,
            evidence_key=key_of(row, "close", version),
        )
        if not moved:
            raise AnswerClosed
        deliver_later(tx, dispute_id=row.id)
        await note(tx, row, "accepted", actor, amount=row.amount)
    return await _at_once(gateway, dispute_id)


def _undecided(states: frozenset[DisputeStatus]) -> dict[str, object]:
    """What must hold of a dispute that is decided now."""
    return {"status__in": sorted(states), "submitted_at": None, "accepted_at": None}


def _asked_under(row: Dispute) -> dict[str, object]:
    """What must hold of a dispute whose write this is the answer to."""
    return {"delivered_at": None, "evidence_key": row.evidence_key}


@job("disputes.deliver")
async def deliver_later(context: Context, dispute_id: int) -> None:
    """Tell Stripe what a vendor decided, until it has answered. A refusal is on the dispute's page."""
    try:
        await deliver(context.gateway, dispute_id)
    except (AnswerRefused, DocumentRefused):
        return


async def _at_once(gateway: Gateway, dispute_id: int) -> bool:
    try:
        await deliver(gateway, dispute_id)
    except StripeUnavailable:
        return False  # the job repeats it under the same key
    return True


async def deliver(gateway: Gateway, dispute_id: int) -> None:
    """Tell Stripe what was decided, under the stored key, until it has answered. Raises StripeUnavailable, AnswerRefused."""
    row = await Dispute.get(id=dispute_id)
    is_decided = row.submitted_at is not None or row.accepted_at is not None
    if not is_decided or row.delivered_at is not None or row.status not in TELLABLE:
        return
    what = "submit" if row.submitted_at else "close"
    if row.submitted_at:
        await attachments.upload(gateway, dispute_id)
        if name := await attachments.refused(dispute_id):
            await _take_back(row, f"the document {name} was refused")
            raise DocumentRefused
    given = await handed_in(row)
    try:
        if row.submitted_at:
            seen = await gateway.disputes.update(
                row.stripe_dispute_id,
                evidence=evidence.as_sent(given),
                submit=True,
                key=str(row.evidence_key),
            )
        else:
            seen = await gateway.disputes.close(row.stripe_dispute_id, key=str(row.evidence_key))
    except StripeRefused as refused:
        await _refused(gateway, row, refused)
        return
    except StripeUnavailable as down:
        if down.replayed:
            await _next_key(row, what)
        raise
    await _delivered(row, staged=given if row.submitted_at else None)
    await apply(row.payment_id, seen)


async def _delivered(row: Dispute, *, staged: Mapping[str, str] | None) -> None:
    async with unit.transaction() as tx:
        values: dict[str, Any] = {"delivered_at": clock.now()}
        if staged is not None:
            values["staged_evidence"] = dict(staged)
        await tx.change(row, where=_asked_under(row), **values)


async def _refused(gateway: Gateway, row: Dispute, refused: StripeRefused) -> None:
    """Stripe said no: perhaps because it is done already, else the decision is taken back and the vendor sees why."""
    seen = await gateway.disputes.get(row.stripe_dispute_id)
    if await is_delivered(row, seen):
        await _delivered(row, staged=None)
        await apply(row.payment_id, seen)
        return
    await _take_back(row, refused.log or "")
    await apply(row.payment_id, seen)
    raise AnswerRefused(log=refused.log) from refused


async def _take_back(row: Dispute, reason: str) -> None:
    log.warning("the answer to dispute %s was refused: %s", row.id, reason)
    async with unit.transaction() as tx:
        nothing: dict[str, Any] = {"submitted_at": None, "submitted_by": "", "accepted_at": None, "accepted_by": ""}
        if await tx.change(row, where=_asked_under(row), **nothing):
            await note(tx, row, "answer_refused", "stripe", reason=reason[:300])


async def _next_key(row: Dispute, what: str) -> None:
    """Stripe stored a failure under this key for good: the next try has the next one."""
    async with unit.transaction():
        version = row.evidence_version + 1
        await Dispute.filter(id=row.id, evidence_version=row.evidence_version).update(
            evidence_version=version, evidence_key=key_of(row, what, version), updated_at=clock.now()
        )
