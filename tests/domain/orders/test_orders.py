"""Placing and sending orders, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.core.errors import MarketError, NotFound
from shared.finance.connect.models import VendorPaymentConfig
from shared.infra.mail.models import Email
from shared.trade.baskets import service as baskets
from shared.trade.catalogue.models import Product
from shared.trade.orders import figures, order_lists, queries
from shared.trade.orders.errors import (
    BasketProblem,
    CannotShip,
    EmptyBasket,
    PriceChanged,
    VendorCannotSell,
)
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.orders.rules import (
    CheckoutStatus,
    OrderStatus,
    PaymentStatus,
    StockState,
)
from shared.trade.orders.service import place_order
from shared.trade.orders.shipping import mark_as_shipped
from shared.trade.orders.terms import Acceptance
from tests.support.factories import make_order, make_product, make_ready_vendor
from tests.support.market import ADA

if TYPE_CHECKING:
    from shared.trade.vendors.models import Vendor

pytestmark = pytest.mark.usefixtures("database")


async def basket_with(
    vendor: Vendor,
    *,
    stock: int = 5,
    quantity: int = 1,
) -> tuple[str, Product]:
    """A basket that holds a product of the vendor."""
    product = await make_product(vendor, stock=stock)
    return await baskets.add(None, product_id=product.id, quantity=quantity), product


async def place(token: str | None) -> str:
    """Place the order of a basket."""
    return await place_order(
        basket_token=token, contact=ADA, customer_id=None, hold_minutes=30
    )


class TestPlacing:
    """place_order."""

    async def test_the_total_is_the_catalogues(self) -> None:
        """Price times quantity from our own rows, the fee frozen beside it, the stock held."""
        token, product = await basket_with(
            await make_ready_vendor(), stock=6, quantity=3
        )
        view = await queries.checkout_by_token(await place(token))
        (order,) = view.orders
        assert (view.total.amount, order.total.amount, order.platform_fee.amount) == (
            14970,
            14970,
            374,
        )
        assert order.payment_status is PaymentStatus.PENDING
        await product.refresh_from_db()
        assert (product.stock, product.reserved) == (6, 3)

    async def test_the_same_basket_again_is_the_same_checkout(self) -> None:
        """Back and forth, twice at once: one checkout, with the newest contact, and the stock held
        once.
        """
        token, product = await basket_with(await make_ready_vendor())
        first, second = await asyncio.gather(place(token), place(token))
        third = await place_order(
            basket_token=token,
            contact=replace(ADA, city="Esch"),
            customer_id=None,
            hold_minutes=30,
        )
        assert first == second == third
        assert (await Checkout.get()).city == "Esch"
        await product.refresh_from_db()
        assert product.reserved == 1

    @pytest.mark.one_engine
    async def test_who_submits_again_accepts_the_terms_as_they_stand_now(self) -> None:
        """What a bank is shown is the version, the time and the address of the last submit; the
        first is kept where none came.
        """
        token, _ = await basket_with(await make_ready_vendor())
        first = await self._accepted(token, Acceptance("2026-01-01", "192.0.2.1"))
        assert (first.terms_version, first.purchase_ip) == ("2026-01-01", "192.0.2.1")
        later = clock.now() + timedelta(minutes=5)
        with clock.use(lambda: later):
            again = await self._accepted(token, Acceptance("2026-11-27", "192.0.2.2"))
        assert again.id == first.id
        assert (again.terms_version, again.terms_accepted_at, again.purchase_ip) == (
            "2026-11-27",
            later,
            "192.0.2.2",
        )
        assert (await self._accepted(token, None)).terms_version == "2026-11-27"

    async def _accepted(self, basket: str, accepted: Acceptance | None) -> Checkout:
        token = await place_order(
            basket_token=basket,
            contact=ADA,
            customer_id=None,
            hold_minutes=30,
            accepted=accepted,
        )
        return await Checkout.get(token=token)

    async def test_a_changed_basket_cancels_the_old_order(self) -> None:
        """The old order's stock is free again; only the new one holds."""
        token, product = await basket_with(
            await make_ready_vendor(), stock=6, quantity=2
        )
        old = await place(token)
        await baskets.set_quantity(token, product_id=product.id, quantity=3)
        new = await place(token)
        assert (await Checkout.get(token=old)).status == CheckoutStatus.CANCELLED
        assert (await Order.get(checkout__token=old)).status == OrderStatus.CANCELLED
        assert (await Checkout.get(token=new)).status == CheckoutStatus.OPEN
        await product.refresh_from_db()
        assert product.reserved == 3

    async def test_two_shoppers_and_one_piece_that_others_leave(self) -> None:
        """While the rest is held, both may order the last one, and nobody has it before paying; a
        third of none reads so.
        """
        vendor = await make_ready_vendor()
        one, product = await basket_with(vendor, stock=3)
        await Product.filter(id=product.id).update(reserved=2)
        two = await baskets.add(None, product_id=product.id, quantity=1)
        answers = await asyncio.gather(place(one), place(two), return_exceptions=True)
        assert all(isinstance(a, str) for a in answers)
        assert {order.stock_state for order in await Order.all()} == {
            StockState.AT_PAYMENT
        }
        await product.refresh_from_db()
        assert (product.stock, product.reserved) == (3, 2)
        three = await baskets.add(None, product_id=product.id, quantity=1)
        await Product.filter(id=product.id).update(reserved=3)
        with pytest.raises(BasketProblem, match="sold out"):
            await place(three)

    async def test_a_price_that_changed_is_said_before_it_is_charged(self) -> None:
        """The shopper agrees to the new price first; nothing of the basket is lost."""
        token, product = await basket_with(await make_ready_vendor())
        await Product.filter(id=product.id).update(price_amount=5990)
        with pytest.raises(PriceChanged, match="price"):
            await place(token)
        await baskets.accept_prices(token)
        assert (
            await queries.checkout_by_token(await place(token))
        ).total.amount == 5990

    async def test_sold_out_meanwhile(self) -> None:
        """A sentence; no order, no hold."""
        token, product = await basket_with(await make_ready_vendor())
        await Product.filter(id=product.id).update(stock=0)
        with pytest.raises(MarketError):
            await place(token)
        assert not await Order.exists()

    async def test_a_vendor_that_cannot_take_payments(self) -> None:
        """No order is made that could not be paid."""
        vendor = await make_ready_vendor()
        token, _ = await basket_with(vendor)
        await VendorPaymentConfig.filter(vendor_id=vendor.id).update(
            accepts_payments=False
        )
        with pytest.raises(VendorCannotSell):
            await place(token)

    @pytest.mark.parametrize("token", [None, "", "bsk_nobody"])
    async def test_an_empty_or_unknown_basket(self, token: str | None) -> None:
        """There is nothing to order."""
        with pytest.raises(EmptyBasket):
            await place(token)

    @pytest.mark.parametrize(
        ("price", "quantity"),
        [(49, 1), (99_999_999, 2)],
    )
    async def test_less_or_more_than_can_be_charged_is_said_before(
        self, price: int, quantity: int
    ) -> None:
        """Stripe's least and most are known before an order is made of it."""
        product = await make_product(await make_ready_vendor(), price_amount=price)
        token = await baskets.add(None, product_id=product.id, quantity=quantity)
        with pytest.raises(BasketProblem):
            await place(token)
        assert not await Order.exists()

    async def test_later_changes_of_a_product_do_not_change_what_was_sold(self) -> None:
        """Name, price and fee are copies."""
        vendor = await make_ready_vendor()
        token, product = await basket_with(vendor)
        checkout = await place(token)
        await (
            (await Product.get(id=product.id))
            .update_from_dict({"name": "Other", "price_amount": 1})
            .save()
        )
        await VendorPaymentConfig.filter(vendor_id=vendor.id).update(
            platform_fee_percentage=50
        )
        (order,) = (await queries.checkout_by_token(checkout)).orders
        assert (order.lines[0].name, order.total.amount, order.platform_fee.amount) == (
            product.name,
            4990,
            125,
        )


