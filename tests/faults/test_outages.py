"""Stripe is down, forgetful or stubborn: nothing is lost, nobody is asked to pay twice, and the
same button works later.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

import run
from shared.core import clock
from shared.finance.connect import service as connect
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payments import jobs
from shared.finance.payments.models import Payment
from shared.finance.payments.return_page import refresh
from shared.finance.payments.service import create_payment_intent
from shared.infra.gateway.accounts import AccountDetails
from shared.infra.gateway.errors import StripeUnavailable
from shared.infra.jobs.worker import Worker
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.stripe_writes.rules import WriteState
from shared.trade.catalogue.models import Product
from shared.trade.orders.errors import VendorCannotSell
from shared.trade.orders.models import Order
from shared.trade.orders.rules import OrderStatus, PaymentStatus
from shared.trade.vendors import service as vendors
from tests.support.market import check_out, confirm, open_shop

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")
DETAILS = AccountDetails(
    country="LU", business_type="company", business_name="A shop", email="a@shop.test"
)


async def test_after_an_hour_without_stripe_the_abandoned_order_is_settled_and_its_stock_free(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """The expiry is not given up during the outage.

    One shopper paid and closed the tab, no webhook came; one never paid.
    """
    shop = await open_shop(gateway, sandbox, stock=8)  # in plenty: both orders hold
    paid, unpaid = await check_out(shop), await check_out(shop, quantity=2)
    intent = await create_payment_intent(gateway, order_id=paid.order_id)
    await create_payment_intent(gateway, order_id=unpaid.order_id)
    await confirm(sandbox, intent.payment_intent_id)
    # 429 is as good as down and the SDK does not repeat it by itself, so the hour takes no time
    sandbox.fails(429)
    worker = Worker(context, run.job_handlers())
    sandbox_down_from = clock.now() + timedelta(minutes=31)
    for minutes in (0, 1, 3, 6, 10, 15, 21, 30, 45, 60):
        with clock.use(lambda at=sandbox_down_from + timedelta(minutes=minutes): at):  # type: ignore[misc]
            await worker.run_due()
    assert (await Product.get(id=shop.product_id)).reserved == 3
    sandbox.faults()
    with clock.use(lambda: sandbox_down_from + timedelta(minutes=75)):
        await worker.run_due()
    first, second = (
        await Order.get(id=paid.order_id),
        await Order.get(id=unpaid.order_id),
    )
    assert (first.payment_status, first.status) == (
        PaymentStatus.PAID,
        OrderStatus.PROCESSING,
    )
    assert (second.payment_status, second.status) == (
        PaymentStatus.CANCELLED,
        OrderStatus.CANCELLED,
    )
    product = await Product.get(id=shop.product_id)
    assert (product.stock, product.reserved) == (7, 0)


async def test_a_failure_stored_under_the_accounts_key_does_not_block_the_button_for_a_day(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """The next click has a key of its own and connects."""
    signed = await vendors.sign_up(
        email="o@shop.test",
        password="a-long-password",
        full_name="O",
        business_name="Shop",
        country="LU",
        confirmed=True,
    )
    match = {"method": "POST", "path": "/v1/accounts"}
    sandbox.faults(
        {
            "match": match,
            "effect": "status",
            "status": 500,
            "stored": True,
            "times": 1,
        }
    )
    with pytest.raises(StripeUnavailable):
        await connect.setup_payments(
            gateway, vendor_id=signed.vendor_id, details=DETAILS, actor="test"
        )
    account = await connect.setup_payments(
        gateway, vendor_id=signed.vendor_id, details=DETAILS, actor="test"
    )
    row = await VendorPaymentConfig.get(vendor_id=signed.vendor_id)
    assert row.stripe_account_id == account
    assert (await StripeWrite.get(operation="accounts.create")).key.endswith(
        ":account:1:2"
    )


@pytest.mark.one_engine
async def test_a_failure_that_stripe_stored_under_a_cancellation_does_not_keep_the_intent_payable(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """It is cancelled under the next key."""
    bought = await check_out(await open_shop(gateway, sandbox))
    view = await create_payment_intent(gateway, order_id=bought.order_id)
    asked = {"checkout_id": (await Order.get(id=bought.order_id)).checkout_id}
    match = {
        "method": "POST",
        "path": f"/v1/payment_intents/{view.payment_intent_id}/cancel",
    }
    sandbox.faults(
        {
            "match": match,
            "effect": "status",
            "status": 500,
            "stored": True,
            "times": 1,
        }
    )
    with pytest.raises(StripeUnavailable):
        await jobs.cancel_intents.run(context, asked)
    await jobs.cancel_intents.run(context, asked)
    write = await StripeWrite.get(operation="payment_intents.cancel")
    assert (write.state, write.attempt) == (WriteState.ANSWERED, 2)
    assert (
        await gateway.payment_intents.get(view.payment_intent_id)
    ).status == "canceled"


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, None), (404, "resource_missing")],
)
async def test_a_refusal_at_the_return_page_is_not_shown_to_the_shopper_who_has_paid(
    gateway: Gateway, sandbox: RunningSandbox, status: int, code: str | None
) -> None:
    """A revoked key is our trouble: the page says that it is still checking, and knows once Stripe
    answers again.
    """
    bought = await check_out(await open_shop(gateway, sandbox))
    intent = await create_payment_intent(gateway, order_id=bought.order_id)
    await confirm(sandbox, intent.payment_intent_id)
    rule = {
        "match": {"path": "/v1/payment_intents"},
        "effect": "status",
        "status": status,
    }
    sandbox.faults({**rule, "code": code} if code else rule)
    progress = await refresh(gateway, checkout_token=bought.token)
    assert (progress.asked, progress.settled) == (False, False)
    sandbox.faults()
    assert (
        await refresh(gateway, checkout_token=bought.token)
    ).payment_status is PaymentStatus.PAID


async def test_a_vendor_that_loses_its_account_during_the_checkout_is_not_paid_any_more(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """The payment page asks again and says so; the order waits, and the same intent is there when
    the vendor is back.
    """
    shop = await open_shop(gateway, sandbox)
    bought = await check_out(shop)
    first = await create_payment_intent(gateway, order_id=bought.order_id)
    await VendorPaymentConfig.filter(vendor_id=shop.vendor_id).update(
        accepts_payments=False
    )
    with pytest.raises(VendorCannotSell):
        await create_payment_intent(gateway, order_id=bought.order_id)
    await VendorPaymentConfig.filter(vendor_id=shop.vendor_id).update(
        accepts_payments=True
    )
    again = await create_payment_intent(gateway, order_id=bought.order_id)
    assert again.payment_intent_id == first.payment_intent_id


async def test_money_that_arrived_before_the_vendor_lost_its_account_counts(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Whoever has paid is told so, whatever became of the vendor a moment later."""
    shop = await open_shop(gateway, sandbox)
    bought = await check_out(shop)
    first = await create_payment_intent(gateway, order_id=bought.order_id)
    await confirm(sandbox, first.payment_intent_id)
    await VendorPaymentConfig.filter(vendor_id=shop.vendor_id).update(
        accepts_payments=False
    )
    assert (
        await create_payment_intent(gateway, order_id=bought.order_id)
    ).state == "succeeded"
    assert (await Order.get(id=bought.order_id)).payment_status == PaymentStatus.PAID


async def test_a_fresh_database_never_meets_what_stripe_was_asked_before(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Row ids start again at 1 while Stripe remembers its keys: no key of ours is made of a row id
    alone.
    """
    shop = await open_shop(gateway, sandbox)
    bought = await check_out(shop)
    await create_payment_intent(gateway, order_id=bought.order_id)
    order, payment = (
        await Order.get(id=bought.order_id),
        await Payment.get(order_id=bought.order_id),
    )
    config = await VendorPaymentConfig.get(vendor_id=shop.vendor_id)
    assert payment.idempotency_key == f"order:{order.number}:pay:1"
    assert (config.stripe_account_key or "").startswith(f"vendor:{shop.vendor_id}.")
    asked = {
        str(r["idempotency_key"])
        for r in sandbox.requests()
        if r.get("idempotency_key")
    }
    assert {key.partition(":")[0] for key in asked} == {"order", "vendor"}
    assert not [key for key in asked if key.split(":")[1].isdigit()]
