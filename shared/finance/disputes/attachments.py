"""The documents of an answer: attached, replaced and removed while it is a draft; brought to Stripe before anything names them.

A document and the key under which it is uploaded are stored first, so a crash between here and Stripe loses nothing: the
same call goes on with what has no id at Stripe yet.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass

from tortoise.queryset import QuerySet

from shared.core import clock
from shared.core.errors import NotFound
from shared.finance.disputes import files
from shared.finance.disputes.models import Dispute, DisputeFile
from shared.finance.disputes.versions import answerable, key_of, new_version, note
from shared.infra import unit
from shared.infra.gateway.errors import StripeRefused, StripeUnavailable
from shared.infra.gateway.gateway import Gateway

log = logging.getLogger("markethall.disputes")

REFUSED = "Stripe could not read this document. Remove it, or choose another version of it."
_MARKS = ("id", "kind", "name", "content_type", "size", "made_here", "refusal")


@dataclass(frozen=True)
class Attached:
    """A document of an answer, without what is in it."""

    id: int
    kind: str
    name: str
    content_type: str
    size: int
    made_here: bool
    refusal: str

    @property
    def label(self) -> str:
        return files.KINDS[self.kind].label

    @property
    def spoken_size(self) -> str:
        return files.size(self.size)


async def attached_to(dispute_id: int) -> dict[str, Attached]:
    """A dispute's documents by kind, in the order of the page."""
    rows = {row["kind"]: Attached(**row) for row in await DisputeFile.filter(dispute_id=dispute_id).values(*_MARKS)}
    return {kind: rows[kind] for kind in files.KINDS if kind in rows}


async def content_of(dispute_id: int, file_id: int) -> tuple[Attached, bytes]:
    """One document with what is in it. Raises NotFound. The caller has checked that the reader may see the dispute."""
    row = await DisputeFile.get_or_none(dispute_id=dispute_id, id=file_id)
    if row is None:
        raise NotFound("We could not find that document.")
    return Attached(**{name: getattr(row, name) for name in _MARKS}), bytes(row.content)


async def attach(
    *, vendor_id: int, dispute_id: int, kind: str, name: str, content: bytes, actor: str, made_here: bool = False
) -> int:
    """Attach a document in place of the one of its kind: the draft's version. Raises NotFound, Invalid, AnswerClosed.

    The same document again changes nothing.
    """
    paper = files.judge(kind, name, content)
    digest = hashlib.sha256(content).hexdigest()
    async with unit.transaction() as tx:
        row = await answerable(tx, vendor_id, dispute_id)
        there = {file["kind"]: file for file in await _of(row).values("kind", "size", "digest", "refusal")}
        if kind in there and there[kind]["digest"] == digest and not there[kind]["refusal"]:
            return row.evidence_version
        sizes = {other: int(file["size"]) for other, file in there.items()}
        files.check_together(kind, {**sizes, kind: len(content)})
        await _of(row).filter(kind=kind).delete()
        version = await new_version(tx, row)
        await DisputeFile.create(
            dispute_id=row.id,
            kind=kind,
            name=paper.name,
            content_type=paper.content_type,
            size=len(content),
            digest=digest,
            content=content,
            made_here=made_here,
            upload_key=key_of(row, f"file:{kind}", version),
        )
        await note(tx, row, "attached", actor, kind=kind, name=paper.name, size=len(content))
    return version


async def remove(*, vendor_id: int, dispute_id: int, kind: str, actor: str) -> bool:
    """Take a document out of the draft; False when there was none. Raises NotFound, AnswerClosed."""
    async with unit.transaction() as tx:
        row = await answerable(tx, vendor_id, dispute_id)
        if not await _of(row).filter(kind=kind).delete():
            return False
        await new_version(tx, row)
        await note(tx, row, "detached", actor, kind=kind)
    return True


async def upload(gateway: Gateway, dispute_id: int) -> None:
    """Bring to Stripe what is not there yet, each document once. What Stripe does not take is marked, the others go on.

    Raises StripeUnavailable: the same call goes on later.
    """
    waiting = DisputeFile.filter(dispute_id=dispute_id, stripe_file_id=None, refusal="").order_by("id")
    for file_id in await waiting.values_list("id", flat=True):
        row = await DisputeFile.get_or_none(id=file_id)
        if row is not None:  # else it was removed meanwhile
            await _upload(gateway, row)


async def _upload(gateway: Gateway, row: DisputeFile) -> None:
    values: dict[str, object]
    try:
        stored = await gateway.files.create(bytes(row.content), name=row.name, key=row.upload_key)
        values = {"stripe_file_id": stored.id}
    except StripeRefused as refused:
        log.warning("document %s of dispute %s was refused: %s", row.id, row.dispute_id, refused.log)
        values = {"refusal": REFUSED}
    except StripeUnavailable as down:
        if down.replayed:  # stored under this key for good: the next try has the next one
            await _save(row, {"upload_key": f"{row.upload_key}:again"})
        raise
    await _save(row, values)


async def _save(row: DisputeFile, values: dict[str, object]) -> None:
    async with unit.transaction():
        await DisputeFile.filter(id=row.id, stripe_file_id=None, upload_key=row.upload_key).update(
            **values, updated_at=clock.now()
        )


async def refused(dispute_id: int) -> str | None:
    """The name of a document that Stripe did not take, if there is one."""
    row = (
        await DisputeFile.filter(dispute_id=dispute_id)
        .exclude(refusal="")
        .order_by("id")
        .values_list("name", flat=True)
    )
    return str(row[0]) if row else None


def _of(row: Dispute) -> QuerySet[DisputeFile]:
    return DisputeFile.filter(dispute_id=row.id)