class TestShipping:
    """mark_as_shipped."""

    async def test_a_paid_order_is_sent_once(self) -> None:
        """The shopper gets the tracking number by mail; a second click is a sentence."""
        order = await make_order(status="processing", payment_status="paid")
        send = {
            "vendor_id": order.vendor_id,
            "number": order.number,
            "carrier": "Post",
            "tracking": "LU1",
            "actor": "test",
        }
        answers = await asyncio.gather(
            mark_as_shipped(**send),  # type: ignore[arg-type]
            mark_as_shipped(**send),  # type: ignore[arg-type]
            return_exceptions=True,
        )
        assert sorted(type(a).__name__ for a in answers) == ["CannotShip", "NoneType"]
        assert "LU1" in (await Email.get()).text

    async def test_an_unpaid_order_is_not_sent(self) -> None:
        """Goods leave only against money."""
        order = await make_order()
        with pytest.raises(CannotShip):
            await mark_as_shipped(
                vendor_id=order.vendor_id,
                number=order.number,
                carrier="",
                tracking="",
                actor="test",
            )

    async def test_another_vendors_order_is_unknown(self) -> None:
        """The tenant is part of the question."""
        order = await make_order(status="processing", payment_status="paid")
        other = await make_ready_vendor()
        with pytest.raises(NotFound):
            await mark_as_shipped(
                vendor_id=other.id,
                number=order.number,
                carrier="",
                tracking="",
                actor="test",
            )
        with pytest.raises(NotFound):
            await queries.vendor_order(other.id, order.number)


