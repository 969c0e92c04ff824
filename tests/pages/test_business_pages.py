"""A shopper that buys for a business: the account's page, the staff's, the checkout's totals."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from shared.trade.orders.models import Order
from shared.trade.people.models import Customer
from shared.trade.vat.holders import of_shopper
from shared.trade.vat.queries import registration_held
from shared.trade.vat.service import refuse
from tests.support.address_books import signed_in
from tests.support.discounts import make_discount
from tests.support.factories import make_product, make_ready_vendor
from tests.support.portal import operator_in
from tests.support.shipping import send_by
from tests.support.storefront import ADDRESS, Browser, words
from tests.support.vat import a_business, with_number

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.trade.vendors.models import Vendor

pytestmark = pytest.mark.usefixtures("database")
HERE = "/shop/account/business"
STATED = {
    "name": "Acme GmbH",
    "country": "DE",
    "vat_number": "de 136 695 976",
}
BERLIN = {**ADDRESS, "country": "DE", "postal_code": "10115", "city": "Berlin"}
_SEEN = re.compile(r'name="(seen_\w+|part)" value="([^"]*)"')


async def html_of(answer: Any) -> str:
    return str(await answer.get_data(as_text=True))


async def me() -> Customer:
    return await Customer.get(email="ada@example.test")


async def a_cup(browser: Browser, *, number: str = "LU15027442") -> Vendor:
    """In the basket, of a shop in Luxembourg with a number of its own."""
    vendor = await make_ready_vendor(
        slug="lux", name="Lux", country="LU", vat_scheme="oss"
    )
    if number:
        await with_number(vendor, number)
    await make_product(vendor, slug="cup", name="Cup", price_amount=2000)
    await browser.add("/shops/lux/cup")
    return vendor


async def totals(browser: Browser, **given: str) -> str:
    await browser.get("/shop/checkout")  # its token
    answer = await browser.post("/shop/checkout/totals", {**BERLIN, **given})
    return await html_of(answer)


async def order(browser: Browser, html: str, **given: str) -> Any:
    """Press Continue on a page that looks so."""
    seen = dict(_SEEN.findall(html))
    return await browser.post("/shop/checkout", {**BERLIN, **seen, **given})


async def test_a_number_is_stated_and_says_how_far_it_is(
    client: TestClientProtocol,
) -> None:
    """Wrong ones say so at the field and keep what was typed; it can be taken away."""
    browser = await signed_in(client)
    await browser.get(HERE)
    answer = await browser.post(HERE, {**STATED, "vat_number": "DE136695977"})
    assert answer.status_code == 422
    html = await html_of(answer)
    assert "That is no VAT number of Germany" in words(html)
    assert 'value="Acme GmbH"' in html
    for missing in STATED:
        answer = await browser.post(HERE, {**STATED, missing: ""})
        assert answer.status_code == 422
    answer = await browser.post(HERE, STATED)
    assert answer.status_code == 303
    page = words(await browser.get(HERE))
    assert "DE136695976" in page
    assert "Not confirmed yet" in page
    ada = await me()
    await a_business(ada)
    assert "Confirmed It holds for what you order" in words(await browser.get(HERE))
    found = await registration_held(of_shopper(ada.id))
    assert found is not None
    await refuse(
        holder=of_shopper(ada.id),
        registration_id=found.id,
        reason="VIES knows no such name",
        actor="test",
    )
    assert "VIES knows no such name" in words(await browser.get(HERE))
    await browser.post(f"{HERE}/remove", {})
    assert "DE136695976" not in words(await browser.get(HERE))


async def test_staff_confirms_and_refuses_with_what_it_looked_at(
    client: TestClientProtocol,
) -> None:
    """In the list of all numbers, on a page of its own; whoever has none has nothing to decide."""
    browser = await signed_in(client)
    await browser.get(HERE)
    await browser.post(HERE, STATED)
    ada = await me()
    portal = await operator_in(client)
    assert "Acme GmbH shopper" in words(await portal.get("/operator/vat"))
    where = f"/operator/customers/{ada.id}/vat"
    page = words(await portal.get(where))
    assert "The name there should be Acme GmbH" in page
    found = await registration_held(of_shopper(ada.id))
    assert found is not None
    sent = {"registration": str(found.id)}
    assert (await portal.post(f"{where}/confirm", sent)).status_code == 422
    proof = {**sent, "proof": "VIES, today"}
    assert (await portal.post(f"{where}/confirm", proof)).status_code == 303
    assert "VIES, today" in words(await portal.get(where))
    old = {"registration": "999", "reason": "No"}
    assert (await portal.post(f"{where}/refuse", old)).status_code == 409
    reason = {**sent, "reason": "It ended"}
    assert (await portal.post(f"{where}/refuse", reason)).status_code == 303
    assert "It ended" in words(await portal.get(where))


async def test_the_checkout_shows_net_prices_and_what_that_takes_off(
    client: TestClientProtocol,
) -> None:
    """Things, ways of sending and total, as soon as the country makes it so; the order is that."""
    browser = await signed_in(client)
    vendor = await a_cup(browser)
    await send_by(vendor.id)
    await a_business(await me())
    home = words(await browser.get("/shop/checkout"))
    assert "Total €24.90 incl. 17% VAT €3.62" in home
    html = await totals(browser, **{f"shipping-{vendor.id}": "standard:490"})
    told = words(html)
    assert "Items without VAT €16.81" in told
    assert "Delivery Standard parcel €4.12" in told
    assert "Total €20.93 VAT 0%, reverse charge €0.00" in told
    assert "€3.97 VAT is not charged" in told
    answer = await browser.post("/shop/checkout/delivery", BERLIN)
    assert "Standard parcel Arrives in 3 to 5 days €4.12" in words(
        await html_of(answer)
    )
    way = {f"shipping-{vendor.id}": "standard:490"}
    answer = await order(browser, html, **way)
    assert answer.status_code == 303, words(await html_of(answer))
    placed = await Order.get()
    assert (placed.total_amount_cents, placed.vat_taken_off) == (2093, 397)
    # payments of this shop are nobody's at Stripe; the page says its sums all the same
    paying = await browser.client.get(answer.headers["Location"])
    page = words(await html_of(paying))
    assert "VAT 0%, reverse charge €0.00" in page
    assert "Acme GmbH" in page
    staff = await operator_in(client)
    facts = words(await staff.get(f"/operator/orders/{placed.number}"))
    assert "Business Acme GmbH DE136695976" in facts
    assert "VAT number of the shop LU15027442 VAT not charged €3.97" in facts


async def test_without_scripts_another_price_is_shown_before_it_is_ordered(
    client: TestClientProtocol,
) -> None:
    """The page was made for another country: the form comes back with the total as it is."""
    browser = await signed_in(client)
    await a_cup(browser)
    await a_business(await me())
    answer = await order(browser, await browser.get("/shop/checkout"))
    assert answer.status_code == 422
    html = await html_of(answer)
    assert "The prices have changed" in words(html)
    assert "Total €16.81" in words(html)
    assert (await order(browser, html)).status_code == 303
    assert (await Order.get()).total_amount_cents == 1681


async def test_a_number_that_is_refused_meanwhile_stops_order_and_payment(
    client: TestClientProtocol,
) -> None:
    """With a sentence in both places; the same things are then ordered with VAT."""
    browser = await signed_in(client)
    await a_cup(browser)
    ada = await me()
    seen = await a_business(ada)
    html = await totals(browser)
    placed = await order(browser, html)
    assert placed.status_code == 303
    await refuse(
        holder=of_shopper(ada.id), registration_id=seen, reason="No", actor="test"
    )
    where = placed.headers["Location"]
    answer = await browser.client.get(where)
    assert answer.status_code == 409
    assert "cannot be paid without VAT" in words(await html_of(answer))
    answer = await order(browser, html)
    assert answer.status_code == 422
    assert "is not confirmed any more" in words(await html_of(answer))
    again = await order(browser, await html_of(answer))
    assert again.status_code == 303, words(await html_of(again))
    latest = await Order.all().order_by("-id").first()
    assert latest is not None
    assert (latest.total_amount_cents, latest.vat_treatment) == (2000, "oss")


async def test_a_guest_with_that_number_pays_vat(client: TestClientProtocol) -> None:
    """Whatever the form says that was seen."""
    browser = Browser(client)
    vendor = await a_cup(browser)
    assert "incl. 19% VAT €3.19" in words(await totals(browser))
    answer = await order(
        browser,
        await totals(browser),
        seen_net=str(vendor.id),
        seen_number="DE136695976",
    )
    assert answer.status_code == 422
    assert "is not confirmed any more" in words(await html_of(answer))
    assert not await Order.exists()


async def test_the_vat_of_what_the_marketplace_pays_is_told_of_the_full_price(
    client: TestClientProtocol,
) -> None:
    """Also where nothing is left to pay."""
    browser = Browser(client)
    await a_cup(browser, number="")
    await make_discount(None, code="ALLFREE", percentage=100)
    await browser.get("/shop/checkout")
    sent = {**BERLIN, "code": "apply", "discount_code": "ALLFREE"}
    html = await html_of(await browser.post("/shop/checkout", sent))
    told = words(html)
    assert "Total €0.00 19% VAT in the full price of €20.00 €3.19" in told
    assert "the marketplace pays €20.00 of the price" in told
