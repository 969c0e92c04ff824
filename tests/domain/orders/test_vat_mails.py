"""The mail of a paid order says what of its total is VAT, in its shopper's language."""

from __future__ import annotations

import pytest

from shared.infra.mail.rendering import render
from shared.trade.baskets import codes
from shared.trade.discounts.queries import CodeUser
from shared.trade.orders.models import Order, OrderLine
from shared.trade.orders.purchase_mails import told_of
from shared.trade.vendors.seller import SellerLine
from tests.support.discounts import make_discount
from tests.support.factories import make_product
from tests.support.net_sales import acme, place, vendor_with
from tests.support.purchases import basket_of

LUX = SellerLine("Lux", "", "LU", "lux@example.test")
pytestmark = pytest.mark.usefixtures("database")


async def mail_of(order: Order, language: str = "en") -> str:
    """The receipt's text."""
    lines = await OrderLine.filter(order_id=order.id)
    told = {**told_of(order, "Lux", lines, LUX), "full_name": "Ada", "is_short": False}
    alone = render("order_confirmed", told, language).text
    shared = {"full_name": "Ada", "parts": [told, told], "total": told["total"]}
    together = render("purchase_confirmed", shared, language).text
    return f"{alone}\n{together}".replace("\N{NO-BREAK SPACE}", " ")


async def vendor_reads(order: Order) -> str:
    """The mail to the vendor; it is written in English."""
    lines = await OrderLine.filter(order_id=order.id)
    told = told_of(order, "Lux", lines, LUX)
    sold = {**told, "share": told["total"], "note": ""}
    return render("order_sold", sold).text


async def test_a_vendor_reads_of_the_vat_as_its_shopper_does() -> None:
    """By rate below the total; of a business, who it is and by which numbers it bought."""
    vendor, sam = await vendor_with(), await acme()
    cup = await make_product(vendor, price_amount=2000)
    (order,) = await place(await basket_of({cup.id: 1}))
    text = await vendor_reads(order)
    assert "Total  €20.00\n  incl. 19% VAT  €3.19\n  Yours" in text
    (net,) = await place(await basket_of({cup.id: 1}), customer_id=sam.id)
    text = await vendor_reads(net)
    assert "Total  €16.81\n  VAT 0%, reverse charge  €0.00\n" in text
    said = "Sold to Acme GmbH, VAT number DE136695976, by your number LU15027442"
    assert said in text
    assert "you account for it" not in text


async def test_a_receipt_says_its_vat_by_rate() -> None:
    """Below the total, of one shop's order and of each part of a purchase."""
    vendor = await vendor_with()
    cup = await make_product(vendor, price_amount=2000)
    book = await make_product(vendor, price_amount=1000, vat_class="books")
    (order,) = await place(await basket_of({cup.id: 1, book.id: 1}))
    text = await mail_of(order)
    assert text.count("incl. 19% VAT  €3.19") == 3
    assert text.count("incl. 7% VAT  €0.65") == 3
    assert "inkl. 19 %" in await mail_of(order, "de")


async def test_a_receipt_of_a_business_says_who_accounts_for_the_vat() -> None:
    """With the number that it bought by."""
    vendor, sam = await vendor_with(), await acme()
    cup = await make_product(vendor, price_amount=2000)
    (order,) = await place(await basket_of({cup.id: 1}), customer_id=sam.id)
    text = await mail_of(order)
    assert "VAT 0%, reverse charge  €0.00" in text
    assert "with the VAT number DE136695976: €3.19 VAT is not charged" in text


async def test_a_receipt_says_when_the_vat_is_of_more_than_was_paid() -> None:
    """The marketplace pays a part of the price."""
    vendor = await vendor_with()
    cup = await make_product(vendor, price_amount=2000)
    await make_discount(None)
    basket = await basket_of({cup.id: 1})
    await codes.use_code(basket, "WELCOME10", CodeUser(None), network="203.0.113.7")
    (order,) = await place(basket)
    text = await mail_of(order)
    assert "19% VAT in the full price of €20.00  €3.19" in text
    assert (
        "For the code the marketplace pays €2.00 of the price; the VAT is that in"
        in text
    )
