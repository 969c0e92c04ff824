"""The documents of an answer: attached, replaced and removed while it is a draft.

Each is brought to Stripe by a write of its own (document_writes.py), before anything names it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from tortoise.queryset import QuerySet

from shared.core import formats
from shared.core.frozen import frozen
from shared.finance.disputes import files
from shared.finance.disputes.document_writes import UploadDocument
from shared.finance.disputes.errors import DocumentNotFound
from shared.finance.disputes.models import Dispute, DisputeFile
from shared.finance.disputes.response_versions import answerable, new_version
from shared.finance.disputes.service import note
from shared.infra import unit
from shared.infra.stripe_writes import service as writes

_MARKS = ("id", "kind", "name", "content_type", "size", "made_here", "refusal")


@frozen
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
        return formats.size(self.size)


async def attached_to(dispute_id: int) -> dict[str, Attached]:
    """A dispute's documents by kind, in the order of the page."""
    rows = {
        row["kind"]: Attached(**row)
        for row in await DisputeFile.filter(dispute_id=dispute_id).values(*_MARKS)
    }
    return _in_order(rows)


def _in_order(rows: Mapping[str, Attached]) -> dict[str, Attached]:
    return {kind: rows[kind] for kind in files.KINDS if kind in rows}


async def attached_to_all(ids: Sequence[int]) -> dict[int, dict[str, Attached]]:
    """The same of several disputes, by their ids."""
    mine = DisputeFile.filter(dispute_id__in=ids)
    found: dict[int, dict[str, Attached]] = {each: {} for each in ids}
    for row in await mine.values("dispute_id", *_MARKS):
        dispute_id = row.pop("dispute_id")
        found[dispute_id][row["kind"]] = Attached(**row)
    return {each: _in_order(rows) for each, rows in found.items()}


async def content_of(
    dispute_id: int,
    file_id: int,
) -> tuple[Attached, bytes]:
    """One document with what is in it.

    Raises NotFound. The caller has checked that the reader may see the dispute.
    """
    row = await DisputeFile.get_or_none(dispute_id=dispute_id, id=file_id)
    if row is None:
        raise DocumentNotFound
    file = Attached(**{name: getattr(row, name) for name in _MARKS})
    return file, bytes(row.content)


async def attach(
    *,
    vendor_id: int,
    dispute_id: int,
    kind: str,
    name: str,
    content: bytes,
    actor: str,
    made_here: bool = False,
) -> int:
    """Attach a document in place of the one of its kind: the draft's version.

    The same document again changes nothing. Raises NotFound, Invalid, AnswerClosed.
    """
    paper = files.judge(kind, name, content)
    digest = hashlib.sha256(content).hexdigest()
    async with unit.transaction() as tx:
        row = await answerable(tx, vendor_id, dispute_id)
        if await _is_there(row, kind, digest, size=len(content)):
            return row.evidence_version
        await _of(row).filter(kind=kind).delete()
        version = await new_version(tx, row)
        file = await DisputeFile.create(
            dispute_id=row.id,
            kind=kind,
            name=paper.name,
            content_type=paper.content_type,
            size=len(content),
            digest=digest,
            content=content,
            made_here=made_here,
            upload_key=_upload_key(row, kind, version),
        )
        await writes.open_write(tx, UploadDocument.of(file))
        told = {"kind": kind, "name": paper.name, "size": file.size}
        note(tx, row, "attached", actor, **told)
    return version


async def _is_there(
    row: Dispute,
    kind: str,
    digest: str,
    *,
    size: int,
) -> bool:
    """Tell whether this very document is attached already.

    Raises Invalid where all would be too large with it.
    """
    found = await _of(row).values("kind", "size", "digest", "refusal")
    there = {file["kind"]: file for file in found}
    same = there.get(kind)
    if same and same["digest"] == digest and not same["refusal"]:
        return True
    sizes = {other: int(file["size"]) for other, file in there.items()}
    files.check_together(kind, {**sizes, kind: size})
    return False


async def remove(
    *,
    vendor_id: int,
    dispute_id: int,
    kind: str,
    actor: str,
) -> bool:
    """Take a document out of the draft;

    False when there was none. Raises NotFound, AnswerClosed.
    """
    async with unit.transaction() as tx:
        row = await answerable(tx, vendor_id, dispute_id)
        if not await _of(row).filter(kind=kind).delete():
            return False
        await new_version(tx, row)
        note(tx, row, "detached", actor, kind=kind)
    return True


def _upload_key(row: Dispute, kind: str, version: int) -> str:
    """Name a document's upload; the parts of a shared dispute count their versions apart."""
    part = f":{row.order_id}" if row.is_share else ""
    return f"dispute:{row.stripe_dispute_id}{part}:file:{kind}:{version}"


def _of(row: Dispute) -> QuerySet[DisputeFile]:
    return DisputeFile.filter(dispute_id=row.id)
