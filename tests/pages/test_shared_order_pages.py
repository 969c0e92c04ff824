"""The pages of an order whose payment is shared with other shops: what its vendor and the
marketplace's staff read of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.finance.inbox.models import WebhookEvent
from shared.finance.payments.models import Payment
from shared.finance.refunds.external_refunds import sync_stripe_refund
from shared.infra.activity.models import Activity
from shared.trade.orders.models import Order
from shared.trade.people.models import Member
from shared.trade.vendors.models import Vendor
from tests.support.app import link_of
from tests.support.disputes import shared_dispute
from tests.support.market import open_shop, stripe_post
from tests.support.paid_parts import paid_at
from tests.support.portal import Portal, operator_in, sign_in
from tests.support.refunds import fund_platform
from tests.support.storefront import Browser, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.jobs import Context
    from tests.support.market import Shop
    from tests.support.purchases import SharedPurchase
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")
SHARED = "The shopper bought at several shops and paid all of them with one payment."


@pytest.fixture
async def shops(context: Context, sandbox: RunningSandbox) -> list[Shop]:
    """Three shops, each with a price of its own."""
    return [
        await open_shop(context.gateway, sandbox, price=price)
        for price in (2000, 3050, 999)
    ]


@pytest.fixture
async def bought(
    context: Context, sandbox: RunningSandbox, shops: list[Shop]
) -> SharedPurchase:
    """A thing of each, paid with one payment."""
    return await paid_at(context, sandbox, shops)


async def _told(kind: str, object_id: str, order_id: int) -> None:
    """Stripe has told us something, which was found to be one order's."""
    await WebhookEvent.create(
        source="platform",
        stripe_event_id=f"evt_{kind}",
        type=kind,
        livemode=False,
        stripe_created_at=clock.now(),
        stripe_object_id=object_id,
        order_id=order_id,
        body={},
    )


async def test_a_vendor_reads_that_the_payment_is_shared_and_nothing_of_the_others(
    client: TestClientProtocol, bought: SharedPurchase, shops: list[Shop]
) -> None:
    """Neither a name, nor a number, nor what the others or all of them come to."""
    orders = await bought.orders()
    names = [(await Vendor.get(id=shop.vendor_id)).name for shop in shops]
    for shop, mine, name in zip(shops, orders, names, strict=True):
        await sign_in(client, (await Member.get(id=shop.member_id)).email)
        portal = Portal(client, shop.vendor_id)
        for path in (f"/vendor/admin/orders/{mine.number}", "/vendor/admin/orders"):
            page = words(await portal.get(path))
            assert (SHARED in page) == (path != "/vendor/admin/orders")
            for order, other in zip(orders, names, strict=True):
                if order.id != mine.id:
                    assert order.number not in page
                    assert other not in page.replace(name, "")
            assert "60.49" not in page


async def test_an_order_alone_does_not_say_so(
    client: TestClientProtocol, context: Context, sandbox: RunningSandbox
) -> None:
    """Neither to its vendor nor to the staff."""
    shop = await open_shop(context.gateway, sandbox)
    (order,) = await (await paid_at(context, sandbox, [shop])).orders()
    await sign_in(client, (await Member.get(id=shop.member_id)).email)
    portal = Portal(client, shop.vendor_id)
    assert SHARED not in words(await portal.get(f"/vendor/admin/orders/{order.number}"))
    operator = await operator_in(client)
    page = words(await operator.get(f"/operator/orders/{order.number}"))
    assert "One payment" not in page


async def test_the_operator_sees_all_parts_with_links_and_what_a_refund_of_all_does(
    client: TestClientProtocol, bought: SharedPurchase, shops: list[Shop]
) -> None:
    """Each with its vendor and total, and what they come to."""
    orders = await bought.orders()
    operator = await operator_in(client)
    for order in orders:
        page = await operator.get(f"/operator/orders/{order.number}")
        for other in orders:
            link = f'href="/operator/orders/{other.number}"'
            assert (link in page) == (other.id != order.id)
        for shop in shops:
            assert (await Vendor.get(id=shop.vendor_id)).name in page
        told = words(page)
        assert "One payment, 3 shops" in told
        assert "Paid by the shopper €60.49" in told
        assert "each order gives back its share of it" in told


