"""Checkout: contact and delivery, then payment. Steps of one page that also work as plain forms."""

from __future__ import annotations

from typing import TypedDict

from quart import Blueprint, Response, jsonify, request

from shared.core.errors import Conflict, NotFound, TryLater
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import public
from shared.entrypoints.web.filters import money
from shared.entrypoints.web.identity import customer
from shared.entrypoints.web.kit import kit, shielded
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import public_url_for, url_for
from shared.entrypoints.web.order_links import link_of, token_of
from shared.entrypoints.web.pages import page, see_other
from shared.finance.payment_methods.queries import usable_methods
from shared.finance.payments.errors import OrderNotPayable
from shared.finance.payments.rules import PaymentState
from shared.finance.payments.service import IntentView, create_payment_intent
from shared.finance.payments.stock_hold import press, release
from shared.infra.gateway.errors import StandsStill, StripeRefused
from shared.trade.baskets.parts import BasketView
from shared.trade.baskets.queries import get_basket
from shared.trade.catalogue.errors import SoldOut
from shared.trade.marketplace.queries import marketplace
from shared.trade.orders import terms
from shared.trade.orders.contacts import Contact
from shared.trade.orders.errors import BasketProblem, SoldOutAtPayment
from shared.trade.orders.queries import (
    CheckoutView,
    OrderView,
    checkout_by_token,
)
from shared.trade.orders.reservations import what_is_missing
from shared.trade.orders.rules import CheckoutStatus, PaymentStatus
from shared.trade.orders.service import place_order
from shared.trade.orders.terms import Acceptance
from shared.trade.shipping.errors import ChooseShipping, NotServed, ShippingChanged
from storefront.browser import basket_token, remember_checkout
from storefront.checkout.delivery_choice import taken
from storefront.checkout.delivery_parts import choice_of
from storefront.checkout.forms import CHECKED_ALONE, DECIDED_BY_COUNTRY, CheckoutForm
from storefront.checkout.known import known_of
from storefront.receipts.order_card import parts_of

checkout = Blueprint("checkout", __name__)

_DECIDED = (
    PaymentState.SUCCEEDED,
    PaymentState.PROCESSING,
    PaymentState.PARKED,
    PaymentState.REFUNDED,
)
_PAID = (PaymentStatus.PAID, PaymentStatus.REFUNDED)


class Pressed(TypedDict):
    """Which purchase, and the intent that the page of whoever pressed Pay was made for."""

    checkout_id: int
    intent_id: str


@checkout.get("/shop/checkout")
@public
async def contact() -> Response:
    """Who orders and where it goes, filled in as far as we know it."""
    basket = await get_basket(basket_token(), write=money)
    if not basket.can_check_out:
        return _back_to(basket)
    return await _contact_page(
        basket, await CheckoutForm.from_request(data=await known_of(basket))
    )


@checkout.post("/shop/checkout")
@public
async def submit() -> Response:
    """Place the order, hold its stock, go on to payment."""
    basket = await get_basket(basket_token(), write=money)
    if not basket.lines:
        return _back_to(basket)
    form = await CheckoutForm.from_request()
    form.wants_phone = basket.wants_phone
    if not form.ok():
        return await _contact_page(basket, form, status=422)
    who = customer()
    given = await request.form
    try:
        token = await place_order(
            basket_token=basket_token(),
            contact=form.contact(),
            customer_id=who.id if who else None,
            hold_minutes=kit().settings.order_hold_minutes,
            accepted=Acceptance(await terms.version_now(), request.remote_addr or ""),
            actor=who.label if who else "shopper",
            shipping=taken(given),
            notes=_notes(basket, form),
        )
    except (NotServed, ChooseShipping, ShippingChanged) as problem:
        basket = await get_basket(basket_token(), write=money)
        return await _contact_page(basket, form, delivery=problem.message, status=422)
    except (Conflict, StandsStill) as problem:
        basket = await get_basket(basket_token(), write=money)
        if not basket.lines:  # it was paid, or emptied in another tab, a moment ago
            return _back_to(basket)
        sentence = basket.problems[0] if basket.problems else problem.message
        return await _contact_page(
            basket, form, problem=sentence, status=problem.status
        )
    link = link_of(token)
    remember_checkout(link)
    return see_other(url_for("checkout.payment", token=link))


