"""`/vendor/admin/orders/<number>/returns`: what the shopper asks to be given back.

Yes is a refund, made by its own form; no is said here, with a reason.
"""

from __future__ import annotations

from quart import Blueprint, Response

from portal.orders.forms import DeclineReturnForm
from portal.orders.order_page import order_page, own_order
from shared.core.errors import MarketError, NotFound
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import owner
from shared.entrypoints.web.identity import actor, actor_label, vendor_id
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.trade.returns import service

blueprint = Blueprint(
    "returns", __name__, url_prefix="/vendor/admin/orders/<number>/returns"
)


@blueprint.post("/<int:request_id>/decline")
@owner
@limit("60/minute")
async def decline(number: str, request_id: int) -> Response:
    """Say no, and why; the shopper is told."""
    order, form = await own_order(number), await DeclineReturnForm.from_request()
    if not form.ok():
        return await order_page(order, typed=form, status=422)
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
    return see_other(url_for("orders.show", number=number), told)