async def test_a_refund_of_the_whole_payment_is_shown_to_each_as_its_own(
    client: TestClientProtocol,
    context: Context,
    sandbox: RunningSandbox,
    bought: SharedPurchase,
    shops: list[Shop],
) -> None:
    """Staff see one refund with its parts, a vendor its part alone, the shopper each with what the
    bank shows.
    """
    await fund_platform(sandbox)
    orders = await bought.orders()
    intent_id = str(orders[0].payment_intent_id)
    made = await stripe_post(
        sandbox, "/v1/refunds", payment_intent=intent_id, amount="3000"
    )
    await sync_stripe_refund(context.gateway, made["id"])
    parts = ["€9.92", "€15.13", "€4.95"]
    told = [f"{part} of {o.number}" for part, o in zip(parts, orders, strict=True)]

    page = f"/shop/orders/{link_of(bought.token)}"
    shopper = words(await Browser(client).get(page))
    whole = "It is part of one refund of €30.00 for your whole purchase"
    assert shopper.count(whole) == 3
    assert all(part in shopper for part in parts)
    for shop, mine, part in zip(shops, orders, parts, strict=True):
        await sign_in(client, (await Member.get(id=shop.member_id)).email)
        page = words(
            await Portal(client, shop.vendor_id).get(
                f"/vendor/admin/orders/{mine.number}"
            )
        )
        assert f"{part} Refunded" in page
        assert "share of a refund of the payment that several shops share" in page
        others = {"€30.00", made["id"], *parts} - {part}
        assert not any(other in page for other in others)
    operator = await operator_in(client)
    for order in orders:
        page = words(await operator.get(f"/operator/orders/{order.number}"))
        assert "€30.00 Refunded" in page
        assert f"One refund, made in Stripe. Of it: {', '.join(told)}." in page
        assert made["id"] in page
    listed = words(await operator.get("/operator/refunds"))
    assert listed.count("A part of one refund of €30.00.") == 3


async def test_what_stripe_told_of_the_shared_intent_stands_at_each_part(
    client: TestClientProtocol, bought: SharedPurchase
) -> None:
    """Also at those that do not lead."""
    orders = await bought.orders()
    lead = await Payment.get(order_id=orders[0].id)
    await _told(
        "payment_intent.succeeded", str(lead.stripe_payment_intent_id), orders[0].id
    )
    await _told("charge.updated", str(lead.stripe_charge_id), orders[0].id)
    operator = await operator_in(client)
    for order in orders:
        page = words(await operator.get(f"/operator/orders/{order.number}"))
        assert "payment_intent.succeeded" in page
        assert "charge.updated" in page


async def test_under_an_event_stand_the_changes_of_the_order_that_the_page_is_about(
    client: TestClientProtocol, bought: SharedPurchase
) -> None:
    """And those of no order; what it changed of the others is a link away, on the event's page."""
    orders = await bought.orders()
    lead = await Payment.get(order_id=orders[0].id)
    kind = "payment_intent.succeeded"
    await _told(kind, str(lead.stripe_payment_intent_id), orders[0].id)
    event = await WebhookEvent.get(type=kind)
    for order in orders:
        await _changed(event, f"refund:{order.id}", order.id, 100 + order.id)
    await _changed(event, "saved:7", None, 1007)
    operator = await operator_in(client)
    link = f'href="/operator/webhooks/{event.stripe_event_id}"'
    for order in orders:
        text = await operator.get(f"/operator/orders/{order.number}")
        page = words(text)
        assert f"Refund {order.id}: State" in page
        assert "Saved 7: State" in page
        assert "It changed other orders of the purchase too: see all of it" in page
        assert text.count(link) == 2
        for other in orders:
            assert (f"Refund {other.id}: State" in page) == (other.id == order.id)
    whole = words(await operator.get(f"/operator/webhooks/{event.stripe_event_id}"))
    assert all(f"Refund {order.id}: State" in whole for order in orders)


async def _changed(
    event: WebhookEvent, subject: str, order_id: int | None, now: int
) -> None:
    await Activity.create(
        kind="change",
        subject=subject,
        order_id=order_id,
        before={"status": "0"},
        after={"status": str(now)},
        cause=event.as_subject,
    )


async def test_what_stripe_told_of_the_shared_dispute_stands_at_each_part(
    client: TestClientProtocol,
    context: Context,
    sandbox: RunningSandbox,
    shops: list[Shop],
) -> None:
    """It is one dispute of all of them."""
    rows = await shared_dispute(context, sandbox, shops)
    await _told("charge.dispute.created", rows[0].stripe_dispute_id, rows[0].order_id)
    operator = await operator_in(client)
    for row in rows:
        number = (await Order.get(id=row.order_id)).number
        page = words(await operator.get(f"/operator/orders/{number}"))
        assert "charge.dispute.created" in page
