"""Whose VAT is inside a sale, and that nothing of it is lost in rounding."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.trade.vat.rules import EU
from shared.trade.vat.sales.rules import (
    SaleRoute,
    SaleTreatment,
    TaxedLine,
    net_price,
    parts_in,
    sale_treatment,
    stored_parts,
    tax_state,
    taxing_state,
    vat_back,
    vat_inside,
    vat_of,
)
from shared.trade.vendors.rules import VatScheme

UNSAID, SMALL, LOCAL, OSS = VatScheme
T = SaleTreatment
# Scheme, seller, destination, state of the buyer's confirmed number -> treatment, whose VAT.
TABLE = (
    (UNSAID, "DE", "DE", "", T.UNKNOWN, ""),
    (UNSAID, "DE", "US", "", T.UNKNOWN, ""),
    (OSS, "CH", "DE", "", T.UNKNOWN, ""),
    (SMALL, "DE", "DE", "", T.SMALL, ""),
    (SMALL, "DE", "FR", "FR", T.SMALL, ""),
    (SMALL, "DE", "US", "", T.SMALL, ""),
    (LOCAL, "DE", "DE", "", T.DOMESTIC, "DE"),
    (LOCAL, "DE", "FR", "", T.ORIGIN, "DE"),
    (LOCAL, "DE", "CH", "", T.EXPORT, ""),
    (OSS, "DE", "DE", "", T.DOMESTIC, "DE"),
    (OSS, "DE", "FR", "", T.OSS, "FR"),
    (OSS, "DE", "MC", "", T.OSS, "FR"),
    (OSS, "FR", "MC", "", T.DOMESTIC, "FR"),
    (OSS, "DE", "GB", "", T.EXPORT, ""),
    (OSS, "DE", "AD", "", T.EXPORT, ""),
    (OSS, "DE", "FR", "FR", T.REVERSE_CHARGE, ""),
    (LOCAL, "DE", "FR", "IT", T.REVERSE_CHARGE, ""),
    (LOCAL, "DE", "FR", "DE", T.ORIGIN, "DE"),
    (OSS, "DE", "DE", "FR", T.DOMESTIC, "DE"),
    (OSS, "DE", "CH", "FR", T.EXPORT, ""),
    (OSS, "DE", "XI", "", T.OSS, "XI"),
    (LOCAL, "DE", "XI", "", T.ORIGIN, "DE"),
    (OSS, "DE", "XI", "XI", T.REVERSE_CHARGE, ""),
    (OSS, "DE", "GB", "XI", T.EXPORT, ""),
)


@pytest.mark.parametrize(
    ("scheme", "seller", "destination", "business", "found", "state"), TABLE
)
def test_whose_vat_a_sale_bears(
    scheme: VatScheme,
    seller: str,
    destination: str,
    business: str,
    found: SaleTreatment,
    state: str,
) -> None:
    """By the vendor's situation, where it goes, and what is confirmed of the buyer."""
    route = SaleRoute(scheme, seller, destination, business)
    assert (sale_treatment(route), taxing_state(route)) == (found, state)


def test_only_a_taxed_sale_has_a_state() -> None:
    """And the same wherever two states of the Union are."""
    places = ("DE", "FR", "MC", "CH", "US", *sorted(EU)[:3])
    for scheme, here, there, business in itertools.product(
        VatScheme, places, places, ("", "FR")
    ):
        route = SaleRoute(scheme, here, there, business)
        taxed = sale_treatment(route).is_taxed
        assert bool(taxing_state(route)) == taxed
        if taxed:
            assert taxing_state(route) in (tax_state(here), tax_state(there))


def test_the_vat_in_a_price() -> None:
    """Halves up; nothing in nothing, and nothing at zero."""
    assert vat_inside(2000, 1900) == 319
    assert vat_inside(2000, 2550) == 406
    assert vat_inside(1, 1900) == 0
    assert vat_inside(0, 1900) == 0
    assert vat_inside(2000, 0) == 0
    assert net_price(2000, 1900) == 1681


def test_sending_follows_the_goods() -> None:
    """In proportion to what is paid at each rate, leftovers by the largest remainder."""
    goods = [TaxedLine(1900, 1000), TaxedLine(700, 500)]
    found = vat_of(goods, 100)
    assert [(part.rate, part.gross, part.vat) for part in found.parts] == [
        (1900, 1067, 170),
        (700, 533, 35),
    ]
    assert found.lines == (159, 33)


RATES = st.sampled_from((0, 300, 550, 700, 950, 1350, 1900, 2100, 2550, 2700))
LINES = st.lists(
    st.builds(TaxedLine, RATES, st.integers(0, 10_000_000)), min_size=1, max_size=12
)


@given(LINES, st.integers(0, 100_000))
def test_the_rates_come_to_what_is_paid(lines: list[TaxedLine], sending: int) -> None:
    """To the minor unit; a rate stands once, net and VAT are its gross; lines have no more VAT
    than their rate.
    """
    found = vat_of(lines, sending)
    paid = sum(line.gross for line in lines) + sending
    assert sum(part.gross for part in found.parts) == paid
    assert [part.rate for part in found.parts] == sorted(
        {line.rate for line in lines}, reverse=True
    )
    for part in found.parts:
        assert part.net + part.vat == part.gross
        assert 0 <= part.vat <= part.gross
        assert part.vat == vat_inside(part.gross, part.rate)
        mine = [
            vat
            for line, vat in zip(lines, found.lines, strict=True)
            if line.rate == part.rate
        ]
        assert all(vat >= 0 for vat in mine)
        assert sum(mine) <= part.vat
        if not sending:
            assert sum(mine) == part.vat
    assert parts_in(stored_parts(found.parts)) == found.parts


@given(LINES, st.integers(0, 100_000), st.data())
def test_all_refunds_give_back_the_vat_of_the_order(
    lines: list[TaxedLine], sending: int, data: st.DataObject
) -> None:
    """However an order is cut into refunds, their VAT comes to the order's, rate by rate."""
    parts = vat_of(lines, sending).parts
    before: dict[int, int] = {}
    given_back = dict.fromkeys((part.rate for part in parts), 0)
    for last in (False, False, True):
        after = {
            part.rate: part.gross
            if last
            else data.draw(st.integers(before.get(part.rate, 0), part.gross))
            for part in parts
        }
        for back in vat_back(parts, before, after):
            assert 0 <= back.vat <= back.gross
            given_back[back.rate] += back.vat
        before = after
    assert given_back == {part.rate: part.vat for part in parts}
