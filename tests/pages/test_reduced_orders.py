"""An order that a discount code made cheaper, after it was paid: every page and mail says what was
taken off, and its lines come to its total.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shared.core.money import Money
from shared.finance.payments.payment_postings import post_sale
from shared.infra import unit
from shared.infra.mail.models import Email
from shared.trade.catalogue.models import Product
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.orders.payment_effects import mark_paid
from shared.trade.orders.queries import order_by_id
from shared.trade.vendors.models import Vendor
from storefront.receipts.order_card import parts_of, parts_of_all
from tests.support.app import link_of
from tests.support.factories import make_order, make_payment
from tests.support.portal import operator_in, signed_in
from tests.support.storefront import Browser, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = pytest.mark.usefixtures("database")
REDUCED: dict[str, Any] = {
    "discount_code": "SPRING",
    "discount_amount": 1000,
    "shipping_discount": 490,
    "marketplace_discount": 300,
    "shipping_amount": 0,
    "shipping_method": "Standard parcel",
    "shipping_kind": "flat",
    "total_amount_cents": 3990,
}


async def _reduced(vendor: Vendor | None = None, **values: Any) -> Order:
    order = await make_order(vendor, **{**REDUCED, **values})
    await OrderLine.filter(order_id=order.id).update(discount_amount=1000)
    await Checkout.filter(id=order.checkout_id).update(total_amount=3990)
    return order


PAID: dict[str, Any] = {
    "status": "processing",
    "payment_status": "paid",
    "stock_state": "taken",
}


async def test_its_shopper_reads_what_the_code_took_off(
    client: TestClientProtocol,
) -> None:
    """The goods at their price, the code, and sending with what it would have cost."""
    order = await _reduced(**PAID)
    page = words(
        await Browser(client).get(
            f"/shop/orders/{link_of((await order.checkout).token)}"
        )
    )
    assert "Items €49.90 Code SPRING −€10.00" in page
    assert "Delivery Standard parcel, instead of €4.90 Free" in page
    assert "Total €39.90" in page


async def test_its_vendor_and_the_staff_read_it_too_and_who_bears_it(
    client: TestClientProtocol,
) -> None:
    """What the marketplace bears of it is the vendor's."""
    portal = await signed_in(client)
    vendor = await Vendor.get(id=portal.vendor_id)
    order = await _reduced(vendor, **PAID)
    page = words(await portal.get(f"/vendor/admin/orders/{order.number}"))
    told = "Code SPRING Delivery was €4.90 less. The marketplace bears €3.00 of it. −€10.00"
    assert told in page
    operator = await operator_in(client)
    assert told in words(await operator.get(f"/operator/orders/{order.number}"))


async def test_its_vendor_reads_what_it_will_have_before_it_is_paid(
    client: TestClientProtocol,
) -> None:
    """What the shopper owes, what the marketplace pays of it, and the fee come to the share."""
    portal = await signed_in(client)
    order = await _reduced(await Vendor.get(id=portal.vendor_id))
    page = words(await portal.get(f"/vendor/admin/orders/{order.number}"))
    assert "Shopper owes €39.90 Paid by the marketplace €3.00" in page
    assert "Platform fee card fees included −€1.24 Your share €41.66" in page


async def test_the_list_of_payments_says_of_what_a_part_is_left_only_where_some_went_back(
    client: TestClientProtocol,
) -> None:
    """The fee is what was agreed, though the marketplace's code took it out of the payment."""
    portal = await signed_in(client)
    order = await _reduced(await Vendor.get(id=portal.vendor_id), **PAID)
    payment = await make_payment(
        order, status="succeeded", amount_vendor=3990, amount_platform_fee=0
    )
    async with unit.transaction() as tx:
        await post_sale(tx, order, payment)
    page = words(await portal.get("/vendor/admin/transactions"))
    assert "€39.90 €1.24 €41.66" in page
    assert " of €" not in page


async def test_an_order_at_full_price_says_nothing_of_codes(
    client: TestClientProtocol,
) -> None:
    """As before."""
    order = await make_order(**PAID)
    page = words(
        await Browser(client).get(
            f"/shop/orders/{link_of((await order.checkout).token)}"
        )
    )
    assert "Code" not in page
    assert "instead of" not in page


async def test_the_mails_about_its_payment_say_it(database: str) -> None:
    """To the shopper and to the vendor, whose share has in it what the marketplace bears."""
    order = await _reduced()
    await Product.all().update(reserved=1)
    async with unit.transaction() as tx:
        checkout = await tx.lock(Checkout, id=order.checkout_id)
        locked = await tx.lock(Order, id=order.id)
        assert await mark_paid(tx, checkout, locked)
    for kind in ("order_confirmed", "order_sold"):
        text = (await Email.get(kind=kind)).text
        assert "49.90\n  Code SPRING  −€10.00\n  Delivery reduced with the code" in text
        assert "Total  €39.90" in text
    share = Money(3990 - order.platform_fee_amount + 300, "EUR")
    assert f"Yours  {share}" in (await Email.get(kind="order_sold")).text


async def test_who_gets_what_of_a_purchase_comes_to_what_is_paid_for_it(
    database: str,
) -> None:
    """Beside the button and on its order: what the marketplace bears is none of its fee."""
    reduced = await _reduced(marketplace_discount=1490)
    views = [await order_by_id(each.id) for each in (reduced, await _reduced())]
    parts = parts_of_all(views, shown=True)
    assert sum(amount.amount for _, amount in parts) == 2 * 3990
    assert parts[-1][0] == "Platform fee, less the code"
    for view in views:
        alone = parts_of(view, shown=True)
        assert sum(amount.amount for _, amount in alone) == 3990
        assert parts_of_all([view], shown=True) == alone
