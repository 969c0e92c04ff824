"""`/vendor/admin/orders/<number>/refunds`: choose what goes back, see what it will do, and do
it.
"""

from __future__ import annotations

from functools import partial

from quart import Blueprint, Response, request

from portal.frame import vendor_page
from portal.orders.refund_forms import RefundForm, refund_form
from portal.orders.refund_words import REASONS, PreviewText, done, nothing_left, told
from shared.core.errors import MarketError, NotFound
from shared.core.locales import gettext as _
from shared.core.money import Money
from shared.core.words import word
from shared.entrypoints.web.access import owner
from shared.entrypoints.web.filters import money
from shared.entrypoints.web.identity import actor, actor_label, vendor_id
from shared.entrypoints.web.kit import is_htmx, kit
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.entrypoints.web.stepup import fresh_sign_in
from shared.finance.refunds import service
from shared.finance.refunds.errors import BadRefund
from shared.finance.refunds.preview import Refundable, preview, refundable
from shared.finance.refunds.queries import refunds_of_order
from shared.finance.refunds.rules import Reach, RefundState
from shared.finance.refunds.service import Together
from shared.trade.commission.queries import get_policy
from shared.trade.orders.order_numbers import may_be_number
from shared.trade.people import policies
from shared.trade.returns.queries import open_return
from shared.trade.returns.service import accept

blueprint = Blueprint(
    "refunds", __name__, url_prefix="/vendor/admin/orders/<number>/refunds"
)


@blueprint.get("")
@owner
async def choose(number: str) -> Response:
    """What can go back of an order: all of it, pieces, or an amount."""
    order = await _mine(number)
    asked = await open_return(order.order_id)
    return await _page(order, await refund_form(order, asked))


@blueprint.post("/preview", endpoint="preview")
@owner
async def look(number: str) -> Response:
    """What a refund will do, in numbers; nothing is done yet.

    The second step of the form, or a part of its page.
    """
    order = await _mine(number)
    form = await refund_form(order)
    if not is_htmx() and "change" in await request.form:
        return await _page(order, form)
    try:
        found = await _preview(order, form)
    except MarketError as error:
        return await _blamed(order, form, error)
    if found is None:
        return await _page(order, form, status=422)
    return await _page(order, form, found, step=1 if is_htmx() else 2)


async def _is_large(number: str) -> bool:
    """Whether this is a refund that the vendor confirms first.

    What the form will not take is not asked about.
    """
    try:
        order = await _mine(number)
    except NotFound:
        return False
    form = await refund_form(order)
    if not form.ok():
        return False
    wish = form.requested()
    prices = {line.id: line.unit for line in order.lines}
    pieces = sum(count * prices[id_].amount for id_, count in wish.quantities.items())
    if wish.shipping:
        pieces += order.shipping.amount
    amount = {
        Reach.WHOLE: order.left.amount,
        Reach.LINES: pieces,
        Reach.AMOUNT: wish.amount or 0,
    }[wish.reach]
    return (await get_policy()).needs_fresh_sign_in(Money(amount, order.left.currency))


@blueprint.post("")
@owner
@fresh_sign_in("give money back", when=_is_large)
@limit("60/minute")
async def give_back(number: str) -> Response:
    """Give the money back, once; above the operator's limit it waits for the operator."""
    order = await _mine(number)
    form = await refund_form(order)
    if not form.ok():
        return await _page(order, form, status=422)
    try:
        made = await service.request(
            kit().gateway,
            vendor_id=vendor_id(),
            number=order.number,
            wish=form.requested(),
            reason=form.reason.data or "",
            note=form.note.data or "",
            by=actor_label(actor()),
            seen=form.seen.data if form.seen.data is not None else -1,
            at_once=True,
            together=_answering(form),
        )
    except MarketError as error:
        return await _blamed(await _mine(number), form, error)
    state, waits = made.state, ""
    if state is RefundState.OPENING:
        gateway = kit().gateway
        tried = await service.try_now(gateway, made.id, made.write)
        state, waits = tried.state, word("refunds.waits", tried.waits)
    why = await _why_not(order.order_id, made.id)
    said = done(state, money(made.amount), why or waits)
    if not made.amount:
        said = "ok", _("The order is taken back. Nothing was paid for it.")
    return see_other(url_for("orders.show", number=order.number), said)


