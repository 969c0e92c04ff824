"""A payment is opened once, whatever fails on the way."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payments import jobs
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import PaymentState
from shared.finance.payments.service import (
    create_payment_intent,
)
from shared.infra import unit
from shared.infra.gateway.errors import InsideTransaction, StripeUnavailable
from shared.infra.jobs.models import Job
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.stripe_writes.rules import KEYS_LAST
from shared.trade.orders.errors import VendorCannotSell
from shared.trade.orders.models import Order
from shared.trade.orders.rules import (
    PaymentStatus,
)
from tests.support.market import check_out, confirm, open_shop

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


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
        sandbox.breaks("/v1/payment_intents", "status", status=503)
        with pytest.raises(StripeUnavailable):
            await create_payment_intent(gateway, order_id=bought.order_id)
        waiting = await Payment.get(order_id=bought.order_id)
        assert waiting.status == PaymentState.OPENING
        assert waiting.idempotency_key == f"order:{(await waiting.order).number}:pay:1"
        sandbox.faults()
        view = await create_payment_intent(gateway, order_id=bought.order_id)
        assert view.state is PaymentState.PENDING

    async def test_an_answer_that_was_lost_does_not_make_a_second_intent(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The connection breaks after Stripe made the intent: asking again under the key finds
        it.
        """
        bought = await check_out(await open_shop(gateway, sandbox))
        sandbox.breaks("/v1/payment_intents", "reset_after")
        with pytest.raises(StripeUnavailable):
            await create_payment_intent(gateway, order_id=bought.order_id)
        sandbox.faults()
        await create_payment_intent(gateway, order_id=bought.order_id)
        assert sandbox.control("GET", "state")["counts"]["payment_intent"] == 1

    async def test_the_job_settles_what_nobody_came_back_for(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """A payment left opening gets its intent from the job."""
        bought = await check_out(await open_shop(gateway, sandbox))
        sandbox.breaks("/v1/payment_intents", "reset_before")
        with pytest.raises(StripeUnavailable):
            await create_payment_intent(gateway, order_id=bought.order_id)
        sandbox.faults()
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
            sandbox.breaks("/v1/payment_intents", "reset_after")
            with pytest.raises(StripeUnavailable):
                await create_payment_intent(gateway, order_id=bought.order_id)
            sandbox.faults()
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
        sandbox.breaks(
            "/v1/payment_intents", "status", status=500, stored=True, times=1
        )
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
        """Stripe is asked nothing, and the sentence says so."""
        shop = await open_shop(gateway, sandbox)
        bought = await check_out(shop)
        await VendorPaymentConfig.filter(vendor_id=shop.vendor_id).update(
            accepts_payments=False
        )
        with pytest.raises(VendorCannotSell):
            await create_payment_intent(gateway, order_id=bought.order_id)
        payment = await Payment.get(order_id=bought.order_id)
        assert (payment.status, payment.stripe_payment_intent_id) == ("opening", None)

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
