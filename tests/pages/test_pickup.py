"""What is picked up is not sent: its shopper and vendor read when and where, of no parcel."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.finance.disputes.order_facts import drafted
from shared.finance.disputes.queries import dispute_by_id
from shared.infra.mail.models import Email
from shared.trade.orders import delivery, reminders
from shared.trade.orders.errors import CannotCorrect
from shared.trade.orders.models import Order
from shared.trade.orders.tracking import correct_tracking
from shared.trade.shipping.models import ShippingSettings
from tests.support.app import link_of
from tests.support.factories import (
    make_dispute,
    make_order,
    make_product,
    make_ready_vendor,
)
from tests.support.portal import Portal, operator_in, signed_in
from tests.support.shipping import send_by
from tests.support.storefront import ADDRESS, Browser, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = pytest.mark.usefixtures("database")
PLACE = "12, rue de l’Eau, Luxembourg"
FETCHED = {
    "status": "processing",
    "payment_status": "paid",
    "shipping_method": "Pick up at the shop",
    "shipping_kind": "pickup",
    "pickup_place": PLACE,
}


async def _order(portal: Portal) -> Order:
    vendor = await portal.vendor()
    product = await make_product(vendor, name="Blue bowl")
    return await make_order(vendor, product, **FETCHED, paid_at=clock.now())


async def _page_of(order: Order) -> str:
    return f"/shop/orders/{link_of((await order.checkout).token)}"


async def test_an_order_keeps_where_it_is_picked_up(client: TestClientProtocol) -> None:
    """As it was said at the sale, whatever the vendor says later."""
    vendor = await make_ready_vendor(slug="lux", name="Lux", country="LU")
    await make_product(vendor, slug="cup", name="Cup", price_amount=4990)
    row = await send_by(vendor.id)
    row.zones[0]["methods"][2]["place"] = PLACE
    await row.save()
    browser = Browser(client)
    await browser.add("/shops/lux/cup")
    assert PLACE in words(await browser.get("/shop/checkout"))
    chosen = {f"shipping-{vendor.id}": "pickup:0"}
    answer = await browser.post("/shop/checkout", {**ADDRESS, **chosen})
    assert answer.status_code == 303
    assert "Pick-up Pick up at the shop Free Total" in words(
        await browser.get("/shop/checkout")
    )
    await ShippingSettings.all().update(zones=[])
    assert (await Order.get()).pickup_place == PLACE


async def test_it_is_ready_then_collected_and_no_parcel_is_spoken_of(
    client: TestClientProtocol,
) -> None:
    """On the vendor's page, on the shopper's, and in the mails to both."""
    portal = await signed_in(client)
    order = await _order(portal)
    address = f"/vendor/admin/orders/{order.number}"
    said = words(await portal.get(address))
    assert "Mark as ready for pick-up" in said
    assert "Carrier" not in said
    assert "parcel" not in said
    assert "To have ready" in words(await portal.get("/vendor/admin/orders"))

    parcel = {"carrier": "DHL", "tracking_number": "123"}
    await portal.post(f"{address}/ship", parcel)
    order = await Order.get(id=order.id)
    assert (order.status, order.tracking_carrier) == ("shipped", "")
    told = await Email.get(order_id=order.id)
    assert told.kind == "order_ready"
    assert f"Where: {PLACE}" in told.text
    said = words(await portal.get(address))
    assert "Was it picked up?" in said
    assert "Tracking" not in said
    browser = Browser(client)
    said = words(await browser.get(await _page_of(order)))
    assert "Ready for pick-up" in said
    assert PLACE in said
    assert "I collected it" in said
    for word in ("Sent", "On its way", "Tracking", "Delivery"):
        assert word not in said, word

    await portal.post(f"{address}/delivered")
    said = words(await portal.get(address))
    assert f"Order {order.number} is marked as collected." in said
    told = await Email.get(kind="order_delivered")
    assert told.subject == f"You have collected your order {order.number}"
    assert "Collected" in words(await browser.get(await _page_of(order)))


async def test_what_was_ready_long_ago_counts_as_collected(
    client: TestClientProtocol,
) -> None:
    """And says so, with what to do if it was not."""
    portal = await signed_in(client)
    order = await _order(portal)
    await portal.post(f"/vendor/admin/orders/{order.number}/ship", {})
    later = clock.now() + timedelta(days=60)
    with clock.use(lambda: later):
        assert await delivery.take_for_granted() == 1
    told = await Email.get(kind="order_delivered")
    assert told.subject == f"Have you collected your order {order.number}?"
    assert "sent" not in told.text


async def test_who_is_late_hears_of_picking_up(client: TestClientProtocol) -> None:
    """The vendor, then the shopper."""
    portal = await signed_in(client)
    order = await _order(portal)
    paid_at = clock.now()
    for days in (5.1, 10.1):
        with clock.use(lambda at=paid_at + timedelta(days=days): at):  # type: ignore[misc]
            await reminders.remind()
    waits, late = await Email.filter(order_id=order.id).order_by("id")
    assert "Have it ready and say so here:" in waits.text
    assert late.subject == f"Your order {order.number} is not ready yet"


async def test_a_bank_reads_of_no_parcel(database: str) -> None:
    """What answers a dispute says when it was ready, and names no carrier."""
    order = await make_order(**FETCHED, paid_at=clock.now(), shipped_at=clock.now())
    made = await make_dispute(order, reason_code="product_not_received")
    texts = await drafted(await dispute_by_id(made.id), terms_at=str)
    assert "ready for the shopper to pick up" in texts["uncategorized_text"]
    assert "shipping_address" not in texts


async def test_there_is_no_tracking_to_correct(client: TestClientProtocol) -> None:
    """Nothing travels."""
    portal = await signed_in(client)
    order = await _order(portal)
    await Order.filter(id=order.id).update(status="shipped")
    with pytest.raises(CannotCorrect):
        await correct_tracking(
            vendor_id=order.vendor_id,
            number=order.number,
            carrier="DHL",
            tracking="1",
            actor="member:1",
        )


async def test_the_staff_read_where_it_is_picked_up(client: TestClientProtocol) -> None:
    """As its vendor does: nothing of a delivery."""
    order = await _order(await signed_in(client))
    staff = await operator_in(client)
    said = words(await staff.get(f"/operator/orders/{order.number}"))
    method = FETCHED["shipping_method"]
    assert f"{method} {PLACE}" in said
    assert f"{method} Delivery" not in said
