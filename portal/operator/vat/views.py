"""`/operator/vat`: vendors' VAT numbers, what waits to be confirmed, and on a vendor's page the
decision itself.
"""

from __future__ import annotations

from quart import Blueprint, Response, request

from portal.operator.frame import page
from portal.operator.vat.addresses import address_of
from portal.operator.vat.forms import ConfirmForm, RefuseForm
from portal.statements import vat_words
from shared.core.errors import MarketError
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import operator
from shared.entrypoints.web.identity import actor, actor_label
from shared.entrypoints.web.kit import page_number
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.entrypoints.web.paging import address, pager
from shared.finance.connect.queries import vendor_row
from shared.finance.statements.invoice_issuer import identity
from shared.finance.statements.queries import treatment_of
from shared.trade.vat import service
from shared.trade.vat.holders import of_vendor
from shared.trade.vat.queries import (
    RegistrationState,
    history_of,
    missing_rates,
    registration_counts,
    registration_of,
    registrations,
)
from shared.trade.vat.rules import is_in_eu

blueprint = Blueprint("operator_vat", __name__, url_prefix="/operator")


@blueprint.get("/vat")
@operator
async def index() -> Response:
    """VAT numbers of vendors and shoppers: what waits, what is confirmed, what was refused."""
    wanted = request.args.get("state", "")
    chosen = (
        RegistrationState(wanted)
        if wanted in set(RegistrationState)
        else RegistrationState.WAITING
    )
    found = await registrations(status=chosen, page=page_number())
    counts = await registration_counts()
    return await page(
        "portal/operator/vat.html",
        nav_active="vat",
        found=found,
        chosen=chosen,
        chips=[
            (
                vat_words.NAMES[s],
                address(
                    url_for("operator_vat.index"),
                    state=None if s is RegistrationState.WAITING else s.value,
                ),
                s is chosen,
                counts[s],
            )
            for s in RegistrationState
        ],
        pager=pager(url_for("operator_vat.index"), found, state=wanted or None),
        badges=vat_words.badges(),
        address_of=address_of,
        missing=await missing_rates(),
        seller=await identity(),
    )


@blueprint.get("/vendors/<int:vendor_id>/vat")
@operator
async def vendor(vendor_id: int) -> Response:
    """One vendor's VAT number, which rule decides, and what was stated before."""
    return await _vendor(vendor_id)


@blueprint.post("/vendors/<int:vendor_id>/vat/confirm")
@operator
async def confirm(vendor_id: int) -> Response:
    """Hold the vendor to be the business that it says it is; the proof is kept, and the vendor is
    told.
    """
    form = await ConfirmForm.from_request()
    if not form.ok():
        return await _vendor(vendor_id, confirming=form, status=422)
    try:
        await service.confirm(
            holder=of_vendor(_sane(vendor_id)),
            registration_id=form.registration_id(),
            proof=form.proof.data or "",
            actor=actor_label(actor()),
        )
    except MarketError as error:
        form.blame(error)
        return await _vendor(vendor_id, confirming=form, status=error.status)
    return see_other(
        _where(vendor_id),
        ("ok", _("Confirmed. It holds for the months that are closed from now on.")),
    )


@blueprint.post("/vendors/<int:vendor_id>/vat/refuse")
@operator
async def refuse(vendor_id: int) -> Response:
    """Say that the number is not the vendor's, and why; VAT is charged, and the vendor is told."""
    form = await RefuseForm.from_request()
    registration = form.registration_id()
    if not form.ok() or registration is None:
        return await _vendor(vendor_id, refusing=form, status=422)
    try:
        await service.refuse(
            holder=of_vendor(_sane(vendor_id)),
            registration_id=registration,
            reason=form.reason.data or "",
            actor=actor_label(actor()),
        )
    except MarketError as error:
        form.blame(error)
        return await _vendor(vendor_id, refusing=form, status=error.status)
    return see_other(
        _where(vendor_id),
        ("ok", _("Refused. VAT is charged, and the vendor was told why.")),
    )


async def _vendor(
    vendor_id: int,
    *,
    confirming: ConfirmForm | None = None,
    refusing: RefuseForm | None = None,
    status: int = 200,
) -> Response:
    row = await vendor_row(_sane(vendor_id))
    found = await registration_of(row.id)
    seller = await identity()
    looked_at = {"registration": str(found.id) if found else ""}
    return await page(
        "portal/operator/vendor_vat.html",
        nav_active="vat",
        status=status,
        vendor=row,
        found=found,
        number=vat_words.number_and_state(found),
        badge=vat_words.badge_of(found.status)
        if found
        else ("plain", _("Nothing stated")),
        register=vat_words.register_of(found),
        rule=vat_words.rule_of(row.country, seller.country if seller else None),
        now=vat_words.to_staff(await treatment_of(row.id)),
        needs_number=found is None and is_in_eu(row.country),
        confirming=confirming or ConfirmForm(data=looked_at, meta={"currency": None}),
        refusing=refusing or RefuseForm(data=looked_at, meta={"currency": None}),
        history=await history_of(of_vendor(row.id)),
        badges=vat_words.badges(),
    )


def _where(vendor_id: int) -> str:
    return url_for("operator_vat.vendor", vendor_id=vendor_id)


def _sane(number: int) -> int:
    """An id that a database can be asked for; anything larger is nobody's."""
    return number if number < 2**63 else 0
