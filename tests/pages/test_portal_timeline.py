"""The pages that tell an order's story: the vendor's in words, the operator's with every event,
decision and change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.finance.inbox.models import WebhookEvent
from shared.finance.payments.models import Payment
from shared.finance.recovery.activity import ClaimActivity
from shared.infra import unit
from tests.support.eventful import eventful, make_refund
from tests.support.factories import make_order
from tests.support.portal import operator_in, signed_in
from tests.support.storefront import words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol


pytestmark = pytest.mark.usefixtures("database")


async def test_a_vendor_reads_the_whole_story(client: TestClientProtocol) -> None:
    """In words: refunds, the dispute, what was taken and owed, mails to the shopper; nothing meant
    for staff.
    """
    portal = await signed_in(client)
    order = await eventful(await portal.vendor())
    page = words(await portal.get(f"/vendor/admin/orders/{order.number}"))
    for sentence in (
        "Order placed",
        "€10.00 refunded",
        "Sorry for the scratch",
        "Refund of €5.00 failed",
        "Refund of €10.00 declined Please send a photo first.",
        "The shopper's bank disputes €49.90",
        "Your answer was handed in",
        "You won the dispute",
        "€7.00 taken from your balance For the refund.",
        "You owe €3.00 Your balance did not cover the refund. Your next sales pay it.",
        "€3.00 of what you owed is settled Nothing is owed here any more.",
        "Mail to the shopper Your order is confirmed",
    ):
        assert sentence in page, sentence
    assert "staff" not in page
    assert "1 mail to the shopper" in page


@pytest.mark.parametrize(
    ("thing", "told"),
    [
        ("refund", "€1.00 given back to your balance The refund was undone."),
        ("dispute", "€1.00 given back to your balance The dispute was undone."),
        ("correction", "€1.00 given back to your balance The correction was undone."),
        (
            "contribution",
            "€1.00 added by the marketplace What it pays of the discount beyond its platform fee.",
        ),
    ],
)
async def test_whatever_a_claim_is_for_its_vendor_reads_what_moved(
    client: TestClientProtocol, thing: str, told: str
) -> None:
    """Taken, given, owed: no page without words for one of them."""
    portal = await signed_in(client)
    order = await make_order(await portal.vendor())
    async with unit.transaction() as tx:
        for kind in ClaimActivity:
            tx.record_of_order(
                order.id,
                kind,
                actor="system",
                subject=f"{thing}:1",
                currency="EUR",
                amount=100,
                left=0,
            )
    page = words(await portal.get(f"/vendor/admin/orders/{order.number}"))
    assert told in page
    assert "€1.00 taken from your balance" in page
    assert "You owe €1.00" in page


async def test_events_that_changed_nothing_are_folded_where_they_happened(
    client: TestClientProtocol,
) -> None:
    """Known already and ignored, those in a row together; what was applied stands open."""
    browser = await operator_in(client)
    order = await eventful(await (await make_order()).vendor)
    for number, decision in enumerate(("older", "ignored")):
        await WebhookEvent.create(
            source="platform",
            stripe_event_id=f"evt_quiet_{number}",
            type=f"charge.quiet_{number}",
            order_id=order.id,
            livemode=False,
            stripe_created_at=clock.now(),
            status="handled",
            decision=decision,
        )
    html = await browser.get(f"/operator/orders/{order.number}")
    folded = html.partition("2 more events, nothing changed")[2].partition(
        "</details>"
    )[0]
    assert "charge.quiet_0" in folded
    assert "charge.quiet_1" in folded
    assert "refund.updated" not in folded


async def test_the_operators_navigation_counts_what_waits(
    client: TestClientProtocol,
) -> None:
    """A refund that is above the limit is seen from every page."""
    browser = await operator_in(client)
    order = await eventful(await (await make_order()).vendor)
    assert "to decide" not in words(await browser.get("/operator/ledger"))
    payment = await Payment.filter(order_id=order.id).get()
    await make_refund(payment, 9, status="awaiting_approval", stripe_refund_id=None)
    assert "Refunds , to decide: 1" in words(await browser.get("/operator/ledger"))


async def test_the_operator_sees_every_event_and_what_it_changed(
    client: TestClientProtocol,
) -> None:
    """With decision, fields, Stripe ids and a way to the event."""
    browser = await operator_in(client)
    vendor_order = await eventful(await (await make_order()).vendor)
    html = await browser.get(f"/operator/orders/{vendor_order.number}")
    page = words(html)
    assert "refund.updated Applied" in page
    assert "Order: Given back" in page
    assert "€10.00" in page
    assert "Delivered 2 times more" in page
    assert "Shop owes more System" not in page
    assert "Shop owes more The marketplace" in page
    assert "Mail: For staff only Waits to be sent to staff@markethall.test." in page
    assert f'href="/operator/webhooks/evt_{vendor_order.id}"' in html


@pytest.mark.parametrize("number", ["MH-NONE-NONE", "x" * 300, "é"])
async def test_an_order_that_is_not_there(
    client: TestClientProtocol, number: str
) -> None:
    """404, whatever was typed."""
    browser = await operator_in(client)
    assert (await browser.send("GET", f"/operator/orders/{number}")).status_code == 404
