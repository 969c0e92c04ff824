"""`/vendor/admin/orders/<number>/messages`: the vendor writes to the shopper of an order."""

from __future__ import annotations

from quart import Blueprint, Response

from portal.orders.forms import VendorMessageForm
from portal.orders.order_page import order_page, own_order
from shared.core.errors import MarketError, NotFound
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import owner
from shared.entrypoints.web.identity import actor, actor_label, vendor_id
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.trade.messages.service import answer_the_shopper, let_rest

blueprint = Blueprint(
    "vendor_messages", __name__, url_prefix="/vendor/admin/orders/<number>/messages"
)


@blueprint.post("")
@owner
@limit("30/minute")
async def send(number: str) -> Response:
    """Write to the shopper, who gets a mail."""
    order, form = await own_order(number), await VendorMessageForm.from_request()
    if not form.ok():
        return await order_page(order, typed=form, status=422)
    try:
        await answer_the_shopper(
            vendor_id=vendor_id(),
            number=number,
            text=form.text.data or "",
            by=actor_label(actor()),
        )
    except NotFound:
        raise
    except MarketError as problem:
        form.blame(problem)
        return await order_page(order, typed=form, status=problem.status)
    here = url_for("orders.show", number=number)
    return see_other(here, ("ok", _("Sent to the shopper by mail.")))


@blueprint.post("/read")
@owner
async def read(number: str) -> Response:
    """What the shopper wrote last needs no answer."""
    await own_order(number)
    await let_rest(vendor_id=vendor_id(), number=number)
    return see_other(url_for("orders.show", number=number))
