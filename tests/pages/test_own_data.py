"""A shopper's own data: a copy of it, and an end that leaves the books alone."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.finance.disputes.models import Dispute
from shared.finance.invoices.queries import documents_of
from shared.finance.invoices.service import issue
from shared.finance.shoppers.rules import OrderLeft, needed_until
from shared.infra import unit
from shared.infra.mail import service as mail
from shared.infra.mail.models import Email
from shared.trade.messages.errors import ShopperGone
from shared.trade.messages.models import OrderMessage
from shared.trade.messages.service import answer_the_shopper, ask_the_shop
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.orders.remaining_money import OrderMoney
from shared.trade.orders.rules import OrderStatus, PaymentStatus
from shared.trade.people import address_book
from shared.trade.people.models import Customer, CustomerAddress
from shared.trade.people.models import Session as SignedIn
from tests.support.address_books import HOME, signed_in
from tests.support.app import link_of
from tests.support.factories import make_dispute, make_order, make_product
from tests.support.own_data import DATA, DAY, YES, bought
from tests.support.portal import operator_in
from tests.support.portal import signed_in as vendor_in
from tests.support.storefront import Browser, text_of, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol


def left(**values: Any) -> OrderLeft:
    """A paid order that arrived long ago."""
    then, paid = clock.now() - 100 * DAY, PaymentStatus.PAID
    money = OrderMoney(paid, 1000, **values.pop("money", {}))
    given = {
        "number": "MH-1",
        "status": OrderStatus.DELIVERED,
        "money": money,
        "is_asked": False,
        "is_disputed": False,
        "shipped_at": then,
        "delivered_at": then,
    }
    return OrderLeft(**{**given, **values})


@pytest.mark.parametrize(
    ("values", "days"),
    [
        ({}, None),
        ({"delivered_at": None}, None),
        ({"delivered_at": None, "shipped_at": None}, 29),
        ({"is_asked": True}, 15),
        ({"is_disputed": True}, 90),
        ({"money": {"refunded": 1000, "returned": 1000}}, None),
        ({"money": {"refunded": 500}}, 15),
    ],
)
def test_an_account_is_needed_until_its_orders_are_over(
    values: dict[str, Any], days: int | None
) -> None:
    """The day is said where one is known."""
    now = clock.now()
    until = needed_until(left(**values), now=now, delivered_after=14 * DAY)
    assert until == (None if days is None else now + days * DAY)


BILL = {
    "full_name": "Ada Lovelace",
    "company": "Engines Ltd",
    "address": "1 Dorset Street",
    "city": "London",
    "postal_code": "W1U 4BQ",
    "state": "",
    "country": "GB",
}


async def _billed(order: Order) -> None:
    """The bill of an order goes elsewhere, and the shop was told something."""
    await Checkout.filter(id=order.checkout_id).update(
        phone="+352 26 12 34", billing=BILL
    )
    await Order.filter(id=order.id).update(note="Ring twice.")


async def test_a_copy_holds_what_is_kept_and_nobody_elses(
    client: TestClientProtocol,
) -> None:
    """Account, addresses, orders, what was written; not another shopper's."""
    browser = await signed_in(client)
    me = await Customer.get(email="ada@example.test")
    await address_book.save_address(customer_id=me.id, values={**HOME, "state": ""})
    order, other = await bought(), await make_order()
    await Checkout.filter(id=other.checkout_id).update(
        email="bob@example.test", full_name="Bob"
    )
    await _billed(order)
    await ask_the_shop(order_id=order.id, text="Is it blue?", by="shopper")
    assert "Download" in await browser.get(DATA)
    answer = await client.get(f"{DATA}/copy.json")
    assert answer.headers["Cache-Control"] == "no-store"
    told = json.loads(await answer.get_data(as_text=True))
    assert told["account"]["email"] == "ada@example.test"
    assert told["addresses"][0]["address"] == HOME["address"]
    (purchase,) = told["purchases"]
    assert purchase["contact"]["billing"] == BILL
    assert purchase["orders"][0]["number"] == order.number
    assert purchase["orders"][0]["note"] == "Ring twice."
    assert purchase["orders"][0]["messages"][0]["text"] == "Is it blue?"
    assert other.number not in json.dumps(told)
    assert "password" not in json.dumps(told)


