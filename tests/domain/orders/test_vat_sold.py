"""An order keeps the VAT that it was sold with, whatever becomes of rates, vendor and product."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from shared.trade.baskets import codes
from shared.trade.catalogue.models import Product
from shared.trade.discounts.queries import CodeUser
from shared.trade.orders import sold_vat
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.orders.queries import order_by_id
from shared.trade.orders.service import place_order
from shared.trade.vat.sales.rules import SaleTreatment, TaxClass, TaxPeriod, TaxTable
from shared.trade.vat.sales.table import tax_table
from shared.trade.vendors.models import Vendor
from tests.support.discounts import make_discount
from tests.support.factories import make_product, make_ready_vendor
from tests.support.market import ADA
from tests.support.purchases import basket_of
from tests.support.shipping import BY_STANDARD, send_by

pytestmark = pytest.mark.usefixtures("database")
BEA = replace(ADA, country="DE", postal_code="10115", city="Berlin")
BEN = replace(ADA, country="CH", postal_code="8001", city="Zürich")
GUEST = CodeUser(None)


async def vendor_with(scheme: str, **values: Any) -> Vendor:
    """A shop in Luxembourg that is taxed so."""
    return await make_ready_vendor(country="LU", vat_scheme=scheme, **values)


async def place(basket: str, **given: Any) -> list[Order]:
    chosen = {"contact": BEA, "customer_id": None, "hold_minutes": 30, **given}
    token = await place_order(basket_token=basket, **chosen)
    checkout = await Checkout.get(token=token)
    return await Order.filter(checkout_id=checkout.id).order_by("id")


def told(order: Order) -> tuple[str, str, list[tuple[int, int, int]]]:
    """Treatment, state, and (rate, gross, VAT) of each rate."""
    rows = [(row["rate"], row["gross"], row["vat"]) for row in order.vat_parts or ()]
    return order.vat_treatment, order.vat_state, rows


async def test_what_goes_to_another_state_has_its_rates_inside() -> None:
    """A thing at 19 % and a book at 7 % in Germany; sending is split by what they cost."""
    vendor = await vendor_with("oss")
    await send_by(vendor.id)
    cup = await make_product(vendor, price_amount=2000)
    book = await make_product(vendor, price_amount=1000, vat_class="books")
    basket = await basket_of({cup.id: 2, book.id: 1})
    (order,) = await place(basket, shipping={vendor.id: BY_STANDARD})
    assert order.total_amount_cents == 5490
    assert told(order) == ("oss", "DE", [(1900, 4392, 701), (700, 1098, 72)])
    lines = await OrderLine.filter(order_id=order.id).order_by("product_id")
    assert [(line.vat_rate, line.vat_amount) for line in lines] == [
        (1900, 638),
        (700, 66),
    ]


async def test_the_price_is_the_same_everywhere() -> None:
    """Only what of it is VAT is another; out of the EU it is nothing."""
    for scheme, contact, kept in (
        ("oss", ADA, ("domestic", "LU", [(1700, 5850, 850)])),
        ("local", BEA, ("origin", "LU", [(1700, 5850, 850)])),
        ("oss", BEA, ("oss", "DE", [(1900, 5850, 934)])),
        ("oss", BEN, ("export", "", [])),
        ("small", BEA, ("small", "", [])),
    ):
        cup = await make_product(await vendor_with(scheme), price_amount=5850)
        (order,) = await place(await basket_of({cup.id: 1}), contact=contact)
        assert (order.total_amount_cents, told(order)) == (5850, kept)
        view = await order_by_id(order.id)
        assert view.vat is not None
        assert view.vat.treatment is SaleTreatment(kept[0])


async def test_a_vendor_that_has_not_said_prints_nothing() -> None:
    """Nor does one outside the EU."""
    for vendor in (
        await vendor_with(""),
        await make_ready_vendor(country="CH", vat_scheme="oss"),
    ):
        cup = await make_product(vendor)
        (order,) = await place(await basket_of({cup.id: 1}))
        assert (order.vat_treatment, order.vat_parts) == ("", None)
        line = await OrderLine.get(order_id=order.id)
        assert (line.vat_rate, line.vat_amount) == (None, None)
        assert (await order_by_id(order.id)).vat is None


async def test_an_order_keeps_its_rate_when_the_file_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is sold afterwards has the new one; also where vendor and product are other by then."""
    vendor = await vendor_with("oss")
    cup = await make_product(vendor, price_amount=2000)
    (before,) = await place(await basket_of({cup.id: 1}))
    sixteen = TaxPeriod(1600, date(2026, 1, 1), None)
    table = TaxTable({kind: {"DE": [sixteen]} for kind in TaxClass}, {})
    monkeypatch.setattr(sold_vat, "tax_table", lambda: table)
    (after,) = await place(await basket_of({cup.id: 1}))
    await Vendor.filter(id=vendor.id).update(vat_scheme="small")
    await Product.filter(id=cup.id).update(vat_class="books")
    kept = await Order.get(id=before.id)
    assert told(kept) == ("oss", "DE", [(1900, 2000, 319)])
    assert told(after) == ("oss", "DE", [(1600, 2000, 276)])
    assert tax_table().rate("DE", TaxClass.STANDARD, date(2026, 11, 30)) == 1900


async def test_another_country_is_another_order() -> None:
    """Submitted again with the same address it is the same one, whatever else is in the basket's
    way; what another state taxes is placed anew.
    """
    vendor = await vendor_with("oss")
    cup = await make_product(vendor, price_amount=2000)
    basket = await basket_of({cup.id: 1})
    (first,) = await place(basket)
    (again,) = await place(basket)
    (elsewhere,) = await place(basket, contact=ADA)
    assert first.id == again.id != elsewhere.id
    assert told(elsewhere) == ("domestic", "LU", [(1700, 2000, 291)])


@pytest.mark.parametrize("is_vendors", [True, False])
async def test_the_marketplaces_discount_leaves_the_vendors_vat(
    is_vendors: bool,
) -> None:
    """A vendor's lowers it: what nobody pays is not taxed. What the marketplace pays is."""
    vendor = await vendor_with("oss")
    cup = await make_product(vendor, price_amount=2000)
    await make_discount(vendor.id if is_vendors else None)
    basket = await basket_of({cup.id: 1})
    await codes.use_code(basket, "WELCOME10", GUEST, network="203.0.113.7")
    (order,) = await place(basket)
    assert order.total_amount_cents == 1800
    taxed = (1900, 1800, 287) if is_vendors else (1900, 2000, 319)
    assert told(order) == ("oss", "DE", [taxed])


async def test_each_vendor_of_a_purchase_has_its_own() -> None:
    """One is a small business, the other sells into another state."""
    small, oss = await vendor_with("small"), await vendor_with("oss")
    cups = [await make_product(vendor, price_amount=2000) for vendor in (small, oss)]
    orders = await place(await basket_of({cup.id: 1 for cup in cups}))
    assert [told(order)[:2] for order in orders] == [("small", ""), ("oss", "DE")]
