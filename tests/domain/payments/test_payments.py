"""Payments from the order to the money, on both databases, against the stand-in over HTTP."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payments import jobs
from shared.finance.payments.errors import OrderNotPayable, PaymentUnderReview
from shared.finance.payments.models import Payment
from shared.finance.payments.return_page import refresh
from shared.finance.payments.rules import PaymentState
from shared.finance.payments.service import (
    confirm_payment,
    create_payment_intent,
    record_charge,
)
from shared.infra import unit
from shared.infra.gateway.errors import InsideTransaction, StripeUnavailable
from shared.infra.jobs.models import Job
from shared.infra.mail.models import Email
from shared.infra.stripe_writes import service as writes
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.stripe_writes.rules import KEYS_LAST, WriteState
from shared.trade.catalogue.models import Product
from shared.trade.orders.cancellation import close_checkout
from shared.trade.orders.errors import VendorCannotSell
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


def fault(
    sandbox: RunningSandbox, effect: str, path: str = "/v1/payment_intents", **more: Any
) -> None:
    """Let the stand-in misbehave for the API calls below `path`."""
    match = {"method": "POST", "path": path}
    sandbox.control(
        "PUT",
        "faults",
        {"rules": [{"match": match, "effect": effect, **more}]},
    )


class TestOpening:
    """create_payment_intent."""

    async def test_the_intent_is_the_orders_own_total_with_our_fee(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """A destination charge over the server's total, fee half up, to the vendor's account."""
        shop = await open_shop(gateway, sandbox)
        bought = await check_out(shop, quantity=2)
        view = await create_payment_intent(gateway, order_id=bought.order_id)
        intent = await gateway.payment_intents.get(view.payment_intent_id)
        assert (intent.amount, intent.currency, intent.application_fee) == (
            9980,
            "EUR",
            250,
        )
        assert intent.destination == shop.account_id
        assert (view.amount_vendor.amount, view.platform_fee.amount) == (9730, 250)

    async def test_calling_twice_gives_the_same_intent(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Even when both calls run at once."""
        bought = await check_out(await open_shop(gateway, sandbox))
        first, second = await asyncio.gather(
            create_payment_intent(gateway, order_id=bought.order_id),
            create_payment_intent(gateway, order_id=bought.order_id),
        )
        third = await create_payment_intent(gateway, order_id=bought.order_id)
        assert (
            first.payment_intent_id
            == second.payment_intent_id
            == third.payment_intent_id
        )
        assert await Payment.filter(order_id=bought.order_id).count() == 1

    async def test_the_row_is_there_before_stripe_is_asked(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Stripe down: the payment waits under its stored key, and the same button works later,
        with one intent.
        """
        bought = await check_out(await open_shop(gateway, sandbox))
        fault(sandbox, "status", status=503)
        with pytest.raises(StripeUnavailable):
            await create_payment_intent(gateway, order_id=bought.order_id)
        waiting = await Payment.get(order_id=bought.order_id)
        assert waiting.status == PaymentState.OPENING
        assert waiting.idempotency_key == f"order:{(await waiting.order).number}:pay:1"
        sandbox.control("PUT", "faults", {"rules": []})
        view = await create_payment_intent(gateway, order_id=bought.order_id)
        assert view.state is PaymentState.PENDING

    async def test_an_answer_that_was_lost_does_not_make_a_second_intent(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The connection breaks after Stripe made the intent: asking again under the key finds
        it.
        """
        bought = await check_out(await open_shop(gateway, sandbox))
        fault(sandbox, "reset_after")
        with pytest.raises(StripeUnavailable):
            await create_payment_intent(gateway, order_id=bought.order_id)
        sandbox.control("PUT", "faults", {"rules": []})
        await create_payment_intent(gateway, order_id=bought.order_id)
        assert sandbox.control("GET", "state")["counts"]["payment_intent"] == 1

    async def test_the_job_settles_what_nobody_came_back_for(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """A payment left opening gets its intent from the job."""
        bought = await check_out(await open_shop(gateway, sandbox))
        fault(sandbox, "reset_before")
        with pytest.raises(StripeUnavailable):
            await create_payment_intent(gateway, order_id=bought.order_id)
        sandbox.control("PUT", "faults", {"rules": []})
        payment = await Payment.get(order_id=bought.order_id)
        await jobs.settle_unknown.run(context, {"payment_id": payment.id})
        await payment.refresh_from_db()
        assert payment.status == PaymentState.PENDING
        assert payment.stripe_payment_intent_id

    async def test_one_of_before_there_were_rows_of_writes_goes_on_under_its_key(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """An upgrade in the middle of a payment: soon after, its key finds the intent; after a day,
        Stripe's list does.
        """
        shop = await open_shop(gateway, sandbox)
        for later in (timedelta(0), KEYS_LAST * 2):
            bought = await check_out(shop)
            fault(sandbox, "reset_after")
            with pytest.raises(StripeUnavailable):
                await create_payment_intent(gateway, order_id=bought.order_id)
            sandbox.control("PUT", "faults", {"rules": []})
            await StripeWrite.filter(operation="payment_intents.create").delete()
            made = sandbox.control("GET", "state")["counts"]["payment_intent"]
            now = clock.now() + later
            with clock.use(lambda now=now: now):  # type: ignore[misc]
                await create_payment_intent(gateway, order_id=bought.order_id)
            assert sandbox.control("GET", "state")["counts"]["payment_intent"] == made
            payment = await Payment.get(order_id=bought.order_id)
            assert (
                await StripeWrite.get(subject=payment.as_subject)
            ).key == payment.idempotency_key

    async def test_a_failure_that_stripe_stored_under_the_key_makes_way_for_the_next(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The same button works later, on the same payment."""
        bought = await check_out(await open_shop(gateway, sandbox))
        fault(sandbox, "status", status=500, stored=True, times=1)
        with pytest.raises(StripeUnavailable):
            await create_payment_intent(gateway, order_id=bought.order_id)
        view = await create_payment_intent(gateway, order_id=bought.order_id)
        assert view.state is PaymentState.PENDING
        write = await StripeWrite.get(operation="payment_intents.create")
        assert write.key == f"order:{(await Order.get()).number}:pay:1:2"

    async def test_an_abandoned_tab_is_paid_without_any_webhook(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """The shopper paid and closed the browser: the job asks again every few minutes, and stops
        once it is settled.
        """
        bought = await check_out(await open_shop(gateway, sandbox))
        view = await create_payment_intent(gateway, order_id=bought.order_id)
        payment = await Payment.get(order_id=bought.order_id)
        await Job.all().delete()
        await jobs.settle_unknown.run(context, {"payment_id": payment.id})
        again = await Job.get(kind="payments.settle_unknown")
        # Stripe is not asked without a pause.
        assert again.run_at > clock.now() + timedelta(minutes=4)
        await again.delete()
        await confirm(sandbox, view.payment_intent_id)
        await jobs.settle_unknown.run(context, again.args)
        assert (
            await Order.get(id=bought.order_id)
        ).payment_status == PaymentStatus.PAID
        assert not await Job.exists(kind="payments.settle_unknown")

    async def test_a_vendor_that_lost_its_account_cannot_sell(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Nothing is opened, and the sentence says so."""
        shop = await open_shop(gateway, sandbox)
        bought = await check_out(shop)
        await VendorPaymentConfig.filter(vendor_id=shop.vendor_id).update(
            accepts_payments=False
        )
        with pytest.raises(VendorCannotSell):
            await create_payment_intent(gateway, order_id=bought.order_id)
        assert not await Payment.exists(order_id=bought.order_id)

    async def test_no_http_while_a_transaction_is_open(self, gateway: Gateway) -> None:
        """The gateway refuses to run inside a transaction."""
        async with unit.transaction():
            with pytest.raises(InsideTransaction):
                await gateway.accounts.get("acct_1")

    async def test_the_client_secret_is_stored_nowhere(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Neither a column nor the repr of what we pass around holds it."""
        bought = await check_out(await open_shop(gateway, sandbox))
        view = await create_payment_intent(gateway, order_id=bought.order_id)
        row = await Payment.filter(order_id=bought.order_id).values()
        assert view.client_secret
        assert view.client_secret not in repr(view) + repr(row)
        assert view.client_secret not in repr(
            await gateway.payment_intents.get(view.payment_intent_id)
        )


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
        sandbox.control(
            "PUT",
            "faults",
            {"rules": [{"match": {"path": "/v1/"}, "effect": "status", "status": 503}]},
        )
        progress = await refresh(gateway, checkout_token=bought.token)
        assert not progress.asked
        assert not progress.settled


class TestExpiry:
    """A reservation that runs out."""

    async def test_the_stock_is_freed_and_the_intent_cancelled(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """After its time the checkout is expired, the order cancelled, the product whole, the
        intent canceled at Stripe.
        """
        shop = await open_shop(gateway, sandbox)
        bought = await check_out(shop, quantity=5)
        view = await create_payment_intent(gateway, order_id=bought.order_id)
        checkout = await Checkout.get(token=bought.token)
        later = clock.now() + timedelta(minutes=31)
        with clock.use(lambda: later):
            await jobs.expire_checkout.run(context, {"checkout_id": checkout.id})
        await checkout.refresh_from_db()
        order = await Order.get(id=bought.order_id)
        product = await Product.get(id=shop.product_id)
        assert checkout.status == CheckoutStatus.EXPIRED
        assert (order.status, order.payment_status) == (
            OrderStatus.CANCELLED,
            PaymentStatus.CANCELLED,
        )
        assert (product.stock, product.reserved) == (5, 0)
        assert (
            await gateway.payment_intents.get(view.payment_intent_id)
        ).status == "canceled"
        with pytest.raises(OrderNotPayable):
            await create_payment_intent(gateway, order_id=bought.order_id)

    async def test_money_that_came_at_the_last_moment_wins(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """Paid at Stripe but unheard of here: expiry finds out and pays the order instead."""
        bought = await check_out(await open_shop(gateway, sandbox))
        view = await create_payment_intent(gateway, order_id=bought.order_id)
        await confirm(sandbox, view.payment_intent_id)
        checkout = await Checkout.get(token=bought.token)
        later = clock.now() + timedelta(minutes=31)
        with clock.use(lambda: later):
            await jobs.expire_checkout.run(context, {"checkout_id": checkout.id})
        order = await Order.get(id=bought.order_id)
        assert (order.status, order.payment_status) == (
            OrderStatus.PROCESSING,
            PaymentStatus.PAID,
        )

    async def test_a_cancellation_that_waited_is_over_once_the_money_is_there(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """Stripe was down when the time ran out, and the shopper paid when it was back: nothing is
        asked any more.
        """
        bought = await check_out(await open_shop(gateway, sandbox))
        view = await create_payment_intent(gateway, order_id=bought.order_id)
        fault(
            sandbox,
            "status",
            path=f"/v1/payment_intents/{view.payment_intent_id}/cancel",
            status=429,
        )
        asked = {"checkout_id": (await Checkout.get(token=bought.token)).id}
        with pytest.raises(StripeUnavailable):
            await jobs.cancel_intents.run(context, asked)
        await confirm(sandbox, view.payment_intent_id)
        await confirm_payment(gateway, view.payment_intent_id)
        write = await StripeWrite.get(operation="payment_intents.cancel")
        assert (await writes.perform(gateway, write.id)).state is WriteState.SUPERSEDED
        assert (
            await Order.get(id=bought.order_id)
        ).payment_status == PaymentStatus.PAID

    async def test_before_its_time_it_only_waits_on(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """A reservation that was renewed is looked at again when it is over."""
        bought = await check_out(await open_shop(gateway, sandbox))
        checkout = await Checkout.get(token=bought.token)
        await Job.all().delete()
        await jobs.expire_checkout.run(context, {"checkout_id": checkout.id})
        await checkout.refresh_from_db()
        job = await Job.get(kind="payments.expire_checkout")
        assert checkout.status == CheckoutStatus.OPEN
        assert job.run_at == checkout.reserved_until

    async def test_paid_after_cancellation_comes_back_only_if_it_can_be_sent(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Late money revives the order while the goods are there; else it stays cancelled, paid and
        loud.
        """
        shop = await open_shop(gateway, sandbox, stock=1)
        bought = await check_out(shop)
        view = await create_payment_intent(gateway, order_id=bought.order_id)
        await confirm(sandbox, view.payment_intent_id)
        async with unit.transaction() as tx:
            checkout = await Checkout.get(token=bought.token)
            await close_checkout(tx, checkout, CheckoutStatus.CANCELLED, actor="test")
        await Product.filter(id=shop.product_id).update(stock=0)
        await confirm_payment(gateway, view.payment_intent_id)
        order = await Order.get(id=bought.order_id)
        assert (order.status, order.payment_status) == (
            OrderStatus.CANCELLED,
            PaymentStatus.PAID,
        )

    async def test_late_money_takes_what_is_still_there(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """What can still be sent pays the order after all."""
        shop = await open_shop(gateway, sandbox, stock=1)
        bought = await check_out(shop)
        view = await create_payment_intent(gateway, order_id=bought.order_id)
        await confirm(sandbox, view.payment_intent_id)
        async with unit.transaction() as tx:
            checkout = await Checkout.get(token=bought.token)
            await close_checkout(tx, checkout, CheckoutStatus.CANCELLED, actor="test")
        await confirm_payment(gateway, view.payment_intent_id)
        order = await Order.get(id=bought.order_id)
        product = await Product.get(id=shop.product_id)
        assert (order.status, order.payment_status) == (
            OrderStatus.PROCESSING,
            PaymentStatus.PAID,
        )
        assert (product.stock, product.reserved) == (0, 0)
