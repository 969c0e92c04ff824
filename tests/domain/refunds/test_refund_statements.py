"""The hot statements of refunds answer as the ORM does."""

from __future__ import annotations

from typing import Any

import pytest

from shared.core import clock
from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.payments.models import Payment
from shared.finance.recovery.models import Claim, Movement
from shared.finance.refunds import order_totals, statements, stripe_reads
from shared.finance.refunds.models import Refund, RefundLine
from shared.infra import unit
from shared.infra.gateway.errors import StandsStill
from shared.infra.restoring.models import Restoration
from shared.trade.commission.models import MarketplacePolicy
from shared.trade.commission.queries import get_policy
from shared.trade.orders.errors import OrderNotFound
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.vendors.models import Vendor
from tests.support.factories import make_order, make_payment, make_refund

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.both_engines]


async def sold() -> Payment:
    """A paid order of two lines with refunds of all kinds, a claim of each kind, a dispute in the
    books; and an order beside it, of which nothing may be counted.
    """
    other = await make_refund(await make_payment(await make_order()), amount=10)
    order = await make_order(payment_status="paid", refunded_amount=60)
    line = await OrderLine.get(order_id=order.id)
    second = vars(line) | {"id": None, "name": "Plate", "refunded_quantity": 1}
    given = {name: second[name] for name in OrderLine._meta.db_fields if name != "id"}
    await OrderLine.create(**given)
    await make_payment(order, status="canceled")
    payment = await make_payment(order, attempt=2, status="succeeded")
    states = ("succeeded", "failed", "opening", "awaiting_approval", "declined")
    for number, status in enumerate(states, 1):
        decided = "member:2" if status == "succeeded" else ""
        await make_refund(payment, number, status=status, decided_by=decided)
    await _claims(payment, other)
    async with unit.transaction() as tx:
        fact = postings.DisputedMoney(
            order.id, order.vendor_id, "EUR", 30, 20, 10, 0, "txn_1"
        )
        await ledger.post(tx, postings.dispute_withdrawn(fact))
    return payment


async def _claims(payment: Payment, other: Refund) -> None:
    mine = (payment.vendor_id, payment.order_id, payment.id)
    theirs = (other.vendor_id, other.order_id, other.payment_id)
    for subject, (vendor, order, paid) in (
        ("refund:1", mine),
        ("refund:9", theirs),
        ("dispute:9", theirs),
    ):
        claim = await Claim.create(
            subject=subject,
            vendor_id=vendor,
            order_id=order,
            payment_id=paid,
            currency="EUR",
            amount=9,
        )
        for kind in ("fee_refund", "reversal"):
            await Movement.create(
                claim_id=claim.id,
                kind=kind,
                amount=1,
                stripe_source_id="tr_1",
                stripe_id=f"{kind}_{subject}",
                idempotency_key=f"{kind}:{subject}",
            )


def same(found: Any, row: Any) -> bool:
    """Whether two rows of a table agree in every column."""
    return type(found) is type(row) and vars(found) == vars(row)


async def test_an_order_is_read_with_the_payment_that_paid_it() -> None:
    """Of this vendor alone, and only while money may move."""
    payment = await sold()
    order = await Order.get(id=payment.order_id)
    found, paid = await statements.order_and_payment(order.vendor_id, order.number)
    assert same(found, order)
    assert same(paid, await order_totals.payment_of(order.id))
    with pytest.raises(OrderNotFound):
        await statements.order_and_payment(order.vendor_id + 1, order.number)
    await Payment.all().update(status="canceled")
    assert (await statements.order_and_payment(order.vendor_id, order.number))[
        1
    ] is None
    now = clock.now()
    await Restoration.create(source="a test", backup_made_at=now, backfilled_at=now)
    with pytest.raises(StandsStill):
        await statements.order_and_payment(order.vendor_id, order.number)


async def test_what_counts_against_an_order_is_read_at_once() -> None:
    """Its sums, lines and refunds, the policy, and what the choice of the method needs."""
    payment = await sold()
    async with unit.transaction() as tx:
        order, locked = await statements.lock_paid_order(tx, payment.id)
        assert same(order, await Order.get(id=order.id))
        payment = await Payment.get(id=payment.id)
        assert same(locked, payment)
        await _counts_as_the_orm(order, payment)
        await Claim.filter(payment_id=payment.id).update(subject="dispute:1")
        opening = Refund.filter(order_id=order.id, status="opening")
        await opening.update(status="refused")
        limits: dict[str, Any] = {
            "refund_approval_limits": {"EUR": 5},
            "refund_policy": "keep",
        }
        await MarketplacePolicy.create(id=1, **limits)
        await _counts_as_the_orm(order, payment)


async def _counts_as_the_orm(order: Order, payment: Payment) -> None:
    found = await statements.totals_of(order, payment)
    assert found.sum == await order_totals.sum_of(order)
    assert found.policy == await get_policy()
    rows = Refund.filter(order_id=order.id)
    assert found.refunds == await rows.count()
    assert found.unapproved == await order_totals.unapproved(order.id)
    opening = rows.filter(payment_id=payment.id, status="opening")
    assert found.waits == await opening.exists()
    assert found.touched == await stripe_reads.was_touched(payment.id)


async def test_a_refund_is_locked_with_whom_it_concerns() -> None:
    """Its order, its payment and itself, and what stands in its mails."""
    payment = await sold()
    row = await Refund.filter(payment_id=payment.id).order_by("id").first()
    assert row is not None
    async with unit.transaction() as tx:
        found = await statements.lock_refund(tx, row.id)
    order = await Order.get(id=row.order_id)
    assert same(found.order, order)
    assert same(found.payment, await Payment.get(id=payment.id))
    assert same(found.refund, await Refund.get(id=row.id))
    checkout = await Checkout.get(id=order.checkout_id)
    vendor = await Vendor.get(id=order.vendor_id)
    assert found.people == statements.People(
        checkout.email,
        checkout.full_name,
        checkout.language,
        vendor.name,
        vendor.business_email,
    )


async def test_what_arrives_and_what_is_noted_is_read_at_once() -> None:
    """Other refunds that arrived, lines that go into stock; the payment's fee refunds."""
    payment = await sold()
    row = await Refund.get(payment_id=payment.id, status="opening")
    assert (await statements.arrival_of(row)).to_restock == ()
    first, second = await OrderLine.filter(order_id=row.order_id).order_by("id")
    for line, restock in ((first, True), (second, False)):
        await RefundLine.create(
            refund_id=row.id,
            order_line_id=line.id,
            quantity=1,
            amount=5,
            restock=restock,
        )
    found = await statements.arrival_of(row)
    others = Refund.filter(payment_id=payment.id, status="succeeded").exclude(id=row.id)
    assert found.back == sum(await others.values_list("amount", flat=True)) > 0  # type: ignore[arg-type]
    wanted = await RefundLine.filter(refund_id=row.id, restock=True)
    assert list(map(vars, found.to_restock)) == list(map(vars, wanted))
    asked = await statements.asked(row.id)
    assert same(asked.refund, await Refund.get(id=row.id))
    assert same(asked.payment, await Payment.get(id=payment.id))
    assert asked.fee_refunds == await stripe_reads.noted_fee_refunds(payment)
