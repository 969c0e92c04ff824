"""Two things at the same moment: what stands in a page's or a webhook's way on one database may
deadlock on the other.
"""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from shared.core.errors import Conflict
from shared.core.ids import digest
from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.ledger.chart import Account
from shared.finance.payments.models import Payment
from shared.finance.payments.service import confirm_payment, create_payment_intent
from shared.finance.payouts import operator_holds, reserves, sweep
from shared.finance.payouts.models import PayoutItem, ReserveHold
from shared.finance.recovery import service as clawback
from shared.infra import unit
from shared.trade.baskets import service as baskets
from shared.trade.baskets.models import Basket
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.rules import PaymentStatus
from shared.trade.orders.service import place_order
from tests.support.market import ADA, Shop, check_out, confirm, open_shop
from tests.support.money import DAY, booked, sell
from tests.support.payouts import work

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")
ROUNDS = 6


async def _order_again(basket: str, *, after: float) -> str | None:
    """Submit the basket a little later; None when a sentence stood in the way."""
    await asyncio.sleep(after)
    try:
        return await place_order(
            basket_token=basket, contact=ADA, customer_id=None, hold_minutes=30
        )
    except Conflict:
        return None


async def _paid(
    gateway: Gateway, sandbox: RunningSandbox, shop: Shop
) -> tuple[str, int, str]:
    """An order whose money is at Stripe while we have not heard of it: basket, order id, intent
    id.
    """
    bought = await check_out(shop)
    view = await create_payment_intent(gateway, order_id=bought.order_id)
    await confirm(sandbox, view.payment_intent_id)
    return bought.basket, bought.order_id, view.payment_intent_id


async def test_a_payment_that_arrives_while_its_basket_is_ordered_again_never_deadlocks(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Closing the old checkout and completing it take their locks in one order; the money is booked
    every time.
    """
    shop = await open_shop(gateway, sandbox, stock=100)
    for n in range(ROUNDS):
        basket, order_id, intent_id = await _paid(gateway, sandbox, shop)
        # So that the old checkout is closed.
        await baskets.add(basket, product_id=shop.product_id, quantity=1)
        await asyncio.gather(
            confirm_payment(gateway, intent_id), _order_again(basket, after=n * 0.003)
        )
        assert (await Order.get(id=order_id)).payment_status == PaymentStatus.PAID


async def test_a_basket_that_is_paid_this_moment_is_not_ordered_a_second_time(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Whoever waited for the payment's locks reads the basket after them, and finds it empty."""
    shop = await open_shop(gateway, sandbox, stock=100)
    for n in range(ROUNDS):
        basket, _, intent_id = await _paid(gateway, sandbox, shop)
        await asyncio.gather(
            confirm_payment(gateway, intent_id), _order_again(basket, after=n * 0.003)
        )
        row = await Basket.get(token_digest=digest(basket))
        assert await Checkout.filter(basket_id=row.id).count() == 1


async def _with_reserve(
    gateway: Gateway, sandbox: RunningSandbox
) -> tuple[Shop, Payment]:
    """A sale of a vendor whose reserve is a tenth of each for thirty days, not held back yet."""
    shop = await open_shop(gateway, sandbox)
    await operator_holds.set_reserve(
        vendor_id=shop.vendor_id, percentage=Decimal(10), days=30, actor="test"
    )
    return shop, await sell(gateway, sandbox, shop)


async def _refund_all(
    payment: Payment, *, locked: asyncio.Event, meanwhile: float
) -> None:
    """All that the vendor got of a sale goes back, in one transaction that holds the order for a
    while first.
    """
    async with unit.transaction() as tx:
        await tx.lock_first(Order.filter(id=payment.order_id))
        locked.set()
        await asyncio.sleep(meanwhile)
        taken = int(payment.amount_vendor)
        fact = postings.RefundFact(
            1, payment.order_id, payment.vendor_id, payment.currency, taken, 0, "re_1"
        )
        await ledger.post(tx, postings.refund(fact))
        await clawback.set_claim(tx, subject="refund:1", payment=payment, amount=taken)


async def _take(payment: Payment, *, locked: asyncio.Event, after: float) -> None:
    await locked.wait()
    await asyncio.sleep(after)
    await reserves.take(payment.id)


@pytest.mark.parametrize("after", [0, 0.05])
async def test_a_reserve_taken_while_a_refund_is_written_holds_nothing_of_what_went_back(
    context: Context, gateway: Gateway, sandbox: RunningSandbox, after: float
) -> None:
    """Whoever of the two comes second sees the other: nothing stays reserved until its day of a
    sale that is no more.
    """
    shop, payment = await _with_reserve(gateway, sandbox)
    locked = asyncio.Event()
    await asyncio.gather(
        _refund_all(payment, locked=locked, meanwhile=0.05),
        _take(payment, locked=locked, after=after),
    )
    await work(context, "payouts.reserve", "payouts.review_reserve")
    assert await booked(Account.VENDOR_RESERVED, vendor_id=shop.vendor_id) == {}
    assert sum(hold.amount - hold.let_go for hold in await ReserveHold.all()) == 0


async def test_a_reserve_a_payout_and_a_refund_of_one_order_never_deadlock(
    context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """A payout names the order while it holds the vendor's config, a refund holds the order alone:
    the reserve locks as they do.
    """
    shop, payment = await _with_reserve(gateway, sandbox)
    sandbox.advance(5 * DAY)
    await gateway.payouts.create(
        shop.account_id,
        amount=int(payment.amount_vendor),
        currency="EUR",
        instant=False,
        metadata={},
        key="dashboard:1",
    )
    locked = asyncio.Event()
    await asyncio.gather(
        _refund_all(payment, locked=locked, meanwhile=0.05),
        _take(payment, locked=locked, after=0),
        sweep.account(context.gateway, shop.vendor_id),
    )
    assert await PayoutItem.filter(order_id=payment.order_id).exists()
    await work(context, "payouts.reserve", "payouts.review_reserve")
    assert await booked(Account.VENDOR_RESERVED, vendor_id=shop.vendor_id) == {}
