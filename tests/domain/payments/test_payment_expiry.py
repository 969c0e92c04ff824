"""What is not paid in time frees its things; money that comes late all the same is not lost."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.finance.payments import jobs
from shared.finance.payments.errors import OrderNotPayable
from shared.finance.payments.service import (
    confirm_payment,
    create_payment_intent,
)
from shared.infra import unit
from shared.infra.gateway.errors import StripeUnavailable
from shared.infra.jobs.models import Job
from shared.infra.stripe_writes import service as writes
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.stripe_writes.rules import WriteState
from shared.trade.catalogue.models import Product
from shared.trade.orders.cancellation import close_checkout
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.rules import (
    CheckoutStatus,
    OrderStatus,
    PaymentStatus,
)
from tests.support.market import check_out, confirm, open_shop

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


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
        sandbox.breaks(
            f"/v1/payment_intents/{view.payment_intent_id}/cancel",
            "status",
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