async def test_the_copy_is_one_file_to_read_for_programs_and_with_the_invoices(
    client: TestClientProtocol,
) -> None:
    """Variants and numbers with the things, and what a code took off; what somebody wrote is text;
    the links lead to what is beside it.
    """
    browser = await signed_in(client)
    order, later = await bought(), await bought(paid_at=None, status="pending")
    await OrderLine.filter(order_id=order.id).update(choice="Blue", sku="B-1")
    await Order.filter(id=order.id).update(
        discount_code="SPRING",
        shipping_discount=490,
        refunded_amount=700,
        returned_amount=700,
    )
    await ask_the_shop(order_id=order.id, text="<b>Is it blue?</b>", by="shopper")
    await issue(order.id)
    assert f"{DATA}/copy.zip" in await browser.get(DATA)
    answer = await client.get(f"{DATA}/copy.zip")
    assert answer.headers["Cache-Control"] == "no-store"
    archive = zipfile.ZipFile(io.BytesIO(await answer.get_data(as_text=False)))
    invoice = f"invoices/{order.number}.pdf"
    assert set(archive.namelist()) == {"my-data.html", "my-data.json", invoice}
    assert archive.read(invoice).startswith(b"%PDF")
    html = archive.read("my-data.html").decode()
    assert "(Blue), Article number B-1, " in html
    assert "&lt;b&gt;Is it blue?&lt;/b&gt;" in html
    assert f'href="{invoice}"' in html
    assert later.number in html
    assert f"invoices/{later.number}" not in html
    told = json.loads(archive.read("my-data.json"))
    (line,) = told["purchases"][1]["orders"][0]["lines"]
    assert (line["choice"], line["article_number"]) == ("Blue", "B-1")
    reduced, full = (told["purchases"][at]["orders"][0] for at in (1, 0))
    assert (reduced["discount"], reduced["discount_code"]) == ("4.90 EUR", "SPRING")
    assert (full["discount"], full["delivery_cost"]) == ("", "0.00 EUR")
    assert (reduced["given_back"], full["given_back"]) == ("7.00 EUR", "")
    assert "€4.90, SPRING" in html
    assert "<th>Given back</th><td>€7.00</td>" in html
    paid = (await Order.get(id=order.id)).paid_at
    assert paid is not None
    assert f"{paid.day} {paid:%B %Y, %H:%M} (UTC)" in html
    assert "+00:00" not in html
    assert " EUR" not in html


async def test_deletion_leaves_the_books_and_no_name(
    client: TestClientProtocol,
) -> None:
    """Nobody signs in any more; orders stay with their money and without their shopper; the
    invoice is issued first and stays.
    """
    browser = await signed_in(client)
    me = await Customer.get(email="ada@example.test")
    await address_book.save_address(customer_id=me.id, values={**HOME, "state": ""})
    order = await bought()
    await _billed(order)
    await browser.get(DATA)
    answer = await browser.post(f"{DATA}/delete", YES)
    assert (answer.status_code, answer.location) == (303, "/"), await text_of(answer)
    me = await Customer.get(id=me.id)
    assert (me.is_active, me.full_name) == (False, "(deleted)")
    assert "ada" not in me.email
    checkout = await Checkout.get(id=order.checkout_id)
    kept = str(vars(checkout))
    assert "Ada" not in kept
    assert "ada@" not in kept
    assert "2001:db8::7" not in kept
    assert "ada" not in checkout.search
    assert (checkout.country, checkout.phone, checkout.billing) == ("LU", "", None)
    assert (await Order.get(id=order.id)).note == ""
    assert (await Order.get(id=order.id)).total_amount_cents
    (invoice,) = await documents_of(order.id)
    assert invoice.content["buyer"]["name"] == "Engines Ltd"
    assert invoice.content["buyer"]["address"][0] == "Ada Lovelace"
    assert not await CustomerAddress.exists()
    assert not await SignedIn.filter(customer_id=me.id, revoked_at=None).exists()
    told = await Email.get(kind="account_deleted")
    assert told.to == "ada@example.test"
    await browser.get("/shop/account/login")
    again = await browser.post(
        "/shop/account/login",
        {"email": "ada@example.test", "password": "a-long-password"},
    )
    assert again.status_code != 303


