"""`/vendor/admin/orders`: the list, one order, and sending it."""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response, request

from portal.frame import vendor_page
from portal.orders.forms import ShipForm, TrackingForm
from portal.orders.messages import VendorMessageForm
from portal.orders.refund_words import refund_detail, states
from portal.orders.returns import DeclineReturnForm, vendor_returns
from portal.orders.timeline import KINDS, timeline
from portal.orders.timeline_facts import facts_of
from portal.orders.waterfall import vendor_lines
from portal.orders.words import CHIPS, goods_badge, money_badge
from portal.timeline import TimelineEntry
from shared.core.errors import MarketError, NotFound
from shared.core.locales import gettext as _
from shared.core.locales import ngettext
from shared.entrypoints.web.access import owner
from shared.entrypoints.web.forms import Bare
from shared.entrypoints.web.identity import actor, actor_label, vendor_id
from shared.entrypoints.web.invoice_files import invoice_file
from shared.entrypoints.web.kit import page_number
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.entrypoints.web.paging import address, pager
from shared.finance.order_money.whole_order import WholeOrder, whole_order
from shared.trade.catalogue.queries import clean_search
from shared.trade.messages.queries import waits_for_vendor
from shared.trade.orders.carriers import names, tracking_link
from shared.trade.orders.delivery import counts_from, mark_as_delivered
from shared.trade.orders.errors import (
    CannotDeliver,
    CannotShip,
    Contested,
    GoesBack,
    MoneyGone,
    NothingToKeep,
    PiecesMissing,
)
from shared.trade.orders.order_lists import vendor_orders
from shared.trade.orders.order_numbers import may_be_number
from shared.trade.orders.queries import OrderView, vendor_order
from shared.trade.orders.restocking import short_of
from shared.trade.orders.shipping import keep_goods, mark_as_shipped

blueprint = Blueprint("orders", __name__, url_prefix="/vendor/admin/orders")


@blueprint.get("")
@owner
async def index() -> Response:
    """The vendor's orders, newest first, by state and by search."""
    status = request.args.get("status", "all")
    status = status if status in dict(CHIPS) else "all"
    search = clean_search(request.args.get("q"))
    found = await vendor_orders(
        vendor_id(), page=page_number(), status=status, search=search or None
    )
    told = status if status != "all" else None
    return await vendor_page(
        "portal/orders/list.html",
        fragments={"order-list": "order_list"},
        nav="orders",
        found=found,
        search=search,
        list_address=address(url_for("orders.index"), status=told),
        chips=[
            (
                text,
                address(
                    url_for("orders.index"),
                    status=name if name != "all" else None,
                    q=search,
                ),
                name == status,
                found.counts.get(name),
            )
            for name, text in CHIPS
        ],
        pager=pager(url_for("orders.index"), found, status=told, q=search),
        goods_badge=goods_badge,
        money_badge=money_badge,
        shop_slug=actor().vendor_slug,
    )


@blueprint.get("/<number>")
@owner
async def show(number: str) -> Response:
    """One order."""
    return await _order_page(await _mine(number))


@blueprint.get("/<number>/invoice.pdf")
@owner
async def invoice(number: str) -> Response:
    """What the shopper gets as invoice, with a credit note for each refund."""
    order = await _mine(number)
    return await invoice_file(order.id, order.number)


@blueprint.post("/<number>/ship")
@owner
async def ship(number: str) -> Response:
    """Mark a paid order as shipped; the shopper is told.

    Where its money is in doubt, only if that is meant.
    """
    order = await _mine(number)
    form = await ShipForm.from_request()
    if not form.ok():
        return await _order_page(order, form=form, status=422)
    try:
        await mark_as_shipped(
            vendor_id=vendor_id(),
            number=order.number,
            carrier=form.carrier.data or "",
            tracking=form.tracking_number.data or "",
            actor=actor_label(actor()),
            all_the_same=form.all_the_same.data,
        )
    except (GoesBack, Contested, PiecesMissing) as error:
        form.blame(error)
        return await _order_page(await _mine(number), form=form, status=error.status)
    except (CannotShip, MoneyGone) as error:
        return await _order_page(
            await _mine(number),
            form=form,
            status=error.status,
            problem=error,
        )
    return see_other(
        url_for("orders.show", number=order.number),
        (
            "ok",
            _(
                "Order %(number)s is marked as shipped. We have told the shopper.",
                number=order.number,
            ),
        ),
    )


@blueprint.post("/<number>/keep")
@owner
async def keep(number: str) -> Response:
    """Put the goods of an order that will not be sent back into stock."""
    order = await _mine(number)
    form = await Bare.from_request()
    if not form.ok():
        return await _order_page(order, status=422)
    try:
        pieces = await keep_goods(
            vendor_id=vendor_id(), number=order.number, actor=actor_label(actor())
        )
    except NothingToKeep as error:
        return await _order_page(
            await _mine(number), status=error.status, problem=error
        )
    told = ngettext(
        "1 piece is back in stock.", "%(num)s pieces are back in stock.", pieces
    )
    return see_other(
        url_for("orders.show", number=order.number),
        ("ok", told),
    )


@blueprint.post("/<number>/delivered")
@owner
async def delivered(number: str) -> Response:
    """Mark an order that was sent as delivered."""
    order = await _mine(number)
    try:
        await mark_as_delivered(
            vendor_id=vendor_id(), number=order.number, actor=actor_label(actor())
        )
    except CannotDeliver as error:
        return await _order_page(
            await _mine(number), status=error.status, problem=error
        )
    return see_other(
        url_for("orders.show", number=order.number),
        (
            "ok",
            _("Order %(number)s is marked as delivered.", number=order.number),
        ),
    )


async def _mine(number: str) -> OrderView:
    if not may_be_number(number):
        raise NotFound(_("We could not find that order."))
    return await vendor_order(vendor_id(), number)


async def _order_page(
    order: OrderView,
    *,
    form: ShipForm | None = None,
    status: int = 200,
    problem: MarketError | None = None,
) -> Response:
    whole = await whole_order(order.id, email=order.contact.email, kinds=KINDS)
    return await vendor_page(
        "portal/orders/order.html",
        status=status,
        nav="orders",
        order=order,
        disputes=whole.disputes,
        fraud_warning=whole.is_warned,
        form=form or ShipForm(meta={"currency": None}),
        carriers=names(),
        happenings=_history(order, whole),
        goods=goods_badge(order.status, order.money),
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
        fee=order.vendor_share - order.total,
        flow=whole.waterfall,
        waterfall=vendor_lines(whole.waterfall),
        problem=problem.message if problem else None,
        **_after_sale(order, whole),
    )


def _after_sale(order: OrderView, whole: WholeOrder) -> dict[str, Any]:
    """What its shopper asks and writes, and where the parcel is."""
    without_money = {"currency": None}
    return {
        "returns": vendor_returns(order, whole.returns),
        "decline_form": DeclineReturnForm(meta=without_money),
        "messages": whole.messages,
        "message_waits": waits_for_vendor(whole.messages),
        "answer_form": VendorMessageForm(meta=without_money),
        "tracking_form": TrackingForm(meta=without_money),
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
