"""What a code takes off becomes an order, to the cent, and its use is counted with it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from shared.infra import unit
from shared.infra.jobs.models import Job
from shared.trade.baskets import codes
from shared.trade.baskets import service as baskets
from shared.trade.baskets.models import Basket
from shared.trade.catalogue.models import Category
from shared.trade.discounts.errors import (
    BelowLeast,
    CodeOver,
    CodeUsedByYou,
    CodeUsedUp,
    DiscountChanged,
    LeavesTooLittle,
)
from shared.trade.discounts.models import DiscountCode, Redemption
from shared.trade.discounts.queries import CodeUser
from shared.trade.discounts.rules import RedemptionState
from shared.trade.orders.cancellation import close_checkout
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.orders.payment_effects import mark_paid
from shared.trade.orders.rules import CheckoutStatus
from shared.trade.orders.selling import SeenDiscount
from shared.trade.orders.service import place_order
from tests.support.coded_sales import a_product, basket_with
from tests.support.discounts import FIVER, FREE_SHIPPING, make_discount
from tests.support.factories import make_product
from tests.support.market import ADA
from tests.support.shipping import BY_EXPRESS, BY_STANDARD, PICKUP, send_by

if TYPE_CHECKING:
    from shared.infra.jobs import Context

pytestmark = pytest.mark.usefixtures("database")

BEN = replace(ADA, email="ben@example.test", full_name="Ben")


async def _place(basket: str, **given: Any) -> Checkout:
    chosen = {"contact": ADA, "customer_id": None, "hold_minutes": 30, **given}
    token = await place_order(basket_token=basket, **chosen)
    return await Checkout.get(token=token)


async def _orders(checkout: Checkout) -> list[Order]:
    return await Order.filter(checkout_id=checkout.id).order_by("id")


def _sums(order: Order) -> tuple[int, int, int, int]:
    return (
        order.total_amount_cents,
        order.discount_amount,
        order.shipping_discount,
        order.marketplace_discount,
    )


async def _close(checkout: Checkout, status: CheckoutStatus) -> None:
    async with unit.transaction() as tx:
        locked = await tx.lock(Checkout, id=checkout.id)
        await close_checkout(tx, locked, status, actor="system")


async def _pay(checkout: Checkout) -> None:
    async with unit.transaction() as tx:
        locked = await tx.lock(Checkout, id=checkout.id)
        for order in await tx.lock_all(Order.filter(checkout_id=checkout.id)):
            await mark_paid(tx, locked, order)


class TestTaking:
    """The order has what was taken off, on each line, and who bears it."""

    async def test_a_vendors_code_lowers_price_and_commission(self) -> None:
        """A tenth of 49.90 and 20.10; 2.5 % of what is left."""
        product = await a_product()
        other = await make_product(
            await product.vendor, price_amount=2010, stock=5, category="Plates"
        )
        await make_discount(product.vendor_id)
        checkout = await _place(await basket_with(product, other))
        (order,) = await _orders(checkout)
        assert _sums(order) == (6300, 700, 0, 0)
        assert order.discount_code == "WELCOME10"
        assert checkout.total_amount == 6300
        lines = await OrderLine.filter(order_id=order.id).order_by("unit_amount")
        assert [line.discount_amount for line in lines] == [201, 499]
        assert (
            order.platform_fee_amount
            == sum(each.commission_amount for each in lines)
            == 157
        )

    async def test_the_marketplaces_code_is_split_and_leaves_the_commission(
        self,
    ) -> None:
        """Five euros off things for 49.90 and 30.00 of two vendors; both pay as without it."""
        first, second = await a_product(4990), await a_product(3000)
        await make_discount(**FIVER)
        checkout = await _place(await basket_with(first, second))
        orders = await _orders(checkout)
        assert [_sums(order) for order in orders] == [
            (4678, 312, 0, 312),
            (2812, 188, 0, 188),
        ]
        assert [order.platform_fee_amount for order in orders] == [125, 75]
        assert checkout.total_amount == 4678 + 2812
        use = await Redemption.get()
        assert (use.amount, use.currency, use.checkout_id) == (500, "EUR", checkout.id)

    async def test_free_shipping_pays_what_was_chosen(self) -> None:
        """What is paid for sending is nothing; what it would have cost is the discount."""
        product = await a_product()
        await send_by(product.vendor_id)
        await make_discount(product.vendor_id, **FREE_SHIPPING)
        basket = await basket_with(product)
        checkout = await _place(basket, shipping={product.vendor_id: BY_EXPRESS})
        (order,) = await _orders(checkout)
        assert _sums(order) == (4990, 0, 1490, 0)
        assert (order.shipping_amount, order.shipping_method) == (0, "Express")

    async def test_what_is_free_anyway_uses_nothing_up(self) -> None:
        """Who picks it up keeps the code for another time."""
        product = await a_product()
        await send_by(product.vendor_id)
        made = await make_discount(product.vendor_id, most_uses=1, **FREE_SHIPPING)
        free = replace(BY_STANDARD, key=PICKUP.key, seen=0)
        checkout = await _place(
            await basket_with(product), shipping={product.vendor_id: free}
        )
        (order,) = await _orders(checkout)
        assert (order.discount_code, order.total_amount_cents) == ("", 4990)
        await made.refresh_from_db()
        assert made.uses == await Redemption.all().count() == 0

    async def test_each_vendors_own_code_of_the_same_name_counts_for_itself(
        self,
    ) -> None:
        """Two redemptions of one purchase, each vendor bearing its own."""
        first, second = await a_product(4990), await a_product(3000)
        for product in (first, second):
            await make_discount(product.vendor_id)
        checkout = await _place(await basket_with(first, second))
        sums = [_sums(order) for order in await _orders(checkout)]
        assert sums == [(4491, 499, 0, 0), (2700, 300, 0, 0)]
        uses = await DiscountCode.all().values_list("uses", flat=True)
        assert uses == [1, 1]

    async def test_a_code_may_be_for_a_category_with_all_below_it(self) -> None:
        """The rest of the basket costs what it costs."""
        cup = await a_product(1000, category="Espresso cups")
        bag = await make_product(await cup.vendor, price_amount=3000, category="Bags")
        await Category.all().delete()
        top = await Category.create(slug="kitchen", name="Kitchen")
        await Category.create(slug="cups", name="Espresso cups", parent_id=top.id)
        await make_discount(categories=["Kitchen"])
        (order,) = await _orders(await _place(await basket_with(cup, bag)))
        assert _sums(order) == (3900, 100, 0, 100)
        lines = await OrderLine.filter(discount_amount__gt=0).values_list("product_id")
        assert lines == [(cup.id,)]

    async def test_an_order_may_cost_nothing(self) -> None:
        """All of it taken off by its vendor: no commission either."""
        product = await a_product(500)
        await make_discount(product.vendor_id, **FIVER)
        checkout = await _place(await basket_with(product))
        (order,) = await _orders(checkout)
        assert _sums(order) == (0, 500, 0, 0)
        assert (checkout.total_amount, order.platform_fee_amount) == (0, 0)

    async def test_what_no_card_can_be_charged_is_refused(self) -> None:
        """Between nothing and Stripe's least; nothing is counted."""
        product = await a_product(540)
        await make_discount(product.vendor_id, **FIVER)
        basket = await basket_with(product)
        with pytest.raises(LeavesTooLittle, match=r"€0\.40.*€0\.50"):
            await _place(basket)
        assert not await Redemption.exists()
        assert not await Order.exists()


