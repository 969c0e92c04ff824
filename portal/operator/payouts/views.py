"""`/operator/payouts`: everybody's payouts; and on a vendor's page its hold and its reserve."""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response, request

from portal.operator.frame import page
from portal.operator.payouts.forms import BankForm, HoldForm, ReserveForm, payout_forms
from portal.operator.views import vendor_page
from portal.payouts.sentences import expected
from shared.core.editing import ChangedMeanwhile
from shared.core.errors import Invalid, MarketError
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.core.locales import ngettext
from shared.entrypoints.web.access import operator
from shared.entrypoints.web.editing import Trail, as_it_is
from shared.entrypoints.web.filters import percent
from shared.entrypoints.web.identity import actor, actor_label
from shared.entrypoints.web.kit import page_number
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.entrypoints.web.paging import address, pager
from shared.entrypoints.web.stepup import fresh_sign_in
from shared.finance.connect import bank_accounts
from shared.finance.connect.queries import vendor_row
from shared.finance.payouts import operator_holds
from shared.finance.payouts.queries import FILTERS, all_payouts, waiting
from shared.trade.marketplace.queries import marketplace

blueprint = Blueprint("operator_payouts", __name__, url_prefix="/operator")
CHIPS = {
    "failed": _n("Came back"),
    "under_way": _n("Under way"),
    "paid": _n("At the bank"),
    "canceled": _n("Called back"),
}


@blueprint.get("/payouts")
@operator
async def index() -> Response:
    """Everybody's payouts, the ones that came back lately before the rest; and the platform's
    own.
    """
    wanted = request.args.get("state", "")
    chosen = wanted if wanted in FILTERS else None
    found = await all_payouts(page=page_number(), chosen=chosen)
    chips = [
        (
            _("All"),
            url_for("operator_payouts.index"),
            chosen is None,
            found.counts["all"],
        )
    ]
    chips += [
        (
            _(text),
            address(url_for("operator_payouts.index"), state=name),
            name == chosen,
            found.counts[name],
        )
        for name, text in CHIPS.items()
    ]
    return await page(
        "portal/operator/payouts.html",
        nav_active="payouts",
        found=found,
        chips=chips,
        pager=pager(url_for("operator_payouts.index"), found, state=chosen),
        waiting=await waiting(found.rows),
        expected=expected,
        zone=(await marketplace()).zone,
    )


@blueprint.post("/vendors/<int:vendor_id>/hold")
@operator
@fresh_sign_in("hold this vendor's payouts", form=HoldForm)
async def hold(vendor_id: int) -> Response:
    """Hold a vendor's payouts back, with a reason that the vendor reads."""
    row = await vendor_row(_sane(vendor_id))
    form = await HoldForm.from_request()
    if not form.ok():
        return await _again(row.id, 422, hold=form)
    trail = Trail(
        f"vendor:{row.id}", ("vendor.payouts_held", "vendor.payouts_released")
    )
    try:
        await operator_holds.hold(
            vendor_id=row.id,
            reason=form.reason.data or "",
            actor=actor_label(actor()),
            look=form.look(
                as_it_is, page=url_for("operator.vendor", vendor_id=row.id), trail=trail
            ),
        )
    except (ChangedMeanwhile, Invalid) as error:
        form.blame(error)
        return await _again(row.id, error.status, hold=form)
    said = _(
        "%(vendor)s's payouts are on hold. The vendor has got a mail with the reason.",
        vendor=row.name,
    )
    return _back_to(row.id, "ok", said)


@blueprint.post("/vendors/<int:vendor_id>/release")
@operator
@fresh_sign_in("let this vendor's payouts go on")
async def release(vendor_id: int) -> Response:
    """Let a vendor's payouts go on."""
    row = await vendor_row(_sane(vendor_id))
    try:
        await operator_holds.release(vendor_id=row.id, actor=actor_label(actor()))
    except MarketError as error:
        return _back_to(row.id, "warn", error.message)
    said = _(
        "%(vendor)s's payouts go on. The vendor has got a mail.",
        vendor=row.name,
    )
    return _back_to(row.id, "ok", said)


@blueprint.post("/vendors/<int:vendor_id>/bank")
@operator
@fresh_sign_in("let this vendor's payouts go on", form=BankForm)
async def trust_bank(vendor_id: int) -> Response:
    """Let payouts go on that wait because of a changed bank: the operator knows that the vendor
    changed it.
    """
    row = await vendor_row(_sane(vendor_id))
    form = await BankForm.from_request()
    if not form.ok():
        return await _again(row.id, 422, bank=form)
    try:
        await bank_accounts.release(
            vendor_id=row.id,
            reason=form.why.data or "",
            actor=actor_label(actor()),
        )
    except MarketError as error:
        return _back_to(row.id, "warn", error.message)
    said = _(
        "%(vendor)s's payouts no longer wait. Its owners have got a mail.",
        vendor=row.name,
    )
    return _back_to(row.id, "ok", said)


@blueprint.post("/vendors/<int:vendor_id>/reserve")
@operator
@fresh_sign_in("change this vendor's reserve", form=ReserveForm)
async def reserve(vendor_id: int) -> Response:
    """Set which part of each of a vendor's sales is held back, and for how long."""
    row = await vendor_row(_sane(vendor_id))
    form = await ReserveForm.from_request()
    percentage, days = form.reserve_percentage.data, form.reserve_days.data
    if not form.ok() or percentage is None or days is None:
        return await _again(row.id, 422, reserve=form)
    trail = Trail(f"vendor:{row.id}", ("vendor.reserve_changed",))
    try:
        await operator_holds.set_reserve(
            vendor_id=row.id,
            percentage=percentage,
            days=days,
            actor=actor_label(actor()),
            look=form.look(
                as_it_is, page=url_for("operator.vendor", vendor_id=row.id), trail=trail
            ),
        )
    except (ChangedMeanwhile, Invalid) as error:
        form.blame(error)
        return await _again(row.id, error.status, reserve=form)
    said = (
        ngettext(
            "Of each sale %(share)s is held back for %(num)s day. It holds for sales from now on.",
            "Of each sale %(share)s is held back for %(num)s days. It holds for sales from now on.",
            days,
            share=percent(percentage),
        )
        if days
        else _("Nothing is held back. It holds for sales from now on.")
    )
    return _back_to(row.id, "ok", said)


async def _again(vendor_id: int, status: int, **sent: Any) -> Response:
    """The vendor's page with a form as it was sent, and what is wrong with it."""
    forms = await payout_forms(vendor_id, **sent)
    return await vendor_page(vendor_id, payouts=forms, status=status)


def _back_to(vendor_id: int, kind: str, said: str) -> Response:
    """The vendor's page once more, with a sentence on top."""
    return see_other(url_for("operator.vendor", vendor_id=vendor_id), (kind, said))


def _sane(number: int) -> int:
    """An id that a database can be asked for; anything larger is nobody's."""
    return number if number < 2**63 else 0
