"""`/operator/recovery`: take the second step of somebody away who has lost everything, a day later
and with their knowledge.
"""

from __future__ import annotations

from quart import Blueprint, Response
from wtforms import EmailField
from wtforms.validators import DataRequired, Length

from portal.operator.frame import page
from shared.core.errors import MarketError
from shared.core.locales import gettext as _
from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.access import operator
from shared.entrypoints.web.forms import MarketForm
from shared.entrypoints.web.identity import actor, actor_label
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.entrypoints.web.stepup import fresh_sign_in
from shared.trade.people.factors import recovery

blueprint = Blueprint("operator_recovery", __name__, url_prefix="/operator/recovery")


class ResetForm(MarketForm):
    """Whose second step."""

    email = EmailField(
        _l("Email of the person"),
        [DataRequired(_l("Enter their email.")), Length(max=254)],
    )


@blueprint.get("")
@operator
async def show() -> Response:
    """Resets of second steps that were asked for, and the form that asks for one"""
    return await _page(ResetForm(meta={"currency": None}))


@blueprint.post("")
@operator
@fresh_sign_in("remove somebody's second step", form=ResetForm)
@limit("20/minute")
async def ask() -> Response:
    """Ask for it: it is done in 24 hours, the person is told at once and can stop it."""
    form = await ResetForm.from_request()
    if not form.ok():
        return await _page(form, status=422)
    try:
        made = await recovery.ask(
            email=form.email.data or "",
            actor=actor_label(actor()),
        )
    except MarketError as error:
        form.blame(error)
        return await _page(form, status=422)
    said = _(
        "%(name)s has got a mail. Unless it is stopped, the second step is removed in 24 hours.",
        name=made.full_name,
    )
    return see_other(url_for("operator_recovery.show"), ("ok", said))


@blueprint.post("/<int:reset_id>/stop")
@operator
async def stop(reset_id: int) -> Response:
    """Call it off"""
    try:
        await recovery.call_off(reset_id, actor=actor_label(actor()))
    except MarketError as error:
        return see_other(url_for("operator_recovery.show"), ("warn", error.message))
    return see_other(
        url_for("operator_recovery.show"), ("ok", _("Called off. Nothing changes."))
    )


async def _page(form: ResetForm, *, status: int = 200) -> Response:
    resets = await recovery.latest()
    return await page(
        "portal/operator/recovery.html",
        nav_active="recovery",
        status=status,
        form=form,
        resets=resets,
    )
