"""The parts of the checkout that follow what is chosen in it, asked for by htmx."""

from __future__ import annotations

from quart import Blueprint, Response

from shared.entrypoints.web.access import public
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import page, see_other
from storefront.checkout.chosen_parts import chosen_basket
from storefront.checkout.codes import code_user
from storefront.checkout.forms import CheckoutForm
from storefront.checkout.sold_basket import sold_basket

parts = Blueprint("checkout_parts", __name__, url_prefix="/shop/checkout")


@parts.post("/delivery")
@public
async def delivery() -> Response:
    """How it can be sent to the country that is chosen now, and what that comes to."""
    return await _part("storefront/checkout/_delivery_changed.html")


@parts.post("/totals")
@public
async def totals() -> Response:
    """What it comes to with the way of sending that is chosen now."""
    return await _part("storefront/checkout/_totals_changed.html")


@parts.post("/billing")
@public
async def billing() -> Response:
    """The fields of the address that the bill goes to, where it goes elsewhere."""
    form = await CheckoutForm.from_request()
    return await page("storefront/checkout/_billing.html", form=form)


async def _part(template: str) -> Response:
    basket = await chosen_basket()
    if not basket.can_check_out:
        return see_other(url_for("basket.show"))
    form = await CheckoutForm.from_request()
    form.ask_notes(basket)
    user = code_user(form.email.data or "")
    sold = await sold_basket(basket, form.destination(), form.known, user)
    return await page(template, sold=sold, form=form)
