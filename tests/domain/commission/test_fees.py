"""The commission of a sale is frozen on its lines, also of sales before there were rules."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tortoise.connection import get_connection

from shared.core.money import Money
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payments.models import Payment
from shared.finance.payments.return_page import refresh
from shared.finance.payments.rules import PaymentState
from shared.finance.payments.service import create_payment_intent
from shared.infra.database import migrate as migrations
from shared.infra.database.lifecycle import config
from shared.infra.database.lifecycle import context as opened
from shared.infra.database.schema import on_disk
from shared.trade.baskets import service as baskets
from shared.trade.commission import service
from shared.trade.commission.models import FeeRule
from shared.trade.commission.queries import (
    rules_for,
    vendor_rules,
)
from shared.trade.commission.rules import Rule, read_snapshot
from shared.trade.orders.models import Order, OrderLine
from shared.trade.orders.queries import checkout_by_token
from shared.trade.orders.service import place_order
from shared.trade.vendors.models import Vendor
from tests.support.factories import make_product, make_ready_vendor
from tests.support.fee_rules import BAGS, BY
from tests.support.market import ADA, check_out, confirm, open_shop

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox


async def buy(
    vendor: Vendor,
    *products: tuple[int, int, str],
) -> tuple[Order, list[OrderLine]]:
    """An order of new products, each (price, quantity, category)."""
    token = None
    for price, quantity, category in products:
        product = await make_product(
            vendor, price_amount=price, category=category, stock=quantity
        )
        token = await baskets.add(token, product_id=product.id, quantity=quantity)
    checkout = await place_order(
        basket_token=token, contact=ADA, customer_id=None, hold_minutes=30
    )
    order = await Order.get(checkout__token=checkout)
    return order, await OrderLine.filter(order_id=order.id).order_by("id")


@pytest.mark.usefixtures("database")
class TestSales:
    """What place_order freezes."""

    async def test_each_line_pays_by_its_own_rule(self) -> None:
        """The order's fee is the sum of its lines', and each line keeps the rule that it was
        charged by.
        """
        rule_id = await service.add_rule(BAGS, actor=BY)
        vendor = await make_ready_vendor()

        order, (bag, cup) = await buy(
            vendor,
            (10000, 1, "Bags"),
            (1000, 2, "Cups"),
        )

        assert (bag.commission_amount, cup.commission_amount) == (1030, 50)
        assert (order.platform_fee_amount, order.platform_fee_percentage) == (
            1080,
            Decimal("2.50"),
        )
        kept = read_snapshot(bag.commission_rule, "EUR")
        assert kept is not None
        assert (kept.id, kept.percentage, kept.fixed, kept.maximum) == (
            rule_id,
            Decimal(10),
            30,
            2000,
        )
        last_resort = read_snapshot(cup.commission_rule, "EUR")
        assert last_resort is not None
        assert (last_resort.id, last_resort.percentage) == (None, Decimal("2.50"))
        view = (await checkout_by_token((await order.checkout).token)).orders[0]
        assert [line.commission for line in view.lines] == [
            Money(1030, "EUR"),
            Money(50, "EUR"),
        ]

    async def test_the_first_rule_in_the_operators_order_holds(self) -> None:
        """Not the most particular one: moving a rule up changes what is charged; switching it off
        too.
        """
        vendor = await make_ready_vendor()
        await service.add_rule(Rule(Decimal(5), vendor_id=vendor.id), actor=BY)
        later = await service.add_rule(Rule(Decimal(20), category="Bags"), actor=BY)
        assert (await buy(vendor, (1000, 1, "Bags")))[0].platform_fee_amount == 50
        await service.move_rule(later, up=True, actor=BY)
        assert (await buy(vendor, (1000, 1, "Bags")))[0].platform_fee_amount == 200
        await service.switch_rule(later, on=False, actor=BY)
        assert (await buy(vendor, (1000, 1, "Bags")))[0].platform_fee_amount == 50

    async def test_another_vendors_rule_and_another_currencys_do_not_hold(self) -> None:
        """Only what is about this sale."""
        vendor, other = await make_ready_vendor(), await make_ready_vendor()
        await service.add_rule(Rule(Decimal(50), vendor_id=other.id), actor=BY)
        await service.add_rule(Rule(Decimal(0), fixed=100, currency="DKK"), actor=BY)
        assert (await buy(vendor, (1000, 1, "")))[0].platform_fee_amount == 25
        assert [rule.currency for rule in await rules_for(vendor.id)] == ["DKK"]
        assert await vendor_rules(vendor.id, "EUR") == ()

    async def test_a_fee_as_large_as_the_order_is_cut(self) -> None:
        """Stripe refuses a fee equal to the amount: one cent stays with the vendor, off the last
        line.
        """
        vendor = await make_ready_vendor()
        await service.add_rule(Rule(Decimal(0), fixed=5000, currency="EUR"), actor=BY)
        order, lines = await buy(vendor, (300, 1, ""), (200, 2, ""))
        assert [line.commission_amount for line in lines] == [300, 399]
        assert order.platform_fee_amount == order.total_amount_cents - 1

    async def test_the_same_basket_again_keeps_its_fee(self) -> None:
        """A rule made between two submits changes nothing of the order that stands."""
        vendor = await make_ready_vendor()
        product = await make_product(vendor, price_amount=1000)
        token = await baskets.add(None, product_id=product.id, quantity=1)
        first = await place_order(
            basket_token=token, contact=ADA, customer_id=None, hold_minutes=30
        )
        await service.add_rule(Rule(Decimal(50)), actor=BY)
        assert (
            await place_order(
                basket_token=token, contact=ADA, customer_id=None, hold_minutes=30
            )
            == first
        )
        assert (await Order.get(checkout__token=first)).platform_fee_amount == 25

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    async def test_later_changes_of_rules_never_change_what_was_sold(
        self, data: st.DataObject
    ) -> None:
        """Add, change, move, switch, a new percentage: orders keep fee, lines and snapshot."""
        vendor = await make_ready_vendor()
        ids = [
            await service.add_rule(BAGS, actor=BY),
            await service.add_rule(Rule(Decimal(7)), actor=BY),
        ]
        await buy(vendor, (9000, 1, "Bags"), (500, 3, ""))
        frozen = await _frozen()
        for step in data.draw(
            st.lists(
                st.sampled_from(["add", "change", "up", "off", "on", "vendor"]),
                max_size=6,
            )
        ):
            rate = Decimal(data.draw(st.integers(0, 9999))) / 100
            which = data.draw(st.sampled_from(ids))
            if step == "add" and len(ids) < 6:
                ids.append(
                    await service.add_rule(Rule(rate, vendor_id=vendor.id), actor=BY)
                )
            elif step == "change":
                await service.change_rule(which, Rule(rate, category="Bags"), actor=BY)
            elif step == "up":
                await service.move_rule(which, up=True, actor=BY)
            elif step in ("on", "off"):
                await service.switch_rule(which, on=step == "on", actor=BY)
            else:
                await VendorPaymentConfig.filter(vendor_id=vendor.id).update(
                    platform_fee_percentage=rate
                )
        assert await _frozen() == frozen
        await FeeRule.all().delete()

    async def test_stripe_takes_the_sum_of_the_lines(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The payment's application fee is what the rules came to, and the payment is not
        parked.
        """
        shop = await open_shop(gateway, sandbox, price=4990)
        await service.add_rule(
            Rule(Decimal(10), fixed=31, currency="EUR", vendor_id=shop.vendor_id),
            actor=BY,
        )
        purchase = await check_out(shop)
        await create_payment_intent(gateway, order_id=purchase.order_id)
        payment = await Payment.get(order_id=purchase.order_id)
        assert payment.stripe_payment_intent_id is not None
        answered = await confirm(sandbox, payment.stripe_payment_intent_id)
        progress = await refresh(gateway, checkout_token=purchase.token)
        assert (payment.amount_platform_fee, answered["application_fee_amount"]) == (
            530,
            530,
        )
        assert progress.state is PaymentState.SUCCEEDED


