"""A business buys without VAT where the rules say so; the money is the same everywhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from shared.core import clock
from shared.finance.invoices.queries import documents_of
from shared.finance.invoices.service import issue
from shared.trade.baskets import codes
from shared.trade.discounts.queries import CodeUser
from shared.trade.orders.errors import (
    BusinessNotConfirmed,
    NetPricesChanged,
    NumberWithdrawn,
    SellerNumberWithdrawn,
)
from shared.trade.orders.models import Order, OrderLine
from shared.trade.orders.number_checks import must_still_hold
from shared.trade.orders.queries import order_by_id
from shared.trade.orders.selling import SeenNet
from shared.trade.vat.holders import of_shopper, of_vendor
from shared.trade.vat.service import Business, current, refuse, state_number
from tests.support.discounts import make_discount
from tests.support.factories import make_customer, make_product
from tests.support.market import ADA
from tests.support.net_sales import BEA, GERMAN, LUX, acme, place, vendor_with
from tests.support.purchases import basket_of
from tests.support.shipping import BY_STANDARD, CHOICES, send_by
from tests.support.vat import a_business

pytestmark = pytest.mark.usefixtures("database")


async def test_a_business_pays_net_and_the_order_keeps_who_it_was() -> None:
    """Each piece, each line and the sending without the consumer's VAT; commission of that."""
    vendor, sam = await vendor_with(), await acme()
    await send_by(vendor.id)
    cup = await make_product(vendor, price_amount=2000)
    book = await make_product(vendor, price_amount=1000, vat_class="books")
    basket = await basket_of({cup.id: 3, book.id: 1})
    (order,) = await place(
        basket, customer_id=sam.id, shipping={vendor.id: BY_STANDARD}
    )
    lines = await OrderLine.filter(order_id=order.id).order_by("product_id")
    assert [(line.unit_amount, line.vat_taken_off) for line in lines] == [
        (1681, 957),
        (935, 65),
    ]
    assert [(line.vat_rate, line.vat_amount) for line in lines] == [(0, 0), (0, 0)]
    net = 3 * 1681 + 935
    assert order.total_amount_cents == net + order.shipping_amount
    assert order.total_amount_cents + order.vat_taken_off == 7490
    assert order.platform_fee_amount == sum(line.commission_amount for line in lines)
    assert order.platform_fee_amount < net // 5
    row = await current(of_shopper(sam.id))
    assert row is not None
    kept = (
        order.vat_treatment,
        order.vat_state,
        order.buyer_vat_number,
        order.buyer_vat_name,
        order.buyer_vat_confirmed_at,
        order.seller_vat_number,
    )
    assert kept == (
        "reverse_charge",
        "",
        GERMAN,
        "Acme GmbH",
        row.confirmed_at,
        LUX,
    )
    total = order.total_amount_cents
    assert order.vat_parts == [{"rate": 0, "gross": total, "vat": 0}]
    view = await order_by_id(order.id)
    assert view.vat is not None
    assert view.vat.business is not None
    assert view.vat.business.taken_off.amount == order.vat_taken_off


@pytest.mark.parametrize(
    ("scheme", "number", "contact", "treatment"),
    [
        ("oss", LUX, ADA, "domestic"),
        ("small", LUX, BEA, "small"),
        ("", LUX, BEA, ""),
        ("oss", "", BEA, "oss"),
        ("local", "", BEA, "origin"),
        ("oss", LUX, replace(BEA, country="CH", postal_code="8001"), "export"),
    ],
)
async def test_elsewhere_the_price_is_the_consumers(
    scheme: str, number: str, contact: Any, treatment: str
) -> None:
    """At home, from small businesses, vendors without a number, and out of the EU."""
    vendor, sam = await vendor_with(scheme, number), await acme()
    cup = await make_product(vendor, price_amount=2000)
    (order,) = await place(
        await basket_of({cup.id: 1}), customer_id=sam.id, contact=contact
    )
    assert (order.vat_treatment, order.total_amount_cents) == (treatment, 2000)
    assert (order.buyer_vat_number, order.vat_taken_off) == ("", 0)


async def test_guests_and_numbers_that_are_not_confirmed_pay_gross() -> None:
    """Nor does a number of the vendor's own state take VAT away."""
    vendor = await vendor_with()
    cup = await make_product(vendor, price_amount=2000)
    await acme()
    waiting, local = await make_customer(), await make_customer()
    await state_number(
        holder=of_shopper(waiting.id),
        text=GERMAN,
        business=Business("Acme GmbH", "DE"),
        actor="test",
    )
    await a_business(local, "LU26375245", "Amazing S.à r.l.", "LU")
    for customer_id in (None, waiting.id, local.id):
        (order,) = await place(await basket_of({cup.id: 1}), customer_id=customer_id)
        assert (order.vat_treatment, order.total_amount_cents) == ("oss", 2000)


async def test_what_is_picked_up_is_sold_where_it_is() -> None:
    """Nothing goes to another state then; the same is told of a consumer's."""
    vendor, sam = await vendor_with(), await acme()
    await send_by(vendor.id)
    cup = await make_product(vendor, price_amount=2000)
    for customer_id in (sam.id, None):
        (order,) = await place(
            await basket_of({cup.id: 1}),
            customer_id=customer_id,
            shipping={vendor.id: CHOICES["pickup"]},
        )
        assert (order.vat_treatment, order.vat_state) == ("domestic", "LU")


