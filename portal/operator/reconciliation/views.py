"""`/operator/reconciliation`, whether ledger, orders and Stripe agree; `/operator/exposure`, what
is at risk.
"""

from __future__ import annotations

from collections.abc import Sequence

from quart import Blueprint, Response

from portal.operator.badges import spoken
from portal.operator.frame import page
from shared.core.errors import MarketError
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.entrypoints.web.access import operator
from shared.entrypoints.web.identity import actor, actor_label
from shared.entrypoints.web.kit import kit
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.entrypoints.web.stepup import fresh_sign_in
from shared.finance.overview import queries as overview
from shared.finance.reconciliation import jobs, queries, repairs
from shared.finance.reconciliation.errors import AlreadyRunning
from shared.finance.reconciliation.queries import RunView

blueprint = Blueprint("operator_reconciliation", __name__, url_prefix="/operator")
RUN_STATES = {
    "running": ("info", _n("Running")),
    "clean": ("ok", _n("Everything agrees")),
    "differences": ("warn", _n("Differences")),
    "failed": ("bad", _n("Could not finish")),
}
DIFFERENCE_STATES = {
    "open": ("warn", _n("Open")),
    "repaired": ("ok", _n("Repaired")),
    "failed": ("bad", _n("Not repaired")),
}


@blueprint.get("/reconciliation")
@operator
async def index() -> Response:
    """Whether ledger, orders and Stripe agree: the last run with what it found, and the runs before
    it
    """
    runs = await queries.latest_runs()
    return await _run_page(
        runs[0] if runs else None, runs, url_for("operator_reconciliation.index")
    )


@blueprint.get("/reconciliation/<int:run_id>")
@operator
async def show(run_id: int) -> Response:
    """One earlier run with what it found"""
    run = await queries.run_view(_sane(run_id))
    return await _run_page(
        run,
        await queries.latest_runs(),
        url_for("operator_reconciliation.show", run_id=run.id),
    )


async def _run_page(
    run: RunView | None,
    runs: Sequence[RunView],
    address: str,
) -> Response:
    return await page(
        "portal/operator/reconciliation.html",
        fragments={"run": "run"},
        nav_active="reconciliation",
        run=run,
        runs=runs,
        address=address,
        rows=await queries.differences(run.id) if run else (),
        states=spoken(RUN_STATES),
        difference_states=spoken(DIFFERENCE_STATES),
        who=_who,
    )


def _who(label: str) -> str:
    if label == "system":
        return _("Every night")
    return _("A member of staff") if label.startswith("member:") else label.capitalize()


def _sane(number: int) -> int:
    return number if number < 2**63 else 0


@blueprint.post("/reconciliation/run")
@operator
@limit("10/minute")
async def run_now() -> Response:
    """Compare everything now; the page shows when it is done"""
    try:
        await jobs.start(actor_label(actor()))
    except AlreadyRunning as error:
        return see_other(
            url_for("operator_reconciliation.index"), ("warn", error.message)
        )
    return see_other(url_for("operator_reconciliation.index"))


@blueprint.post("/reconciliation/<int:run_id>/repair")
@operator
@fresh_sign_in("repair what differs")
@limit("10/minute")
async def repair_all(run_id: int) -> Response:
    """Repair everything of a run that can be repaired, then compare again"""
    run = await queries.run_view(_sane(run_id))
    if not run.open:
        return see_other(
            url_for("operator_reconciliation.index"),
            ("info", _("There is nothing left to repair.")),
        )
    await jobs.start_repair(run.id, actor=actor_label(actor()))
    return see_other(url_for("operator_reconciliation.index"))


@blueprint.post("/reconciliation/differences/<int:difference_id>/repair")
@operator
@fresh_sign_in("repair what differs")
@limit("60/minute")
async def repair_one(difference_id: int) -> Response:
    """Repair one difference by its named repair"""
    run_id, difference = await queries.difference(_sane(difference_id))
    anchor = f"difference-{difference.number}"
    where = url_for("operator_reconciliation.show", run_id=run_id, _anchor=anchor)
    name = _("Difference %(number)s", number=difference.number)
    try:
        outcome = await repairs.apply(
            kit(),
            difference.id,
            actor=actor_label(actor()),
        )
    except MarketError as error:
        return see_other(where, ("error", f"{name}: {error.message}"))
    return see_other(where, ("ok", f"{name}: {outcome}"))


@blueprint.get("/exposure")
@operator
async def exposure() -> Response:
    """What the platform may still have to pay for its vendors, together and vendor by vendor"""
    return await page(
        "portal/operator/exposure.html",
        nav_active="exposure",
        view=await overview.exposure_now(),
        reserved=await overview.reserved_at_stripe(kit().gateway),
        held=await overview.held_of_platform(),
    )
