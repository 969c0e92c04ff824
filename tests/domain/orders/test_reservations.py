"""When an order's pieces are set aside: at the order in plenty, else by Pay; and how every hold
ends (decision 14).
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

import run
from shared.core import clock
from shared.finance.payments import stock_hold
from shared.finance.payments.errors import (
    OrderNotPayable,
    PageOutOfDate,
    PaymentAlreadyDecided,
)
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import PaymentState
from shared.finance.payments.service import confirm_payment, create_payment_intent
from shared.infra.jobs.models import Job
from shared.trade.baskets import service as baskets
from shared.trade.catalogue.errors import SoldOut
from shared.trade.catalogue.models import Product
from shared.trade.orders import reservations
from shared.trade.orders.models import Order
from shared.trade.orders.rules import OrderStatus, PaymentStatus, StockState
from shared.trade.orders.service import place_order
from tests.support.factories import make_product, make_ready_vendor
from tests.support.holding import at, order_from, shelf
from tests.support.market import ADA, Purchase, check_out, confirm, open_shop

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


async def at_pay(
    gateway: Gateway, sandbox: RunningSandbox, *, stock: int = 1
) -> tuple[Product, Purchase, str]:
    """A shopper before the Pay button of an order that holds nothing: the product, the purchase,
    the intent.
    """
    shop = await open_shop(gateway, sandbox, stock=stock)
    bought = await check_out(shop)
    view = await create_payment_intent(gateway, order_id=bought.order_id)
    return await Product.get(id=shop.product_id), bought, view.payment_intent_id


async def press(gateway: Gateway, bought: Purchase, intent: str) -> bool:
    """Press Pay."""
    checkout_id = (await Order.get(id=bought.order_id)).checkout_id
    return await stock_hold.press(gateway, checkout_id=checkout_id, intent_id=intent)


async def state_of(bought: Purchase) -> tuple[str, str, str]:
    """(goods, money, pieces)"""
    order = await Order.get(id=bought.order_id)
    return order.status, order.payment_status, order.stock_state


async def run_jobs(context: Context, kind: str, *, after: timedelta) -> None:
    """The jobs of this kind that are due after a while, run then."""
    later = clock.now() + after
    with clock.use(lambda: later):
        for job in await Job.filter(
            kind=kind, status="waiting", run_at__lte=later
        ).order_by("id"):
            await run.job_handlers()[kind](context, job.args)
            await Job.filter(id=job.id).update(status="done")


class TestPay:
    """Pay sets the pieces aside before the card is confirmed."""

    async def test_pay_holds_the_last_piece_and_the_money_takes_it(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Twice is once; paid, it is off the shelf and to be sent."""
        product, bought, intent = await at_pay(gateway, sandbox)
        assert await shelf(product) == (1, 0)
        assert await press(gateway, bought, intent)
        assert await press(gateway, bought, intent)
        assert await shelf(product) == (1, 1)
        await confirm(sandbox, intent)
        await confirm_payment(gateway, intent)
        assert await shelf(product) == (0, 0)
        assert await state_of(bought) == (
            OrderStatus.PROCESSING,
            PaymentStatus.PAID,
            StockState.TAKEN,
        )
        with pytest.raises(PaymentAlreadyDecided):
            await press(gateway, bought, intent)

    async def test_who_presses_second_reads_that_it_is_sold_out_and_is_not_charged(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """At the same moment, on either database: one has it, the other a sentence, and the shelf
        is never oversold.
        """
        product, first, intent = await at_pay(gateway, sandbox)
        basket = await baskets.add(None, product_id=product.id, quantity=1)
        token = await place_order(
            basket_token=basket, contact=ADA, customer_id=None, hold_minutes=30
        )
        second = Purchase(token, (await Order.get(checkout__token=token)).id, basket)
        other = (
            await create_payment_intent(gateway, order_id=second.order_id)
        ).payment_intent_id
        answers = await asyncio.gather(
            press(gateway, first, intent),
            press(gateway, second, other),
            return_exceptions=True,
        )
        assert sorted(isinstance(answer, SoldOut) for answer in answers) == [
            False,
            True,
        ]
        assert await shelf(product) == (1, 1)
        assert {
            (await gateway.payment_intents.get(i)).status for i in (intent, other)
        } == {"requires_payment_method"}

    async def test_a_declined_card_lets_go_and_the_next_try_holds_again(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Also where the browser's own word of it was lost: the webhook's reading lets go, once."""
        product, bought, intent = await at_pay(gateway, sandbox)
        await press(gateway, bought, intent)
        await confirm(sandbox, intent, "pm_card_visa_chargeDeclined")
        await confirm_payment(gateway, intent)
        assert await shelf(product) == (1, 0)
        assert await press(gateway, bought, intent)
        await confirm_payment(gateway, intent)  # a late reading of the first decline
        assert await shelf(product) == (1, 1)
        checkout_id = (await Order.get(id=bought.order_id)).checkout_id
        await stock_hold.release(gateway, checkout_id=checkout_id, intent_id=intent)
        assert await shelf(product) == (1, 0)
        assert (await state_of(bought))[1:] == (
            PaymentStatus.FAILED,
            StockState.AT_PAYMENT,
        )

    async def test_a_hold_that_nobody_pays_ends_by_itself_and_cannot_be_charged_any_more(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """The intent is cancelled first; the order stays payable, by another intent."""
        product, bought, intent = await at_pay(gateway, sandbox)
        await press(gateway, bought, intent)
        await run_jobs(context, "payments.let_go", after=reservations.PAY_HOLD)
        assert await shelf(product) == (1, 0)
        assert (await gateway.payment_intents.get(intent)).status == "canceled"
        with pytest.raises(PageOutOfDate):
            await press(gateway, bought, intent)
        view = await create_payment_intent(gateway, order_id=bought.order_id)
        assert await press(gateway, bought, view.payment_intent_id)
        await run_jobs(context, "payments.let_go", after=timedelta(0))
        assert await shelf(product) == (1, 1), (
            "the job of the first hold leaves the second alone"
        )

    async def test_while_the_bank_asks_the_piece_stays_set_aside(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """Ten minutes for 3-D Secure, then it is let go all the same."""
        product, bought, intent = await at_pay(gateway, sandbox)
        await press(gateway, bought, intent)
        await confirm(sandbox, intent, "pm_card_authenticationRequired")
        await run_jobs(context, "payments.let_go", after=reservations.PAY_HOLD)
        assert await shelf(product) == (1, 1)
        assert (
            await Payment.get(order_id=bought.order_id)
        ).status == PaymentState.REQUIRES_ACTION
        await run_jobs(
            context,
            "payments.let_go",
            after=reservations.PAY_HOLD + reservations.BANK_HOLD,
        )
        assert await shelf(product) == (1, 0)
        assert (await gateway.payment_intents.get(intent)).status == "canceled"

    async def test_an_order_whose_time_is_over_is_not_held_any_more(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """Whatever it held goes back, once, and Pay is told so."""
        product, bought, intent = await at_pay(gateway, sandbox)
        await press(gateway, bought, intent)
        await run_jobs(context, "payments.expire_checkout", after=timedelta(minutes=31))
        assert await shelf(product) == (1, 0)
        assert await state_of(bought) == (
            OrderStatus.CANCELLED,
            PaymentStatus.CANCELLED,
            StockState.RELEASED,
        )
        await run_jobs(context, "payments.let_go", after=timedelta(minutes=40))
        assert await shelf(product) == (1, 0)
        with pytest.raises(OrderNotPayable):
            await press(gateway, bought, intent)

    @pytest.mark.parametrize("is_there", [True, False])
    async def test_money_without_a_press_of_our_pay_takes_what_is_there_or_goes_back(
        self, gateway: Gateway, sandbox: RunningSandbox, is_there: bool
    ) -> None:
        """A browser that confirms past us: it is sent if the piece is there, else paid, cancelled,
        and loud for a person.
        """
        product, bought, intent = await at_pay(gateway, sandbox)
        if not is_there:
            await Product.filter(id=product.id).update(stock=0)
        await confirm(sandbox, intent)
        await confirm_payment(gateway, intent)
        assert await shelf(product) == (0, 0)
        gone = (OrderStatus.CANCELLED, PaymentStatus.PAID, StockState.RELEASED)
        sent = (OrderStatus.PROCESSING, PaymentStatus.PAID, StockState.TAKEN)
        assert await state_of(bought) == (sent if is_there else gone)

    async def test_who_only_ever_presses_pay_stops_holding(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """After three holds without a try to pay, Pay looks whether the piece is there and holds it
        no more.
        """
        product, bought, _ = await at_pay(gateway, sandbox)
        held = []
        for n in range(4):
            with at(clock.now() + n * reservations.PAY_HOLD):
                view = await create_payment_intent(gateway, order_id=bought.order_id)
                held.append(await press(gateway, bought, view.payment_intent_id))
                await run_jobs(context, "payments.let_go", after=reservations.PAY_HOLD)
        assert held == [True, True, True, False]
        assert await shelf(product) == (1, 0)
        await Product.filter(id=product.id).update(stock=0)
        view = await create_payment_intent(gateway, order_id=bought.order_id)
        with pytest.raises(SoldOut):
            await press(gateway, bought, view.payment_intent_id)


class TestWasted:
    """Holds of others that were let go without a try to pay."""

    @pytest.mark.parametrize(
        ("address", "wasted", "others", "is_held"),
        [
            ("192.0.2.1", 1, 5, True),
            ("192.0.2.1", 1, 6, False),  # one network
            ("198.51.100.{}", 1, 6, False),  # one product, from everywhere
            ("198.51.100.{}", 1, 5, True),
        ],
    )
    async def test_beyond_a_number_in_an_hour_pay_looks_and_holds_nothing(
        self, address: str, wasted: int, others: int, is_held: bool
    ) -> None:
        """Counted by network and by product, for an hour."""
        product = await make_product(await make_ready_vendor(), stock=1)
        now = clock.now()
        for n in range(others):
            order = await order_from(address.format(n), product)
            await Order.filter(id=order.id).update(
                held_at=now, held_until=now, wasted_holds=wasted
            )
        mine = await order_from("192.0.2.1", product)
        assert await self._pressed(mine) == is_held
        assert await shelf(product) == (1, int(is_held))
        if not is_held:
            with clock.use(
                lambda: now + reservations.COUNTED_FOR + timedelta(seconds=1)
            ):
                assert await self._pressed(mine)

    async def _pressed(self, order: Order) -> bool:
        from shared.infra import unit

        async with unit.transaction() as tx:
            return await reservations.at_payment(
                tx, order, network=(await order.checkout).network
            )


class TestGivingUp:
    """Taking an order's things out of the basket."""

    async def test_what_is_taken_out_is_let_go_after_its_intent_was_cancelled(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """The line removed: the order is cancelled, its intent too, and the shelf is free."""
        shop = await open_shop(gateway, sandbox, stock=4)
        product, bought = await Product.get(id=shop.product_id), await check_out(shop)
        intent = (
            await create_payment_intent(gateway, order_id=bought.order_id)
        ).payment_intent_id
        await self._take_out(bought, product)
        await run_jobs(context, "payments.give_up", after=timedelta(0))
        assert await shelf(product) == (4, 0)
        assert (await gateway.payment_intents.get(intent)).status == "canceled"
        assert (await state_of(bought))[0] == OrderStatus.CANCELLED

    @pytest.mark.parametrize("why", ["bank asks", "put back in", "fewer"])
    async def test_it_stays_where_its_payment_is_under_way_or_it_is_wanted_again(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context, why: str
    ) -> None:
        """Then the end of its time decides."""
        shop = await open_shop(gateway, sandbox, stock=4)
        product, bought = (
            await Product.get(id=shop.product_id),
            await check_out(shop, quantity=2),
        )
        intent = (
            await create_payment_intent(gateway, order_id=bought.order_id)
        ).payment_intent_id
        if why == "bank asks":
            await confirm(sandbox, intent, "pm_card_authenticationRequired")
        await self._take_out(bought, product, leave=1 if why == "fewer" else 0)
        if why == "put back in":
            await baskets.add(bought.basket, product_id=product.id, quantity=2)
        await run_jobs(context, "payments.give_up", after=timedelta(0))
        assert await shelf(product) == (4, 2)
        assert (await gateway.payment_intents.get(intent)).status != "canceled"

    async def _take_out(
        self, bought: Purchase, product: Product, leave: int = 0
    ) -> None:
        from shared.trade.orders.cancellation import give_up_unwanted

        await baskets.set_quantity(bought.basket, product_id=product.id, quantity=leave)
        await give_up_unwanted(bought.basket)
