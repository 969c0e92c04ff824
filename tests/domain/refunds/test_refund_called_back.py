"""A refund that waits for the shopper and is called back in Stripe's dashboard: nothing of it is
left, here or there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.finance.ledger.chart import Account
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import RefundState
from shared.infra.mail.models import Email
from shared.trade.commission.rules import RefundPolicy
from shared.trade.orders.models import Order
from shared.trade.vendors.models import Vendor
from tests.support.market import stripe_post
from tests.support.money import assert_books_agree, booked
from tests.support.refunds import PRICE, Sold, refund, run_jobs, set_policy, sold

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.one_engine]
WHO_BEARS = (
    Account.VENDOR_PAYABLE,
    Account.VENDOR_RECEIVABLE,
    Account.COMMISSION,
    Account.SHOPPERS_DUE,
)


async def waiting(gateway: Gateway, sandbox: RunningSandbox, sale: Sold) -> Refund:
    """A refund of all of a sale that Stripe took on, and that waits for the shopper."""
    made = await refund(gateway, sale)
    assert made.status == RefundState.PENDING
    sandbox.control("POST", f"refunds/{made.stripe_refund_id}/ask")
    return made


@pytest.mark.parametrize("policy", list(RefundPolicy))
async def test_the_books_are_as_before_and_the_order_can_be_refunded_again(
    gateway: Gateway, sandbox: RunningSandbox, context: Context, policy: RefundPolicy
) -> None:
    """Nobody bears a refund that was never made: not the vendor, not the commission, whatever was
    taken for it at first.
    """
    await set_policy(policy)
    sale = await sold(gateway, sandbox, card="pm_card_pendingRefund")
    before = {account: await booked(account) for account in WHO_BEARS}
    made = await waiting(gateway, sandbox, sale)
    await run_jobs(context, hours=0.5)
    assert (await Refund.get(id=made.id)).status == RefundState.REQUIRES_ACTION
    called = await stripe_post(sandbox, f"/v1/refunds/{made.stripe_refund_id}/cancel")
    assert called["status"] == "canceled"
    await run_jobs(context)
    assert (await Refund.get(id=made.id)).status == RefundState.CANCELED
    assert {account: await booked(account) for account in WHO_BEARS} == before
    await assert_books_agree(sandbox)
    order = await Order.get(id=sale.order.id)
    assert (order.refunded_amount, order.payment_status) == (0, "paid")
    again = await refund(gateway, sale)
    assert (again.amount, again.status) == (PRICE, RefundState.PENDING)
    assert (await Order.get(id=sale.order.id)).refunded_amount == PRICE


async def test_the_vendor_is_told_and_the_shopper_who_never_heard_of_it_is_not(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """One mail, to the vendor, that does not blame the bank."""
    sale = await sold(gateway, sandbox, card="pm_card_pendingRefund")
    made = await waiting(gateway, sandbox, sale)
    await stripe_post(sandbox, f"/v1/refunds/{made.stripe_refund_id}/cancel")
    await run_jobs(context)
    told = await Email.get(kind__startswith="refund")
    assert (told.kind, told.to) == (
        "refund_failed",
        (await Vendor.get(id=sale.shop.vendor_id)).business_email,
    )
    assert "It was called back on request. You have the money again." in told.text
