"""What we ask Stripe about the documents of an answer: to keep each of them, once."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from tortoise.expressions import Q

from shared.core import clock
from shared.core.frozen import frozen
from shared.finance.disputes.errors import Overtaken
from shared.finance.disputes.models import DisputeFile
from shared.infra.gateway.errors import StripeRefused
from shared.infra.gateway.files import StoredFile
from shared.infra.gateway.gateway import Gateway
from shared.infra.stripe_writes import service as writes
from shared.infra.stripe_writes.operations import Operation
from shared.infra.stripe_writes.rules import WriteState
from shared.infra.unit import Transaction

# Its words stand in `disputes.document_refusals`, by which older rows, which kept the sentence
# itself, say the same.
UNREADABLE = "unreadable"
# Documents of which Stripe has yet to say something.
UNSENT = Q(stripe_file_id=None, refusal="")


@frozen
class UploadDocument(Operation[StoredFile, None]):
    """A document of an answer.

    It is named in no evidence, so seen by no bank, before it is staged or handed in.
    """

    name: ClassVar[str] = "files.create"

    file_id: int
    mark: str

    @classmethod
    def of(cls, row: DisputeFile) -> Self:
        """Make it of a document that is kept here."""
        return cls(row.id, row.upload_key)

    @property
    def key(self) -> str:
        return self.mark

    @property
    def subject(self) -> str:
        return f"dispute_file:{self.file_id}"

    async def plan(
        self, tx: Transaction, facts: None
    ) -> Self | Literal[WriteState.SUPERSEDED]:
        """One that was removed, or replaced, goes nowhere."""
        is_wanted = await DisputeFile.exists(UNSENT, id=self.file_id)
        return self if is_wanted else WriteState.SUPERSEDED

    async def send(self, gateway: Gateway, key: str) -> StoredFile:
        row = await DisputeFile.get_or_none(id=self.file_id)
        if row is None:
            raise Overtaken(log=f"{self.subject} was removed")
        return await gateway.files.create(
            bytes(row.content),
            name=row.name,
            key=key,
        )

    async def find(self, gateway: Gateway) -> None:
        """Look for nothing: a file bears no mark of ours, and nobody sees a second copy."""

    async def answered(
        self,
        tx: Transaction,
        answer: StoredFile,
        more: None,
    ) -> None:
        await self._note(stripe_file_id=answer.id)

    async def refused(self, tx: Transaction, refusal: StripeRefused) -> None:
        """The vendor reads it beside the document; the others go on."""
        await self._note(refusal=UNREADABLE)

    async def _note(self, **values: str) -> None:
        """Keep what Stripe said, unless the document was removed meanwhile."""
        row = DisputeFile.filter(id=self.file_id, stripe_file_id=None)
        await row.update(**values, updated_at=clock.now())


async def upload_documents(gateway: Gateway, dispute_id: int) -> None:
    """Bring to Stripe what is not there yet, each document once.

    Raises TryLater: the same call goes on later.
    """
    for row in await DisputeFile.filter(UNSENT, dispute_id=dispute_id).order_by("id"):
        write_id = await writes.opened(UploadDocument.of(row), asked_at=row.created_at)
        performed = await writes.perform(gateway, write_id)
        if (
            performed.state == WriteState.WAITING
        ):  # somebody else has given it its next key
            raise writes.StillTrying


async def refused_document(dispute_id: int) -> str | None:
    """Name a document that Stripe did not take, if there is one."""
    refused = DisputeFile.filter(dispute_id=dispute_id).exclude(refusal="")
    name = await refused.order_by("id").first().values_list("name", flat=True)
    return str(name) if name is not None else None
