"""The page of one order, as its vendor sees it, also with what was typed into one of its forms."""

from __future__ import annotations

from typing import Any

from quart import Response

from portal.frame import vendor_page
from portal.orders.forms import (
    DeclineReturnForm,
    ShipForm,
    TrackingForm,
    VendorMessageForm,
)
from portal.orders.refund_words import part_detail, refund_detail, states
from portal.orders.return_words import vendor_returns
from portal.orders.timeline import KINDS, timeline
from portal.orders.timeline_facts import facts_of
from portal.orders.waterfall import of_delivery, vendor_lines
from portal.orders.words import goods_badge, money_badge
from portal.timeline import TimelineEntry
from shared.core.errors import MarketError, NotFound
from shared.core.locales import gettext as _
from shared.entrypoints.web.forms import MarketForm
from shared.entrypoints.web.identity import vendor_id
from shared.finance.order_money.whole_order import WholeOrder, whole_order
from shared.trade.orders.carriers import names, tracking_link
from shared.trade.orders.delivery import counts_from
from shared.trade.orders.order_numbers import may_be_number
from shared.trade.orders.queries import OrderView, vendor_order
from shared.trade.orders.restocking import short_of
from shared.trade.orders.rules import OrderStatus

FORMS: dict[str, type[MarketForm]] = {
    "form": ShipForm,
    "decline_form": DeclineReturnForm,
    "answer_form": VendorMessageForm,
    "tracking_form": TrackingForm,
}


async def own_order(number: str) -> OrderView:
    """An order of the vendor who is signed in. Raises NotFound."""
    if not may_be_number(number):
        raise NotFound(_("We could not find that order."))
    return await vendor_order(vendor_id(), number)


async def order_page(
    order: OrderView,
    *,
    typed: MarketForm | None = None,
    status: int = 200,
    problem: MarketError | None = None,
) -> Response:
    """One order; `typed` is the form that could not be taken, and keeps what stands in it."""
    whole = await whole_order(order.id, email=order.contact.email, kinds=KINDS)
    return await vendor_page(
        "portal/orders/order.html",
        status=status,
        nav="orders",
        order=order,
        disputes=whole.disputes,
        fraud_warning=whole.is_warned,
        carriers=names(),
        happenings=_history(order, whole),
        goods=goods_badge(order.status, order.money, is_pickup=order.is_pickup),
        paid=money_badge(order.money),
        refunds=whole.refunds,
        counts_from=counts_from(order.shipped_at, whole.market)
        if order.may_deliver and order.shipped_at
        else None,
        short=await short_of(order.id)
        if order.may_ship and any(line.missing for line in order.lines)
        else (),
        refund_states=states(),
        refund_detail=refund_detail,
        part_detail=part_detail,
        problem=problem.message if problem else None,
        is_shared=any(payment.is_shared for payment in whole.payments),
        waits_for_account=any(each.waits_for_account for each in whole.payments),
        **_money(order, whole),
        **_after_sale(order, whole),
        **_forms(typed, order, whole),
    )


def _money(order: OrderView, whole: WholeOrder) -> dict[str, Any]:
    """Where its money went, or will go."""
    sent = order.sent_by
    return {
        "fee": order.platform_fee * -1,
        "fee_of_delivery": of_delivery(sent.commission) if sent else None,
        "flow": whole.waterfall,
        "waterfall": vendor_lines(whole.waterfall),
    }


def _after_sale(order: OrderView, whole: WholeOrder) -> dict[str, Any]:
    """What its shopper asks and writes, and where the parcel is."""
    return {
        "returns": vendor_returns(order, whole.returns, whole.refunds),
        "messages": whole.messages,
        "tracking_link": tracking_link(order.tracking_carrier, order.tracking_number),
    }


def _history(
    order: OrderView,
    whole: WholeOrder,
) -> tuple[TimelineEntry, ...]:
    """What happened to an order, as its vendor may know it; of mails those to the shopper."""
    facts = facts_of(
        order,
        whole.payments,
        whole.refunds,
        whole.disputes,
        whole.payouts,
    )
    return timeline(facts, whole.history, whole.mails)


def _forms(
    typed: MarketForm | None,
    order: OrderView,
    whole: WholeOrder,
) -> dict[str, Any]:
    """The forms that the page has, one of them as it was typed; a parcel's with what it was sent
    with, so that what is right about it stays.
    """
    sent = {
        "carrier": order.tracking_carrier,
        "tracking_number": order.tracking_number,
    }
    return {
        name: typed
        if typed is not None and type(typed) is kind
        else kind(
            data=sent if kind is TrackingForm else None,
            meta={"currency": None},
        )
        for name, kind in FORMS.items()
        if type(typed) is kind or _has(kind, order, whole)
    }


def _has(
    kind: type[MarketForm],
    order: OrderView,
    whole: WholeOrder,
) -> bool:
    """Whether the page of such an order has this form."""
    if kind is ShipForm:
        return order.may_ship
    if kind is TrackingForm:
        return order.status is OrderStatus.SHIPPED and not order.is_pickup
    return kind is not DeclineReturnForm or bool(whole.returns)
