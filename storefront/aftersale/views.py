"""What a shopper can do about an order that is paid: cancel it, say that it came, withdraw from it,
ask for money back.

All of it is below the order's signed link, for guests and accounts alike; each part of a purchase
is its vendor's, and is done by itself.
"""

from __future__ import annotations

from quart import Blueprint, Response

from shared.core.errors import MarketError, NotFound
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import public
from shared.entrypoints.web.invoice_files import invoice_file
from shared.entrypoints.web.kit import kit
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import page, see_other
from shared.finance.refunds import service as refunds
from shared.finance.refunds.calling_off import cancel_and_refund
from shared.finance.refunds.rules import RefundState
from shared.trade.orders.delivery import confirm_receipt
from shared.trade.orders.errors import CannotDeliver
from shared.trade.orders.queries import OrderView
from shared.trade.returns import service
from shared.trade.returns.rules import ReturnKind
from storefront.aftersale.forms import ReturnForm, return_form
from storefront.aftersale.offers import offer_to
from storefront.aftersale.purchases import order_in, shopper_label

aftersale = Blueprint("aftersale", __name__, url_prefix="/shop/orders/<token>/<number>")

# A person does each once or twice; who sends more sends mails to others.
MOST = "20/minute"


def _back(token: str, told: tuple[str, str]) -> Response:
    return see_other(url_for("receipts.order_page", token=token), told)


@aftersale.get("/cancel")
@public
async def cancel(token: str, number: str) -> Response:
    """Ask once more before an order is cancelled."""
    order = await order_in(token, number)
    return await _cancel_page(token, order)


@aftersale.post("/cancel")
@public
@limit(MOST)
async def call_off(token: str, number: str) -> Response:
    """Cancel an order that was not sent; its money goes back at once."""
    order = await order_in(token, number)
    gateway = kit().gateway
    try:
        made = await cancel_and_refund(gateway, order, by=shopper_label())
    except NotFound:
        raise
    except MarketError as problem:
        order = await order_in(token, number)
        if order.is_called_off:  # by the first of two presses
            told = _("Your order at %(shop)s is cancelled.", shop=order.vendor_name)
            return _back(token, ("ok", told))
        return await _cancel_page(token, order, problem)
    tried = await refunds.try_now(gateway, made.id, made.write)
    has_left = tried.state is RefundState.SUCCEEDED
    return _back(token, ("ok", _cancelled(order, has_left=has_left)))


def _cancelled(order: OrderView, *, has_left: bool) -> str:
    """What is true a moment later: whether its money has left already."""
    shop = order.vendor_name
    if not order.total:
        return _("Your order at %(shop)s is cancelled.", shop=shop)
    if not has_left:
        return _(
            "Your order at %(shop)s is cancelled. We write to you when your money has been sent.",
            shop=shop,
        )
    return _("Your order at %(shop)s is cancelled, and is paid back to you.", shop=shop)


async def _cancel_page(
    token: str, order: OrderView, problem: MarketError | None = None
) -> Response:
    return await page(
        "storefront/aftersale/cancel.html",
        status=problem.status if problem else 200,
        token=token,
        order=order,
        offered=offer_to(order),
        problem=problem.message if problem else None,
    )


@aftersale.get("/invoice.pdf")
@public
@limit("30/minute")
async def invoice(token: str, number: str) -> Response:
    """The order's invoice, with a credit note for each refund, as one PDF."""
    order = await order_in(token, number)
    return await invoice_file(order.id, order.number)


@aftersale.post("/received")
@public
@limit(MOST)
async def received(token: str, number: str) -> Response:
    """The shopper says that it has arrived."""
    order = await order_in(token, number)
    try:
        await confirm_receipt(order_id=order.id, by=shopper_label())
    except CannotDeliver:
        return _back(token, ("info", _("We know already that it has arrived.")))
    return _back(token, ("ok", _("Thank you for telling us. Enjoy it.")))


@aftersale.get("/return/<kind>")
@public
async def choose(token: str, number: str, kind: str) -> Response:
    """What is to be given back: by withdrawal, or because something is wrong."""
    order = await order_in(token, number)
    return await _return_page(token, order, _kind(kind), await return_form(order))


@aftersale.post("/return/<kind>")
@public
@limit(MOST)
async def give_back(token: str, number: str, kind: str) -> Response:
    """Send it to the shop; both get a mail that says what was sent, and when."""
    order, chosen = await order_in(token, number), _kind(kind)
    form = await return_form(order)
    if not form.ok():
        return await _return_page(token, order, chosen, form, status=422)
    wanted = form.wanted(chosen)
    try:
        await service.ask(
            order_id=order.id,
            wanted=wanted,
            by=shopper_label(),
        )
    except MarketError as problem:
        form.blame(problem)
        return await _return_page(token, order, chosen, form, status=problem.status)
    told = _("Your request is with the shop. You have a mail that says what you sent.")
    if chosen is ReturnKind.WITHDRAWAL:
        told = _("We have received your withdrawal. You have a mail that confirms it.")
    return _back(token, ("ok", told))


@aftersale.post("/return/take-back")
@public
@limit(MOST)
async def take_back(token: str, number: str) -> Response:
    """The shopper keeps it after all."""
    order = await order_in(token, number)
    try:
        await service.take_back(order_id=order.id, by=shopper_label())
    except MarketError as problem:
        return _back(token, ("info", problem.message))
    return _back(token, ("ok", _("Your request is taken back.")))


def _kind(text: str) -> ReturnKind:
    if text not in set(ReturnKind):
        raise NotFound
    return ReturnKind(text)


async def _return_page(
    token: str,
    order: OrderView,
    kind: ReturnKind,
    form: ReturnForm,
    status: int = 200,
) -> Response:
    return await page(
        "storefront/aftersale/return.html",
        status=status,
        token=token,
        order=order,
        kind=kind,
        form=form,
        offered=offer_to(order),
        lines=[
            (line, form[f"quantity_{line.id}"])
            for line in order.lines
            if line.id in form.line_ids
        ],
    )