class TestAgain:
    """Going back and forth keeps one use; what changed is said, not charged."""

    async def test_the_same_basket_again_is_the_same_purchase_with_one_use(
        self,
    ) -> None:
        """Also where it is the last one, and for somebody who corrects the address."""
        product = await a_product()
        made = await make_discount(product.vendor_id, most_uses=1, most_per_shopper=1)
        basket = await basket_with(product)
        first = await _place(basket)
        again = await _place(basket, contact=BEN)
        assert first.id == again.id
        use = await Redemption.get()
        assert use.shopper_digest == CodeUser(None, BEN.email).digest
        await made.refresh_from_db()
        assert made.uses == 1

    async def test_another_basket_takes_the_use_along(self) -> None:
        """The purchase that it replaces gives its own back."""
        product = await a_product()
        made = await make_discount(product.vendor_id, most_uses=1, most_per_shopper=1)
        basket = await basket_with(product)
        await _place(basket)
        await baskets.set_quantity(basket, product_id=product.id, quantity=2)
        checkout = await _place(basket)
        await made.refresh_from_db()
        assert made.uses == 1
        states = await Redemption.all().order_by("id").values_list("status", flat=True)
        assert states == [RedemptionState.RELEASED, RedemptionState.RESERVED]
        assert checkout.total_amount == 8982

    async def test_without_the_code_the_price_is_another_order(self) -> None:
        """Taken out of the basket, it is not charged at the old price, nor counted."""
        product = await a_product()
        made = await make_discount(product.vendor_id)
        basket = await basket_with(product)
        first = await _place(basket)
        await codes.take_out(basket)
        again = await _place(basket)
        assert (first.total_amount, again.total_amount) == (4491, 4990)
        await made.refresh_from_db()
        assert made.uses == 0

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"is_active": False}, CodeOver),
            ({"percentage": Decimal(5)}, DiscountChanged),
            ({"most_uses": 1, "uses": 1}, CodeUsedUp),
            ({"least_amount": 5000, "currency": "EUR"}, BelowLeast),
        ],
    )
    async def test_what_ended_meanwhile_is_said_and_nothing_is_ordered(
        self, change: dict[str, Any], why: type[Exception]
    ) -> None:
        """Nobody orders at a price that they did not see."""
        product = await a_product()
        made = await make_discount(product.vendor_id)
        basket = await basket_with(product)
        await DiscountCode.filter(id=made.id).update(**change)
        with pytest.raises(why):
            await _place(basket, seen_discount=SeenDiscount("WELCOME10", 499))
        assert not await Order.exists()

    @pytest.mark.parametrize("seen", [SeenDiscount("", 0), SeenDiscount("OTHER", 499)])
    async def test_a_page_of_before_the_code_orders_nothing(
        self, seen: SeenDiscount
    ) -> None:
        """Another tab may have entered it, or taken it out."""
        product = await a_product()
        await make_discount(product.vendor_id)
        basket = await basket_with(product)
        with pytest.raises(DiscountChanged):
            await _place(basket, seen_discount=seen)
        await codes.take_out(basket)
        with pytest.raises(DiscountChanged):
            await _place(basket, seen_discount=SeenDiscount("WELCOME10", 499))
        await _place(basket, seen_discount=SeenDiscount("", 0))


