"""The things of a purchase once more: of one part of it, or of all of them.

What is not on sale any more, or not in stock, is named.
"""

from __future__ import annotations

from collections.abc import Sequence

from quart import Blueprint, Response

from shared.core.errors import NotFound
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import public
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.order_links import token_of
from shared.entrypoints.web.pages import see_other
from shared.trade.orders.queries import OrderView, checkout_by_token
from storefront.aftersale.purchases import order_in
from storefront.aftersale.reorder import order_again
from storefront.browser import promise_basket

again = Blueprint("again", __name__, url_prefix="/shop/orders/<token>")


@again.post("/again")
@public
@limit("20/minute")
async def whole(token: str) -> Response:
    """Put all parts of a purchase into the basket."""
    found = await checkout_by_token(await token_of(token))
    if not found.orders:
        raise NotFound(_("We could not find that order."))
    return await _ordered(token, found.orders)


@again.post("/<number>/again")
@public
@limit("20/minute")
async def part(token: str, number: str) -> Response:
    """Put one part of it into the basket."""
    return await _ordered(token, [await order_in(token, number)])


async def _ordered(token: str, orders: Sequence[OrderView]) -> Response:
    found = await order_again(promise_basket(), orders)
    if not found.added:
        told = _("Nothing of this order is on sale just now.")
        return see_other(url_for("receipts.order_page", token=token), ("warn", told))
    if found.missing:
        names = ", ".join(found.missing)
        told = _(
            "In your basket. Not on sale, or not in stock: %(names)s.", names=names
        )
        return see_other(url_for("basket.show"), ("warn", told))
    return see_other(url_for("basket.show"), ("ok", _("All of it is in your basket.")))
