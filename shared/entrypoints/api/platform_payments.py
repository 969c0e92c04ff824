"""A shopper's page asks for the PaymentIntent of its own order, and for its goods to be set aside
before the card is confirmed.
"""

from __future__ import annotations

from typing import Any

from quart import Blueprint, request, session
from quart_schema import document_request, document_response, security_scheme, tag

from shared.core.errors import Conflict, NotFound
from shared.entrypoints.api.body import read_body
from shared.entrypoints.api.models import (
    CreateIntentAnswer,
    CreateIntentBody,
    ErrorAnswer,
    HoldAnswer,
    HoldBody,
    OrderBody,
)
from shared.entrypoints.web.access import public, unsigned_post
from shared.entrypoints.web.kit import kit
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.order_links import find
from shared.finance.payments.service import create_payment_intent
from shared.finance.payments.stock_hold import press
from shared.trade.orders.figures import purchase_total
from shared.trade.orders.queries import OrderView, checkout_token_of, order_by_id

blueprint = Blueprint(
    "platform_payments", __name__, url_prefix="/api/v1/platform/vendors"
)


class AmountMismatch(Conflict):
    """The caller believes in another total than the order has."""

    code = "amount_mismatch"
    default = "The amount is not the order's total. Leave it out, or send the total."


@blueprint.post("/<int:vendor_id>/payments/create-intent")
@public
@unsigned_post(
    (
        "JSON, so it needs no form token; the Origin is checked, since a session's cookie may "
        "authorise it"
    ),
    origin=True,
)
@limit("60/minute")
@tag(["Shoppers"])
@security_scheme([{"orderToken": []}, {"session": []}])
@document_request(CreateIntentBody)
@document_response(CreateIntentAnswer)
@document_response(ErrorAnswer, 404)
@document_response(ErrorAnswer, 409)
@document_response(ErrorAnswer, 422)
@document_response(ErrorAnswer, 503)
async def create_intent(vendor_id: int) -> dict[str, Any]:
    """The order's PaymentIntent, made now or read again: calling twice gives the same.

    The caller must have made the order in this session or hold its token; any other order is 404,
    as is one of another vendor. The amount is always the order's own total; where orders of several
    vendors are paid by one payment, each of them gives that one, and the amount is its total.
    """
    body = await read_body(CreateIntentBody)
    order = await _own_order(body, vendor_id)
    if body.amount is not None:
        total = await purchase_total(order.checkout_id)
        if body.amount != total.to_decimal():
            raise AmountMismatch(param="amount")
    intent = await create_payment_intent(kit().gateway, order_id=order.id)
    return {
        "payment_intent_id": intent.payment_intent_id,
        "client_secret": intent.client_secret,
        "amount_total": str(intent.amount_total.to_decimal()),
        "amount_vendor": str(intent.amount_vendor.to_decimal()),
        "platform_fee": str(intent.platform_fee.to_decimal()),
        "currency": intent.currency,
        "state": (await order_by_id(order.id)).payment_status.value,
        "needs_hold": order.waits_for_pay,
    }


@blueprint.post("/<int:vendor_id>/payments/hold")
@public
@unsigned_post(
    (
        "JSON, so it needs no form token; the Origin is checked, since a session's cookie may "
        "authorise it"
    ),
    origin=True,
)
@limit("60/minute")
@tag(["Shoppers"])
@security_scheme([{"orderToken": []}, {"session": []}])
@document_request(HoldBody)
@document_response(HoldAnswer)
@document_response(ErrorAnswer, 404)
@document_response(ErrorAnswer, 409)
@document_response(ErrorAnswer, 422)
@document_response(ErrorAnswer, 503)
async def hold(vendor_id: int) -> dict[str, Any]:
    """Set the goods of an order aside, just before its card is confirmed; asking again is the same.

    Confirm only after this has answered 200. 409 says why not: `sold_out`, `page_out_of_date` (the
    intent has ended: create it again), `card_worn` (it ended since one card was declined too
    often: create it again, for another card), `payment_decided`, `order_not_payable`. What nobody
    pays is let go by itself. 429 `too_many_declines`: so many cards were declined from where this
    was ordered that none is tried for an hour; `create-intent` answers the same then.
    """
    body = await read_body(HoldBody)
    order = await _own_order(body, vendor_id)
    return {
        "held": await press(
            kit().gateway,
            checkout_id=order.checkout_id,
            intent_id=body.payment_intent_id,
        )
    }


async def _own_order(body: OrderBody, vendor_id: int) -> OrderView:
    """The order if it is the caller's and this vendor's.

    Raises NotFound alike for every other reason.
    """
    token = await checkout_token_of(body.order_id)
    shown = {await find(link) for link in _held_links(body)}
    if token is None or token not in shown:
        raise NotFound("We could not find that order.", param="order_id")
    order = await order_by_id(body.order_id)
    if order.vendor_id != vendor_id:
        raise NotFound("We could not find that order.", param="order_id")
    return order


def _held_links(body: OrderBody) -> list[str]:
    """The links of orders that the caller can show: of this browser's purchases, of the header, of
    the body.
    """
    mine = session.get("checkouts")
    held = (
        [link for link in mine if isinstance(link, str)]
        if isinstance(mine, list)
        else []
    )
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        held.append(bearer.strip())
    if body.order_token:
        held.append(body.order_token)
    return held
