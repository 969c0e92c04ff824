"""How many statements a page takes: few, and no more with many rows than with some."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.inbox.models import WebhookEvent
from shared.finance.payouts.models import Payout
from shared.infra import unit
from shared.trade.commission.rules import Rule
from shared.trade.commission.service import add_rule
from shared.trade.orders.models import OrderLine
from shared.trade.vendors.models import Vendor
from tests.support.factories import (
    make_dispute,
    make_order,
    make_payment,
    make_product,
    make_ready_vendor,
    make_refund,
)
from tests.support.portal import operator_in, signed_in
from tests.support.storefront import counted

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from tests.support.portal import Portal

pytestmark = [pytest.mark.one_engine]


async def fill(vendor: Vendor, orders: int) -> str:
    """Paid orders of one product each, and one more order with as many lines: its number."""
    product = await make_product(vendor)
    for _ in range(orders):
        order = await make_order(
            vendor,
            product,
            status="processing",
            payment_status="paid",
            paid_at=clock.now(),
        )
        await make_payment(order, status="succeeded")
        await make_dispute(order)
    large = await make_order(
        vendor, product, status="processing", payment_status="paid", paid_at=clock.now()
    )
    payment = await make_payment(large, status="succeeded")
    for number in range(orders):
        await make_refund(payment, number + 1)
    for _ in range(orders):
        more = await make_product(vendor)
        await OrderLine.create(
            order_id=large.id, product_id=more.id, name="x", unit_amount=1, quantity=1
        )
    return large.number


async def costs(browser: Portal, addresses: list[str]) -> dict[str, int]:
    """How many queries each page takes."""
    found = {}
    for address in addresses:
        await browser.get(address)  # what is cached per process is cached now
        with counted() as queries:
            await browser.get(address)
        found[address] = len(queries)
    return found


# The most that each page may take, with thirty rows as with three. Whoever betters one lowers it.
VENDORS = {
    "": 3,
    "/orders": 4,
    "/orders?q=ada": 5,
    "/orders/{number}": 7,
    "/orders/{number}/refunds": 20,
    "/products": 5,
    "/transactions": 6,
    "/disputes": 5,
    "/payments": 7,
    "/payouts": 3,
    "/statements": 12,
    "/developers": 5,
}


async def test_a_vendors_pages(client: TestClientProtocol) -> None:
    """Each stays within its bound, and costs the same with thirty rows as with three."""
    browser = await signed_in(client)
    vendor = await browser.vendor()
    found = []
    for orders in (3, 27):
        number = await fill(vendor, orders)
        pages = [page.format(number=number) for page in VENDORS]
        took = await costs(browser, [f"/vendor/admin{page}" for page in pages])
        found.append(dict(zip(VENDORS, took.values(), strict=True)))
    few, many = found
    assert many == few
    assert {page: count for page, count in many.items() if count > VENDORS[page]} == {}


async def test_the_operators_pages(client: TestClientProtocol) -> None:
    """Home, vendors, webhook inbox, parked payments, fees, refunds, and one order with its
    timeline.
    """
    browser = await operator_in(client)
    first = await make_order(await make_ready_vendor())
    addresses = [
        "/operator",
        "/operator/vendors",
        "/operator/vendors?only=held",
        "/operator/disputes",
        "/operator/webhooks",
        "/operator/payments",
        "/operator/fees",
        "/operator/settings",
        "/operator/vat",
        "/operator/vat/rates",
        "/operator/audit",
        "/operator/payouts",
        "/operator/refunds",
        f"/operator/webhooks?q={first.number}",
        f"/operator/orders/{first.number}",
    ]

    async def more(count: int) -> None:
        for n in range(count):
            order = await make_order(await make_ready_vendor())
            product_id = (await OrderLine.get(order_id=order.id)).product_id
            rule = Rule(Decimal(n), vendor_id=order.vendor_id, product_id=product_id)
            await add_rule(rule, actor="test")
            payment = await make_payment(
                order, status="parked", parked_reason="received 1 instead of 2"
            )
            await make_refund(payment, status="awaiting_approval")
            await make_refund(payment, 2)
            await make_dispute(order)
            await Payout.create(
                vendor_id=order.vendor_id,
                status="failed",
                failed_at=clock.now(),
                amount=1,
                currency="EUR",
            )
            await VendorPaymentConfig.filter(vendor_id=order.vendor_id).update(
                payouts_held_at=clock.now(), external_account_errored=True
            )
            await WebhookEvent.create(
                source="platform",
                stripe_event_id=f"evt_{count}_{n}",
                type="charge.updated",
                livemode=False,
                stripe_created_at=clock.now(),
                order_id=first.id,
            )
            async with unit.transaction() as tx:
                tx.record("order.tested", actor="system", subject=f"order:{first.id}")
            await make_payment(first, attempt=count + n, status="canceled")

    await more(1)
    few = await costs(browser, addresses)
    await more(15)
    many = await costs(browser, addresses)
    assert many == few
    assert many["/operator"] <= 40, (
        many
    )  # every domain tells what waits, and the writes to Stripe
