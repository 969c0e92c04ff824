"""`/vendor/admin/disputes/<id>/…`: the documents of an answer, to look at; and how the answer's
form brings them.
"""

from __future__ import annotations

import asyncio
from urllib.parse import quote

from quart import Blueprint, Response, request

from portal.disputes.forms import EvidenceForm
from shared.core.errors import Invalid
from shared.entrypoints.web.access import owner
from shared.entrypoints.web.identity import actor, actor_label, vendor_id
from shared.entrypoints.web.links import public_url_for
from shared.finance.disputes import attachments
from shared.finance.disputes.files import KINDS, RECEIPT
from shared.finance.disputes.order_facts import facts_of
from shared.finance.disputes.queries import DisputeView, vendor_dispute
from shared.finance.statements.invoice_issuer import identity
from shared.trade.orders.terms import version_asked_for

blueprint = Blueprint(
    "dispute_documents", __name__, url_prefix="/vendor/admin/disputes"
)


@blueprint.get("/<int:dispute_id>/documents/<int:file_id>")
@owner
async def document(dispute_id: int, file_id: int) -> Response:
    """A document of the answer, as it was attached."""
    dispute = await vendor_dispute(vendor_id(), dispute_id)
    return await shown(dispute.id, file_id)


@blueprint.get("/<int:dispute_id>/receipt.pdf")
@owner
async def own_receipt(dispute_id: int) -> Response:
    """Our own receipt of the order, before it is attached."""
    dispute = await vendor_dispute(vendor_id(), dispute_id)
    return download(await made(dispute), receipt_name(dispute), "application/pdf")


async def shown(dispute_id: int, file_id: int) -> Response:
    """A document as a download. The caller has checked that the reader may see the dispute."""
    there, content = await attachments.content_of(dispute_id, file_id)
    return download(content, there.name, there.content_type)


def download(content: bytes, name: str, content_type: str) -> Response:
    """A file that the browser keeps and never runs."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "private, no-store",
    }
    return Response(content, content_type=content_type, headers=headers)


async def made(dispute: DisputeView) -> bytes:
    """Our own receipt; made beside the event loop."""
    from shared.finance.statements import (
        receipt,
    )  # late: ReportLab takes a fiftieth of the start

    facts = await facts_of(dispute, terms_at=terms_at)
    who = await identity()
    return await asyncio.to_thread(
        receipt.as_pdf, facts, seller=who.legal_name if who else "The marketplace"
    )


def terms_at(version: str) -> str:
    """Where anybody can read the terms of this version."""
    return public_url_for("platform.terms", version=version_asked_for(version))


def receipt_name(dispute: DisputeView) -> str:
    """What our own receipt is called."""
    return f"receipt-{dispute.order_number}.pdf"


async def take_in(dispute: DisputeView, form: EvidenceForm) -> None:
    """Attach what the form brings and remove what it says, each by itself; what is wrong is said at
    its field.

    Raises AnswerClosed, AnswerChanged. Documents do not wait for the texts to be right: a browser
    would forget them.
    """
    brought = await request.files
    for kind in KINDS:
        given = brought.get(kind)
        if given is not None and given.filename:
            await _attach(dispute, form, kind, given.filename, given.read())
    there = await attachments.attached_to(dispute.id)
    if form.own_receipt.data and RECEIPT not in there:
        await _attach(
            dispute,
            form,
            RECEIPT,
            receipt_name(dispute),
            await made(dispute),
            made_here=True,
        )
    if form.removed() in KINDS:
        await attachments.remove(
            vendor_id=vendor_id(),
            dispute_id=dispute.id,
            kind=form.removed(),
            actor=actor_label(actor()),
        )


async def _attach(
    dispute: DisputeView,
    form: EvidenceForm,
    kind: str,
    name: str,
    content: bytes,
    *,
    made_here: bool = False,
) -> None:
    try:
        await attachments.attach(
            vendor_id=vendor_id(),
            dispute_id=dispute.id,
            kind=kind,
            name=name,
            content=content,
            actor=actor_label(actor()),
            made_here=made_here,
        )
    except Invalid as error:
        form.blame(error)
