"""What is read of baskets and orders by hand is what the ORM answers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tortoise.expressions import Q

from shared.core import clock
from shared.core.ids import digest, new_token
from shared.finance.connect.models import VendorPaymentConfig
from shared.infra import unit
from shared.infra.database.raw_sql import row_of
from shared.infra.gateway.errors import StandsStill
from shared.infra.restoring.models import Restoration
from shared.trade.baskets import service as baskets
from shared.trade.baskets import statements as baskets_by_hand
from shared.trade.baskets.models import Basket, BasketLine
from shared.trade.baskets.queries import get_basket
from shared.trade.catalogue.models import Product
from shared.trade.commission.models import FeeRule
from shared.trade.commission.queries import rules_for
from shared.trade.orders import statements
from shared.trade.orders.cancellation import lock_basket
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.orders.order_lists import FILTERS, listed
from shared.trade.orders.placing_statements import (
    LockedBasket,
    OnSale,
    lock_basket_and_rules,
    lock_on_sale,
    lock_on_sale_again,
    lock_open_checkouts,
)
from shared.trade.orders.queries import money_of
from shared.trade.orders.service import place_order
from shared.trade.vendors.errors import PaymentNotConfigured
from shared.trade.vendors.models import Vendor
from shared.trade.vendors.terms import selling_terms, terms_in, terms_of_record
from tests.support.factories import make_order, make_product, make_ready_vendor
from tests.support.market import ADA

pytestmark = pytest.mark.usefixtures("database")


PAID = {"payment_status": "paid", "status": "processing"}
# Of each chip some, and of those that nearly are.
ORDERS: list[dict[str, Any]] = [
    {},
    {"payment_status": "failed"},
    {"payment_status": "cancelled", "status": "cancelled"},
    PAID,
    {**PAID, "refunded_amount": 1},
    {**PAID, "refunded_amount": 4990},
    {**PAID, "disputed_amount": 100},
    {**PAID, "lost_amount": 4000, "refunded_amount": 990},
    {**PAID, "status": "shipped"},
    {**PAID, "status": "delivered"},
]


async def on_sale(token: str) -> OnSale | None:
    """What the statement answers."""
    async with unit.transaction() as tx:
        basket = await lock_basket(tx, token)
        assert basket is not None
        return await lock_on_sale(tx, basket)


async def filled() -> str:
    """A basket of four lines: fine, gone, at another price, and not sold any more."""
    vendor = await make_ready_vendor()
    products = [await make_product(vendor, name=name) for name in ("A", "B", "C", "D")]
    token = new_token("ba")
    for product in reversed(products):
        await baskets.add(token, product_id=product.id, quantity=2)
    await Product.filter(name="B").update(stock=0)
    await Product.filter(name="C").update(price_amount=5500)
    await Product.filter(name="D").update(is_published=False)
    return token


async def test_it_answers_as_the_basket_page_and_the_terms_do() -> None:
    """Lines in their order, problems, vendor and terms; the products whole."""
    token = await filled()
    found = await on_sale(token)
    assert found is not None
    basket = await get_basket(token)
    assert found.basket == basket
    (part,) = basket.parts
    assert found.terms == {part.vendor.id: await selling_terms(part.vendor.id)}
    rows = {row.id: vars(row) for row in await Product.all()}
    kept = {id_: vars(row) for id_, row in found.products.items()}
    assert kept == rows


async def test_a_vendor_that_nothing_was_set_up_for_has_no_terms() -> None:
    """The basket's page reads it likewise; who orders is told."""
    product = await make_product(await make_ready_vendor())
    token = await baskets.add(None, product_id=product.id, quantity=1)
    await VendorPaymentConfig.all().delete()
    found = await on_sale(token)
    assert found is not None
    assert found.terms == {product.vendor_id: None}
    assert found.basket == await get_basket(token)
    with pytest.raises(PaymentNotConfigured):
        await place_order(
            basket_token=token, contact=ADA, customer_id=None, hold_minutes=30
        )


async def test_an_open_checkout_or_a_restore_is_looked_at_by_others() -> None:
    """Nothing is answered then, so no product is locked before the checkout."""
    product = await make_product(await make_ready_vendor())
    token = await baskets.add(None, product_id=product.id, quantity=1)
    now = clock.now()
    restore = await Restoration.create(
        source="a test", backup_made_at=now, backfilled_at=now
    )
    assert await on_sale(token) is None
    with pytest.raises(StandsStill):
        await place_order(
            basket_token=token, contact=ADA, customer_id=None, hold_minutes=30
        )
    assert not await Checkout.exists()
    await Restoration.filter(id=restore.id).update(acknowledged_at=now)
    await place_order(
        basket_token=token, contact=ADA, customer_id=None, hold_minutes=30
    )
    assert await on_sale(token) is None
    await Checkout.all().update(status="cancelled")
    assert await on_sale(token) is not None
    assert await Basket.all().count() == 1


