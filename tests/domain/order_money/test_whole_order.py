"""All of an order, read with one statement, is what each domain's own reading says of it."""

from __future__ import annotations

from typing import Any

import pytest

from shared.finance.disputes.queries import dispute_by_id
from shared.finance.order_money.waterfall import order_waterfall
from shared.finance.order_money.whole_order import whole_order
from shared.finance.payments.models import Payment
from shared.finance.payments.queries import payments_of_order
from shared.finance.payouts.models import Payout
from shared.finance.recovery.models import Claim
from shared.finance.refunds.models import Refund, RefundLine
from shared.finance.refunds.queries import refunds_of_order
from shared.infra.activity.models import Activity
from shared.infra.activity.queries import of_order
from shared.infra.mail.models import Email
from shared.infra.mail.queries import mails_of_order
from shared.infra.references.models import StripeReference
from shared.trade.marketplace.queries import marketplace
from shared.trade.orders.models import Order, OrderLine
from tests.support.factories import make_dispute, make_order, make_payment, make_refund
from tests.support.order_stories import a_story
from tests.support.storefront import counted

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("database")]

KINDS = {"refund.succeeded", "payout.paid"}
ADA = "ada@example.test"


async def surround(order: Order) -> list[str]:
    """Claims, lines, history and mails of an order, and some of another: its payouts."""
    refund = await Refund.get(order_id=order.id)
    payment = await Payment.get(order_id=order.id)
    line = await OrderLine.get(order_id=order.id)
    await RefundLine.create(
        refund_id=refund.id, order_line_id=line.id, quantity=1, amount=2000
    )
    dispute = await make_dispute(order)
    for subject in (f"refund:{refund.id}", f"dispute:{dispute.id}"):
        given: dict[str, Any] = {"subject": subject, "vendor_id": order.vendor_id}
        given |= {"payment_id": payment.id, "order_id": order.id, "currency": "EUR"}
        await Claim.create(**given, amount=90, taken=20, receivable=70)
    payouts = [f"payout:{payout.id}" for payout in await Payout.all()]
    for kind in ("refund.succeeded", "payout.paid", "order.tested"):
        for subject in (f"order:{order.id}", payouts[0], "payout:4711"):
            mine = order.id if subject.startswith("order") else None
            await Activity.create(kind=kind, subject=subject, order_id=mine)
    for number, to in enumerate((ADA, ADA, "shop@example.test")):
        key = f"{order.number}:{number}"
        letter: dict[str, Any] = {
            "kind": "paid",
            "subject": key,
            "text": "x",
            "unique_key": key,
        }
        await Email.create(**letter, to=to, order_id=order.id)
    return payouts


async def test_it_is_what_each_domain_says_by_itself() -> None:
    """Money, refunds, disputes, payouts, history and mails, one by one; one statement for all."""
    other = await make_order()
    await make_refund(await make_payment(other, status="succeeded"))
    await make_dispute(other)
    order = await a_story()
    payouts = await surround(order)
    with counted() as statements:
        whole = await whole_order(order.id, email=ADA, kinds=KINDS)
    assert len(statements) == 1
    mine = [row.subject for row in whole.payouts]
    assert (mine, len(mine)) == (payouts, 2)
    assert whole.payments == await payments_of_order(order.id)
    assert whole.refunds == await refunds_of_order(order.id)
    assert [row.owed.amount for row in whole.refunds] == [70]
    assert [len(row.lines) for row in whole.refunds] == [1]
    assert whole.disputes == (await dispute_by_id(whole.disputes[0].id),)
    assert whole.waterfall == await order_waterfall(order.id)
    assert whole.history == await of_order(order.id, also=mine, kinds=KINDS)
    assert whole.mails == await mails_of_order(order.id, to=ADA)
    assert len(whole.mails) == 2
    assert whole.market == await marketplace()


async def test_a_warning_counts_as_long_as_something_can_be_done() -> None:
    """Paid, and not disputed."""
    order = await a_story()

    async def is_warned() -> bool:
        return (await whole_order(order.id, email=ADA, kinds=KINDS)).is_warned

    assert not await is_warned()
    await StripeReference.create(
        stripe_id="issfr_1", subject=f"fraud_warning:{order.id}", order_id=order.id
    )
    await Order.filter(id=order.id).update(payment_status="paid")
    assert await is_warned()
    await make_dispute(order)
    assert not await is_warned()
