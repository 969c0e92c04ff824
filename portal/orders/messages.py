"""`/vendor/admin/orders/<number>/messages`: the vendor writes to the shopper of an order."""

from __future__ import annotations

from quart import Blueprint, Response
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from shared.core.errors import MarketError, NotFound
from shared.core.locales import gettext as _
from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.access import owner
from shared.entrypoints.web.forms import MarketForm
from shared.entrypoints.web.identity import actor, actor_label, vendor_id
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.trade.messages.rules import MAX_TEXT
from shared.trade.messages.service import answer_the_shopper
from shared.trade.orders.order_numbers import may_be_number

blueprint = Blueprint(
    "vendor_messages", __name__, url_prefix="/vendor/admin/orders/<number>/messages"
)


class VendorMessageForm(MarketForm):
    """What a vendor writes to a shopper."""

    text = TextAreaField(
        _l("Your message"),
        [
            DataRequired(_l("Write what the shopper should know.")),
            Length(max=MAX_TEXT),
        ],
    )


@blueprint.post("")
@owner
@limit("30/minute")
async def send(number: str) -> Response:
    """Write to the shopper, who gets a mail."""
    if not may_be_number(number):
        raise NotFound(_("We could not find that order."))
    form, here = (
        await VendorMessageForm.from_request(),
        url_for("orders.show", number=number),
    )
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
        return see_other(here, ("error", problem.message))
    return see_other(here, ("ok", _("Sent to the shopper by mail.")))
