"""`/operator/receivables`: what vendors owe because their balance did not cover a refund or a
dispute.
"""

from __future__ import annotations

from quart import Blueprint, Response

from portal.operator.frame import page
from shared.core.locales import gettext as _
from shared.core.money import Money
from shared.entrypoints.web.access import operator
from shared.entrypoints.web.filters import money
from shared.entrypoints.web.identity import actor, actor_label
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.entrypoints.web.stepup import fresh_sign_in
from shared.finance.payments.waiting_transfers import waiting_for_accounts
from shared.finance.recovery import jobs, receivables
from shared.finance.recovery.contributions import waiting_contributions
from shared.finance.recovery.errors import NothingOwed
from shared.finance.recovery.queries import (
    Owed,
    Waiting,
    claimed_of,
    owed_by,
    owed_claim,
    totals_owed,
    waiting_for_vendors,
)

blueprint = Blueprint(
    "operator_receivables", __name__, url_prefix="/operator/receivables"
)


@blueprint.get("")
@operator
async def index() -> Response:
    """What vendors owe, the oldest debt first, and what waits for vendors that we cannot reach,
    whose accounts can receive nothing, or for the marketplace's own balance.
    """
    transfers = await waiting_for_accounts()
    claimed = await claimed_of(each.payment_id for each in transfers)
    return await page(
        "portal/operator/receivables.html",
        nav_active="receivables",
        rows=await owed_by(),
        totals=[
            Money(amount, currency)
            for currency, amount in sorted((await totals_owed()).items())
        ],
        waiting=await waiting_for_vendors(),
        transfers=[(each, claimed.get(each.payment_id)) for each in transfers],
        contributions=await waiting_contributions(),
        words=words,
    )


@blueprint.post("/<int:claim_id>/collect")
@operator
@limit("30/minute")
async def collect(claim_id: int) -> Response:
    """Ask the vendor's balance again now; the next sale would do the same"""
    try:
        claim = await owed_claim(claim_id)
    except NothingOwed as error:
        return see_other(url_for("operator_receivables.index"), ("warn", error.message))
    await jobs.collect_soon(claim.vendor_id)
    return see_other(
        url_for("operator_receivables.index"),
        (
            "info",
            _(
                "We are asking %(vendor)s's balance again. What it covers is taken in a moment.",
                vendor=claim.vendor_name,
            ),
        ),
    )


@blueprint.post("/<int:claim_id>/write-off")
@operator
@fresh_sign_in("write off a debt")
@limit("30/minute")
async def write_off(claim_id: int) -> Response:
    """Give up on a debt: it becomes the marketplace's loss"""
    try:
        claim = await owed_claim(claim_id)
        await receivables.write_off(claim.claim_id, actor=actor_label(actor()))
    except NothingOwed as error:
        return see_other(url_for("operator_receivables.index"), ("warn", error.message))
    return see_other(
        url_for("operator_receivables.index"),
        (
            "ok",
            _(
                "%(amount)s of %(vendor)s is written off.",
                amount=money(claim.left),
                vendor=claim.vendor_name,
            ),
        ),
    )


def words(owed: Owed | Waiting) -> str:
    """What it came from."""
    return {"dispute": _("A dispute"), "refund": _("A refund")}.get(
        owed.subject.partition(":")[0], _("A correction")
    )
