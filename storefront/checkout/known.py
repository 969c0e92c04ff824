"""What the checkout's form is filled in with."""

from __future__ import annotations

from collections.abc import Sequence

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
from storefront.checkout.notes import note_field


async def own_book() -> tuple[AddressView, ...]:
    """The addresses that the signed-in shopper may choose from."""
    who = customer()
    return await address_book(who.id or 0) if who is not None else ()


def chosen_of(book: Sequence[AddressView]) -> AddressView | None:
    """The one that the address of the page names."""
    wanted = request.args.get("address", "")
    return next((each for each in book if str(each.id) == wanted), None)


async def known_of(
    basket: BasketView,
    book: Sequence[AddressView],
) -> dict[str, object]:
    """The address that was chosen, else what this browser told us last for an order that still
    waits, else what the signed-in shopper's account says.
    """
    who, chosen = customer(), chosen_of(book)
    if who is not None and chosen is not None:
        return {"email": shown_email(who.email), **_lines(chosen)}
    for link in reversed(own_checkouts()[-3:]):
        try:
            before = await checkout_by_token(await token_of(link))
        except NotFound:
            continue
        if before.status is CheckoutStatus.OPEN:
            return {
                **vars(before.contact),
                **from_billing(before.contact.billing),
                "email": shown_email(before.contact.email),
                **_notes_of(before),
                **_sent_by(before),
            }
    if who is not None and book:
        return {"email": shown_email(who.email), **_lines(book[0])}
    country = basket.parts[0].vendor.country if basket.parts else ""
    return {
        "email": shown_email(who.email) if who else "",
        "full_name": who.full_name if who else "",
        "country": country,
    }


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
