"""What the checkout's form is filled in with."""

from __future__ import annotations

from quart import request

from shared.core.errors import NotFound
from shared.entrypoints.web.identity import customer
from shared.entrypoints.web.order_links import token_of
from shared.trade.baskets.parts import BasketView
from shared.trade.orders.queries import CheckoutView, checkout_by_token
from shared.trade.orders.rules import CheckoutStatus
from shared.trade.people.address_book import LINES, address_book
from shared.trade.people.rules import shown_email
from storefront.browser import own_checkouts
from storefront.checkout.billing_fields import from_billing
from storefront.checkout.delivery_choice import way_field
from storefront.checkout.notes import note_field


async def known_of(basket: BasketView) -> dict[str, object]:
    """What this browser told us last for an order that still waits, else what the signed-in
    shopper's account says.
    """
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
    who = customer()
    if who is not None and (chosen := await _from_book(who.id or 0)):
        return {"email": shown_email(who.email), **chosen}
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


def _sent_by(before: CheckoutView) -> dict[str, str]:
    """How each shop was to send it, by the method's name."""
    ways = {order.vendor_id: order.sent_by for order in before.orders}
    return {way_field(shop): way.method for shop, way in ways.items() if way}


async def _from_book(customer_id: int) -> dict[str, str]:
    """The address that was chosen of the shopper's book, else the default one; none without."""
    book = await address_book(customer_id)
    wanted = request.args.get("address", "")
    chosen = next((each for each in book if str(each.id) == wanted), None)
    if chosen is None:
        chosen = next(iter(book), None)
    return {name: getattr(chosen, name) for name in LINES} if chosen else {}
