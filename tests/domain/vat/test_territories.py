"""Parts of states that VAT treats otherwise than their country, by postal code."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.service import place_order
from shared.trade.vat.rules import EU
from shared.trade.vat.sales.rules import (
    SaleRoute,
    SaleTreatment,
    sale_treatment,
    tax_state,
    taxing_state,
)
from shared.trade.vat.sales.territories import territories, vat_place
from shared.trade.vendors.rules import VatScheme
from storefront.checkout.postal import tidy_postal_code
from tests.support.factories import make_product, make_ready_vendor
from tests.support.market import ADA
from tests.support.purchases import basket_of

# Country, postal code, whose VAT a shop in Germany charges with the one-stop shop.
PLACES = (
    ("ES", "35001", ""),
    ("ES", "38001", ""),
    ("ES", "51001", ""),
    ("ES", "52001", ""),
    ("ES", "28001", "ES"),
    ("ES", "07001", "ES"),
    ("FI", "22100", ""),
    ("FI", "FI-22100", ""),
    ("FI", "00100", "FI"),
    ("DE", "27498", ""),
    ("DE", "78266", ""),
    ("DE", "78267", "DE"),
    ("IT", "23041", ""),
    ("IT", "22061", ""),
    ("IT", "20121", "IT"),
    ("GR", "630 86", ""),
    ("GR", "63087", ""),
    ("GR", "10431", "GR"),
    ("FR", "97100", ""),
    ("FR", "97410", ""),
    ("FR", "98800", ""),
    ("FR", "20000", "FR"),
    ("MC", "98000", "FR"),
    ("GB", "BT1 5GS", "XI"),
    ("GB", "bt15gs", "XI"),
    ("GB", "SW1A 1AA", ""),
    ("IM", "IM1 1AA", ""),
    ("AX", "22100", ""),
    ("RE", "97400", ""),
)


@pytest.mark.parametrize(("country", "code", "state"), PLACES)
def test_whose_vat_holds_at_an_address(country: str, code: str, state: str) -> None:
    """None where the directive does not apply: what goes there is exported."""
    place = vat_place(country, code)
    route = SaleRoute(VatScheme.OSS, "DE", place)
    assert tax_state(place) == state
    assert taxing_state(route) == state
    assert (sale_treatment(route) is SaleTreatment.EXPORT) == (not state)


def test_without_a_postal_code_it_is_the_country() -> None:
    """As on a checkout's page before it is typed."""
    assert {vat_place(country, "") for country in EU} == EU


@pytest.mark.parametrize(
    ("country", "prefix"),
    [
        (part.country, prefix)
        for parts in territories().values()
        for part in parts
        for prefix in part.postal
    ],
)
def test_the_files_codes_are_those_of_their_countries(
    country: str, prefix: str
) -> None:
    """Each is the beginning of a code that the checkout takes, or all of it."""
    signs = {"AT": 4, "PT": 7}.get(country, 5)
    whole = "BT1 5GS" if prefix == "BT" else prefix.ljust(signs, "0")
    tidy = tidy_postal_code(whole, country)
    assert tidy is not None
    assert vat_place(country, tidy) != country


@pytest.mark.usefixtures("database")
async def test_an_order_to_the_canaries_is_an_export_and_one_to_belfast_is_not() -> (
    None
):
    """The price stays the same; only what of it is VAT is another."""
    vendor = await make_ready_vendor(country="LU", vat_scheme="oss")
    cup = await make_product(vendor, price_amount=2000)
    for country, code, kept in (
        ("ES", "35001", ("export", "", [])),
        ("ES", "28001", ("oss", "ES", [{"rate": 2100, "gross": 2000, "vat": 347}])),
        ("GB", "BT1 5GS", ("oss", "XI", [{"rate": 2000, "gross": 2000, "vat": 333}])),
        ("GB", "SW1A 1AA", ("export", "", [])),
    ):
        token = await place_order(
            basket_token=await basket_of({cup.id: 1}),
            contact=replace(ADA, country=country, postal_code=code),
            customer_id=None,
            hold_minutes=30,
        )
        checkout = await Checkout.get(token=token)
        order = await Order.get(checkout_id=checkout.id)
        assert order.total_amount_cents == 2000
        assert (order.vat_treatment, order.vat_state, order.vat_parts) == kept
