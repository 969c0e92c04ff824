"""`/operator/refunds`: everybody's refunds, and those above the limit, which wait for a
decision.
"""

from __future__ import annotations

from quart import Blueprint, Response, request
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from portal.operator.frame import page
from portal.orders.refund_words import refund_detail, states
from shared.core.errors import MarketError, NotFound
from shared.core.formats import begun_small
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.access import operator
from shared.entrypoints.web.filters import money
from shared.entrypoints.web.forms import Bare, MarketForm
from shared.entrypoints.web.identity import actor, actor_label
from shared.entrypoints.web.kit import kit, page_number
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.entrypoints.web.paging import address, pager
from shared.entrypoints.web.stepup import fresh_sign_in
from shared.finance.refunds import approval, service
from shared.finance.refunds.queries import RefundView, count_waiting, refund_page
from shared.finance.refunds.refunded_amounts import MAX_REASON
from shared.finance.refunds.rules import UNDONE, UNSETTLED, RefundState
from shared.trade.people import policies

blueprint = Blueprint("operator_refunds", __name__, url_prefix="/operator/refunds")
FILTERS = {
    "on_its_way": (_n("On its way"), tuple(UNSETTLED)),
    "undone": (_n("Did not arrive"), (*UNDONE, RefundState.REFUSED)),
    "succeeded": (_n("Refunded"), (RefundState.SUCCEEDED,)),
    "declined": (_n("Declined"), (RefundState.DECLINED,)),
}


class DeclineForm(MarketForm):
    """Why a refund is not made; the vendor reads it."""

    reason = StringField(
        _l("Why not"),
        [DataRequired(_l("Say why; the vendor reads it.")), Length(max=MAX_REASON)],
    )


@blueprint.get("")
@operator
async def show() -> Response:
    """Refunds of all vendors; those above the limit wait for a decision on top."""
    return await _page()


@blueprint.post("/<int:refund_id>/approve")
@operator
@fresh_sign_in("approve a refund")
async def approve(refund_id: int) -> Response:
    """Let a refund through that waits; it is sent at once."""
    form = await Bare.from_request()
    try:
        if not form.ok():
            return await _page(status=422)
        policies.require(actor(), "decide_refund", None)
        made = await approval.approve(refund_id, by=actor_label(actor()))
    except NotFound:
        raise
    except MarketError as error:
        return see_other(url_for("operator_refunds.show"), ("warn", error.message))
    state = (await service.try_now(kit().gateway, made.id)).state
    word = states()[state][1]
    return see_other(
        url_for("operator_refunds.show"),
        (
            "ok",
            _(
                "The refund of %(amount)s is approved. Where it stands: %(state)s.",
                amount=money(made.amount),
                state=begun_small(word),
            ),
        ),
    )


@blueprint.post("/<int:refund_id>/decline")
@operator
async def decline(refund_id: int) -> Response:
    """Say no to a refund that waits, and why; nothing moves, and the vendor is told."""
    form = await DeclineForm.from_request()
    if not form.ok():
        return await _page(refused=(refund_id, form), status=422)
    try:
        policies.require(actor(), "decide_refund", None)
        made = await approval.decline(
            refund_id, reason=form.reason.data or "", by=actor_label(actor())
        )
    except NotFound:
        raise
    except MarketError as error:
        return see_other(url_for("operator_refunds.show"), ("warn", error.message))
    return see_other(
        url_for("operator_refunds.show"),
        (
            "ok",
            _(
                "The refund of %(amount)s is declined. We have told the vendor.",
                amount=money(made.amount),
            ),
        ),
    )


async def _page(
    *,
    refused: tuple[int, DeclineForm] | None = None,
    status: int = 200,
) -> Response:
    wanted = request.args.get("status", "")
    wanted = wanted if wanted in FILTERS else ""
    shown = FILTERS[wanted][1] if wanted else ()
    found = await refund_page(page=page_number(), states=shown)
    waiting = await refund_page(states=(RefundState.AWAITING_APPROVAL,))
    chips = [(_("All"), url_for("operator_refunds.show"), not wanted)]
    chips += [
        (
            _(text),
            address(url_for("operator_refunds.show"), status=name),
            name == wanted,
        )
        for name, (text, _states) in FILTERS.items()
    ]
    return await page(
        "portal/operator/refunds.html",
        status=status,
        nav_active="refunds",
        found=found,
        chips=chips,
        pager=pager(url_for("operator_refunds.show"), found, status=wanted or None),
        waiting=[(refund, _form_of(refund, refused)) for refund in waiting.rows],
        count=await count_waiting(),
        states=states(),
        detail=_detail,
    )


def _form_of(
    refund: RefundView,
    refused: tuple[int, DeclineForm] | None,
) -> DeclineForm:
    """The form beside one refund; its field has an id of its own among the others."""
    form = refused[1] if refused and refused[0] == refund.id else DeclineForm()
    form.reason.id = f"reason-{refund.id}"
    form.reason.label.field_id = form.reason.id
    return form


def _detail(refund: RefundView) -> str | None:
    if refund.state is RefundState.AWAITING_APPROVAL:
        return _("It is above your limit. Nothing has moved yet.")
    detail = refund_detail(refund)
    if refund.whole is None:
        return detail
    part = _("A part of one refund of %(amount)s.", amount=money(refund.whole))
    return f"{part} {detail or ''}".strip()
