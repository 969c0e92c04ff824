"""Variants in baskets and orders: each has its own price and pieces, and what was sold stays said;
on both databases.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from shared.core.money import Money
from shared.infra import unit
from shared.infra.mail.models import Email
from shared.trade.baskets import service as baskets
from shared.trade.baskets.queries import get_basket, reserved_for
from shared.trade.catalogue.errors import ChoiceLacking, SoldOut
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.options import set_options
from shared.trade.catalogue.product_views import (
    ProductView,
)
from shared.trade.catalogue.rules import Option
from shared.trade.catalogue.variants import (
    VariantValues,
    save_variants,
)
from shared.trade.commission import service as fees
from shared.trade.commission.rules import Rule
from shared.trade.orders import restocking
from shared.trade.orders.errors import BasketProblem, PriceChanged
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.orders.payment_effects import mark_paid
from shared.trade.orders.queries import order_by_id
from shared.trade.orders.rules import OrderStatus, StockState
from shared.trade.orders.service import place_order
from shared.trade.orders.terms import Acceptance
from shared.trade.vendors.models import Vendor
from tests.support.factories import make_product, make_ready_vendor, make_variants
from tests.support.market import ADA

pytestmark = pytest.mark.usefixtures("database")
SIZE = Option("Size", ("S", "M"))


async def basket_of(*items: tuple[ProductView, int]) -> str:
    token = None
    for variant, quantity in items:
        token = await baskets.add(token, product_id=variant.id, quantity=quantity)
    assert token is not None
    return token


async def place(token: str, address: str = "") -> Order:
    accepted = Acceptance("2026-11-28", address) if address else None
    checkout = await place_order(
        basket_token=token,
        contact=ADA,
        customer_id=None,
        hold_minutes=30,
        accepted=accepted,
    )
    return await Order.get(checkout__token=checkout)


async def pay(order: Order) -> Order:
    """The money arrives."""
    async with unit.transaction() as tx:
        checkout = await tx.lock(Checkout, id=order.checkout_id)
        await mark_paid(tx, checkout, await tx.lock(Order, id=order.id))
    return await Order.get(id=order.id)


async def shelves(product: Product) -> list[tuple[int, int]]:
    """(stock, reserved) of each variant."""
    rows = await Product.filter(parent_id=product.id).order_by("id")
    return [(row.stock, row.reserved) for row in rows]


async def write(
    vendor: Vendor,
    product: Product,
    variant: ProductView,
    **changes: object,
) -> None:
    """The vendor changes a variant."""
    values = VariantValues(variant.price, None)
    await save_variants(
        vendor_id=vendor.id,
        product_id=product.id,
        values={variant.id: replace(values, **changes)},  # type: ignore[arg-type]
        actor="member:1",
    )


class TestInABasket:
    async def test_each_variant_is_a_line_at_its_own_price(self) -> None:
        """The same one twice is one line."""
        vendor = await make_ready_vendor()
        product, (small, medium) = await make_variants(vendor, SIZE, name="Shirt")
        await write(vendor, product, medium, price=Money(6000, "EUR"))
        token = await basket_of((small, 1), (medium, 2), (small, 1))

        basket = await get_basket(token)
        assert [
            (line.product.full_name, line.quantity, line.line_total.amount)
            for line in basket.lines
        ] == [("Shirt (S)", 2, 9980), ("Shirt (M)", 2, 12000)]
        assert basket.can_check_out

    async def test_a_product_with_options_needs_a_choice(self) -> None:
        """And says which."""
        vendor = await make_ready_vendor()
        product, _ = await make_variants(vendor, SIZE, Option("Colour", ("Blue",)))
        with pytest.raises(ChoiceLacking, match="Please choose: Size and Colour"):
            await baskets.add(None, product_id=product.id, quantity=1)

    async def test_what_is_left_is_said_of_the_variant(self) -> None:
        """Whatever there is of others."""
        vendor = await make_ready_vendor()
        _, (small, _) = await make_variants(vendor, SIZE, name="Shirt", stock=2)
        with pytest.raises(SoldOut, match=r"Only 2 left of Shirt \(S\)\."):
            await basket_of((small, 3))

    async def test_what_became_of_it_meanwhile_is_a_sentence(self) -> None:
        """Another price, taken out, not offered, or given options only now."""
        vendor = await make_ready_vendor()
        product, (small, medium) = await make_variants(vendor, SIZE, name="Shirt")
        token = await basket_of((small, 1), (medium, 1))
        await write(vendor, product, small, price=Money(6000, "EUR"))
        with pytest.raises(PriceChanged, match=r"Shirt \(S\)"):
            await place(token)

        await baskets.accept_prices(token)
        await set_options(
            vendor_id=vendor.id,
            product_id=product.id,
            options=[Option("Size", ("S",))],
            actor="member:1",
        )
        assert (await get_basket(token)).problems == (
            "Shirt (M) is no longer sold. Please remove it.",
        )
        with pytest.raises(BasketProblem, match="no longer sold"):
            await place(token)

    async def test_a_product_that_gets_options_is_not_sold_itself_any_more(
        self,
    ) -> None:
        """Who had it in the basket reads so, and what an order holds of it stays held."""
        vendor = await make_ready_vendor()
        product = await make_product(vendor, name="Shirt", stock=8)
        ordered = await baskets.add(None, product_id=product.id, quantity=2)
        order = await place(ordered)
        token = await baskets.add(None, product_id=product.id, quantity=1)
        await set_options(
            vendor_id=vendor.id, product_id=product.id, options=[SIZE], actor="member:1"
        )

        assert (await get_basket(token)).problems == (
            "Shirt is no longer sold. Please remove it.",
        )
        with pytest.raises(BasketProblem, match="no longer sold"):
            await place(token)
        assert (await pay(order)).status == OrderStatus.PROCESSING


class TestAnOrder:
    async def test_keeps_what_was_sold_whatever_becomes_of_it(self) -> None:
        """Name, choice, number, price and picture; on pages and in mails."""
        vendor = await make_ready_vendor()
        product, (small, _) = await make_variants(vendor, SIZE, name="Shirt")
        await write(vendor, product, small, sku="SH-S", picture="img/s.svg")
        order = await place(await basket_of((small, 2)))
        await write(vendor, product, small, price=Money(1, "EUR"), sku="X")
        await set_options(
            vendor_id=vendor.id, product_id=product.id, options=[], actor="member:1"
        )
        await pay(order)

        (line,) = await OrderLine.filter(order_id=order.id)
        assert (line.name, line.choice, line.sku, line.picture, line.unit_amount) == (
            "Shirt",
            "S",
            "SH-S",
            "img/s.svg",
            4990,
        )
        assert [one.name for one in (await order_by_id(order.id)).lines] == [
            "Shirt (S)"
        ]
        mails = await Email.filter(order_id=order.id)
        assert len(mails) == 2
        assert all("Shirt (S)" in mail.text for mail in mails)

    async def test_holds_takes_and_gives_back_pieces_of_its_variants_alone(
        self,
    ) -> None:
        """From the order through the payment to what comes back."""
        vendor = await make_ready_vendor()
        product, (small, medium) = await make_variants(vendor, SIZE, stock=8)
        token = await basket_of((small, 1), (medium, 3))
        order = await place(token)
        assert await shelves(product) == [(8, 1), (8, 3)]
        # For this browser its own pieces count as there, of the product as of each variant.
        assert await reserved_for(token) == {small.id: 1, medium.id: 3, product.id: 4}

        order = await pay(order)
        assert await shelves(product) == [(7, 0), (5, 0)]
        async with unit.transaction() as tx:
            locked = await tx.lock(Order, id=order.id)
            assert await restocking.put_all_in_stock(locked) == 4
        assert await shelves(product) == [(8, 0), (8, 0)]

    async def test_a_rule_about_the_product_is_one_about_its_variants(self) -> None:
        """The commission of a variant is that of its product, or of its category."""
        vendor = await make_ready_vendor()
        product, (small, _) = await make_variants(vendor, SIZE)
        await fees.add_rule(
            Rule(percentage=Decimal(50), vendor_id=vendor.id, product_id=product.id),
            actor="member:1",
        )
        order = await place(await basket_of((small, 1)))
        assert order.platform_fee_amount == 2495


class TestTwoHundredShoppers:
    @pytest.mark.both_engines
    async def test_fifty_of_each_of_two_variants_are_sold_exactly(self) -> None:
        """Each wants one of both, in either order; whose money comes too late is not sent, and
        nobody waits in a circle.
        """
        vendor = await make_ready_vendor()
        product, (small, medium) = await make_variants(vendor, SIZE, stock=50)
        at_once = asyncio.Semaphore(12)

        async def buy(n: int) -> Order:
            async with at_once:
                both = [(small, 1), (medium, 1)]
                try:
                    token = await basket_of(*(both if n % 2 else reversed(both)))
                    order = await place(token, f"10.{n}.0.1")
                except (SoldOut, BasketProblem):
                    return Order(status=OrderStatus.CANCELLED)
                return await pay(order)

        orders = await asyncio.gather(*(buy(n) for n in range(200)))

        sent = [one for one in orders if one.status == OrderStatus.PROCESSING]
        assert len(sent) == 50
        assert {one.stock_state for one in sent} == {StockState.TAKEN}
        assert await shelves(product) == [(0, 0), (0, 0)]
