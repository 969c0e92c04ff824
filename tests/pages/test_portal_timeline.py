"""The pages that tell an order's story: the vendor's in words, the operator's with every event,
decision and change.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.finance.disputes.activity import DisputeActivity
from shared.finance.disputes.models import Dispute
from shared.finance.inbox.models import WebhookEvent
from shared.finance.payments.models import Payment
from shared.finance.payouts.models import Payout
from shared.finance.recovery.activity import ClaimActivity
from shared.finance.recovery.models import Claim, Movement
from shared.finance.refunds.activity import RefundActivity
from shared.finance.refunds.models import Refund
from shared.infra import unit
from shared.infra.activity import cause
from shared.infra.database.base import Row
from shared.infra.mail.models import Email
from shared.trade.orders.activity import OrderActivity
from shared.trade.orders.models import Order
from tests.support.factories import make_order, make_payment
from tests.support.portal import operator_in, signed_in
from tests.support.storefront import words
from tests.support.told import success
from tests.support.webhooks import deliver, paid_intent

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from shared.trade.vendors.models import Vendor
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


async def make_refund(payment: Payment, number: int = 1, **values: Any) -> Refund:
    """A refund of 10.00 that the vendor bears."""
    given = {
        "vendor_id": payment.vendor_id,
        "order_id": payment.order_id,
        "payment_id": payment.id,
        "number": number,
        "amount": 1000,
        "vendor_part": 1000,
        "commission_part": 0,
        "currency": payment.currency,
        "policy": "keep",
        "idempotency_key": f"refund:{payment.id}:{number}",
        "requested_by": "member:1",
        "stripe_refund_id": f"re_{payment.id}_{number}",
    }
    return await Refund.create(**{**given, **values})


async def make_dispute(payment: Payment, number: int = 1, **values: Any) -> Dispute:
    """A dispute over the whole order."""
    given = {
        "stripe_dispute_id": f"du_{payment.id}_{number}",
        "vendor_id": payment.vendor_id,
        "order_id": payment.order_id,
        "payment_id": payment.id,
        "status": "needs_response",
        "reason": "fraudulent",
        "amount": payment.amount_total,
        "currency": payment.currency,
        "is_inquiry": False,
        "is_charge_refundable": False,
        "opened_at": clock.now(),
    }
    return await Dispute.create(**{**given, **values})


async def eventful(vendor: Vendor) -> Order:
    """An order to which nearly everything happened."""
    now = clock.now()
    order = await make_order(
        vendor, status="processing", payment_status="paid", paid_at=now
    )
    payment = await make_payment(
        order, status="succeeded", stripe_charge_id=f"ch_{order.id}"
    )
    refund = await make_refund(
        payment, 1, status="succeeded", succeeded_at=now, note="Sorry for the scratch"
    )
    failed = await make_refund(payment, 2, status="failed", amount=500, vendor_part=500)
    declined = await make_refund(
        payment, 3, status="declined", refusal="Please send a photo first."
    )
    dispute = await make_dispute(
        payment,
        status="won",
        withdrawn_at=now,
        reinstated_at=now,
        closed_at=now,
        submitted_at=now,
        due_by=now,
    )
    claim = await Claim.create(
        subject=f"refund:{refund.id}",
        vendor_id=order.vendor_id,
        payment_id=payment.id,
        order_id=order.id,
        currency=order.currency,
        amount=1000,
        taken=700,
        receivable=300,
        owed_since=now,
    )
    given: dict[str, Any] = {
        "claim_id": claim.id,
        "status": "done",
        "stripe_source_id": "tr_1",
    }
    await Movement.create(
        **given,
        kind="reversal",
        amount=700,
        stripe_id=f"trr_{order.id}",
        idempotency_key=f"m{order.id}",
    )
    acts: list[tuple[str, Row | Claim, dict[str, Any]]] = [
        (OrderActivity.PLACED, order, {}),
        (OrderActivity.PAID, order, {}),
        (RefundActivity.SUCCEEDED, refund, {}),
        (RefundActivity.FAILED, failed, {}),
        (RefundActivity.DECLINED, declined, {"reason": declined.refusal}),
        (RefundActivity.REQUESTED, refund, {"amount": 1000}),
        (
            DisputeActivity.OPENED,
            dispute,
            {"status": "needs_response", "amount": dispute.amount},
        ),
        (DisputeActivity.SUBMITTED, dispute, {}),
        (DisputeActivity.MOVED, dispute, {"status": "won"}),
        (ClaimActivity.REVERSAL, claim, {"amount": 700}),
        (ClaimActivity.OWES, claim, {"amount": 300, "left": 300}),
        (ClaimActivity.OWES_LESS, claim, {"amount": 300, "left": 0}),
    ]
    async with unit.transaction() as tx:
        for kind, row, more in acts:
            subject = row.subject if isinstance(row, Claim) else row.as_subject
            tx.record_of_order(
                order.id, kind, actor="system", subject=subject, currency="EUR", **more
            )
    await Email.create(
        unique_key=f"order_confirmed:{order.id}",
        kind="order_confirmed",
        order_id=order.id,
        to="ada@example.test",
        subject="Your order is confirmed",
        text="x",
        status="sent",
        sent_at=now,
    )
    await Email.create(
        unique_key=f"secret:{order.id}",
        kind="operator_alarm",
        order_id=order.id,
        to="staff@markethall.test",
        subject="For staff only",
        text="x",
    )
    await Payout.create(
        vendor_id=vendor.id,
        status="failed",
        amount=90_000,
        currency="EUR",
        stripe_payout_id=f"po_{order.id}",
        destination_words="STRIPE TEST BANK ••42",
        failed_at=now + timedelta(days=2),
        paid_at=now + timedelta(days=1),
    )
    event = await WebhookEvent.create(
        source="platform",
        stripe_event_id=f"evt_{order.id}",
        type="refund.updated",
        stripe_object_id=refund.stripe_refund_id,
        order_id=order.id,
        livemode=False,
        stripe_created_at=now,
        status="handled",
        outcome="refund is succeeded",
        decision="applied",
        duplicates=2,
        last_duplicate_at=now,
    )
    async with unit.transaction() as tx:
        with cause.of(event.as_subject):
            await tx.change(order, refunded_amount=1000)
    return order


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
    assert "Order, refunded amount" in page
    assert "€10.00" in page
    assert "Delivered 2 times more" in page
    assert "Vendor: owes System" not in page
    assert "Vendor: owes The marketplace" in page
    assert "Mail: For staff only Waits to be sent to staff@markethall.test." in page
    assert f'href="/operator/webhooks/evt_{vendor_order.id}"' in html


@pytest.mark.parametrize("number", ["MH-NONE-NONE", "x" * 300, "é"])
async def test_an_order_that_is_not_there(
    client: TestClientProtocol, number: str
) -> None:
    """404, whatever was typed."""
    browser = await operator_in(client)
    assert (await browser.send("GET", f"/operator/orders/{number}")).status_code == 404


class TestInbox:
    async def test_events_are_found_by_order_number_and_by_stripe_id(
        self, client: TestClientProtocol
    ) -> None:
        """Of the order, the object, the account, the event itself."""
        browser = await operator_in(client)
        order = await eventful(await (await make_order()).vendor)
        await WebhookEvent.create(
            source="connect",
            stripe_event_id="evt_account",
            type="account.updated",
            stripe_account_id="acct_9",
            livemode=False,
            stripe_created_at=clock.now(),
        )
        refund = await Refund.filter(order_id=order.id).order_by("id").first()
        assert refund is not None
        for search in (
            order.number,
            order.number.lower(),
            refund.stripe_refund_id,
            f"evt_{order.id}",
        ):
            page = await browser.get(f"/operator/webhooks?q={search}")
            assert f"evt_{order.id}" in page, search
            assert "evt_account" not in page
        page = await browser.get("/operator/webhooks?q=acct_9&status=received")
        assert "evt_account" in page
        assert 'value="acct_9"' in page

    @pytest.mark.parametrize("search", ["nothing", "%25", "%C3%A9", "x" * 500, "'"])
    async def test_nothing_found_is_a_sentence(
        self, client: TestClientProtocol, search: str
    ) -> None:
        """And a way back."""
        browser = await operator_in(client)
        page = words(await browser.get(f"/operator/webhooks?q={search}"))
        assert "Nothing found" in page or "Nothing here" in page

    async def test_an_event_s_page_shows_decision_changes_and_duplicates(
        self, client: TestClientProtocol
    ) -> None:
        """And the way to its order."""
        browser = await operator_in(client)
        order = await eventful(await (await make_order()).vendor)
        html = await browser.get(f"/operator/webhooks/evt_{order.id}")
        page = words(html)
        assert "Applied" in page
        assert "Came again Delivered 2 times more" in page
        assert "What it changed" in page
        assert f'href="/operator/orders/{order.number}"' in html

    async def test_the_preview_asks_stripe_and_changes_nothing(
        self,
        client: TestClientProtocol,
        gateway: Gateway,
        sandbox: RunningSandbox,
        context: Context,
    ) -> None:
        """Before the replay: what it would change; while Stripe is down: that it cannot be
        known.
        """
        browser = await operator_in(client)
        order_id, intent_id = await paid_intent(gateway, sandbox)
        sandbox.faults({"match": {"path": "/v1/"}, "effect": "status", "status": 500})
        await deliver(context, success(intent_id))
        assert "not answering" in words(
            await browser.get("/operator/webhooks/evt_1?preview=1")
        )
        sandbox.faults()
        page = words(await browser.get("/operator/webhooks/evt_1?preview=1"))
        assert (
            "This would change: Payment 1, status before: pending now: succeeded"
            in page
        )
        assert (await Order.get(id=order_id)).payment_status == "pending"
        answer = await browser.post("/operator/webhooks/evt_1/replay")
        assert answer.status_code == 303
        page = words(await browser.get("/operator/webhooks/evt_1?preview=1"))
        assert "Nothing would change: we know all of this already." in page
        assert (await Order.get(id=order_id)).payment_status == "paid"
