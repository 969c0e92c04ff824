"""Orders become delivered: by the vendor's word, or some days after they were sent; everybody is
told which.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.finance.disputes.order_facts import drafted
from shared.finance.disputes.queries import dispute_by_id
from shared.infra.audit.models import AuditEntry
from shared.trade.marketplace import service as marketplace
from shared.trade.marketplace.rules import DEFAULTS
from shared.trade.orders import jobs
from shared.trade.orders.delivery import mark_as_delivered
from shared.trade.orders.errors import CannotDeliver
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.rules import OrderStatus
from tests.support.app import link_of
from tests.support.factories import make_dispute, make_order, make_payment
from tests.support.portal import signed_in
from tests.support.storefront import words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.jobs import Context

pytestmark = pytest.mark.usefixtures("database")
LIST = "/vendor/admin/orders"
DAY = timedelta(days=1)


async def sent(days_ago: float = 1, vendor: Any = None, **values: Any) -> Order:
    """A paid order that was sent so many days ago."""
    moment = clock.now() - DAY * days_ago
    given = {
        "status": "shipped",
        "payment_status": "paid",
        "paid_at": moment,
        "shipped_at": moment,
    }
    order = await make_order(vendor, **{**given, **values})
    await make_payment(order, status="succeeded", stripe_charge_id=f"ch_{order.id}")
    return order


async def test_the_vendor_says_that_it_arrived(client: TestClientProtocol) -> None:
    """A plain form; on the order, its timeline, the shopper's page and in the audit trail.

    A second time is a sentence.
    """
    portal = await signed_in(client)
    order = await sent(3, await portal.vendor())
    address = f"{LIST}/{order.number}"
    text = words(await portal.get(address))
    assert "Mark as delivered" in text
    assert "It counts as delivered from" in text
    shopper = (
        f"/shop/orders/{link_of((await Checkout.get(id=order.checkout_id)).token)}"
    )
    assert "On its way" in words(await portal.get(shopper))

    answer = await portal.post(f"{address}/delivered")

    assert (answer.status_code, answer.location) == (303, address)
    row = await Order.get(id=order.id)
    assert (row.status, row.delivered_at is not None) == ("delivered", True)
    entry = await AuditEntry.get(action="order.delivered")
    assert (entry.actor, entry.subject) == (row.delivered_by, f"order:{order.id}")
    assert entry.actor.startswith("member:")
    text = words(await portal.get(address))
    assert "Mark as delivered" not in text
    assert "As you said." in text
    said = words(await portal.get(shopper))
    assert said.count("Delivered ") == 2  # the badge and the timeline
    assert "Has it not come?" not in said
    again = await portal.post(f"{address}/delivered")
    assert again.status_code == 409
    assert "cannot be marked as delivered" in words(await again.get_data(as_text=True))
    assert (await Order.get(id=order.id)).delivered_at == row.delivered_at
    assert (
        await portal.post(f"{LIST}/{(await sent()).number}/delivered")
    ).status_code == 404  # another vendor's


@pytest.mark.parametrize(
    "status", [status for status in OrderStatus if status is not OrderStatus.SHIPPED]
)
async def test_only_what_was_sent_arrives(
    status: OrderStatus, context: Context
) -> None:
    """Neither by a word nor by time."""
    order = await sent(99, status=status)
    with pytest.raises(CannotDeliver):
        await mark_as_delivered(
            vendor_id=order.vendor_id, number=order.number, actor="test"
        )
    await jobs.deliver.run(context, {})
    assert (await Order.get(id=order.id)).status == status


@pytest.mark.parametrize("days", [14, 3])
async def test_what_was_sent_long_enough_ago_counts_as_delivered(
    context: Context, days: int
) -> None:
    """After as many days as the operator set, and not while a bank asks about it."""
    if days != DEFAULTS.delivered_after_days:
        await marketplace.change(
            replace(DEFAULTS, delivered_after_days=days), actor="test"
        )
    early, due = await sent(days - 0.01), await sent(days + 0.01)
    asked = await sent(days + 1, disputed_amount=1)
    # Where the goods are does not depend on the money.
    refunded = await sent(days + 1, payment_status="refunded")

    await jobs.deliver.run(context, {})
    await jobs.deliver.run(context, {})

    states = {order.id: order.status for order in await Order.all()}
    assert [states[o.id] for o in (early, due, asked, refunded)] == [
        "shipped",
        "delivered",
        "shipped",
        "delivered",
    ]
    row = await Order.get(id=due.id)
    assert (row.delivered_by, row.delivered_at is not None) == ("system", True)
    entry = await AuditEntry.get(action="order.delivered", subject=f"order:{due.id}")
    assert (entry.actor, entry.details["after_days"]) == ("system", days)
    await Order.filter(id=asked.id).update(disputed_amount=0)
    await jobs.deliver.run(context, {})
    assert (await Order.get(id=asked.id)).status == "delivered"


async def test_what_is_taken_for_granted_is_said_so_and_is_no_evidence(
    client: TestClientProtocol, context: Context
) -> None:
    """The shopper may object; a bank is told what the shop noted, never what nobody knows."""
    portal = await signed_in(client)
    vendor = await portal.vendor()
    assumed, known = await sent(20, vendor), await sent(20, vendor)
    await mark_as_delivered(vendor_id=vendor.id, number=known.number, actor="member:1")
    await jobs.deliver.run(context, {})
    shopper = (
        f"/shop/orders/{link_of((await Checkout.get(id=assumed.checkout_id)).token)}"
    )
    assert "Has it not come? Write to the shop." in words(await portal.get(shopper))
    assert "Taken for granted" in words(await portal.get(f"{LIST}/{assumed.number}"))
    told = {}
    for order in (assumed, known):
        dispute = await make_dispute(order)
        texts = await drafted(await dispute_by_id(dispute.id), terms_at=str)
        told[order.id] = (
            "the shop noted that it was delivered" in texts["uncategorized_text"]
        )
    assert told == {assumed.id: False, known.id: True}