async def test_who_is_gone_is_not_written_to_and_every_page_says_so(
    client: TestClientProtocol,
) -> None:
    """The operator's page of the order opens, the order's own page names no address that nobody
    has, and a vendor's message is refused, not posted nowhere.
    """
    portal, browser = await vendor_in(client), await signed_in(client)
    vendor = await portal.vendor()
    order = await bought(vendor=vendor, product=await make_product(vendor))
    await browser.get(DATA)
    deleted = await browser.post(f"{DATA}/delete", YES)
    assert deleted.status_code == 303, await text_of(deleted)
    here = f"/shop/orders/{link_of((await order.checkout).token)}"
    page = words(await browser.get(here))
    assert "The account of this purchase is deleted" in page
    assert "deleted.invalid" not in page
    page = await portal.get(f"/vendor/admin/orders/{order.number}")
    assert "has deleted the account and cannot be written to" in words(page)
    assert "deleted.invalid" not in page
    with pytest.raises(ShopperGone):
        await answer_the_shopper(
            vendor_id=order.vendor_id, number=order.number, text="Hi", by="member:1"
        )
    assert not await OrderMessage.exists()
    assert not await Email.filter(kind="message_from_shop").exists()
    operator = await operator_in(client)
    page = words(await operator.get(f"/operator/orders/{order.number}"))
    assert "The account is deleted." in page
    assert "deleted.invalid" not in page


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            {"status": "processing", "shipped_at": None, "delivered_at": None},
            "not over",
        ),
        ({"delivered_at": clock.now()}, "not over"),
        ({"disputed_amount": 100}, "Your bank is looking into order"),
    ],
)
async def test_what_is_under_way_keeps_the_account_and_says_until_when(
    client: TestClientProtocol, values: dict[str, Any], said: str
) -> None:
    """And nothing is lost."""
    browser = await signed_in(client)
    await bought(**values)
    await browser.get(DATA)
    answer = await browser.post(f"{DATA}/delete", YES)
    assert answer.status_code == 409
    text = words(await text_of(answer))
    assert said in text
    assert re.search(r"(from|by) [^.]*20\d\d", text)
    assert (await Customer.get(email="ada@example.test")).is_active


async def test_an_inquiry_of_a_bank_keeps_the_account_too(
    client: TestClientProtocol,
) -> None:
    """It holds no money, but its vendor has to say who bought and where it went."""
    browser = await signed_in(client)
    order = await bought()
    row = await make_dispute(order, status="warning_needs_response", is_inquiry=True)
    await browser.get(DATA)
    answer = await browser.post(f"{DATA}/delete", YES)
    assert answer.status_code == 409
    assert "Your bank is looking into order" in words(await text_of(answer))
    assert (await Checkout.get(id=order.checkout_id)).full_name != "(deleted)"
    await Dispute.filter(id=row.id).update(status="warning_closed")
    assert (await browser.post(f"{DATA}/delete", YES)).status_code == 303


async def test_neither_without_the_password_nor_without_a_second_yes(
    client: TestClientProtocol,
) -> None:
    """Somebody at an open computer deletes nothing."""
    browser: Browser = await signed_in(client)
    await browser.get(DATA)
    wrong = await browser.post(f"{DATA}/delete", {**YES, "present": "not-this-one"})
    assert wrong.status_code in (401, 403, 409, 422)
    unsure = await browser.post(f"{DATA}/delete", {"present": YES["present"]})
    assert unsure.status_code == 422
    assert (await Customer.get(email="ada@example.test")).is_active


async def test_no_mail_is_written_to_who_is_gone(client: TestClientProtocol) -> None:
    """Whatever happens to an old order afterwards."""
    browser = await signed_in(client)
    order = await bought()
    await browser.get(DATA)
    await browser.post(f"{DATA}/delete", YES)
    checkout = await Checkout.get(id=order.checkout_id)
    assert checkout.email.endswith("@deleted.invalid")
    before = await Email.all().count()
    async with unit.transaction() as tx:
        mail.post(
            tx,
            "refunded",
            to=checkout.email,
            unique_key="refunded:1",
            order_id=order.id,
            context={},
        )
    assert await Email.all().count() == before
