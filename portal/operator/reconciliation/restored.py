"""`/operator/restored`: what is to be done after a restore from a backup, and the button that lets
money move again.
"""

from __future__ import annotations

from quart import Blueprint, Response, request

from portal.operator.frame import page
from shared.core.errors import Conflict
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import operator
from shared.entrypoints.web.identity import actor, actor_label
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.entrypoints.web.stepup import fresh_sign_in
from shared.finance.reconciliation import after_restore

blueprint = Blueprint("operator_restored", __name__, url_prefix="/operator/restored")


@blueprint.get("")
@operator
async def show() -> Response:
    """What was restored, what is still missing, and the end of it."""
    return await _page()


@blueprint.post("/fetch")
@operator
@limit("10/minute")
async def fetch() -> Response:
    """Fetch Stripe's events since the backup now."""
    await after_restore.fetch()
    return see_other(
        url_for("operator_restored.show"),
        (
            "info",
            _("Stripe’s events are being fetched; this page shows when they are."),
        ),
    )


@blueprint.post("/acknowledge")
@operator
@fresh_sign_in("let money move again")
async def acknowledge() -> Response:
    """Let money move again, once events and comparison are there."""
    despite = (await request.form).get("despite") == "y"
    try:
        await after_restore.acknowledge(actor=actor_label(actor()), despite=despite)
    except Conflict as problem:
        return await _page(problem=problem.message, status=problem.status)
    return see_other(
        url_for("operator_home.home"),
        ("ok", _("Money moves again. What waited is being done now.")),
    )


async def _page(
    problem: str | None = None,
    status: int = 200,
) -> Response:
    return await page(
        "portal/operator/restored.html",
        status=status,
        nav_active="home",
        found=await after_restore.standstill(),
        problem=problem,
    )
