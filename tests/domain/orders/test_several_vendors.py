"""A basket of several vendors' things becomes one purchase with an order at each of them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from shared.trade.baskets.models import BasketLine
from shared.trade.baskets.queries import get_basket
from shared.trade.catalogue.models import Product
from shared.trade.commission.models import FeeRule
from shared.trade.orders.errors import BasketProblem, EmptyBasket, PriceChanged
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.orders.service import place_order
from shared.trade.shipping.errors import ChooseShipping
from shared.trade.vendors.errors import ShopClosed
from shared.trade.vendors.models import Vendor
from tests.support.factories import make_product, make_ready_vendor
from tests.support.market import ADA
from tests.support.purchases import basket_of
from tests.support.shipping import BY_EXPRESS, BY_STANDARD, send_by

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.usefixtures("database")


async def place(basket: str, **given: Any) -> Checkout:
    """Order what is in the basket."""
    token = await place_order(
        basket_token=basket, contact=ADA, customer_id=None, hold_minutes=30, **given
    )
    return await Checkout.get(token=token)


async def orders_of(checkout: Checkout) -> list[Order]:
    """As they were made."""
    return await Order.filter(checkout_id=checkout.id).order_by("id")


async def three() -> Sequence[Product]:
    """A thing of each of three vendors at 10, 20 and 30 euros, the last vendor's first."""
    vendors = [await make_ready_vendor() for _ in range(3)]
    prices = zip(vendors, (1000, 2000, 3000), strict=True)
    made = [
        await make_product(vendor, price_amount=price, stock=20)
        for vendor, price in reversed(list(prices))
    ]
    return made[::-1]