async def _frozen() -> list[Any]:
    lines = (
        await OrderLine.all()
        .order_by("id")
        .values("id", "commission_amount", "commission_rule")
    )
    return [
        *lines,
        *await Order.all()
        .order_by("id")
        .values("id", "platform_fee_amount", "platform_fee_percentage"),
    ]


async def test_what_was_sold_before_gets_its_orders_fee_spread(database: str) -> None:
    """The migration's own statement: half up from line to line, the lines sum to the fee, no line
    above itself.
    """
    vendor = await make_ready_vendor()
    orders = [
        (await buy(vendor, *lines))[0]
        for lines in (
            [
                (333, 1, ""),
                (333, 1, ""),
                (334, 1, ""),
            ],
            [(50, 1, "")],
            [(1, 1, ""), (9999, 9, "")],
        )
    ]
    for order, fee in zip(orders, (100, 49, 4999), strict=True):
        await Order.filter(id=order.id).update(platform_fee_amount=fee)
    await OrderLine.all().update(commission_amount=0, commission_rule="")

    await get_connection("default").execute_query(_migration().SPREAD)

    spread = [
        [
            line.commission_amount
            for line in await OrderLine.filter(order_id=order.id).order_by("id")
        ]
        for order in orders
    ]
    assert [sum(parts) for parts in spread] == [100, 49, 4999]
    assert spread[0] == [33, 34, 33]


