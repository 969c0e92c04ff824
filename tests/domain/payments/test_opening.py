"""An order is placed and its payment opened: few statements, and a death at any of them."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payments.models import Payment
from shared.finance.payments.opening_statements import opening_of
from shared.finance.payments.service import create_payment_intent
from shared.finance.payments.statements import lock_payment, lock_write, of_purchase
from shared.finance.payments.stripe_reads import payment_of
from shared.finance.payments.writes import CreatePaymentIntent
from shared.infra import unit
from shared.infra.stripe_writes import service as writes
from shared.infra.stripe_writes.models import StripeWrite
from shared.trade.baskets import service as baskets
from shared.trade.catalogue.models import Product
from shared.trade.marketplace import service as marketplace
from shared.trade.marketplace.queries import statement_prefix
from shared.trade.orders.models import Order
from shared.trade.orders.service import place_order
from tests.support.factories import make_order, make_payment
from tests.support.killing import Killed, killed_at
from tests.support.market import ADA
from tests.support.storefront import counted

if TYPE_CHECKING:
    from tests.support.machine import Market

pytestmark = pytest.mark.both_engines


async def test_a_kill_at_any_statement_of_ordering_makes_one_intent(
    market: Market,
) -> None:
    """Who comes again gets the same order, and the payment that was written down."""
    (shop,) = await market.fill("LU")
    for number in count():
        basket = await baskets.add(None, product_id=shop.product_id, quantity=1)
        try:
            with killed_at(number):
                await _order(market, basket)
        except Killed:
            is_over = False
        else:
            is_over = True
        order = await _order(market, basket)
        (payment,) = await Payment.filter(order_id=order.id)
        assert (payment.status, payment.attempt) == ("pending", 1)
        made = market.stand.v1.payment_intents.list({"limit": 100}).data
        mine = [one.id for one in made if _is_of(one, order)]
        assert mine == [payment.stripe_payment_intent_id]
        if is_over:
            break
    assert number > 7
    held = await Order.filter(stock_state="reserved").count()
    assert (await Product.get(id=shop.product_id)).reserved == held


def _is_of(intent: Any, order: Order) -> bool:
    return bool(intent.metadata.to_dict().get("order_number") == order.number)


async def _order(market: Market, basket: str) -> Order:
    """From the basket to the payment page."""
    token = await place_order(
        basket_token=basket, contact=ADA, customer_id=None, hold_minutes=30
    )
    order = await Order.get(checkout__token=token)
    await create_payment_intent(market.gateway, order_id=order.id)
    return order


async def test_what_opening_must_know_is_read_as_the_orm_reads_it(
    database: str,
) -> None:
    """The order's payments alone, by id, and what the vendor and the marketplace are."""
    order, other = await make_order(), await make_order()
    await make_payment(order, stripe_payment_intent_id="pi_1", status="canceled")
    await make_payment(other, stripe_payment_intent_id="pi_2")
    await make_payment(order, stripe_payment_intent_id="pi_3", attempt=2)
    for prefix in ("", "MARKET"):
        if prefix:
            await marketplace.note_statement_prefix(prefix)
        async with unit.transaction() as tx:
            found = await opening_of(await tx.lock(Order, id=order.id))
        vendor, checkout = await order.vendor, await order.checkout
        config = await VendorPaymentConfig.get(vendor_id=order.vendor_id)
        assert (found.payee.vendor_name, found.checkout_status) == (
            vendor.name,
            checkout.status,
        )
        assert found.payee.accepts_payments is config.accepts_payments
        assert found.payee.stripe_account_id == config.stripe_account_id
        assert (found.payee.statement_prefix, found.may_move) == (
            await statement_prefix(),
            True,
        )
        mine = await Payment.filter(order_id=order.id).order_by("id")
        assert [vars(row) for row in found.payments] == [vars(row) for row in mine]
    await VendorPaymentConfig.filter(vendor_id=order.vendor_id).delete()
    async with unit.transaction() as tx:
        found = await opening_of(await tx.lock(Order, id=order.id))
    assert (found.payee.accepts_payments, found.payee.stripe_account_id) == (
        None,
        None,
    )


async def test_a_payment_is_found_by_its_intent_as_the_orm_finds_it(
    database: str,
) -> None:
    """What must be known of it; for an intent that is none of ours there is none."""
    first, second = await make_order(), await make_order()
    await make_payment(first, stripe_payment_intent_id="pi_1")
    payment = await make_payment(second, stripe_payment_intent_id="pi_2")
    found = await payment_of("pi_2")
    assert found is not None
    told = found._asdict()
    assert [told] == await Payment.filter(id=payment.id).values(*told)
    for unknown in ("pi_3", "", None):
        assert await payment_of(unknown) is None


async def test_how_a_purchase_is_paid_is_read_as_the_orm_reads_it(
    database: str,
) -> None:
    """Each payment of each of its orders, the latest last; one without any too."""
    first = await make_order(payment_status="failed")
    checkout = await first.checkout
    second = await make_order(checkout_id=checkout.id, payment_status="paid")
    without = await make_order(checkout_id=checkout.id)
    for order in (await make_order(), second, first):
        for attempt in (1, 2):
            await make_payment(
                order,
                attempt=attempt,
                status="canceled" if attempt == 1 else "failed",
                failure_reason=f"{order.number} {attempt}",
                stripe_payment_intent_id=f"pi_{order.id}_{attempt}",
            )
    found = await of_purchase(checkout.token)
    assert found[0].payment is found[0].intent_id is None
    assert found[0].order == without.payment_status
    mine = await Payment.filter(order__checkout_id=checkout.id).order_by("id")
    for ours, payment in zip(found[1:], mine, strict=True):
        order = await Order.get(id=payment.order_id)
        told = (ours.purchase, ours.order, ours.payment, ours.failure, ours.intent_id)
        assert told == (
            checkout.status,
            order.payment_status,
            payment.status,
            payment.failure_reason,
            payment.stripe_payment_intent_id,
        )
    assert await of_purchase("nobody's") == ()


async def test_a_write_is_locked_with_its_payment(database: str) -> None:
    """Each row whole; who locks the payment after that asks nobody."""
    order = await make_order()
    payment = await make_payment(order, stripe_metadata={"order_number": order.number})
    async with unit.transaction() as tx:
        write = await writes.open_write(tx, CreatePaymentIntent.of(payment))
    async with unit.transaction() as tx:
        row = await lock_write(tx, write.id, payment.id)
        with counted() as statements:
            checkout, locked, paid = await lock_payment(tx, payment.id)
        assert not statements
    assert vars(row) == vars(await StripeWrite.get(id=write.id))
    assert vars(paid) == vars(await Payment.get(id=payment.id))
    assert vars(locked) == vars(await Order.get(id=order.id))
    assert vars(checkout) == vars(await order.checkout)