class TestPlacing:
    async def test_each_vendor_gets_its_own_order_as_the_basket_has_them(self) -> None:
        """Its things alone, its way of sending, its note; the purchase is the sum of them."""
        first, second, third = await three()
        spare = await make_product(await Vendor.get(id=second.vendor_id), stock=20)
        await send_by(first.vendor_id)
        await send_by(third.vendor_id)
        basket = await basket_of({third.id: 1, first.id: 2, spare.id: 1, second.id: 1})

        checkout = await place(
            basket,
            shipping={first.vendor_id: BY_STANDARD, third.vendor_id: BY_EXPRESS},
            notes={third.vendor_id: "Ring twice."},
        )

        orders = await orders_of(checkout)
        mine = (third.vendor_id, second.vendor_id, first.vendor_id)
        assert tuple(order.vendor_id for order in orders) == mine
        assert [order.total_amount_cents for order in orders] == [
            3000 + 1490,
            2000 + spare.price_amount,
            2000 + 490,
        ]
        assert [order.shipping_method for order in orders] == [
            "Express",
            "",
            "Standard parcel",
        ]
        assert [order.note for order in orders] == ["Ring twice.", "", ""]
        assert checkout.total_amount == sum(o.total_amount_cents for o in orders)
        lines = await OrderLine.all().order_by("order_id", "product_id")
        assert [(line.order_id, line.product_id) for line in lines] == [
            (orders[0].id, third.id),
            *sorted([(orders[1].id, second.id), (orders[1].id, spare.id)]),
            (orders[2].id, first.id),
        ]
        held = await Product.all().order_by("id").values_list("id", "reserved")
        assert dict(held) == {first.id: 2, second.id: 1, spare.id: 1, third.id: 1}

    async def test_each_pays_the_commission_that_its_own_rules_say(self) -> None:
        """Another vendor's rule touches nobody else's lines."""
        first, second, third = await three()
        for product, percentage in ((first, 10), (third, 20)):
            await FeeRule.create(
                vendor_id=product.vendor_id,
                percentage=Decimal(percentage),
                position=percentage,
            )
        basket = await basket_of({first.id: 1, second.id: 1, third.id: 1})
        fees = [o.platform_fee_amount for o in await orders_of(await place(basket))]
        assert fees == [600, 50, 100]

    async def test_the_same_again_is_the_same_purchase(self) -> None:
        """A note may change; another way of sending, or another thing, makes it anew."""
        first, second, third = await three()
        await send_by(first.vendor_id)
        basket = await basket_of({first.id: 1, second.id: 1})
        by_standard = {first.vendor_id: BY_STANDARD}
        before = await place(basket, shipping=by_standard)

        again = await place(
            basket, shipping=by_standard, notes={second.vendor_id: "Ring."}
        )
        assert again.id == before.id
        assert [order.note for order in await orders_of(again)] == ["Ring.", ""]

        anew = await place(basket, shipping={first.vendor_id: BY_EXPRESS})
        await BasketLine.create(
            basket_id=before.basket_id,
            product_id=third.id,
            quantity=3,
            seen_amount=third.price_amount,
        )
        more = await place(basket, shipping=by_standard)
        states = {c.id: c.status for c in await Checkout.all()}
        assert states == {before.id: "cancelled", anew.id: "cancelled", more.id: "open"}
        assert {order.status for order in await orders_of(before)} == {"cancelled"}
        held = await Product.all().order_by("id").values_list("id", "reserved")
        assert dict(held) == {first.id: 1, second.id: 1, third.id: 3}

    async def test_what_stands_in_the_way_at_one_shop_stops_the_purchase(self) -> None:
        """Nothing is written down, whichever it is; without that shop the rest can be bought."""
        first, second, third = await three()
        basket = await basket_of({first.id: 1, second.id: 1, third.id: 1})
        await Vendor.filter(id=second.vendor_id).update(is_open=False)
        with pytest.raises(ShopClosed):
            await place(basket)
        await Product.filter(id=third.id).update(price_amount=9999)
        with pytest.raises(PriceChanged):
            await place(basket, vendors=frozenset({first.vendor_id, third.vendor_id}))
        await send_by(first.vendor_id)
        only_first = frozenset({first.vendor_id})
        with pytest.raises(ChooseShipping):
            await place(basket, vendors=only_first)
        assert not await Checkout.exists()

        checkout = await place(
            basket, vendors=only_first, shipping={first.vendor_id: BY_STANDARD}
        )
        (order,) = await orders_of(checkout)
        assert order.vendor_id == first.vendor_id
        assert len((await get_basket(basket)).parts) == 3

    async def test_nobody_elses_shop_is_bought_from(self) -> None:
        """What is not in the basket cannot be named into a purchase."""
        first, second, _third = await three()
        basket = await basket_of({first.id: 1})
        with pytest.raises(EmptyBasket):
            await place(basket, vendors=frozenset({second.vendor_id}))
        both = frozenset({first.vendor_id, second.vendor_id, 10**30})
        (order,) = await orders_of(await place(basket, vendors=both))
        assert order.vendor_id == first.vendor_id


class TestCurrencies:
    async def test_two_are_two_purchases_that_do_not_touch_each_other(self) -> None:
        """One after the other, each held by itself, also when the second is made anew."""
        first, second, third = await three()
        await Product.filter(id=third.id).update(currency="CHF")
        basket = await basket_of({first.id: 1, second.id: 1, third.id: 1})
        with pytest.raises(BasketProblem, match="different currencies"):
            await place(basket)

        in_euros = frozenset({first.vendor_id, second.vendor_id})
        in_francs = frozenset({third.vendor_id})
        euros = await place(basket, vendors=in_euros)
        francs = await place(basket, vendors=in_francs)
        assert (euros.currency, euros.total_amount) == ("EUR", 3000)
        assert (francs.currency, francs.total_amount) == ("CHF", 3000)
        assert (await place(basket, vendors=in_euros)).id == euros.id
        assert (await place(basket, vendors=in_francs)).id == francs.id

        await BasketLine.filter(product_id=third.id).update(quantity=2)
        anew = await place(basket, vendors=in_francs)
        states = {c.id: c.status for c in await Checkout.all()}
        assert states == {euros.id: "open", francs.id: "cancelled", anew.id: "open"}
        (problem,) = (await get_basket(basket)).problems
        assert problem.startswith("These things are priced in different currencies.")