async def test_a_list_of_orders_is_counted_and_read_as_the_orm_does() -> None:
    """Behind each chip: its orders of this vendor alone, newest first, with their pieces."""
    vendor, other = await make_ready_vendor(), await make_ready_vendor()
    for whose in (vendor, other):
        for values in ORDERS:
            await make_order(whose, **values)
    counts = await statements.counts_of(vendor.id)
    for chip, condition in {"all": Q(), **FILTERS}.items():
        expected = Order.filter(condition, vendor_id=vendor.id).order_by("-id")
        rows = await statements.list_of(vendor.id, chip, limit=3, offset=1)
        shown = [listed(row) for row in rows]
        orders = await expected.offset(1).limit(3).select_related("checkout")
        assert counts[chip] == await expected.count(), chip
        assert [row.number for row in shown] == [row.number for row in orders], chip
        for row, order in zip(shown, orders, strict=True):
            lines = await OrderLine.filter(order_id=order.id)
            assert row.items == sum(line.quantity for line in lines)
            assert row.customer_name == order.checkout.full_name
            assert (row.money, row.placed_at) == (money_of(order), order.created_at)


async def test_the_rules_that_come_with_a_basket_are_those_of_its_vendor() -> None:
    """In the operator's order, those that are switched on; of an empty one those of all."""
    vendor, other = await make_ready_vendor(), await make_ready_vendor()
    token = new_token("ba")
    await baskets.add(token, product_id=(await make_product(vendor)).id, quantity=1)
    for position, (of, is_active) in enumerate(
        [(vendor, True), (None, True), (other, True), (None, False), (vendor, True)]
    ):
        await FeeRule.create(
            vendor_id=of.id if of else None,
            percentage=Decimal(position),
            position=9 - position,
            is_active=is_active,
        )
    found = await locked(token)
    assert found is not None
    assert vars(found.basket) == vars(await Basket.get())
    assert found.vendor_ids == {vendor.id}
    assert found.tariff.rules == await rules_for(vendor.id)
    assert len(found.tariff.rules) == 3
    await BasketLine.all().delete()
    found = await locked(token)
    assert found is not None
    assert (found.vendor_ids, len(found.tariff.rules)) == (set(), 1)
    assert await locked("ba_nobody") is None


async def locked(token: str) -> LockedBasket | None:
    """What the statement answers."""
    async with unit.transaction() as tx:
        return await lock_basket_and_rules(tx, digest(token))


async def test_what_the_open_order_of_a_basket_holds_counts_as_there() -> None:
    """Its products are locked too; checkout, orders and lines are those of the ORM."""
    vendor = await make_ready_vendor()
    cup, jug, pot = [await make_product(vendor) for _ in range(3)]
    token = await baskets.add(None, product_id=cup.id, quantity=4)
    await baskets.add(token, product_id=jug.id, quantity=1)
    await place_order(
        basket_token=token, contact=ADA, customer_id=None, hold_minutes=30
    )
    await baskets.set_quantity(token, product_id=cup.id, quantity=9)
    await BasketLine.filter(product_id=jug.id).delete()
    await baskets.add(token, product_id=pot.id, quantity=1)
    async with unit.transaction() as tx:
        basket = await lock_basket(tx, token)
        assert basket is not None
        (before,) = await lock_open_checkouts(tx, basket)
        found = await lock_on_sale_again(tx, basket)
    assert found is not None
    assert vars(before.checkout) == vars(await Checkout.get())
    (order,) = before.orders
    assert vars(order) == vars(await Order.get())
    lines = await OrderLine.all().order_by("id")
    assert [vars(line) for line in before.lines] == [vars(line) for line in lines]
    assert before.items_of(order) == [(cup.id, 4), (jug.id, 1)]
    assert found.basket == await get_basket(token)
    assert found.basket.can_check_out
    kept = {id_: vars(row) for id_, row in found.products.items()}
    assert kept == {row.id: vars(row) for row in await Product.all()}


