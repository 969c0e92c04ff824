"""`/shop/account/business`: the VAT number of a shopper that buys for a business."""

from __future__ import annotations

from quart import Blueprint, Response
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length

from shared.core.errors import Invalid
from shared.core.locales import current
from shared.core.locales import gettext as _
from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.access import shopper
from shared.entrypoints.web.forms import MarketForm, choices
from shared.entrypoints.web.identity import actor, actor_label, person_id
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import page, see_other
from shared.trade.vat.holders import of_shopper
from shared.trade.vat.numbers import MOST, state_of
from shared.trade.vat.queries import registration_held
from shared.trade.vat.service import Business, state_number
from storefront.account.states import named_states
from storefront.checkout.forms import PlainText

business = Blueprint("business", __name__, url_prefix="/shop/account/business")


class BusinessForm(MarketForm):
    """Whose number, of which state, and what it is."""

    name = StringField(
        _l("Name of the business"),
        [
            DataRequired(_l("Enter the name under which the number is registered.")),
            Length(max=120, message=_l("Use at most 120 characters.")),
            PlainText(),
        ],
    )
    country = SelectField(
        _l("Country of the number"),
        [DataRequired(_l("Choose the country."))],
        choices=lambda: choices(named_states(current())),
    )
    vat_number = StringField(
        _l("VAT number"),
        [
            DataRequired(_l("Enter the VAT number.")),
            Length(max=MOST, message=_l("That is too long for a VAT number.")),
        ],
    )


@business.get("")
@shopper
async def show() -> Response:
    """What is stated and how far it is, and the form to state it."""
    return await _page(None)


@business.post("")
@limit("20/minute")
@shopper
async def state() -> Response:
    """State a number, or another one: it waits until somebody has looked it up."""
    form = await BusinessForm.from_request()
    if not form.ok():
        return await _page(form, status=422)
    stated = Business(form.name.data or "", form.country.data or "")
    try:
        number = await state_number(
            holder=of_shopper(person_id()),
            text=form.vat_number.data or "",
            business=stated,
            actor=actor_label(actor()),
        )
    except Invalid as problem:
        form.blame(problem)
        return await _page(form, status=problem.status)
    told = _("Saved: %(number)s.", number=number)
    return see_other(url_for("business.show"), ("ok", told))


@business.post("/remove")
@shopper
async def remove() -> Response:
    """Take the number away; orders that were placed with it keep it."""
    await state_number(
        holder=of_shopper(person_id()),
        text="",
        actor=actor_label(actor()),
    )
    told = _("The number is removed. You pay prices with VAT from the next order on.")
    return see_other(url_for("business.show"), ("ok", told))


async def _page(
    form: BusinessForm | None,
    *,
    status: int = 200,
) -> Response:
    found = await registration_held(of_shopper(person_id()))
    stated = found if found is not None and found.number else None
    known = {}
    if stated is not None:
        known = {
            "name": stated.name,
            "country": stated.country,
            "vat_number": stated.number,
        }
    return await page(
        "storefront/account/business.html",
        status=status,
        shopper=actor(),
        form=form or BusinessForm(data=known, meta={"currency": None}),
        stated=stated,
        state=state_of(stated.number) if stated else "",
    )
