"""`/operator/disputes/<id>/submit`, `…/accept`: the one answer to a dispute that several vendors
share, which the marketplace hands in; or the loss, which it accepts for all of them.
"""

from __future__ import annotations

from quart import Blueprint, Response

from portal.disputes.forms import SubmitForm
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import operator
from shared.entrypoints.web.identity import actor, actor_label
from shared.entrypoints.web.kit import kit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.entrypoints.web.stepup import fresh_sign_in
from shared.finance.disputes import shared_answers
from shared.finance.disputes.errors import (
    AnswerChanged,
    AnswerClosed,
    AnswerRefused,
    DocumentRefused,
    NothingToSay,
)

blueprint = Blueprint(
    "operator_shared_disputes", __name__, url_prefix="/operator/disputes"
)
_SAID = (AnswerChanged, AnswerClosed, AnswerRefused, DocumentRefused, NothingToSay)


@blueprint.post("/<int:dispute_id>/submit")
@operator
async def submit(dispute_id: int) -> Response:
    """Hand the one answer to a shared dispute in, once and for good."""
    form = await SubmitForm.from_request()
    try:
        done = await shared_answers.hand_in(
            kit().gateway,
            dispute_id=dispute_id,
            version=form.number(),
            actor=actor_label(actor()),
        )
    except _SAID as error:
        return _back(dispute_id, "warn", error.message)
    said = (
        _("The answer is with the bank.")
        if done
        else _(
            "The answer is handed in. It is not at Stripe yet; it goes there by itself, nothing is "
            "lost."
        )
    )
    return _back(dispute_id, "ok" if done else "info", said)


@blueprint.post("/<int:dispute_id>/accept")
@operator
@fresh_sign_in("accept this dispute")
async def accept(dispute_id: int) -> Response:
    """Accept the loss of a shared dispute for all its vendors, for good."""
    try:
        done = await shared_answers.give_up(
            kit().gateway, dispute_id=dispute_id, actor=actor_label(actor())
        )
    except _SAID as error:
        return _back(dispute_id, "warn", error.message)
    said = (
        _("The loss is accepted. The shopper keeps the money.")
        if done
        else _("The loss is accepted. Stripe does not know yet; it is told by itself.")
    )
    return _back(dispute_id, "ok" if done else "info", said)


def _back(dispute_id: int, kind: str, said: str) -> Response:
    address = url_for("operator_disputes.show", dispute_id=dispute_id)
    return see_other(address, (kind, said))
