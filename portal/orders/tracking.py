"""`/vendor/admin/orders/<number>/tracking`: what was wrong about a parcel is put right."""

from __future__ import annotations

from quart import Blueprint, Response

from portal.orders.forms import TrackingForm
from portal.orders.order_page import order_page, own_order
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import owner
from shared.entrypoints.web.identity import actor, actor_label, vendor_id
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.trade.orders.errors import CannotCorrect
from shared.trade.orders.tracking import correct_tracking

blueprint = Blueprint(
    "tracking", __name__, url_prefix="/vendor/admin/orders/<number>/tracking"
)


@blueprint.post("", endpoint="correct")
@owner
@limit("60/minute")
async def correct(number: str) -> Response:
    """Another carrier or number; the shopper is told where it matters to them."""
    order, form = await own_order(number), await TrackingForm.from_request()
    if not form.ok():
        return await order_page(order, typed=form, status=422)
    here = url_for("orders.show", number=number)
    try:
        told = await correct_tracking(
            vendor_id=vendor_id(),
            number=number,
            carrier=form.carrier.data or "",
            tracking=form.tracking_number.data or "",
            actor=actor_label(actor()),
        )
    except CannotCorrect as problem:
        return see_other(here, ("error", problem.message))
    if told:
        return see_other(here, ("ok", _("Corrected. We have told the shopper.")))
    return see_other(here, ("ok", _("Corrected.")))