class TestLists:
    """Read models."""

    async def test_chips_search_and_pages(self) -> None:
        """Counts belong to the search, rows to the chip; a page beyond the end is the last one."""
        vendor = await make_ready_vendor()
        product = await make_product(vendor)
        for _ in range(26):
            await make_order(vendor, product)
        paid = await make_order(
            vendor, product, status="processing", payment_status="paid"
        )
        await make_order()
        everything = await order_lists.vendor_orders(vendor.id, page=99)
        assert (
            everything.counts["all"],
            everything.pages,
            everything.number,
            len(everything.rows),
        ) == (27, 2, 2, 2)
        chosen = await order_lists.vendor_orders(vendor.id, status="to_ship")
        assert [row.number for row in chosen.rows] == [paid.number]
        assert [
            r.number
            for r in (
                await order_lists.vendor_orders(
                    vendor.id,
                    search=paid.number.lower(),
                )
            ).rows
        ] == [paid.number]
        assert (await order_lists.vendor_orders(vendor.id, search="100%_\\")).rows == ()

    async def test_the_summary_counts_what_is_paid(self) -> None:
        """Only paid orders of the last 30 days, in the vendor's own currency."""
        from shared.core import clock

        vendor = await make_ready_vendor()
        await make_order(vendor)
        await make_order(
            vendor, status="processing", payment_status="paid", paid_at=clock.now()
        )
        summary = await figures.orders_summary(vendor.id, "EUR")
        assert (summary.to_ship, summary.unpaid, summary.count_last_30_days) == (
            1,
            1,
            1,
        )
        assert summary.paid_last_30_days.amount == 4990

    async def test_a_checkout_may_hold_orders_of_several_vendors(self) -> None:
        """The tables and read models take them from the start."""
        first = await make_order()
        other = await make_ready_vendor()
        product = await make_product(other)
        second = await Order.create(
            number="MH-AAAA-BBBB",
            checkout_id=first.checkout_id,
            vendor_id=other.id,
            total_amount_cents=100,
            platform_fee_amount=3,
            platform_fee_percentage="2.50",
            currency="EUR",
        )
        await OrderLine.create(
            order_id=second.id,
            product_id=product.id,
            name="x",
            unit_amount=100,
            quantity=1,
        )
        token = (await Checkout.get(id=first.checkout_id)).token
        view = await queries.checkout_by_token(token)
        assert [o.vendor_id for o in view.orders] == [first.vendor_id, other.id]
        assert [len(o.lines) for o in view.orders] == [1, 1]
