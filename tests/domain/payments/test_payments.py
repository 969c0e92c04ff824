"""A payment succeeds, is declined, or waits for the bank."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.finance.payments import jobs
from shared.finance.payments.errors import PaymentUnderReview
from shared.finance.payments.models import Payment
from shared.finance.payments.return_page import refresh
from shared.finance.payments.rules import PaymentState
from shared.finance.payments.service import (
    confirm_payment,
    create_payment_intent,
    record_charge,
)
from shared.infra.mail.models import Email
from shared.trade.catalogue.models import Product
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.rules import (
    CheckoutStatus,
    OrderStatus,
    PaymentStatus,
    StockState,
)
from tests.support.market import check_out, confirm, open_shop, stripe_post

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


class TestPaying:
    """confirm_payment, refresh and what follows a success."""

    async def test_a_success_pays_takes_stock_and_writes_the_mails(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Order paid and processing, stock taken, checkout completed, basket emptied, two mails;
        once, however often it is said.
        """
        shop = await open_shop(gateway, sandbox)
        bought = await check_out(shop, quantity=2)
        view = await create_payment_intent(gateway, order_id=bought.order_id)
        await confirm(sandbox, view.payment_intent_id)
        for _ in range(3):
            assert (
                await confirm_payment(gateway, view.payment_intent_id)
                is PaymentState.SUCCEEDED
            )
        order = await Order.get(id=bought.order_id).select_related("checkout")
        assert (order.payment_status, order.status, order.stock_state) == (
            PaymentStatus.PAID,
            OrderStatus.PROCESSING,
            StockState.TAKEN,
        )
        assert order.checkout.status == CheckoutStatus.COMPLETED
        product = await Product.get(id=shop.product_id)
        assert (product.stock, product.reserved) == (3, 0)
        assert sorted(await Email.all().values_list("kind", flat=True)) == [
            "order_confirmed",
            "order_sold",
        ]

    async def test_webhook_and_return_page_at_once_pay_once(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Ten readers at the same moment move the order a single time."""
        shop = await open_shop(gateway, sandbox)
        bought = await check_out(shop)
        view = await create_payment_intent(gateway, order_id=bought.order_id)
        await confirm(sandbox, view.payment_intent_id)
        await asyncio.gather(
            *(confirm_payment(gateway, view.payment_intent_id) for _ in range(10))
        )
        product = await Product.get(id=shop.product_id)
        assert (product.stock, product.reserved) == (4, 0)
        assert await Email.filter(kind="order_confirmed").count() == 1

    async def test_charge_transfer_and_fees_are_read(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """latest_charge, transfer, application fee, balance transaction and Stripe's own fee stand
        on the payment.
        """
        bought = await check_out(await open_shop(gateway, sandbox))
        view = await create_payment_intent(gateway, order_id=bought.order_id)
        await confirm(sandbox, view.payment_intent_id)
        await confirm_payment(gateway, view.payment_intent_id)
        sandbox.control("POST", "clock/advance", {"seconds": 60})
        payment = await Payment.get(order_id=bought.order_id)
        assert payment.stripe_charge_id is not None
        assert await record_charge(gateway, payment.stripe_charge_id)
        await payment.refresh_from_db()
        assert payment.stripe_transfer_id
        assert payment.stripe_application_fee_id
        assert payment.stripe_balance_transaction_id
        assert payment.amount_stripe_fee == 100  # 1.5 % of 49.90 half up is 75, plus 25
        assert payment.payment_method == "card"

    async def test_a_decline_then_another_card_on_the_same_intent(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """failed -> paid, one payment row, one intent."""
        bought = await check_out(await open_shop(gateway, sandbox))
        view = await create_payment_intent(gateway, order_id=bought.order_id)
        await confirm(sandbox, view.payment_intent_id, "pm_card_visa_chargeDeclined")
        progress = await refresh(gateway, checkout_token=bought.token)
        assert progress.payment_status is PaymentStatus.FAILED
        assert progress.can_retry
        assert progress.message == "Your card was declined."
        again = await create_payment_intent(gateway, order_id=bought.order_id)
        assert again.payment_intent_id == view.payment_intent_id
        await confirm(sandbox, view.payment_intent_id)
        progress = await refresh(gateway, checkout_token=bought.token)
        assert (progress.payment_status, progress.settled) == (PaymentStatus.PAID, True)
        assert await Payment.filter(order_id=bought.order_id).count() == 1

    async def test_a_bank_challenge_is_waited_for(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """requires_action is a state of its own and not a failure."""
        bought = await check_out(await open_shop(gateway, sandbox))
        view = await create_payment_intent(gateway, order_id=bought.order_id)
        await confirm(sandbox, view.payment_intent_id, "pm_card_authenticationRequired")
        progress = await refresh(gateway, checkout_token=bought.token)
        assert progress.state is PaymentState.REQUIRES_ACTION
        assert not progress.settled

    async def test_a_success_over_another_amount_is_parked_and_loud(
        self,
        gateway: Gateway,
        sandbox: RunningSandbox,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """Somebody changed the intent at Stripe: the order stays unpaid and the log shouts."""
        bought = await check_out(await open_shop(gateway, sandbox))
        view = await create_payment_intent(gateway, order_id=bought.order_id)
        await stripe_post(
            sandbox, f"/v1/payment_intents/{view.payment_intent_id}", amount="200"
        )
        await confirm(sandbox, view.payment_intent_id)
        assert (
            await confirm_payment(gateway, view.payment_intent_id)
            is PaymentState.PARKED
        )
        payment = await Payment.get(order_id=bought.order_id)
        order = await Order.get(id=bought.order_id)
        assert order.payment_status == PaymentStatus.PENDING
        assert "received 200 instead of 4990" in (payment.parked_reason or "")
        assert "parked for a person" in caplog.text
        with pytest.raises(PaymentUnderReview):  # nobody is charged twice
            await create_payment_intent(gateway, order_id=bought.order_id)

    async def test_parked_money_keeps_the_goods(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """The reservation does not run out under money that was taken."""
        shop = await open_shop(gateway, sandbox)
        bought = await check_out(shop)
        view = await create_payment_intent(gateway, order_id=bought.order_id)
        await stripe_post(
            sandbox, f"/v1/payment_intents/{view.payment_intent_id}", amount="200"
        )
        await confirm(sandbox, view.payment_intent_id)
        checkout = await Checkout.get(token=bought.token)
        later = clock.now() + timedelta(minutes=31)
        with clock.use(lambda: later):
            await jobs.expire_checkout.run(context, {"checkout_id": checkout.id})
        product = await Product.get(id=shop.product_id)
        assert (product.stock, product.reserved) == (5, 1)

    async def test_a_foreign_intent_is_not_ours(self, gateway: Gateway) -> None:
        """An unknown intent changes nothing and is no error."""
        assert await confirm_payment(gateway, "pi_somebody_elses") is None

    async def test_the_return_page_survives_stripe_being_down(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """It answers what we know and says that it could not ask."""
        bought = await check_out(await open_shop(gateway, sandbox))
        await create_payment_intent(gateway, order_id=bought.order_id)
        sandbox.fails(503)
        progress = await refresh(gateway, checkout_token=bought.token)
        assert not progress.asked
        assert not progress.settled
