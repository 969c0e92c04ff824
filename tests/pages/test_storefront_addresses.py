"""Addresses at checkout: states where a country has them, codes where it has them, domains of any
script.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from shared.trade.orders.models import Checkout, Order
from shared.trade.people.registration import create_member
from tests.support.factories import make_product, make_ready_vendor
from tests.support.portal import PASSWORD, Portal, operator_in, sign_in
from tests.support.storefront import ADDRESS, HTMX, Browser, text_of, words

USA = {
    "address": "1 Market St",
    "city": "San Francisco",
    "postal_code": "94107",
    "country": "US",
    "state": "US-CA",
}


@pytest.fixture
async def browser(client: Any) -> Browser:
    """A shopper with a cup in the basket, at the checkout."""
    await make_product(
        await make_ready_vendor(slug="lux", name="Lux"), slug="cup", name="Cup", stock=5
    )
    browser = Browser(client)
    await browser.add("/shops/lux/cup")
    await browser.get("/shop/checkout")
    return browser


STORED = [
    (USA, ("San Francisco", "94107", "CA", "US")),
    ({**USA, "state": "california"}, ("San Francisco", "94107", "CA", "US")),
    (
        {"city": "Milano", "postal_code": "I-20121", "country": "IT", "state": "IT-MI"},
        ("Milano", "20121", "MI", "IT"),
    ),
    (
        {
            "city": "千代田区",
            "postal_code": "〒１００－０００１",
            "country": "JP",
            "state": "東京都",
        },
        ("千代田区", "100-0001", "Tokyo", "JP"),
    ),
    (
        {"city": "Cork", "postal_code": "", "country": "IE"},
        ("Cork", "", "", "IE"),
    ),
    (
        {
            "city": "Vilnius",
            "postal_code": "LT-01001",
            "country": "LT",
            "state": "US-CA",
        },
        ("Vilnius", "01001", "", "LT"),
    ),
]
ASKED = [
    ({**USA, "state": ""}, "Choose the state."),
    (
        {**USA, "state": "Atlantis"},
        "“Atlantis” is none of the states of the United States. Choose one.",
    ),
    ({**USA, "country": "IT", "postal_code": "20121"}, "Choose the province."),
    (
        {**USA, "country": "JP", "postal_code": "100-0001", "state": ""},
        "Choose the prefecture.",
    ),
]


async def test_an_address_is_stored_as_its_post_writes_it(browser: Browser) -> None:
    """Chosen, or typed where no scripts run; what another country left behind is dropped.

    So is an address's domain.
    """
    for given, stored in STORED:
        await browser.check_out(**given, email="Ada@Müller.de")

        row = await Checkout.get()
        assert (row.city, row.postal_code, row.state, row.country) == stored
        assert row.email == "ada@xn--mller-kva.de"
    assert 'value="ada@müller.de"' in await browser.get("/shop/checkout")


@pytest.mark.one_engine
async def test_a_state_that_is_missing_is_asked_for(browser: Browser) -> None:
    """422 with the states of the country to choose from; California is not Cagliari when the
    country was changed.
    """
    for given, sentence in ASKED:
        response = await browser.post("/shop/checkout", {**ADDRESS, **given})

        page = str(await response.get_data(as_text=True))
        assert response.status_code == 422
        assert sentence in words(page)
        assert f'value="{given["country"]}-' in page
    assert await Order.all().count() == 0


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("language", "state", "province"),
    [
        ("en", "State or territory", "Province"),
        ("de", "Bundesstaat", "Provinz"),
        ("fr", "État", "Province"),
    ],
)
async def test_the_state_of_an_address_is_not_that_of_an_order(
    browser: Browser, language: str, state: str, province: str
) -> None:
    """Its field is named as its country names it, in each language."""
    await browser.post("/language", {"language": language})
    for country, label in (("US", state), ("AU", state), ("CA", province)):
        answer = await browser.post(
            "/shop/checkout/check/country", {**ADDRESS, "country": country}, HTMX
        )
        html = str(await answer.get_data(as_text=True))
        found = re.search(r'<label for="state">([^<]+)', html)
        assert found is not None
        assert found[1].strip() == label


@pytest.mark.one_engine
async def test_choosing_the_country_brings_its_states(browser: Browser) -> None:
    """With the answer about the country, not blamed before they were come to; elsewhere the field
    goes.
    """
    page = await browser.get("/shop/checkout")
    assert "<noscript>" in page
    assert (
        "Only for Australia, Canada, Italy, Japan, Spain and the United States." in page
    )

    to_us = await browser.post(
        "/shop/checkout/check/country",
        {**ADDRESS, "country": "US", "postal_code": ""},
        HTMX,
    )
    html = str(await to_us.get_data(as_text=True))
    assert 'hx-target="#place-state"' in html
    assert '<option value="US-CA">California</option>' in html
    assert "Choose the state." not in html
    assert "Enter the postal code." not in html

    to_lu = await browser.post(
        "/shop/checkout/check/country", {**ADDRESS, "state": "US-CA"}, HTMX
    )
    assert "California" not in await text_of(to_lu)


async def test_the_state_stands_wherever_the_address_stands(browser: Browser) -> None:
    """The shopper's pages, the vendor's and the operator's; and it is filled in again when the
    shopper goes back.
    """
    token = (await browser.check_out(**USA)).rpartition("/")[2]
    order = await Order.get().select_related("vendor")

    shoppers = await browser.get(f"/shop/orders/{token}")
    again = await browser.get("/shop/checkout")
    operators = await (await operator_in(browser.client)).get(
        f"/operator/orders/{order.number}"
    )
    await create_member(
        email="owner@lux.test",
        password=PASSWORD,
        full_name="Olive",
        role="owner",
        vendor_id=order.vendor.id,
    )
    await sign_in(browser.client, "owner@lux.test")
    vendors = await Portal(browser.client, order.vendor.id).get(
        f"/vendor/admin/orders/{order.number}"
    )

    assert [
        "San Francisco, CA 94107" in words(page)
        for page in (shoppers, operators, vendors)
    ] == [True] * 3
    assert re.search(r"<option[^>]*selected[^>]*value=\"US-CA\"", again)
