"""Parts of states with VAT rates of their own: which sales those are for, and what orders keep."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.service import place_order
from shared.trade.vat.sales.regions import region_in, taxing_place
from shared.trade.vat.sales.rules import SaleRoute
from shared.trade.vat.sales.territories import (
    has_parts,
    regions,
    seller_place,
    territories,
    vat_place,
)
from shared.trade.vendors.rules import VatScheme
from tests.support.factories import make_product, make_ready_vendor
from tests.support.market import ADA
from tests.support.purchases import basket_of

LOCAL, OSS = VatScheme.LOCAL, VatScheme.OSS
# Scheme, seller's country and code, the parcel's -> where the rates are of.
SALES = (
    # Taxed where the transport begins, within Portugal; where it arrives, from abroad.
    (OSS, "DE", "10115", "PT", "9500-123", "PT/azores"),
    (OSS, "DE", "10115", "PT", "9000-017", "PT/madeira"),
    (OSS, "DE", "10115", "PT", "1000-001", "PT"),
    (LOCAL, "DE", "10115", "PT", "9500-123", "DE"),
    (OSS, "PT", "1000-001", "PT", "9500-123", "PT"),
    (OSS, "PT", "9500-123", "PT", "1000-001", "PT/azores"),
    (OSS, "PT", "9000-017", "PT", "9500-123", "PT/madeira"),
    (LOCAL, "PT", "9000-017", "DE", "10115", "PT/madeira"),
    (OSS, "PT", "9000-017", "DE", "10115", "DE"),
    (OSS, "PT", "", "PT", "9500-123", "PT"),
    # Of sellers that are there.
    (OSS, "AT", "6691", "AT", "1010", "AT/jungholz_mittelberg"),
    (LOCAL, "AT", "6993", "DE", "10115", "AT/jungholz_mittelberg"),
    (OSS, "AT", "1010", "AT", "6992", "AT"),
    (OSS, "DE", "10115", "AT", "6991", "AT"),
    (OSS, "AT", "6700", "AT", "1010", "AT"),
    (OSS, "GR", "821 00", "GR", "104 31", "GR/greek_islands"),
    (OSS, "GR", "104 31", "GR", "852 00", "GR"),
    (OSS, "DE", "10115", "GR", "852 00", "GR"),
    (OSS, "GR", "85100", "GR", "104 31", "GR"),
    (OSS, "GR", "85111", "GR", "104 31", "GR/greek_islands"),
    (OSS, "GR", "68002", "GR", "104 31", "GR/greek_islands"),
    (OSS, "GR", "84100", "GR", "104 31", "GR"),
    # Of what is delivered there.
    (OSS, "FR", "75001", "FR", "20000", "FR/corsica"),
    (OSS, "DE", "10115", "FR", "20200", "FR/corsica"),
    (OSS, "FR", "20000", "FR", "75001", "FR"),
    (OSS, "FR", "20000", "FR", "20200", "FR/corsica"),
    (LOCAL, "FR", "20000", "DE", "10115", "FR"),
    # A seller where no VAT of the Union holds, and one that counts as one of its country.
    (OSS, "ES", "35001", "DE", "10115", ""),
    (OSS, "DE", "27498", "DE", "10115", ""),
    (OSS, "GB", "BT1 5GS", "DE", "10115", ""),
)


@pytest.mark.parametrize(("scheme", "of", "from_code", "to", "code", "place"), SALES)
def test_whose_rates_hold_between_two_addresses(
    scheme: VatScheme, of: str, from_code: str, to: str, code: str, place: str
) -> None:
    """By the law of each state: where a parcel leaves, where it arrives, who sells."""
    route = SaleRoute(scheme, seller_place(of, from_code), vat_place(to, code))
    assert taxing_place(route, regions()) == place


def test_a_region_is_a_part_of_the_state_whose_vat_holds_there() -> None:
    """And no name is two."""
    names = [part.name for parts in territories().values() for part in parts]
    assert len(names) == len(set(names))
    for place in regions():
        assert has_parts(place[:2])
        assert region_in(place) in names
    assert region_in("PT") == ""
    assert not has_parts("LU")
    assert not has_parts("GB")  # its sellers count as its own


async def told(basket: str, country: str, code: str) -> tuple[str, str, str, list[int]]:
    """How an order to an address is taxed: treatment, state, region, and (rate, VAT)."""
    token = await place_order(
        basket_token=basket,
        contact=replace(ADA, country=country, postal_code=code),
        customer_id=None,
        hold_minutes=30,
    )
    checkout = await Checkout.get(token=token)
    order = await Order.get(checkout_id=checkout.id)
    (part,) = order.vat_parts or ({"rate": 0, "vat": 0},)
    kept = [part["rate"], part["vat"]]
    return order.vat_treatment, order.vat_state, order.vat_region, kept


@pytest.mark.usefixtures("database")
async def test_an_order_keeps_the_region_whose_rate_it_was_sold_with() -> None:
    """The price stays the same; the rate is the region's where the law says so."""
    german = await make_ready_vendor(country="DE", vat_scheme="oss")
    islander = await make_ready_vendor(
        country="PT", vat_scheme="oss", postal_code="9000-017"
    )
    canarian = await make_ready_vendor(
        country="ES", vat_scheme="oss", postal_code="35001"
    )
    for vendor, kind, country, code, kept in (
        (german, "standard", "PT", "9500-123", ("oss", "PT", "azores", [1600, 276])),
        (german, "standard", "PT", "1000-001", ("oss", "PT", "", [2300, 374])),
        (german, "food", "FR", "20000", ("oss", "FR", "corsica", [210, 41])),
        (
            islander,
            "books",
            "PT",
            "1000-001",
            ("domestic", "PT", "madeira", [400, 77]),
        ),
        (islander, "standard", "DE", "10115", ("oss", "DE", "", [1900, 319])),
        (canarian, "standard", "DE", "10115", ("", "", "", [0, 0])),
    ):
        cup = await make_product(vendor, price_amount=2000, vat_class=kind)
        assert await told(await basket_of({cup.id: 1}), country, code) == kept
