"""`/operator/disputes`: every vendor's disputes, and what the marketplace has in those that are
open.
"""

from __future__ import annotations

from quart import Blueprint, Response, request

from portal.disputes.documents import shown
from portal.disputes.words import CHIPS, KINDS, history
from portal.operator.frame import page
from shared.entrypoints.web.access import operator
from shared.entrypoints.web.kit import page_number
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.paging import address, pager
from shared.finance.disputes import attachments, evidence, files
from shared.finance.disputes.open_disputes import exposure
from shared.finance.disputes.queries import dispute_by_id, dispute_page
from shared.finance.disputes.shared_queries import shared_answer
from shared.infra.activity.queries import of_subject

blueprint = Blueprint("operator_disputes", __name__, url_prefix="/operator/disputes")
HISTORY = 60


@blueprint.get("")
@operator
async def index() -> Response:
    """Every vendor's disputes, and what the marketplace has in those that are open."""
    status = request.args.get("status", "all")
    status = status if status in dict(CHIPS) else "all"
    found = await dispute_page(page=page_number(), status=status)
    told = status if status != "all" else None
    return await page(
        "portal/operator/disputes.html",
        nav_active="disputes",
        found=found,
        exposure=await exposure(),
        chips=[
            (
                text,
                address(
                    url_for("operator_disputes.index"),
                    status=name if name != "all" else None,
                ),
                name == status,
                found.counts.get(name),
            )
            for name, text in CHIPS
        ],
        pager=pager(url_for("operator_disputes.index"), found, status=told),
    )


@blueprint.get("/<int:dispute_id>")
@operator
async def show(dispute_id: int) -> Response:
    """One dispute, to read: the vendor answers it, or each of several its part."""
    dispute = await dispute_by_id(dispute_id)
    shared = await shared_answer(dispute.stripe_id) if dispute.is_part else None
    return await page(
        "portal/operator/dispute.html",
        nav_active="disputes",
        dispute=dispute,
        shared=shared,
        kinds=files.KINDS,
        fields=evidence.FIELDS,
        papers=await attachments.attached_to(dispute.id),
        paper_route="operator_disputes.document",
        happenings=history(
            dispute,
            await of_subject(f"dispute:{dispute.id}", kinds=KINDS, newest=HISTORY),
            whose=dispute.vendor_name,
        ),
    )


@blueprint.get("/<int:dispute_id>/documents/<int:file_id>")
@operator
async def document(dispute_id: int, file_id: int) -> Response:
    """A document of a vendor's answer."""
    return await shown((await dispute_by_id(dispute_id)).id, file_id)