async def test_pieces_of_an_order_that_is_replaced_are_free_for_the_next() -> None:
    """All that the first held, and no more than the next wants is set aside."""
    vendor = await make_ready_vendor()
    cup, jug = [await make_product(vendor) for _ in range(2)]
    token = await baskets.add(None, product_id=jug.id, quantity=5)
    await baskets.add(token, product_id=cup.id, quantity=1)
    given: dict[str, Any] = {"contact": ADA, "customer_id": None, "hold_minutes": 30}
    await place_order(basket_token=token, **given)
    await BasketLine.filter(product_id=jug.id).delete()
    await baskets.set_quantity(token, product_id=cup.id, quantity=5)
    await place_order(basket_token=token, **given)
    reserved = await Product.all().order_by("id").values_list("reserved", flat=True)
    assert reserved == [5, 0]
    states = await Order.all().order_by("id").values_list("status", "stock_state")
    assert states == [("cancelled", "released"), ("pending", "reserved")]


async def test_a_basket_is_read_as_the_orm_reads_it() -> None:
    """Its lines in their order, rows whole; what its open order holds of each, and no other's."""
    token = await filled()
    cup = await Product.get(name="A")
    other = await baskets.add(None, product_id=cup.id, quantity=3)
    for held, basket in (({}, token), ({cup.id: 3}, other)):
        found = await baskets_by_hand.lines_of(digest(basket))
        lines = await BasketLine.filter(basket__token_digest=digest(basket)).order_by(
            "id"
        )
        assert [record["l.id"] for record in found] == [line.id for line in lines]
        for record, line in zip(found, lines, strict=True):
            vendor = await Vendor.get(products=line.product_id)
            config = await VendorPaymentConfig.get(vendor_id=vendor.id)
            assert vars(row_of(BasketLine, "l", record)) == vars(line)
            product = await Product.get(id=line.product_id)
            assert vars(row_of(Product, "p", record)) == vars(product)
            assert vars(row_of(Vendor, "v", record)) == vars(vendor)
            assert repr(terms_of_record(record)) == repr(terms_in(config))
            assert int(record["held"]) == held.get(line.product_id, 0)
        pieces = sum(line.quantity for line in lines)
        assert await baskets_by_hand.count_of(digest(basket)) == pieces
        await place_order(
            basket_token=other, contact=ADA, customer_id=None, hold_minutes=30
        )
    assert await baskets_by_hand.lines_of(digest("ba_nobody")) == []
    assert await baskets_by_hand.count_of(digest("ba_nobody")) == 0


async def test_a_purchase_is_read_as_the_orm_reads_it() -> None:
    """Each order with its vendor and lines; one without lines too, and nobody else's."""
    await make_order()
    first = await make_order()
    checkout = await Checkout.get(id=first.checkout_id)
    second = await make_order(checkout_id=checkout.id)
    await OrderLine.filter(order_id=second.id).delete()
    await OrderLine.create(
        order_id=first.id,
        product_id=(await make_product(await make_ready_vendor())).id,
        name="x",
        unit_amount=1,
        quantity=2,
    )
    found = await statements.checkout_of(checkout.token)
    assert found is not None
    assert vars(found[0]) == vars(await Checkout.get(id=checkout.id))
    assert [order.id for order, _ in found[1]] == [first.id, second.id]
    for order, lines in found[1]:
        asked = Order.get(id=order.id).select_related("vendor", "checkout")
        assert _all(order) == _all(await asked)
        mine = await OrderLine.filter(order_id=order.id).order_by("id")
        assert [vars(line) for line in lines] == [vars(line) for line in mine]
    assert await statements.checkout_of("nobody's") is None


def _all(order: Order) -> list[dict[str, Any]]:
    columns = {name: getattr(order, name) for name in Order._meta.fields_db_projection}
    return [columns, vars(order.vendor), vars(order.checkout)]


async def test_purchases_of_a_network_that_hold_pieces_are_counted() -> None:
    """Open ones, as long as the pieces of an unpaid order are set aside; each once, however many
    orders it has.
    """
    for network in ("10.0.0.0/24", "10.0.1.0/24"):
        for stock in ("reserved", "at_payment", "released"):
            for paid in ("pending", "failed", "processing", "paid"):
                for status in ("open", "expired"):
                    order = await make_order(stock_state=stock, payment_status=paid)
                    mine = Checkout.filter(id=order.checkout_id)
                    await mine.update(network=network, status=status)
    expected = Order.filter(
        checkout__network="10.0.0.0/24",
        checkout__status="open",
        stock_state="reserved",
        payment_status__in=["pending", "failed"],
    )
    count = await statements.purchases_that_hold("10.0.0.0/24")
    assert (count, await statements.purchases_that_hold("")) == (2, 0)
    assert count == await expected.count()
    first, _second = await expected
    await make_order(checkout_id=first.checkout_id)
    assert await expected.count() == 3
    assert await statements.purchases_that_hold("10.0.0.0/24") == 2
