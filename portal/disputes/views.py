"""`/vendor/admin/disputes`: the list, one dispute with its answer, reading it through, handing it
in, accepting the loss.
"""

from __future__ import annotations

from quart import Blueprint, Response, request

from portal.disputes.documents import take_in, terms_at
from portal.disputes.forms import EvidenceForm, SubmitForm
from portal.disputes.words import CHIPS, KINDS, history
from portal.frame import vendor_page
from shared.core.editing import ChangedMeanwhile
from shared.core.errors import Invalid, TryLater
from shared.core.formats import size
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import large_body, owner
from shared.entrypoints.web.bodies import MAX_UPLOAD
from shared.entrypoints.web.editing import Trail, as_it_is
from shared.entrypoints.web.identity import actor, actor_label, vendor_id
from shared.entrypoints.web.kit import kit, page_number
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.entrypoints.web.paging import address, pager
from shared.entrypoints.web.stepup import fresh_sign_in
from shared.finance.disputes import (
    attachments,
    evidence,
    files,
    responses,
    shared_answers,
)
from shared.finance.disputes.errors import (
    AnswerChanged,
    AnswerClosed,
    AnswerRefused,
    DocumentRefused,
    NothingToSay,
)
from shared.finance.disputes.order_facts import drafted
from shared.finance.disputes.queries import DisputeView, dispute_page, vendor_dispute
from shared.infra.activity.queries import of_subject

blueprint = Blueprint("disputes", __name__, url_prefix="/vendor/admin/disputes")
HISTORY = 60


@blueprint.get("")
@owner
async def index() -> Response:
    """The vendor's disputes, by state: what is asked, how much, and how long there is to answer."""
    status = request.args.get("status", "all")
    status = status if status in dict(CHIPS) else "all"
    found = await dispute_page(
        vendor_id=vendor_id(),
        page=page_number(),
        status=status,
    )
    told = status if status != "all" else None
    return await vendor_page(
        "portal/disputes/list.html",
        nav="disputes",
        found=found,
        chips=[
            (
                text,
                address(
                    url_for("disputes.index"), status=name if name != "all" else None
                ),
                name == status,
                found.counts.get(name),
            )
            for name, text in CHIPS
        ],
        pager=pager(url_for("disputes.index"), found, status=told),
    )


@blueprint.get("/<int:dispute_id>")
@owner
async def show(dispute_id: int) -> Response:
    """One dispute: what the bank says, what it costs, and the answer."""
    return await _dispute_page(await _mine(dispute_id))


@blueprint.post("/<int:dispute_id>/evidence")
@owner
@large_body(MAX_UPLOAD, of="documents")
async def save(dispute_id: int) -> Response:
    """Keep the draft of the answer and stage it at Stripe, where the bank does not see it; then it
    is read through.
    """
    dispute = await _mine(dispute_id)
    form = await (await EvidenceForm.from_request()).pressed()
    try:
        if dispute.can_answer and form.ok():
            await take_in(dispute, form)
        if form.errors:
            return await _dispute_page(await _mine(dispute_id), form=form, status=422)
        trail = Trail(f"dispute:{dispute.id}", ("dispute.drafted",))
        await responses.save_draft(
            vendor_id=vendor_id(),
            dispute_id=dispute.id,
            texts=form.answer(),
            actor=actor_label(actor()),
            look=form.look(
                as_it_is,
                page=url_for("disputes.show", dispute_id=dispute.id),
                trail=trail,
            ),
        )
    except (ChangedMeanwhile, Invalid) as error:
        form.blame(error)
        return await _dispute_page(
            await _mine(dispute_id), form=form, status=error.status
        )
    except (AnswerClosed, AnswerChanged) as error:
        return await _dispute_page(
            await _mine(dispute_id), status=error.status, problem=error.message
        )
    said = await _staged(dispute.id)
    return see_other(
        url_for("disputes.show", dispute_id=dispute.id, _anchor="documents")
        if form.button
        else url_for("disputes.preview", dispute_id=dispute.id),
        said,
    )


async def _staged(dispute_id: int) -> tuple[str, str]:
    try:
        await responses.stage(kit().gateway, dispute_id)
    except TryLater:
        return (
            "info",
            _(
                "Saved. Stripe is not answering right now; your draft goes there as soon as it "
                "does."
            ),
        )
    return "ok", _("Saved. The bank has not seen it yet.")


