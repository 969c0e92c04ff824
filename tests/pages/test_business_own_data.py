"""A shopper's own data, of one that has bought for a business: the copy names the number, the
deletion leaves it where tax offices ask for it, and no name.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.finance.invoices.queries import documents_of
from shared.finance.invoices.service import issue
from shared.trade.orders.models import Order
from shared.trade.people.models import Customer
from shared.trade.vat.holders import of_shopper
from shared.trade.vat.models import VatRegistration
from shared.trade.vat.queries import registration_held, waiting_numbers
from shared.trade.vat.service import Business, refuse, state_number
from tests.support.address_books import signed_in
from tests.support.factories import make_product
from tests.support.own_data import DATA, YES, bought
from tests.support.portal import signed_in as vendor_in
from tests.support.storefront import text_of, words
from tests.support.vat import a_business

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.trade.vendors.models import Vendor

pytestmark = pytest.mark.usefixtures("database")
NUMBER, OLDER, SELLER = "DE136695976", "FR40303265045", "LU15027442"


async def me() -> Customer:
    return await Customer.get(email="ada@example.test")


async def bought_without_vat(vendor: Vendor | None = None) -> Order:
    """A delivered order of the one who is signed in, bought for a business."""
    values = {}
    if vendor is not None:
        values = {"vendor": vendor, "product": await make_product(vendor)}
    order = await bought(**values)
    total = order.total_amount_cents
    await Order.filter(id=order.id).update(
        vat_treatment="reverse_charge",
        vat_parts=[{"rate": 0, "gross": total, "vat": 0}],
        vat_taken_off=200,
        buyer_vat_number=NUMBER,
        buyer_vat_name="Acme GmbH",
        buyer_vat_confirmed_at=clock.now(),
        seller_vat_number=SELLER,
    )
    return await Order.get(id=order.id)


async def test_the_copy_has_every_number_and_what_became_of_it(
    client: TestClientProtocol,
) -> None:
    """The latest first, also those that were refused or replaced; and of each order, by which it
    was bought for whom.
    """
    await signed_in(client)
    customer = await me()
    refused = await a_business(customer, OLDER, "Acme SARL", "FR")
    await refuse(
        holder=of_shopper(customer.id),
        registration_id=refused,
        reason="It ended",
        actor="test",
    )
    await a_business(customer, NUMBER, "Acme GmbH", "DE")
    order = await bought_without_vat()
    answer = await client.get(f"{DATA}/copy.json")
    told = json.loads(await answer.get_data(as_text=True))
    now, before = told["vat_numbers"]
    assert (now["number"], now["business"]) == (NUMBER, "Acme GmbH")
    assert now["confirmed_at"]
    assert now["replaced_at"] is None
    assert (before["number"], before["reason"]) == (OLDER, "It ended")
    assert before["refused_at"]
    assert before["replaced_at"]
    (purchase,) = told["purchases"]
    (bought_so,) = purchase["orders"]
    assert bought_so["number"] == order.number
    assert (bought_so["vat_number"], bought_so["business"]) == (NUMBER, "Acme GmbH")
    answer = await client.get(f"{DATA}/copy.zip")
    archive = zipfile.ZipFile(io.BytesIO(await answer.get_data(as_text=False)))
    page = words(archive.read("my-data.html").decode())
    assert f"{OLDER}, Acme SARL" in page
    assert f"VAT number {NUMBER}, Acme GmbH" in page


async def test_deletion_keeps_a_number_with_its_orders_alone(
    client: TestClientProtocol,
) -> None:
    """The invoice was issued before and names the business; nothing after it does, and staff has
    nothing to decide any more.
    """
    portal, browser = await vendor_in(client), await signed_in(client)
    vendor, customer = await portal.vendor(), await me()
    await a_business(customer, NUMBER, "Acme GmbH", "DE")
    order = await bought_without_vat(vendor)
    other = Business("Acme SARL", "FR")
    holder = of_shopper(customer.id)
    await state_number(holder=holder, text=OLDER, business=other, actor="test")
    assert await waiting_numbers() is not None
    await browser.get(DATA)
    answer = await browser.post(f"{DATA}/delete", YES)
    assert (answer.status_code, answer.location) == (303, "/"), await text_of(answer)
    assert not await VatRegistration.filter(customer_id=customer.id).exists()
    assert await registration_held(holder) is None
    assert await waiting_numbers() is None
    kept = await Order.get(id=order.id)
    assert (kept.buyer_vat_number, kept.buyer_vat_name) == (NUMBER, "")
    assert kept.seller_vat_number == SELLER
    (invoice,) = await documents_of(order.id)
    buyer = invoice.content["buyer"]
    assert (buyer["name"], buyer["vat_number"]) == ("Acme GmbH", NUMBER)
    page = words(await portal.get(f"/vendor/admin/orders/{order.number}"))
    assert f"Business (deleted) {NUMBER}, confirmed today" in page
    assert "Acme" not in page
    await issue(order.id)
    assert len(await documents_of(order.id)) == 1
