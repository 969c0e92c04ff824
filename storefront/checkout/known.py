"""What the checkout's form is filled in with."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from quart import request

from shared.core.errors import NotFound
from shared.entrypoints.web.identity import customer
from shared.entrypoints.web.order_links import token_of
from shared.trade.baskets.parts import BasketView
from shared.trade.orders.queries import CheckoutView, checkout_by_token
from shared.trade.orders.rules import CheckoutStatus
from shared.trade.people.address_book import LINES, AddressView, address_book
from shared.trade.people.rules import shown_email
from storefront.browser import own_checkouts
from storefront.checkout.billing_fields import from_billing
from storefront.checkout.delivery_choice import way_field
from storefront.checkout.forms import CheckoutForm
from storefront.checkout.notes import note_field

FILL = "fill"  # the button that puts an address of one's own into the form
OWN = "own_address"  # which one


async def own_book() -> tuple[AddressView, ...]:
    """The addresses that the signed-in shopper may choose from."""
    who = customer()
    return await address_book(who.id or 0) if who is not None else ()


async def chosen_of(book: Sequence[AddressView]) -> AddressView | None:
    """The one that was chosen in the form, or that the address of the page names."""
    if not book:
        return None
    wanted = (await request.form).get(OWN) or request.args.get("address", "")
    return next((each for each in book if str(each.id) == wanted), None)


async def fill_in(form: CheckoutForm, book: Sequence[AddressView]) -> None:
    """Put the chosen address in the place of the one that was typed; all else stays."""
    chosen = await chosen_of(book)
    for name, line in (_lines(chosen) if chosen else {}).items():
        form[name].data = line


async def known_of(
    basket: BasketView,
    book: Sequence[AddressView],
) -> dict[str, object]:
    """The address that was chosen, else what this browser told us last for an order that still
    waits, else what the signed-in shopper's account says. What each shop was told, and how it
    sends, is of the last such order with things of that shop.
    """
    who, chosen = customer(), await chosen_of(book)
    if who is not None and chosen is not None:
        return {"email": shown_email(who.email), **_lines(chosen)}
    waiting = await _waiting()
    if waiting:
        contact = waiting[-1].contact
        known: dict[str, object] = {**vars(contact), **from_billing(contact.billing)}
        for before in waiting:
            known |= _notes_of(before) | _sent_by(before)
        return {**known, "email": shown_email(contact.email)}
    if who is not None and book:
        return {"email": shown_email(who.email), **_lines(book[0])}
    country = basket.parts[0].vendor.country if basket.parts else ""
    return {
        "email": shown_email(who.email) if who else "",
        "full_name": who.full_name if who else "",
        "country": country,
    }


async def _waiting() -> list[CheckoutView]:
    """The last purchases of this browser that still wait for their payment, newest last."""
    found = []
    for link in own_checkouts()[-3:]:
        with suppress(NotFound):
            found.append(await checkout_by_token(await token_of(link)))
    return [each for each in found if each.status is CheckoutStatus.OPEN]


def _notes_of(before: CheckoutView) -> dict[str, str]:
    """What each shop was told."""
    orders = before.orders
    return {note_field(order.vendor_id): order.note for order in orders}


def _lines(view: AddressView) -> dict[str, str]:
    return {name: getattr(view, name) for name in LINES}


def _sent_by(before: CheckoutView) -> dict[str, str]:
    """How each shop was to send it, by the method's name."""
    ways = {order.vendor_id: order.sent_by for order in before.orders}
    return {way_field(shop): way.method for shop, way in ways.items() if way}
