"""A shopper's addresses: kept, chosen, filled in at the checkout, and nobody else's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shared.finance.statements.models import MarketplaceIdentity
from shared.trade.orders.models import Checkout, Order
from shared.trade.people import address_book
from shared.trade.people.models import Customer, CustomerAddress
from tests.support.address_books import HOME, signed_in
from tests.support.factories import (
    make_customer,
    make_order,
    make_product,
    make_ready_vendor,
)
from tests.support.shipping import send_by
from tests.support.storefront import Browser, text_of, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

BOOK = "/shop/account/addresses"
WORK = {**HOME, "address": "1 Main Street", "city": "San Francisco"}
WORK |= {"postal_code": "94107", "state": "US-CA", "country": "US"}


async def keep(browser: Browser, typed: dict[str, str]) -> CustomerAddress:
    """Send the form for another address."""
    await browser.get(f"{BOOK}/new")
    answer = await browser.post(f"{BOOK}/new", typed)
    assert answer.status_code == 303, await text_of(answer)
    return await CustomerAddress.all().order_by("-id").first()  # type: ignore[return-value]


async def test_the_checkout_is_filled_in_with_the_default_or_the_chosen_one(
    client: TestClientProtocol,
) -> None:
    """The first is the default until another is made so; removing it lets the oldest follow."""
    browser = await signed_in(client)
    product = await make_product(await make_ready_vendor(country="DE"), stock=5)
    home, work = await keep(browser, HOME), await keep(browser, WORK)
    assert work.state == "CA"
    await browser.add(f"/shops/{(await product.vendor).slug}/{product.slug}")
    assert 'value="12 rue du Marché"' in await browser.get("/shop/checkout")
    chosen = await browser.get(f"/shop/checkout?address={work.id}")
    assert 'value="1 Main Street"' in chosen
    assert 'value="12 rue du Marché"' in await browser.get("/shop/checkout?address=no")
    offered = re.findall(
        r'<option value="(\d+)"( selected)?>', chosen.partition("own-address")[2]
    )
    assert offered == [(f"{home.id}", ""), (f"{work.id}", " selected")]
    again = await browser.post("/shop/checkout", {})
    assert "own-address" in await again.get_data(as_text=True)
    await browser.get(BOOK)
    await browser.post(f"{BOOK}/{work.id}/default")
    assert 'value="1 Main Street"' in await browser.get("/shop/checkout")
    await browser.post(f"{BOOK}/{work.id}/remove")
    assert (await CustomerAddress.get()).is_default
    assert (await CustomerAddress.get()).id == home.id
    # An order that waits does not stand in the way of an address that is chosen.
    await browser.check_out(address="9 Other Street")
    assert 'value="9 Other Street"' in await browser.get("/shop/checkout")
    chosen = await browser.get(f"/shop/checkout?address={home.id}")
    assert 'value="12 rue du Marché"' in chosen


async def test_filling_in_an_address_keeps_all_else_that_was_typed(
    client: TestClientProtocol,
) -> None:
    """Email, note and the way to send stay; nothing is blamed, and nothing is ordered."""
    browser = await signed_in(client)
    vendor = await make_ready_vendor(slug="lux", country="LU")
    await make_product(vendor, slug="cup", stock=5)
    await send_by(vendor.id)
    await keep(browser, HOME)
    work = await keep(browser, WORK)
    await browser.add("/shops/lux/cup")
    typed = {"email": "other@example.test", f"note-{vendor.id}": "Ring twice."}
    sent = {**typed, "country": "LU", "fill": "yes", "own_address": str(work.id)}
    answer = await browser.post("/shop/checkout", sent)
    html = await answer.get_data(as_text=True)
    assert answer.status_code == 200
    for kept in ("other@example.test", "1 Main Street", "San Francisco", "94107"):
        assert f'value="{kept}"' in html
    assert "Ring twice.</textarea>" in html
    assert '<option selected value="US">' in html
    assert "need another look" not in html
    foreign = await browser.post("/shop/checkout", {**sent, "own_address": "999"})
    assert foreign.status_code == 200
    assert not await Order.exists()


async def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    client: TestClientProtocol,
) -> None:
    """As at the checkout: the country decides."""
    browser = await signed_in(client)
    await browser.get(f"{BOOK}/new")
    answer = await browser.post(f"{BOOK}/new", {**HOME, "postal_code": "99"})
    assert answer.status_code == 422
    html = await answer.get_data(as_text=True)
    assert "Enter a postal code of Luxembourg" in html
    assert 'value="12 rue du Marché"' in html
    row = await keep(browser, HOME)
    assert "12 rue du Marché" in await browser.get(f"{BOOK}/{row.id}")
    changed = await browser.post(f"{BOOK}/{row.id}", {**HOME, "address": "3 Quai"})
    assert changed.status_code == 303
    assert "3 Quai" in words(await browser.get(BOOK))


async def test_a_book_is_its_owners_alone(client: TestClientProtocol) -> None:
    """Another shopper's address is not there, whatever is asked of it; guests are asked in."""
    other = await make_customer()
    theirs = await address_book.save_address(
        customer_id=other.id, values={**HOME, "state": ""}
    )
    guest = await client.get(BOOK)
    assert guest.status_code == 303
    browser = await signed_in(client)
    await browser.get(f"{BOOK}/{theirs}", status=404)
    await browser.get(BOOK)
    for path in ("", "/default", "/remove"):
        answer = await browser.post(f"{BOOK}/{theirs}{path}", HOME)
        assert answer.status_code == 404, path
    assert (await CustomerAddress.get(id=theirs)).address == HOME["address"]
    assert HOME["address"] not in await browser.get(BOOK)


async def test_a_book_has_an_end(client: TestClientProtocol) -> None:
    """A sentence, and the form as it was."""
    browser = await signed_in(client)
    me = await Customer.get(email="ada@example.test")
    for _ in range(address_book.MOST):
        await address_book.save_address(customer_id=me.id, values={**HOME, "state": ""})
    await browser.get(f"{BOOK}/new")
    answer = await browser.post(f"{BOOK}/new", HOME)
    assert answer.status_code == 409
    assert "You can keep up to 20 addresses." in await text_of(answer)


async def test_the_form_opens_with_a_country_that_is_likely(
    client: TestClientProtocol,
) -> None:
    """Of the address in the book, of the last order, of the marketplace; else none is chosen."""
    browser = await signed_in(client)
    new = f"{BOOK}/new"
    assert '<option selected value="">Choose one</option>' in await browser.get(new)
    answer = await browser.post(new, {**HOME, "country": ""})
    assert "Choose the country." in words(await text_of(answer))
    await MarketplaceIdentity.create(
        id=1,
        legal_name="Market",
        address="",
        country="FR",
        vat_percentage=0,
        invoice_prefix="M",
    )
    assert '<option selected value="FR">' in await browser.get(new)
    me = await Customer.get()
    order = await make_order(customer_id=me.id)
    await Checkout.filter(id=order.checkout_id).update(country="BE")
    assert '<option selected value="BE">' in await browser.get(new)
    await keep(browser, WORK)
    assert '<option selected value="US">' in await browser.get(new)