def _migration() -> Any:
    from importlib import import_module

    name = next(name for name in on_disk() if name.endswith("_fees"))
    return import_module(f"{migrations.__name__.rpartition('.')[0]}.migrations.{name}")


async def test_the_migration_finds_older_lines(tmp_path: Any) -> None:
    """An older SQLite file comes through it with its orders, each line with its part of the fee."""
    import sqlite3
    from contextlib import closing

    from tortoise.migrations.executor import MigrationTarget

    from shared.infra.database.executor import Executor
    from tests.support.factories import insert_one_of_each

    path, now = tmp_path / "old.sqlite3", "2026-01-01 00:00:00+00:00"
    names = on_disk()
    before = names[
        next(n for n, name in enumerate(names) if name.endswith("_fees")) - 1
    ]
    async with opened(f"sqlite://{path}") as context:
        await context.db().execute_query("PRAGMA foreign_keys=OFF")
        await Executor(context.db(), config("sqlite://")["apps"]).migrate(
            [MigrationTarget("models", before)]
        )
    insert_one_of_each(path)
    with closing(sqlite3.connect(path)) as db:
        db.execute(
            "INSERT INTO checkouts (id, created_at, updated_at, token, status, email, full_name, "
            "address, address_extra, city,"
            " postal_code, country, currency, total_amount, reserved_until)"
            " VALUES (1, ?, ?, 't', 'open', 'a@b.test', 'A', 'x', '', 'y', '1', 'LU', 'EUR', 300, "
            "?)",
            (now, now, now),
        )
        db.execute(
            "INSERT INTO orders (id, created_at, updated_at, number, checkout_id, vendor_id, "
            "status, payment_status,"
            " total_amount_cents, platform_fee_amount, platform_fee_percentage, currency, "
            "stock_state, tracking_carrier, tracking_number)"
            " VALUES (1, ?, ?, 'MH-1', 1, 1, 'pending', 'pending', 300, 8, '2.5', 'EUR', "
            "'reserved', '', '')",
            (now, now),
        )
        db.executemany(
            "INSERT INTO order_lines (created_at, updated_at, order_id, product_id, name, "
            "picture, unit_amount, quantity)"
            " VALUES (?, ?, 1, 1, 'P', '', 100, ?)",
            [(now, now, 1), (now, now, 2)],
        )
        db.commit()
    await migrations.migrate(f"sqlite://{path}")
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute(
            "SELECT commission_amount, commission_rule FROM order_lines ORDER BY id"
        ).fetchall()
    assert rows == [(3, ""), (5, "")]
