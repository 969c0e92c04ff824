"""Asking the shop: what was written about an order, and one more message.

Below the order's signed link; the mail to the vendor names no address.
"""

from __future__ import annotations

from quart import Blueprint, Response
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from shared.core.errors import MarketError
from shared.core.locales import gettext as _
from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.access import public
from shared.entrypoints.web.forms import MarketForm
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import page, see_other
from shared.trade.messages.queries import messages_of
from shared.trade.messages.rules import MAX_TEXT
from shared.trade.messages.service import ask_the_shop
from shared.trade.orders.queries import OrderView
from storefront.aftersale.purchases import order_in, shopper_label

messages = Blueprint(
    "messages", __name__, url_prefix="/shop/orders/<token>/<number>/messages"
)


class AskForm(MarketForm):
    """One message."""

    text = TextAreaField(
        _l("Your message"),
        [
            DataRequired(_l("Write what you want to ask.")),
            Length(max=MAX_TEXT, message=_l("Use at most 2000 characters.")),
        ],
    )


@messages.get("")
@public
async def show(token: str, number: str) -> Response:
    """What was written so far, and the form."""
    order = await order_in(token, number)
    return await _page(token, order, await AskForm.from_request())


@messages.post("")
@public
@limit("10/minute")
async def send(token: str, number: str) -> Response:
    """Write to the shop, which gets a mail."""
    order, form = await order_in(token, number), await AskForm.from_request()
    if not form.ok():
        return await _page(token, order, form, status=422)
    try:
        await ask_the_shop(
            order_id=order.id, text=form.text.data or "", by=shopper_label()
        )
    except MarketError as problem:
        form.blame(problem)
        return await _page(token, order, form, status=problem.status)
    told = _("Sent. The answer comes by mail, and stands here.")
    here = url_for("messages.show", token=token, number=number)
    return see_other(here, ("ok", told))


async def _page(
    token: str,
    order: OrderView,
    form: AskForm,
    *,
    status: int = 200,
) -> Response:
    return await page(
        "storefront/aftersale/messages.html",
        status=status,
        token=token,
        order=order,
        form=form,
        messages=await messages_of(order.id),
    )
