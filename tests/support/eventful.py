"""An order to which nearly everything happened."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from shared.core import clock
from shared.finance.disputes.activity import DisputeActivity
from shared.finance.disputes.models import Dispute
from shared.finance.inbox.models import WebhookEvent
from shared.finance.payouts.models import Payout
from shared.finance.recovery.activity import ClaimActivity
from shared.finance.recovery.models import Claim, Movement
from shared.finance.refunds.activity import RefundActivity
from shared.finance.refunds.models import Refund
from shared.infra import unit
from shared.infra.activity import cause
from shared.infra.mail.models import Email
from shared.trade.orders.activity import OrderActivity
from tests.support.factories import make_order, make_payment

if TYPE_CHECKING:
    from shared.finance.payments.models import Payment
    from shared.infra.database.base import Row
    from shared.trade.orders.models import Order
    from shared.trade.vendors.models import Vendor


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
