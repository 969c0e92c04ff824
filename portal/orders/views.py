"""`/vendor/admin/orders`: the list, one order, and sending it."""

from __future__ import annotations

from quart import Blueprint, Response, request

from portal.frame import vendor_page
from portal.orders.forms import ShipForm
from portal.orders.order_page import order_page, own_order
from portal.orders.words import CHIPS, goods_badge, money_badge
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
from shared.trade.catalogue.queries import clean_search
from shared.trade.orders.delivery import mark_as_delivered
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
from shared.trade.orders.queries import OrderView
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
    return await order_page(await own_order(number))


@blueprint.get("/<number>/invoice.pdf")
@owner
async def invoice(number: str) -> Response:
    """What the shopper gets as invoice, with a credit note for each refund."""
    order = await own_order(number)
    return await invoice_file(order.id, order.number)


@blueprint.post("/<number>/ship")
@owner
async def ship(number: str) -> Response:
    """Mark a paid order as shipped; the shopper is told.

    Where its money is in doubt, only if that is meant.
    """
    order = await own_order(number)
    form = await ShipForm.from_request()
    if not form.ok():
        return await order_page(order, typed=form, status=422)
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
        return await order_page(
            await own_order(number), typed=form, status=error.status
        )
    except (CannotShip, MoneyGone) as error:
        return await order_page(
            await own_order(number),
            typed=form,
            status=error.status,
            problem=error,
        )
    return see_other(
        url_for("orders.show", number=order.number),
        ("ok", _sent(order)),
    )


def _sent(order: OrderView) -> str:
    if order.is_pickup:
        return _(
            "Order %(number)s is ready for pick-up. We have told the shopper.",
            number=order.number,
        )
    return _(
        "Order %(number)s is marked as shipped. We have told the shopper.",
        number=order.number,
    )


@blueprint.post("/<number>/keep")
@owner
async def keep(number: str) -> Response:
    """Put the goods of an order that will not be sent back into stock."""
    order = await own_order(number)
    form = await Bare.from_request()
    if not form.ok():
        return await order_page(order, status=422)
    try:
        pieces = await keep_goods(
            vendor_id=vendor_id(), number=order.number, actor=actor_label(actor())
        )
    except NothingToKeep as error:
        return await order_page(
            await own_order(number), status=error.status, problem=error
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
    order = await own_order(number)
    try:
        await mark_as_delivered(
            vendor_id=vendor_id(), number=order.number, actor=actor_label(actor())
        )
    except CannotDeliver as error:
        return await order_page(
            await own_order(number), status=error.status, problem=error
        )
    told = (
        _("Order %(number)s is marked as collected.", number=order.number)
        if order.is_pickup
        else _("Order %(number)s is marked as delivered.", number=order.number)
    )
    return see_other(url_for("orders.show", number=order.number), ("ok", told))
