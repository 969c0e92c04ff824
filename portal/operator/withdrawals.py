"""`/operator/withdrawals`: withdrawals that fit no order, each until a person has dealt with it."""

from __future__ import annotations

from quart import Blueprint, Response

from portal.operator.frame import page
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import operator
from shared.entrypoints.web.forms import Bare
from shared.entrypoints.web.identity import actor, actor_label
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.trade.returns import unmatched

blueprint = Blueprint(
    "operator_withdrawals", __name__, url_prefix="/operator/withdrawals"
)


@blueprint.get("")
@operator
async def show() -> Response:
    """The oldest first."""
    return await page(
        "portal/operator/withdrawals.html",
        nav_active="withdrawals",
        waiting=await unmatched.waiting(),
        most=unmatched.SHOWN,
    )


@blueprint.post("/<int:withdrawal_id>/answered")
@operator
async def answered(withdrawal_id: int) -> Response:
    """Somebody has found the order, or written to them."""
    here = url_for("operator_withdrawals.show")
    if not (await Bare.from_request()).ok():
        return see_other(
            here,
            ("warn", _("Please try again.")),
        )
    await unmatched.answer(
        withdrawal_id,
        actor=actor_label(actor()),
    )
    return see_other(
        here,
        ("ok", _("It does not wait any more.")),
    )
