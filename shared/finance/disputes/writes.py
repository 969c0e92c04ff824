"""What we ask Stripe about a dispute: to stage an answer, to take it, to close.

Each write belongs to one version of the answer; the row says which is the newest. What is sent is
read from our rows when it is sent: an answer and its documents stand in one place, and cannot
change while their version is the newest.
"""

from __future__ import annotations

import logging
from abc import abstractmethod
from typing import Any, ClassVar, Literal, Self

from shared.core import clock
from shared.core.frozen import frozen
from shared.finance.disputes import evidence, service
from shared.finance.disputes.document_writes import refused_document, upload_documents
from shared.finance.disputes.errors import Overtaken
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.rules import ANSWERABLE, TELLABLE
from shared.finance.disputes.shared_disputes import lock_disputed
from shared.infra.gateway.disputes import StripeDispute
from shared.infra.gateway.errors import StripeMissing, StripeRefused
from shared.infra.gateway.gateway import Gateway
from shared.infra.stripe_writes.operations import Operation
from shared.infra.stripe_writes.rules import WriteState
from shared.infra.unit import Transaction

log = logging.getLogger("markethall.disputes")


@frozen
class _OfDispute(Operation[StripeDispute, None]):
    """A write about one version of an answer. `what` stands in its key."""

    what: ClassVar[str]

    dispute_id: int
    stripe_id: str
    payment_id: int
    version: int

    @classmethod
    def of(cls, row: Dispute) -> Self:
        """Make it of the newest version of an answer."""
        return cls(row.id, row.stripe_dispute_id, row.payment_id, row.evidence_version)

    @property
    def key(self) -> str:
        return f"dispute:{self.stripe_id}:{self.what}:{self.version}"

    @property
    def subject(self) -> str:
        return service.subject_of(self.dispute_id)

    def is_newest(self, row: Dispute) -> bool:
        """Tell whether nothing was written or decided since."""
        return row.evidence_version == self.version

    @abstractmethod
    def is_wanted(self, row: Dispute) -> bool:
        """Tell whether Stripe is still to be told."""

    async def plan(
        self, tx: Transaction, facts: None
    ) -> Self | Literal[WriteState.SUPERSEDED]:
        row = await tx.lock(Dispute, id=self.dispute_id)
        return self if self.is_wanted(row) else WriteState.SUPERSEDED

    async def read_response(self) -> dict[str, str]:
        """Return texts and documents of this version. Raises Overtaken."""
        row = await Dispute.get(id=self.dispute_id)
        given = await service.handed_in(row)
        if not self.is_newest(row):
            raise Overtaken(
                log=f"version {self.version} of {self.subject} was overtaken"
            )
        return given

    async def read_dispute(self, gateway: Gateway) -> StripeDispute | None:
        """Read the dispute at Stripe; None where Stripe does not know it."""
        try:
            return await gateway.disputes.get(self.stripe_id)
        except StripeMissing:
            return None


@frozen
class StageEvidence(_OfDispute):
    """A draft as Stripe keeps it; the bank does not see it."""

    name: ClassVar[str] = "disputes.stage"
    what: ClassVar[str] = "evidence"

    def is_wanted(self, row: Dispute) -> bool:
        return self.is_newest(row) and is_draft(row)

    async def prepare(self, gateway: Gateway) -> None:
        """Bring its documents to Stripe. Raises TryLater."""
        if self.is_wanted(await Dispute.get(id=self.dispute_id)):
            await upload_documents(gateway, self.dispute_id)

    async def plan(
        self, tx: Transaction, facts: None
    ) -> Self | Literal[WriteState.SUPERSEDED]:
        row = await tx.lock(Dispute, id=self.dispute_id)
        is_there = row.staged_evidence == await service.handed_in(row)
        return self if self.is_wanted(row) and not is_there else WriteState.SUPERSEDED

    async def send(self, gateway: Gateway, key: str) -> StripeDispute:
        given = evidence.as_sent(await self.read_response())
        return await gateway.disputes.update(
            self.stripe_id,
            evidence=given,
            submit=False,
            key=key,
        )

    async def find(self, gateway: Gateway) -> StripeDispute | None:
        seen = await self.read_dispute(gateway)
        row = await Dispute.get(id=self.dispute_id)
        if seen is None or not self.is_wanted(row):
            return None
        return (
            seen
            if evidence.known_fields(seen.evidence) == await service.handed_in(row)
            else None
        )

    async def answered(
        self,
        tx: Transaction,
        answer: StripeDispute,
        more: None,
    ) -> None:
        row = await tx.lock(Dispute, id=self.dispute_id)
        if self.is_newest(row):
            await tx.change(row, staged_evidence=await service.handed_in(row))

    async def refused(self, tx: Transaction, refusal: StripeRefused) -> None:
        """The draft stays here; perhaps the dispute takes none any more."""
        service.read_again(tx, self.stripe_id)


