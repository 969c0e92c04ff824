"""Pay was pressed, or was not confirmed: what the payment page's script asks the shop."""

from __future__ import annotations

from typing import TypedDict

from quart import Blueprint, Response, jsonify, request

from shared.core.locales import gettext as _
from shared.entrypoints.web.access import public
from shared.entrypoints.web.kit import kit
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.order_links import token_of
from shared.finance.payments.stock_hold import press, release
from shared.trade.catalogue.errors import SoldOut
from shared.trade.orders.errors import SoldOutAtPayment
from shared.trade.orders.queries import checkout_by_token

pressing = Blueprint("checkout_pressing", __name__)


class Pressed(TypedDict):
    """Which purchase, and the intent that the page of whoever pressed Pay was made for."""

    checkout_id: int
    intent_id: str


@pressing.post("/shop/checkout/<token>/hold")
@public
@limit("60/minute")
async def hold(token: str) -> Response:
    """Pay was pressed: set the pieces aside before the browser confirms the card.

    JSON for static/js/checkout.js.
    """
    try:
        is_held = await press(kit().gateway, **await _pressed(token))
    except SoldOut as gone:  # Stripe was read a moment ago, and has taken nothing
        raise SoldOutAtPayment(
            _("%(message)s Nothing was charged.", message=gone.message)
        ) from gone
    return jsonify({"held": is_held})


@pressing.post("/shop/checkout/<token>/let-go")
@public
@limit("60/minute")
async def let_go(token: str) -> Response:
    """The card was not confirmed: let go what Pay set aside."""
    await release(kit().gateway, **await _pressed(token))
    return jsonify({"held": False})


async def _pressed(token: str) -> Pressed:
    found = await checkout_by_token(await token_of(token))
    return {
        "checkout_id": found.id,
        "intent_id": (await request.form).get("intent", "")[:255],
    }
