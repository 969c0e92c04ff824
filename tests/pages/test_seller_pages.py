"""A vendor says who sells; shoppers read it where they look, and an invoice names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.trade.vendors.models import Vendor
from shared.trade.vendors.seller import SellerDetails, save_seller
from tests.support.factories import make_product, make_ready_vendor
from tests.support.portal import signed_in
from tests.support.storefront import Browser, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("database")]
ADDRESS = "/vendor/admin/business"
SAID = {
    "legal_name": "Atelier Luxe S.à r.l.",
    "address": "12, rue de l’Eau\r\nL-1449 Luxembourg",
    "phone": "+352 26 00 00 12",
    "register": "RCS Luxembourg B000012",
}


async def test_a_vendor_says_who_sells(client: TestClientProtocol) -> None:
    """Its first page asks for it until then."""
    portal = await signed_in(client)
    assert "Say who sells" in await portal.get("/vendor/admin")
    answer = await portal.post(ADDRESS, SAID)
    assert answer.status_code == 303
    row = await Vendor.get(id=portal.vendor_id)
    assert row.seller_address == "12, rue de l’Eau\nL-1449 Luxembourg"
    assert "RCS Luxembourg B000012" in await portal.get(ADDRESS)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("legal_name", "", "Your name, or your company’s."),
        ("address", "in the valley", "Street and number, then postal code and town,"),
        ("phone", "any time", "A phone number, such as +352 123 456."),
    ],
)
async def test_what_would_reach_nobody_is_told_at_its_field(
    client: TestClientProtocol, field: str, typed: str, said: str
) -> None:
    """What was typed stays, and nothing is kept of it."""
    portal = await signed_in(client)
    answer = await portal.post(ADDRESS, {**SAID, field: typed})
    assert answer.status_code == 422
    page = await answer.get_data(as_text=True)
    assert said in page
    assert typed in page
    assert SAID["register"] in page
    assert (await Vendor.get(id=portal.vendor_id)).legal_name == ""


async def test_all_that_is_wrong_is_told_at_once(client: TestClientProtocol) -> None:
    """Each at its field."""
    portal = await signed_in(client)
    typed = {"legal_name": "", "address": "nowhere", "phone": "call me"}
    answer = await portal.post(ADDRESS, typed)
    page = await answer.get_data(as_text=True)
    assert "3 things need another look" in words(page)
    assert "Your name, or your company’s." in page
    assert "Street and number, then postal code and town," in page
    assert "A phone number, such as +352 123 456." in page


async def test_shoppers_read_who_sells_on_the_shops_page_and_beside_each_thing(
    client: TestClientProtocol,
) -> None:
    """Nothing of it where the vendor has not said it."""
    vendor = await make_ready_vendor(name="Luxe", slug="luxe")
    product = await make_product(vendor)
    browser = Browser(client)
    assert "Who sells" not in words(await browser.get("/shops/luxe"))
    details = SellerDetails(**SAID)
    await save_seller(vendor_id=vendor.id, values=details, actor="test")
    shop = words(await browser.get("/shops/luxe"))
    for line in (*details.lines, SAID["legal_name"], SAID["phone"], SAID["register"]):
        assert line in shop
    assert vendor.business_email in shop
    thing = await browser.get(f"/shops/luxe/{product.slug}")
    assert 'href="/shops/luxe#seller"' in thing
    assert f"Sold by {SAID['legal_name']}" in words(thing)
    assert "r.l.</a>.<" not in thing, "one full stop is enough"
    assert "r.l.</a><" in thing
    told = await browser.get("/shops/luxe")
    assert "Atelier Luxe S." in told.partition('"legalName"')[2][:40]