def is_draft(row: Dispute) -> bool:
    """Tell whether there is a draft that nobody has handed in."""
    is_decided = row.submitted_at is not None or row.accepted_at is not None
    if row.is_share or is_decided:
        return False
    return row.status in ANSWERABLE and row.evidence_version > 0


@frozen
class _Decision(_OfDispute):
    """What a vendor decided, once and for good.

    Refused, it is taken back, unless Stripe has it already.
    """

    looks_after_refusal: ClassVar[bool] = True
    decided_at: ClassVar[str]  # the column that says when

    def is_wanted(self, row: Dispute) -> bool:
        """Tell whether this is still what the vendor decided, and Stripe has yet to hear it."""
        is_decided = getattr(row, self.decided_at) is not None
        return is_decided and self.is_newest(row) and is_untold(row)

    async def find(self, gateway: Gateway) -> StripeDispute | None:
        seen = await self.read_dispute(gateway)
        row = await Dispute.get(id=self.dispute_id)
        if seen is None or not self.is_newest(row):
            return None
        return seen if await service.is_delivered(row, seen) else None

    async def answered(
        self,
        tx: Transaction,
        answer: StripeDispute,
        more: None,
    ) -> None:
        await lock_disputed(tx, self.payment_id, answer)
        row = await tx.lock(Dispute, id=self.dispute_id)
        if self.is_wanted(row):
            await tx.change(
                row,
                delivered_at=clock.now(),
                **await self.known_by_answer(row),
            )
        await service.apply_in(tx, self.payment_id, answer)

    async def known_by_answer(self, row: Dispute) -> dict[str, Any]:
        """Return what else our row knows now."""
        return {}

    async def refused(self, tx: Transaction, refusal: StripeRefused) -> None:
        row = await tx.lock(Dispute, id=self.dispute_id)
        if self.is_wanted(row):
            await _take_back(tx, row, refusal.log or "")
        service.read_again(tx, self.stripe_id)


@frozen
class SubmitEvidence(_Decision):
    """An answer handed in."""

    name: ClassVar[str] = "disputes.submit"
    what: ClassVar[str] = "submit"
    decided_at: ClassVar[str] = "submitted_at"

    async def prepare(self, gateway: Gateway) -> None:
        """Bring its documents to Stripe. Raises TryLater."""
        if self.is_wanted(await Dispute.get(id=self.dispute_id)):
            for dispute_id in await service.shared_with(self.stripe_id):
                await upload_documents(gateway, dispute_id)

    async def plan(
        self, tx: Transaction, facts: None
    ) -> Self | Literal[WriteState.SUPERSEDED]:
        """Take it back where Stripe refused a document: without it, it is another answer.

        Not one that several share and that says something without it: one vendor's document
        does not cost the others their answer.
        """
        row = await tx.lock(Dispute, id=self.dispute_id)
        if not self.is_wanted(row):
            return WriteState.SUPERSEDED
        if row.is_share:
            if await service.handed_in(row):
                return self
            await _take_back(tx, row, "no document of it was taken")
            return WriteState.SUPERSEDED
        if name := await refused_document(row.id):
            await _take_back(tx, row, f"the document {name} was refused")
            return WriteState.SUPERSEDED
        return self

    async def send(self, gateway: Gateway, key: str) -> StripeDispute:
        given = evidence.as_sent(await self.read_response())
        return await gateway.disputes.update(
            self.stripe_id,
            evidence=given,
            submit=True,
            key=key,
        )

    async def known_by_answer(self, row: Dispute) -> dict[str, Any]:
        return {"staged_evidence": await service.handed_in(row)}


@frozen
class CloseDispute(_Decision):
    """A loss accepted."""

    name: ClassVar[str] = "disputes.close"
    what: ClassVar[str] = "close"
    decided_at: ClassVar[str] = "accepted_at"

    async def send(self, gateway: Gateway, key: str) -> StripeDispute:
        return await gateway.disputes.close(self.stripe_id, key=key)


def is_untold(row: Dispute) -> bool:
    """Tell whether Stripe has not taken a decision yet, and still can."""
    return row.delivered_at is None and row.status in TELLABLE


def decision_of(row: Dispute) -> SubmitEvidence | CloseDispute | None:
    """Say what Stripe is to be told; None when nothing was decided, or Stripe knows."""
    if not is_untold(row):
        return None
    if row.submitted_at is not None:
        return SubmitEvidence.of(row)
    return CloseDispute.of(row) if row.accepted_at is not None else None


async def _take_back(tx: Transaction, row: Dispute, reason: str) -> None:
    """Let nothing pretend that the vendor decided; the page shows why."""
    log.warning("the answer to dispute %s was refused: %s", row.id, reason)
    mine = Dispute.filter(stripe_dispute_id=row.stripe_dispute_id)
    for each in await tx.lock_all(mine) if row.is_share else [row]:
        await tx.change(
            each,
            submitted_at=None,
            submitted_by="",
            accepted_at=None,
            accepted_by="",
        )
        service.note(tx, each, "answer_refused", "stripe", reason=reason[:300])