@pytest.mark.parametrize("is_vendors", [True, False])
async def test_a_code_takes_off_the_net_price(is_vendors: bool) -> None:
    """Ten per cent of what is paid; what the marketplace pays is part of what was sold."""
    vendor, sam = await vendor_with(), await acme()
    cup = await make_product(vendor, price_amount=2000)
    await make_discount(vendor.id if is_vendors else None)
    basket = await basket_of({cup.id: 1})
    await codes.use_code(basket, "WELCOME10", CodeUser(sam.id), network="203.0.113.7")
    (order,) = await place(basket, customer_id=sam.id)
    assert (order.discount_amount, order.total_amount_cents) == (168, 1513)
    sold = 1513 if is_vendors else 1681
    assert order.vat_parts == [{"rate": 0, "gross": sold, "vat": 0}]


async def test_the_same_basket_is_the_same_order_until_the_number_changes() -> None:
    """What is placed is compared at net prices; by another number it is another order."""
    vendor, sam = await vendor_with(), await acme()
    cup = await make_product(vendor, price_amount=2000)
    basket = await basket_of({cup.id: 1})
    (first,) = await place(basket, customer_id=sam.id)
    (again,) = await place(basket, customer_id=sam.id)
    assert first.id == again.id
    await a_business(sam, "FR40303265045", "Acme SARL", "FR")
    (other,) = await place(basket, customer_id=sam.id)
    assert other.id != first.id
    assert other.buyer_vat_number == "FR40303265045"
    (gross,) = await place(basket)  # signed out
    assert (gross.total_amount_cents, gross.buyer_vat_number) == (2000, "")


async def test_nobody_orders_at_prices_that_were_not_shown() -> None:
    """The number was refused since, or was confirmed since, or another country was chosen."""
    vendor, sam = await vendor_with(), await acme()
    cup = await make_product(vendor, price_amount=2000)
    basket = await basket_of({cup.id: 1})
    seen = SeenNet(GERMAN, frozenset({vendor.id}))
    with pytest.raises(NetPricesChanged):
        await place(basket, customer_id=sam.id, seen_net=SeenNet("", frozenset()))
    with pytest.raises(NetPricesChanged):
        await place(basket, customer_id=sam.id, contact=ADA, seen_net=seen)
    (order,) = await place(basket, customer_id=sam.id, seen_net=seen)
    row = await current(of_shopper(sam.id))
    assert row is not None
    await refuse(
        holder=of_shopper(sam.id), registration_id=row.id, reason="Ended", actor="test"
    )
    with pytest.raises(BusinessNotConfirmed, match=GERMAN):
        await place(basket, customer_id=sam.id, seen_net=seen)
    with pytest.raises(NumberWithdrawn, match=GERMAN):
        await must_still_hold([await Order.get(id=order.id)])
    (after,) = await place(basket, customer_id=sam.id)
    assert after.total_amount_cents == 2000
    await must_still_hold([after])


async def test_a_vendor_without_a_number_sells_with_vat_again() -> None:
    """What was ordered before and is not paid yet says so, of each vendor of the purchase."""
    vendors, sam = [await vendor_with(), await vendor_with()], await acme()
    cups = [await make_product(vendor, price_amount=2000) for vendor in vendors]
    basket = await basket_of({cup.id: 1 for cup in cups})
    orders = await place(basket, customer_id=sam.id)
    await must_still_hold(orders)
    second = of_vendor(vendors[1].id)
    row = await current(second)
    assert row is not None
    await refuse(holder=second, registration_id=row.id, reason="Ended", actor="test")
    with pytest.raises(SellerNumberWithdrawn):
        await must_still_hold(orders)
    first, other = await place(basket, customer_id=sam.id)
    assert (first.buyer_vat_number, other.buyer_vat_number) == (GERMAN, "")
    await must_still_hold([first, other])


async def test_the_database_holds_both_numbers_of_a_sale_without_vat() -> None:
    """No order without VAT that nobody could be asked about."""
    vendor, sam = await vendor_with(), await acme()
    cup = await make_product(vendor, price_amount=2000)
    (order,) = await place(await basket_of({cup.id: 1}), customer_id=sam.id)
    for wrong in (
        {"buyer_vat_number": ""},
        {"seller_vat_number": ""},
        {"buyer_vat_confirmed_at": None},
        {"vat_treatment": "oss"},
    ):
        with pytest.raises(IntegrityError):
            await Order.filter(id=order.id).update(**wrong)


async def test_the_invoice_has_both_numbers_and_says_who_accounts_for_the_vat() -> None:
    """Also where the vendor has another number by then."""
    vendor, sam = await vendor_with(), await acme()
    cup = await make_product(vendor, price_amount=2000)
    (order,) = await place(await basket_of({cup.id: 1}), customer_id=sam.id)
    await Order.filter(id=order.id).update(paid_at=clock.now())
    await state_number(holder=of_vendor(vendor.id), text="", actor="test")
    await issue(order.id)
    (document,) = await documents_of(order.id)
    told = document.content
    assert told["seller"]["vat_number"] == LUX
    assert (told["buyer"]["name"], told["buyer"]["vat_number"]) == ("Acme GmbH", GERMAN)
    assert told["buyer"]["address"][0] == BEA.full_name
    assert told["vat"] == [{"rate": 0, "net": 1681, "vat": 0, "gross": 1681}]
    assert told["total"] == 1681
