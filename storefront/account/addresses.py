"""`/shop/account/addresses`: a shopper's address book. Its owner's alone."""

from __future__ import annotations

from quart import Blueprint, Response

from shared.core.errors import Conflict
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import shopper
from shared.entrypoints.web.identity import actor, person_id
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import page, see_other
from shared.finance.statements.invoice_issuer import identity
from shared.trade.orders.addresses import town_line
from shared.trade.orders.purchase_lists import last_country
from shared.trade.people import address_book as book
from shared.trade.people.address_book import AddressView
from shared.trade.shipping.places import COUNTRIES
from storefront.checkout.forms import CheckoutForm

addresses = Blueprint(
    "addresses",
    __name__,
    url_prefix="/shop/account/addresses",
)


class AddressForm(CheckoutForm):
    """An address as the checkout asks for it; the email is the account's."""

    email = None  # type: ignore[assignment]

    def values(self) -> dict[str, str]:
        """What was entered, once it is valid."""
        typed = {name: str(self[name].data or "") for name in book.LINES}
        return {**typed, "state": self._state() or ""}


@addresses.get("")
@shopper
async def show() -> Response:
    """All of them, the default one first."""
    found = await book.address_book(person_id())
    return await page(
        "storefront/account/addresses.html",
        shopper=actor(),
        addresses=[(each, town_of(each)) for each in found],
        is_full=len(found) >= book.MOST,
        most=book.MOST,
    )


def town_of(view: AddressView) -> str:
    """The line below the street, as on a label."""
    return town_line(
        city=view.city,
        postal_code=view.postal_code,
        state=view.state,
        country=view.country,
    )


@addresses.get("/new")
@shopper
async def add() -> Response:
    """The form for another one."""
    return await _form_page(await AddressForm.from_request(data=await _at_first()))


@addresses.post("/new")
@limit("60/minute")
@shopper
async def create() -> Response:
    """Keep another one."""
    form = await AddressForm.from_request()
    if not form.ok():
        return await _form_page(
            form,
            status=422,
        )
    try:
        await book.save_address(
            customer_id=person_id(),
            values=form.values(),
        )
    except Conflict as problem:
        form.blame(problem)
        return await _form_page(
            form,
            status=problem.status,
        )
    return see_other(
        url_for("addresses.show"),
        ("ok", _("The address is saved.")),
    )


@addresses.get("/<int:address_id>")
@shopper
async def edit(address_id: int) -> Response:
    """The form of one that is there."""
    found = await book.address_of(
        person_id(),
        address_id,
    )
    form = await AddressForm.from_request(data=dict(vars(found)))
    return await _form_page(
        form,
        address_id,
    )


@addresses.post("/<int:address_id>")
@limit("60/minute")
@shopper
async def change(address_id: int) -> Response:
    """Write over one; orders that went there keep theirs."""
    await book.address_of(
        person_id(),
        address_id,
    )
    form = await AddressForm.from_request()
    if not form.ok():
        return await _form_page(
            form,
            address_id,
            status=422,
        )
    await book.save_address(
        customer_id=person_id(),
        values=form.values(),
        address_id=address_id,
    )
    return see_other(
        url_for("addresses.show"),
        ("ok", _("The address is saved.")),
    )


@addresses.post("/<int:address_id>/default")
@shopper
async def make_default(address_id: int) -> Response:
    """Fill the checkout in with this one from now on."""
    await book.make_default(
        customer_id=person_id(),
        address_id=address_id,
    )
    told = _("The checkout is filled in with that address from now on.")
    return see_other(
        url_for("addresses.show"),
        ("ok", told),
    )


@addresses.post("/<int:address_id>/remove")
@shopper
async def remove(address_id: int) -> Response:
    """Take one out."""
    await book.remove_address(
        customer_id=person_id(),
        address_id=address_id,
    )
    return see_other(
        url_for("addresses.show"),
        ("ok", _("The address is removed.")),
    )


async def _at_first() -> dict[str, str]:
    """The name of the account, and a country that is likely: of the address that the checkout is
    filled in with, of the last order, of the marketplace.
    """
    found = await book.address_book(person_id())
    likely = (
        found[0].country
        if found
        else await last_country(person_id()) or await _market_country()
    )
    country = likely if likely in COUNTRIES else ""
    return {"full_name": actor().full_name, "country": country}


async def _market_country() -> str:
    issuer = await identity()
    return issuer.country if issuer else ""


async def _form_page(
    form: AddressForm,
    address_id: int | None = None,
    *,
    status: int = 200,
) -> Response:
    return await page(
        "storefront/account/address.html",
        status=status,
        shopper=actor(),
        form=form,
        address_id=address_id,
    )
