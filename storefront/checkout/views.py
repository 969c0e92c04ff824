"""Checkout: contact and delivery, then payment. Steps of one page that also work as plain forms."""

from __future__ import annotations

from collections.abc import Sequence

from quart import Blueprint, Response, request

from shared.core.errors import Conflict, NotFound, TryLater
from shared.core.formats import listed
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import public
from shared.entrypoints.web.identity import customer
from shared.entrypoints.web.kit import kit, shielded
from shared.entrypoints.web.links import public_url_for, url_for
from shared.entrypoints.web.order_links import link_of, token_of
from shared.entrypoints.web.pages import page, see_other
from shared.finance.payment_methods.queries import usable_methods
from shared.finance.payments.errors import OrderNotPayable
from shared.finance.payments.rules import PaymentState
from shared.finance.payments.service import IntentView, create_payment_intent
from shared.infra.gateway.errors import StandsStill, StripeRefused
from shared.trade.baskets.parts import BasketView
from shared.trade.baskets.queries import count_items
from shared.trade.discounts.errors import CodeRefused
from shared.trade.marketplace.queries import marketplace
from shared.trade.orders import terms
from shared.trade.orders.errors import (
    BasketProblem,
    NetPricesChanged,
    VendorCannotSell,
)
from shared.trade.orders.queries import CheckoutView, checkout_by_token
from shared.trade.orders.reservations import what_is_missing
from shared.trade.orders.rules import CheckoutStatus, PaymentStatus
from shared.trade.orders.service import place_order
from shared.trade.orders.terms import Acceptance
from shared.trade.people.address_book import AddressView
from shared.trade.shipping.errors import ChooseShipping, NotServed, ShippingChanged
from shared.trade.vendors.errors import PaymentNotConfigured
from storefront.browser import basket_token, remember_checkout
from storefront.checkout import codes
from storefront.checkout.chosen_parts import WITHOUT, chosen_basket
from storefront.checkout.delivery_choice import taken
from storefront.checkout.forms import CHECKED_ALONE, DECIDED_BY_COUNTRY, CheckoutForm
from storefront.checkout.known import FILL, chosen_of, fill_in, known_of, own_book
from storefront.checkout.net_prices import seen_net
from storefront.checkout.sellers import who_cannot
from storefront.checkout.sent_again import bought_link
from storefront.checkout.sold_basket import sold_basket
from storefront.receipts.order_card import parts_of_all

checkout = Blueprint("checkout", __name__)

_DECIDED = (
    PaymentState.SUCCEEDED,
    PaymentState.PROCESSING,
    PaymentState.PARKED,
    PaymentState.REFUNDED,
)
_PAID = (PaymentStatus.PAID, PaymentStatus.REFUNDED)


@checkout.get("/shop/checkout")
@public
async def contact() -> Response:
    """Who orders and where it goes, filled in as far as we know it."""
    basket = await chosen_basket()
    if not basket.can_check_out:
        return await _back_to(basket)
    book = await own_book()
    form = await CheckoutForm.from_request(data=await known_of(basket, book))
    form.ask_notes(basket)
    return await _contact_page(basket, form, book=book)


@checkout.post("/shop/checkout")
@public
async def submit() -> Response:
    """Place the order, hold its stock, go on to payment."""
    basket = await chosen_basket()
    if not basket.parts:
        return await _sent_again(basket)
    form = await _form_for(basket)
    given = await request.form
    if WITHOUT in given:  # a shop is left for later: the rest is looked at first
        return await _contact_page(basket, form)
    if FILL in given:
        book = await own_book()
        await fill_in(form, book)
        return await _contact_page(basket, form, book=book)
    if codes.BUTTON in given or codes.is_new(given, basket.discount_code):
        return await _change_code(form, basket)
    if not form.ok():
        return await _contact_page(basket, form, status=422)
    who = customer()
    try:
        token = await place_order(
            basket_token=basket_token(),
            contact=form.contact(),
            customer_id=who.id if who else None,
            hold_minutes=kit().settings.order_hold_minutes,
            accepted=Acceptance(await terms.version_now(), request.remote_addr or ""),
            actor=who.label if who else "shopper",
            shipping=taken(given),
            notes=form.notes(basket),
            vendors=basket.vendor_ids,
            seen_discount=codes.seen_discount(given),
            seen_net=seen_net(given),
        )
    except (Conflict, StandsStill) as problem:
        return await _refused(form, problem)
    link = link_of(token)
    remember_checkout(link)
    return see_other(url_for("checkout.payment", token=link))


