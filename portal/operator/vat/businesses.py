"""`/operator/customers/<id>/vat`: the VAT number of a shopper that buys for a business, and the
decision about it.
"""

from __future__ import annotations

from quart import Blueprint, Response

from portal.operator.frame import page
from portal.operator.vat.forms import ConfirmForm, RefuseForm
from portal.statements import vat_words
from shared.core.errors import MarketError
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import operator
from shared.entrypoints.web.identity import actor, actor_label
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.trade.people import directory, rules
from shared.trade.vat import service
from shared.trade.vat.holders import of_shopper
from shared.trade.vat.queries import history_of, registration_held

blueprint = Blueprint("operator_business", __name__, url_prefix="/operator/customers")


@blueprint.get("/<int:customer_id>/vat")
@operator
async def show(customer_id: int) -> Response:
    """What a shopper states, and what it stated before."""
    return await _page(customer_id)


@blueprint.post("/<int:customer_id>/vat/confirm")
@operator
async def confirm(customer_id: int) -> Response:
    """Let a shopper buy without VAT by its number from the next order on; it is told."""
    form = await ConfirmForm.from_request()
    registration = form.registration_id()
    if not form.ok() or registration is None:
        return await _page(customer_id, confirming=form, status=422)
    try:
        await service.confirm(
            holder=of_shopper(_sane(customer_id)),
            registration_id=registration,
            proof=form.proof.data or "",
            actor=actor_label(actor()),
        )
    except MarketError as error:
        form.blame(error)
        return await _page(customer_id, confirming=form, status=error.status)
    told = _("Confirmed. It holds from the shopper’s next order on.")
    return see_other(url_for(".show", customer_id=customer_id), ("ok", told))


@blueprint.post("/<int:customer_id>/vat/refuse")
@operator
async def refuse(customer_id: int) -> Response:
    """Say that the number is not the shopper's, or no longer, and why; it pays VAT."""
    form = await RefuseForm.from_request()
    registration = form.registration_id()
    if not form.ok() or registration is None:
        return await _page(customer_id, refusing=form, status=422)
    try:
        await service.refuse(
            holder=of_shopper(_sane(customer_id)),
            registration_id=registration,
            reason=form.reason.data or "",
            actor=actor_label(actor()),
        )
    except MarketError as error:
        form.blame(error)
        return await _page(customer_id, refusing=form, status=error.status)
    told = _("Refused. The shopper pays prices with VAT, and was told why.")
    return see_other(url_for(".show", customer_id=customer_id), ("ok", told))


async def _page(
    customer_id: int,
    *,
    confirming: ConfirmForm | None = None,
    refusing: RefuseForm | None = None,
    status: int = 200,
) -> Response:
    person = await directory.person(rules.CUSTOMER, _sane(customer_id))
    holder = of_shopper(person.id)
    found = await registration_held(holder)
    looked_at = {"registration": str(found.id) if found else ""}
    return await page(
        "portal/operator/shopper_vat.html",
        nav_active="vat",
        status=status,
        person=person,
        name=found.name if found and found.name else person.full_name,
        found=found,
        badge=vat_words.badge_of(found.status)
        if found
        else ("plain", _("Nothing stated")),
        register=vat_words.register_of(found),
        confirming=confirming or ConfirmForm(data=looked_at, meta={"currency": None}),
        refusing=refusing or RefuseForm(data=looked_at, meta={"currency": None}),
        history=await history_of(holder),
        badges=vat_words.badges(),
    )


def _sane(number: int) -> int:
    """An id that a database can be asked for; anything larger is nobody's."""
    return number if number < 2**63 else 0
