"""An order whose money has gone every way that it can."""

from __future__ import annotations

from shared.finance.ledger import postings
from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerEntry
from shared.finance.payouts.models import Payout, PayoutItem
from shared.finance.refunds.models import Refund
from shared.trade.orders.models import Order
from shared.trade.vendors.models import Vendor
from tests.support.books import a_dispute, at, book, sold
from tests.support.factories import make_payment, make_ready_vendor


async def paid_out(
    order: Order,
    amount: int,
    *,
    status: str = "paid",
    n: int = 1,
) -> None:
    """A payout that a part of the order's money went out with."""
    entry = await LedgerEntry.filter(
        posting__subject=f"order:{order.id}", account=Account.STRIPE_VENDOR
    ).first()
    assert entry is not None
    payout = await Payout.create(
        vendor_id=order.vendor_id,
        period=f"2026-10-{n:02d}",
        status=status,
        amount=amount,
        currency=order.currency,
        stripe_payout_id=f"po_{n}",
        arrives_on=at("2026-10-12 00:00"),
        paid_at=at("2026-10-12 08:00") if status == "paid" else None,
    )
    await PayoutItem.create(
        payout_id=payout.id, entry_id=entry.id, order_id=order.id, amount=amount
    )


async def a_story(vendor_id: int | None = None) -> Order:
    """Sold, partly refunded, disputed and won back, paid out once in vain and once for good."""
    vendor = (
        await make_ready_vendor()
        if vendor_id is None
        else await Vendor.get(id=vendor_id)
    )
    order = await sold(vendor, at("2026-10-05 10:00"))
    payment = await make_payment(
        order,
        status="succeeded",
        stripe_charge_id="ch_1",
        stripe_transfer_id="tr_1",
        stripe_application_fee_id="fee_1",
    )
    fee = postings.StripeFee(payment.id, order.id, "EUR", 170, "txn_fee")
    await book(postings.stripe_fee(fee), at("2026-10-05 10:01"))
    refund = await Refund.create(
        vendor_id=order.vendor_id,
        order_id=order.id,
        payment_id=payment.id,
        number=1,
        status="succeeded",
        amount=2000,
        vendor_part=1800,
        commission_part=200,
        currency="EUR",
        policy="proportional",
        idempotency_key=f"refund:{order.number}",
        stripe_refund_id="re_1",
        requested_by="test",
    )
    fact = postings.RefundFact(
        refund.id,
        order.id,
        order.vendor_id,
        "EUR",
        1800,
        200,
        "re_1",
    )
    await book(postings.refund(fact), at("2026-10-06 10:00"))
    await book(postings.refund_paid(fact), at("2026-10-06 10:01"))
    dispute = a_dispute(order, vendor_part=7200, commission_part=0)
    await book(postings.dispute_withdrawn(dispute), at("2026-10-07 10:00"))
    won = postings.DisputedMoney(
        order.id,
        order.vendor_id,
        "EUR",
        7200,
        0,
        0,
        0,
        "txn_won",
    )
    await book(postings.dispute_reinstated(won), at("2026-10-08 10:00"))
    await paid_out(order, 7200, status="failed", n=1)
    await paid_out(order, 5000, n=2)
    return order
