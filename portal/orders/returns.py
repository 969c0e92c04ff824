"""`/vendor/admin/orders/<number>/returns`: what the shopper asks to be given back.

Yes is a refund, made by its own form; no is said here, with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable

from quart import Blueprint, Response
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from shared.core.errors import MarketError, NotFound
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.locales.lazy import lazy_gettext as _l
from shared.core.words import badge, word
from shared.entrypoints.web.access import owner
from shared.entrypoints.web.forms import MarketForm
from shared.entrypoints.web.identity import actor, actor_label, vendor_id
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.trade.orders.order_numbers import may_be_number
from shared.trade.orders.queries import OrderView
from shared.trade.returns import service
from shared.trade.returns.queries import ReturnView
from shared.trade.returns.rules import MAX_ANSWER, ReturnKind, ReturnReason

blueprint = Blueprint(
    "returns", __name__, url_prefix="/vendor/admin/orders/<number>/returns"
)


class DeclineReturnForm(MarketForm):
    """Why a vendor does not give money back."""

    answer = TextAreaField(
        _l("Why not"),
        [
            DataRequired(_l("Say why. The shopper reads it.")),
            Length(max=MAX_ANSWER),
        ],
    )


@frozen
class VendorReturn:
    """A request as its vendor reads it."""

    view: ReturnView
    badge: tuple[str, str]
    title: str
    pieces: tuple[str, ...]
    reason: str
    is_withdrawal: bool


def vendor_returns(
    order: OrderView, found: Iterable[ReturnView]
) -> tuple[VendorReturn, ...]:
    """The requests of one order in words, the newest first. Pure."""
    names = {line.id: line.name for line in order.lines}
    return tuple(
        VendorReturn(
            view,
            badge("returns.vendor_states", view.state),
            word("returns.kinds", view.kind),
            tuple(
                f"{count} × {names[id_]}"
                for id_, count in view.pieces.items()
                if id_ in names
            ),
            ""
            if view.reason is ReturnReason.NONE
            else word("returns.reasons", view.reason),
            view.kind is ReturnKind.WITHDRAWAL,
        )
        for view in found
    )


@blueprint.post("/<int:request_id>/decline")
@owner
@limit("60/minute")
async def decline(number: str, request_id: int) -> Response:
    """Say no, and why; the shopper is told."""
    if not may_be_number(number):
        raise NotFound(_("We could not find that order."))
    form, here = (
        await DeclineReturnForm.from_request(),
        url_for("orders.show", number=number),
    )
    told = ("ok", _("Declined. We have told the shopper why."))
    try:
        await service.decline(
            vendor_id=vendor_id(),
            number=number,
            request_id=request_id,
            answer=form.answer.data or "",
            by=actor_label(actor()),
        )
    except NotFound:
        raise
    except MarketError as problem:
        told = ("error", problem.message)
    return see_other(here, told)