class TestUses:
    """Counted with the purchase, given back with it."""

    pytestmark = pytest.mark.both_engines

    async def test_of_two_shoppers_one_gets_the_last_use(self) -> None:
        """The other's order is not placed; both pressed at the same moment."""
        made = await make_discount(most_uses=1)
        first, second = await a_product(), await a_product()
        one, two = await basket_with(first), await basket_with(second)
        answers = await asyncio.gather(
            _place(one), _place(two, contact=BEN), return_exceptions=True
        )
        assert sorted(isinstance(each, CodeUsedUp) for each in answers) == [False, True]
        await made.refresh_from_db()
        assert made.uses == await Order.all().count() == 1

    async def test_one_shopper_with_two_browsers_uses_it_once(self) -> None:
        """The address is what a guest is known by."""
        await make_discount(most_per_shopper=1)
        baskets_of_ada = [await basket_with(await a_product()) for _ in range(2)]
        answers = await asyncio.gather(
            *(_place(basket) for basket in baskets_of_ada), return_exceptions=True
        )
        refused = [each for each in answers if isinstance(each, CodeUsedByYou)]
        assert len(refused) == await Order.all().count() == 1

    @pytest.mark.parametrize("status", ["expired", "cancelled"])
    async def test_who_does_not_pay_gives_it_back(self, status: str) -> None:
        """Whether time ran out or the shopper gave up."""
        made = await make_discount(most_uses=1)
        checkout = await _place(await basket_with(await a_product()))
        await _close(checkout, CheckoutStatus(status))
        await made.refresh_from_db()
        assert (made.uses, (await Redemption.get()).status) == (0, "released")

    async def test_who_pays_has_used_it_and_the_basket_forgets_it(
        self, context: Context
    ) -> None:
        """What is put into it later costs its price."""
        made = await make_discount(most_uses=1)
        basket = await basket_with(await a_product())
        await _pay(await _place(basket))
        await made.refresh_from_db()
        assert (made.uses, (await Redemption.get()).status) == (1, "used")
        waits = await Job.get(kind="baskets.take_code_out")
        await codes.take_code_out.run(context, waits.args)
        assert (await Basket.get()).discount_code == ""

    async def test_money_that_comes_late_has_used_it_after_all(self) -> None:
        """The price that was promised is the price that was paid."""
        made = await make_discount(most_uses=1)
        checkout = await _place(await basket_with(await a_product()))
        await _close(checkout, CheckoutStatus.EXPIRED)
        await _pay(checkout)
        await made.refresh_from_db()
        assert (made.uses, (await Redemption.get()).status) == (1, "used")