async def _change_code(form: CheckoutForm, basket: BasketView) -> Response:
    """Look at the code that was typed, or take the present one out; the rest stays as it was
    sent.
    """
    refused = await codes.change_code(
        await request.form,
        codes.code_user(form.email.data or ""),
        basket.vendor_ids,
    )
    basket = await chosen_basket()
    if not basket.parts:
        return await _back_to(basket)
    status = refused.status if refused else 200
    told = refused.message if refused else ""
    return await _contact_page(basket, form, code_problem=told, status=status)


async def _refused(
    form: CheckoutForm,
    problem: Conflict | StandsStill,
) -> Response:
    """The form as it was sent; the basket as it is now says what stands in the way."""
    basket = await chosen_basket()
    if not basket.parts:  # it was paid, or emptied in another tab, a moment ago
        return await _sent_again(basket)
    form.ask_notes(basket)
    if isinstance(problem, (NotServed, ChooseShipping, ShippingChanged)):
        return await _contact_page(basket, form, is_refused=True, status=422)
    if isinstance(problem, NetPricesChanged):
        said = problem.message
        return await _contact_page(basket, form, problem=said, status=422)
    if isinstance(problem, CodeRefused):
        return await _contact_page(
            basket,
            form,
            code_problem=problem.message,
            status=problem.status,
        )
    sentences = (*basket.problems, problem.message)
    return await _contact_page(
        basket,
        form,
        problem=sentences[0],
        status=problem.status,
    )


async def _form_for(basket: BasketView) -> CheckoutForm:
    """The form as it was sent, about these shops' things."""
    form = await CheckoutForm.from_request()
    form.wants_phone = basket.wants_phone
    form.ask_notes(basket)
    return form


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


async def _sent_again(basket: BasketView) -> Response:
    """Where nothing is left to order, the purchase that was made of it."""
    bought = await bought_link()
    if bought is None:
        return await _back_to(basket)
    return see_other(_confirmation(bought))


async def _back_to(basket: BasketView) -> Response:
    if basket.parts or await count_items(basket_token()):
        return see_other(url_for("basket.show"))  # it says what is in the way
    return see_other(
        url_for("basket.show"),
        ("info", _("Your basket is empty, so there is nothing to check out yet.")),
    )


async def _contact_page(
    basket: BasketView,
    form: CheckoutForm,
    *,
    problem: str | None = None,
    is_refused: bool = False,
    code_problem: str = "",
    book: Sequence[AddressView] | None = None,
    status: int = 200,
) -> Response:
    if basket.total is None:  # in two currencies, by accident of a vendor's change
        return await _back_to(basket)
    form.wants_phone = basket.wants_phone
    book = await own_book() if book is None else book
    user = codes.code_user(form.email.data or "")
    response = await page(
        "storefront/checkout/contact.html",
        status=status,
        basket=basket,
        form=form,
        sold=await sold_basket(
            basket,
            form.destination(),
            form.known,
            user,
            is_refused=is_refused,
        ),
        problem=problem,
        is_price=status == 422,
        book=book,
        chosen=await chosen_of(book) or next(iter(book), None),
        is_basket=status == Conflict.status,
        code_problem=code_problem,
        code_typed=codes.typed_of(await request.form) if code_problem else "",
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
    unpaid = [each for each in found.orders if each.payment_status not in _PAID]
    if not unpaid:
        return see_other(_confirmation(token))
    if found.status is not CheckoutStatus.OPEN:
        return await page("storefront/checkout/over.html", status=410, checkout=found)
    who = customer()
    opening = create_payment_intent(
        kit().gateway,
        order_id=unpaid[0].id,
        shopper_id=who.id if who else None,
        look_again="again" in request.args,
    )
    try:
        intent = await shielded(opening)
    except OrderNotPayable:  # it was paid or ran out a moment ago: look again
        return see_other(_confirmation(token))
    except (VendorCannotSell, PaymentNotConfigured) as problem:
        return await _payment_page(found, problem=await who_cannot(found, problem))
    except (TryLater, Conflict, StripeRefused) as problem:
        return await _payment_page(found, problem=problem)
    if intent.state in _DECIDED:
        return see_other(_confirmation(token))
    if any(order.waits_for_pay for order in found.orders):
        missing = await what_is_missing(found.id)
        if missing:
            return await _payment_page(found, problem=BasketProblem(missing))
    return await _payment_page(found, intent=intent)


def _confirmation(link: str) -> str:
    return url_for("receipts.confirmation", order=link)


async def _payment_page(
    found: CheckoutView,
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
        shops=found.vendor_ids,
        numbers=listed(found.numbers),
        parts=parts_of_all(found.orders, shown=shown),
        intent=intent,
        saved=saved,
        delivery=found.contact.line,
        return_url=public_url_for("receipts.confirmation", order=link_of(found.token)),
        problem=problem.message if problem else None,
        here=request.path,
        back=(_("Back to basket"), url_for("basket.show")),
    )
    response.headers["Cache-Control"] = "no-store"  # holds the intent's client secret
    return response
