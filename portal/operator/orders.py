"""`/operator/orders/<number>`: one order as the staff needs it: who is who, and where every cent
went.
"""

from __future__ import annotations

from typing import TypeAlias

from quart import Blueprint, Response

from portal.operator.frame import page
from portal.operator.timeline import lines, runs
from portal.orders.refund_words import states as refund_states
from portal.orders.waterfall import PLACES, operator_lines
from portal.orders.words import goods_badge, money_badge
from portal.transactions.views import states
from shared.core.errors import NotFound
from shared.core.locales import gettext as _
from shared.core.money import Money
from shared.entrypoints.web.access import operator
from shared.finance.connect.queries import vendor_row
from shared.finance.inbox.timeline import timeline
from shared.finance.order_money.waterfall import order_waterfall
from shared.finance.payments.queries import payments_of_order
from shared.finance.refunds.queries import shared_refunds
from shared.trade.orders.order_numbers import may_be_number
from shared.trade.orders.purchase_lists import PurchasePart, parts_of_purchase
from shared.trade.orders.queries import order_by_number

blueprint = Blueprint("operator_orders", __name__, url_prefix="/operator/orders")


@blueprint.get("/<number>")
@operator
async def show(number: str) -> Response:
    """One order: who is who, its money with Stripe's ids, and every event with what we decided and
    what changed.
    """
    if not may_be_number(number):
        raise NotFound(_("We could not find that order."))
    order = await order_by_number(number)
    flow = await order_waterfall(order.id)
    story = await timeline(order.id)
    parts = await parts_of_purchase(order.checkout_id)
    ids = [part.order_id for part in parts]
    nothing = Money(0, order.total.currency)
    return await page(
        "portal/operator/order.html",
        nav_active="vendors",
        order=order,
        vendor=await vendor_row(order.vendor_id),
        payments=await payments_of_order(order.id),
        states=states(),
        lines=operator_lines(flow),
        places=flow.places,
        place_words=PLACES,
        goods=goods_badge(order.status, order.money, is_pickup=order.is_pickup),
        paid=money_badge(order.money),
        parts=[_shown(part) for part in parts] if len(parts) > 1 else [],
        whole=sum((part.total for part in parts), nothing),
        shared_refunds=await shared_refunds(ids) if len(parts) > 1 else (),
        refund_states=refund_states(),
        happenings=runs(lines(story)),
        happenings_cut=story.cut,
    )


Badge: TypeAlias = tuple[str, str]


def _shown(part: PurchasePart) -> tuple[PurchasePart, Badge, Badge]:
    goods = goods_badge(part.status, part.money, is_pickup=part.is_pickup)
    return part, goods, money_badge(part.money)