@blueprint.get("/<int:dispute_id>/preview")
@owner
async def preview(dispute_id: int) -> Response:
    """Exactly what the bank will read, before it is handed in."""
    dispute = await _mine(dispute_id)
    if not dispute.can_answer or not dispute.version:
        return see_other(url_for("disputes.show", dispute_id=dispute.id))
    return await _preview_page(dispute)


@blueprint.post("/<int:dispute_id>/submit")
@owner
async def submit(dispute_id: int) -> Response:
    """Hand the answer in, once and for good; or the vendor's part of it."""
    dispute = await _mine(dispute_id)
    form = await SubmitForm.from_request()
    try:
        if dispute.is_part:
            return await _part_given(dispute, form)
        done = await responses.submit(
            kit().gateway,
            vendor_id=vendor_id(),
            dispute_id=dispute.id,
            version=form.number(),
            actor=actor_label(actor()),
        )
    except (AnswerChanged, NothingToSay, DocumentRefused) as error:
        return await _preview_page(
            await _mine(dispute_id), status=error.status, problem=error.message
        )
    except (AnswerClosed, AnswerRefused) as error:
        return await _dispute_page(
            await _mine(dispute_id), status=error.status, problem=error.message
        )
    said = (
        _("Your answer is with the bank. We write to you when it has decided.")
        if done
        else _(
            "Your answer is handed in. It is not at Stripe yet; it goes there by itself, nothing "
            "is lost."
        )
    )
    return see_other(
        url_for("disputes.show", dispute_id=dispute.id),
        ("ok" if done else "info", said),
    )


async def _part_given(dispute: DisputeView, form: SubmitForm) -> Response:
    await shared_answers.give_part(
        vendor_id=vendor_id(),
        dispute_id=dispute.id,
        version=form.number(),
        actor=actor_label(actor()),
    )
    return see_other(
        url_for("disputes.show", dispute_id=dispute.id),
        ("ok", _("Your part is with the marketplace, which answers the bank.")),
    )


@blueprint.post("/<int:dispute_id>/accept")
@owner
@fresh_sign_in("accept this dispute")
async def accept(dispute_id: int) -> Response:
    """Accept the loss, for good."""
    dispute = await _mine(dispute_id)
    try:
        done = await responses.accept(
            kit().gateway,
            vendor_id=vendor_id(),
            dispute_id=dispute.id,
            actor=actor_label(actor()),
        )
    except (AnswerClosed, AnswerRefused) as error:
        return await _dispute_page(
            await _mine(dispute_id), status=error.status, problem=error.message
        )
    said = (
        _("You accepted the loss. The shopper keeps the money.")
        if done
        else _("You accepted the loss. Stripe does not know yet; it is told by itself.")
    )
    return see_other(
        url_for("disputes.show", dispute_id=dispute.id),
        ("ok" if done else "info", said),
    )


async def _mine(dispute_id: int) -> DisputeView:
    return await vendor_dispute(vendor_id(), dispute_id)


async def _dispute_page(
    dispute: DisputeView,
    *,
    form: EvidenceForm | None = None,
    status: int = 200,
    problem: str | None = None,
) -> Response:
    if form is None and dispute.can_answer:
        texts = dispute.evidence or await drafted(dispute, terms_at=terms_at)
        form = EvidenceForm(
            data={**texts, "own_receipt": not dispute.version},
            meta={"currency": None},
        )
    return await vendor_page(
        "portal/disputes/dispute.html",
        status=status,
        nav="disputes",
        dispute=dispute,
        form=form if dispute.can_answer else None,
        weighty=evidence.weighty(dispute.reason_code),
        others=evidence.others(dispute.reason_code),
        advice=evidence.advice(dispute.reason_code),
        fields=evidence.FIELDS,
        kinds=files.KINDS,
        papers=await attachments.attached_to(dispute.id),
        paper_route="dispute_documents.document",
        accept=files.ACCEPT,
        most=files.MOST_TOGETHER,
        most_words=size(files.MOST_TOGETHER),
        happenings=history(
            dispute,
            await of_subject(f"dispute:{dispute.id}", kinds=KINDS, newest=HISTORY),
        ),
        problem=problem,
    )


async def _preview_page(
    dispute: DisputeView, *, status: int = 200, problem: str | None = None
) -> Response:
    missing = [
        field.label
        for field in evidence.weighty(dispute.reason_code)
        if field.name not in dispute.evidence
    ]
    return await vendor_page(
        "portal/disputes/preview.html",
        status=status,
        nav="disputes",
        dispute=dispute,
        fields=evidence.FIELDS,
        papers=await attachments.attached_to(dispute.id),
        paper_route="dispute_documents.document",
        missing=missing,
        problem=problem,
    )