async def _why_not(order_id: int, refund_id: int) -> str:
    """Why a refund was refused, or waits although Stripe has taken it on."""
    for refund in await refunds_of_order(order_id):
        if refund.id == refund_id:
            is_sent = refund.pending_reason in (None, "processing")
            waits = word("refunds.pending", refund.pending_reason)
            return refund.refusal or ("" if is_sent else waits)
    return ""


def _answering(form: RefundForm) -> Together | None:
    """The request that the refund answers, if the form was opened for one."""
    if not form.answers.data:
        return None
    by = actor_label(actor())
    return partial(accept, request_id=form.answers.data, by=by)


async def _mine(number: str) -> Refundable:
    if not may_be_number(number):
        raise NotFound(_("We could not find that order."))
    order = await refundable(vendor_id(), number)
    policies.require(actor(), "refund", order)
    return order


async def _preview(order: Refundable, form: RefundForm) -> PreviewText | None:
    """The preview of what was filled in; None when that is not right yet (the form says where)."""
    if not form.ok():
        return None
    found = await preview(
        kit().gateway,
        vendor_id=vendor_id(),
        number=order.number,
        wish=form.requested(),
    )
    return told(found, method=order.method, write=money)


async def _blamed(order: Refundable, form: RefundForm, error: MarketError) -> Response:
    """The form again with what stops it, at its field where there is one, and with what was
    typed.
    """
    if isinstance(error, NotFound):
        raise error
    if isinstance(error, BadRefund):
        form.blame(error)
        return await _page(order, form, status=422)
    return await _page(order, form, status=error.status, problem=error.message)


async def _page(
    order: Refundable,
    form: RefundForm,
    found: PreviewText | None = None,
    *,
    step: int = 1,
    status: int = 200,
    problem: str | None = None,
) -> Response:
    form.seen.data = (
        order.seen if step == 1 or form.seen.data is None else form.seen.data
    )
    errors = [text for field in form for text in field.errors] + list(form.form_errors)
    return await vendor_page(
        "portal/orders/refund.html",
        nothing=nothing_left(order),
        fragments={"refund-preview": "refund_preview"},
        status=status,
        nav="orders",
        order=order,
        form=form,
        told=found,
        step=step,
        problem=problem,
        first_error=errors[0] if errors else None,
        facts=_facts(order, form) if step == 2 else [],
        lines=[
            (line, form[f"quantity_{line.id}"], form[f"restock_{line.id}"])
            for line in order.lines
        ],
    )


def _facts(
    order: Refundable,
    form: RefundForm,
) -> list[tuple[str, str]]:
    """What was chosen, said again before the button."""
    wish = form.requested()
    pieces = [
        f"{wish.quantities[line.id]} × {line.name}"
        for line in order.lines
        if wish.quantities.get(line.id)
    ]
    facts = []
    if wish.reach is Reach.LINES and wish.shipping:
        pieces.append(_("delivery cost"))
    if wish.reach is Reach.LINES:
        facts.append((_("Pieces"), ", ".join(pieces)))
    if wish.reach is not Reach.AMOUNT:
        back = [line.name for line in order.lines if line.id in wish.restock]
        if back:
            facts.append((_("Back in stock"), ", ".join(back)))
    facts.append(
        (
            _("Why"),
            _(REASONS.get(form.reason.data or "", "")),
        )
    )
    return (
        [
            *facts,
            (_("Note to the shopper"), form.note.data),
        ]
        if form.note.data
        else facts
    )