@checkout.post("/shop/checkout/check/<field>")
@public
async def check(field: str) -> Response:
    """What is wrong with one field, while the form is being filled in; the same rules as at the
    end.
    """
    if field not in CHECKED_ALONE:
        raise NotFound
    form = await CheckoutForm.from_request()
    form.wants_phone = field == "phone"
    form.validate()
    names = [field]
    # What else it decides about; what is still empty is not blamed before it was come to.
    if field == "country":
        names += DECIDED_BY_COUNTRY
        for name in DECIDED_BY_COUNTRY:
            form[name].errors = form[name].errors if form[name].data else ()
    return await page("storefront/checkout/_checked.html", form=form, names=names)


def _notes(basket: BasketView, form: CheckoutForm) -> dict[int, str]:
    """What the shops in the basket are told."""
    note = (form.note.data or "").strip()
    return {part.vendor.id: note for part in basket.parts} if note else {}


def _back_to(basket: BasketView) -> Response:
    if basket.lines:  # the basket says what is in the way
        return see_other(url_for("basket.show"))
    return see_other(
        url_for("basket.show"),
        ("info", _("Your basket is empty, so there is nothing to check out yet.")),
    )


async def _contact_page(
    basket: BasketView,
    form: CheckoutForm,
    *,
    problem: str | None = None,
    delivery: str = "",
    status: int = 200,
) -> Response:
    form.wants_phone = basket.wants_phone
    response = await page(
        "storefront/checkout/contact.html",
        status=status,
        basket=basket,
        form=form,
        choice=await choice_of(basket, form, delivery),
        problem=problem,
        is_basket=status == Conflict.status,
        back=(_("Back to basket"), url_for("basket.show")),
    )
    response.headers["Cache-Control"] = "no-store"  # filled in with name and address
    return response


@checkout.get("/shop/checkout/<token>")
@public
async def payment(token: str) -> Response:
    """Pay the order behind this link.

    Its intent is made or read here; coming again gives the same one.
    """
    found = await checkout_by_token(await token_of(token))
    order = next(
        (o for o in found.orders if o.payment_status not in _PAID),
        None,
    )
    if order is None:
        return see_other(_confirmation(token))
    if found.status is not CheckoutStatus.OPEN:
        return await page("storefront/checkout/over.html", status=410, checkout=found)
    who = customer()
    opening = create_payment_intent(
        kit().gateway,
        order_id=order.id,
        shopper_id=who.id if who else None,
        look_again="again" in request.args,
    )
    try:
        intent = await shielded(opening)
    except OrderNotPayable:  # it was paid or ran out a moment ago: look again
        return see_other(_confirmation(token))
    except (TryLater, Conflict, StripeRefused) as problem:
        return await _payment_page(found, order, problem=problem)
    if intent.state in _DECIDED:
        return see_other(_confirmation(token))
    missing = await what_is_missing(order.id) if order.waits_for_pay else None
    if missing:
        return await _payment_page(found, order, problem=BasketProblem(missing))
    return await _payment_page(found, order, intent=intent)


@checkout.post("/shop/checkout/<token>/hold")
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


@checkout.post("/shop/checkout/<token>/let-go")
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


def _confirmation(link: str) -> str:
    return url_for("receipts.confirmation", order=link)


async def _payment_page(
    found: CheckoutView,
    order: OrderView,
    *,
    intent: IntentView | None = None,
    problem: TryLater | Conflict | StripeRefused | None = None,
) -> Response:
    who = customer()
    # Set for whoever ordered, and for nobody else.
    mine = intent.stripe_customer_id if intent else None
    saved = await usable_methods(who.id or 0, mine) if who and mine else ()
    shown = (await marketplace()).show_fee_breakdown
    response = await page(
        "storefront/checkout/payment.html",
        status=problem.status if problem else 200,
        stripe=intent is not None,
        checkout=found,
        order=order,
        parts=parts_of(order, shown=shown),
        intent=intent,
        saved=saved,
        delivery=delivery_line(found.contact),
        return_url=public_url_for("receipts.confirmation", order=link_of(found.token)),
        problem=problem.message if problem else None,
        here=request.path,
        back=(_("Back to basket"), url_for("basket.show")),
    )
    response.headers["Cache-Control"] = "no-store"  # holds the intent's client secret
    return response


def delivery_line(contact: Contact) -> str:
    """Where it goes, on one line."""
    return ", ".join((contact.full_name, *contact.lines))
