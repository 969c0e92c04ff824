"""Baskets: what goes in, what is said about it, and how few queries that takes; on both engines."""

from __future__ import annotations

import asyncio

import pytest

from shared.core.errors import Invalid, NotFound
from shared.core.ids import new_token
from shared.core.money import Money
from shared.finance.connect.models import VendorPaymentConfig
from shared.trade.baskets import service
from shared.trade.baskets.errors import BasketFull, NotForSale
from shared.trade.baskets.models import Basket
from shared.trade.baskets.queries import count_items, get_basket
from shared.trade.baskets.rules import MAX_LINES
from shared.trade.catalogue.errors import SoldOut
from shared.trade.catalogue.models import Product
from shared.trade.orders.service import place_order
from shared.trade.vendors.errors import ShopClosed
from shared.trade.vendors.models import Vendor
from tests.support.factories import make_product, make_ready_vendor, make_vendor
from tests.support.market import ADA
from tests.support.storefront import counted

pytestmark = pytest.mark.usefixtures("database")


class TestAdd:
    async def test_adds_up(self) -> None:
        """Twice the same product is one line."""
        product = await make_product(await make_ready_vendor(), price_amount=1250)

        token = await service.add(None, product_id=product.id, quantity=1)
        again = await service.add(token, product_id=product.id, quantity=2)

        basket = await get_basket(token)
        assert again == token
        assert [(line.quantity, line.line_total) for line in basket.lines] == [
            (3, Money(3750, "EUR"))
        ]
        assert (basket.total, basket.count, basket.can_check_out) == (
            Money(3750, "EUR"),
            3,
            True,
        )
        assert await count_items(token) == 3

    async def test_each_basket_is_its_own(self) -> None:
        """The same thing in two baskets: what one shopper changes, the other keeps as it was."""
        product = await make_product(await make_ready_vendor(), stock=20)
        mine, theirs = [
            await service.add(None, product_id=product.id, quantity=n) for n in (1, 4)
        ]

        await service.add(mine, product_id=product.id, quantity=1)
        assert (await count_items(mine), await count_items(theirs)) == (2, 4)
        await service.set_quantity(mine, product_id=product.id, quantity=7)
        assert (await count_items(mine), await count_items(theirs)) == (7, 4)
        await service.set_quantity(mine, product_id=product.id, quantity=0)
        assert (await count_items(mine), await count_items(theirs)) == (0, 4)

    async def test_each_shops_things_are_a_part_of_it(self) -> None:
        """In the order in which the shops came into it; what one costs is said of each."""
        lux, velo = (
            await make_ready_vendor(name="Lux"),
            await make_ready_vendor(name="Velo"),
        )
        bag, bell = (
            await make_product(lux, price_amount=5000),
            await make_product(velo, price_amount=1000),
        )
        token = await service.add(None, product_id=bell.id, quantity=2)
        await service.add(token, product_id=bag.id, quantity=1)
        belt = await make_product(velo, price_amount=300)
        await service.add(token, product_id=belt.id, quantity=1)

        basket = await get_basket(token)
        assert [
            (part.vendor.name, part.total, part.count, part.problems)
            for part in basket.parts
        ] == [
            ("Velo", Money(2300, "EUR"), 3, ()),
            ("Lux", Money(5000, "EUR"), 1, ()),
        ]
        assert (basket.total, basket.count) == (Money(7300, "EUR"), 4)
        assert basket.can_check_out

    async def test_a_shops_things_can_be_taken_out_at_once(self) -> None:
        """Of this basket alone, and what other shops sell stays."""
        bag, bell = [await make_product(await make_ready_vendor()) for _ in range(2)]
        mine, theirs = new_token("ba"), new_token("ba")
        for token in (mine, theirs):
            for product in (bag, bell):
                await service.add(token, product_id=product.id, quantity=1)

        await service.leave_shop(mine, bag.vendor_id)
        for nothing in (0, -1, 2**70, bag.vendor_id):
            await service.leave_shop(mine, nothing)
        await service.leave_shop(None, bell.vendor_id)
        await service.leave_shop("ba_nobody", bell.vendor_id)

        assert [line.product.id for line in (await get_basket(mine)).lines] == [bell.id]
        assert await count_items(theirs) == 2

    @pytest.mark.parametrize("quantity", [0, -1, 100, 2**70])
    async def test_absurd_quantities_are_refused(self, quantity: int) -> None:
        """A sentence, not a database error."""
        product = await make_product(await make_ready_vendor())

        with pytest.raises(Invalid):
            await service.add(None, product_id=product.id, quantity=quantity)

    @pytest.mark.parametrize(
        "product_id",
        [0, -5, 12345, 2**63, 2**70],
    )
    async def test_unknown_products_are_not_found(self, product_id: int) -> None:
        """Also for ids that no column holds."""
        with pytest.raises(NotFound):
            await service.add(None, product_id=product_id, quantity=1)

    async def test_no_more_than_there_are(self) -> None:
        """Counting what is in the basket already."""
        product = await make_product(
            await make_ready_vendor(), stock=3, reserved=1, name="Vase"
        )
        token = await service.add(None, product_id=product.id, quantity=2)

        with pytest.raises(SoldOut, match="Only 2 left of Vase"):
            await service.add(token, product_id=product.id, quantity=1)

    async def test_a_vendor_that_cannot_take_payments_sells_nothing(self) -> None:
        """Better said at the shelf than at the till."""
        product = await make_product(await make_vendor())

        with pytest.raises(NotForSale):
            await service.add(None, product_id=product.id, quantity=1)

    async def test_hidden_products_are_not_found_and_a_closed_shop_says_so(
        self,
    ) -> None:
        """What shoppers cannot see they cannot buy, and of a closed shop they learn why."""
        hidden = await make_product(await make_ready_vendor(), is_published=False)
        closed = await make_product(await make_ready_vendor(is_open=False))

        with pytest.raises(NotFound):
            await service.add(None, product_id=hidden.id, quantity=1)
        with pytest.raises(ShopClosed):
            await service.add(None, product_id=closed.id, quantity=1)

    async def test_a_basket_has_an_end(self) -> None:
        """So that no page of it grows without bound."""
        vendor = await make_ready_vendor()
        products = [await make_product(vendor) for _ in range(MAX_LINES + 1)]
        token = new_token("ba")
        for product in products[:-1]:
            await service.add(token, product_id=product.id, quantity=1)

        with pytest.raises(BasketFull):
            await service.add(token, product_id=products[-1].id, quantity=1)

    async def test_two_clicks_of_one_browser_make_one_basket(self) -> None:
        """Where both carry the browser's token, neither click's basket is lost."""
        vendor = await make_ready_vendor()
        a, b = await make_product(vendor), await make_product(vendor)
        token = new_token("ba")

        await asyncio.gather(
            *(service.add(token, product_id=p.id, quantity=1) for p in (a, b))
        )

        assert await Basket.all().count() == 1
        assert await count_items(token) == 2


class TestSetQuantity:
    async def test_zero_takes_it_out(self) -> None:
        """And an empty basket is simply empty."""
        product = await make_product(await make_ready_vendor())
        token = await service.add(None, product_id=product.id, quantity=2)

        await service.set_quantity(token, product_id=product.id, quantity=0)

        assert (await get_basket(token)).lines == ()

    async def test_fewer_is_allowed_when_the_shelf_ran_low(self) -> None:
        """Going down mends a line, even when it still asks for too many; going up does not."""
        product = await make_product(await make_ready_vendor(), stock=9)
        token = await service.add(None, product_id=product.id, quantity=5)
        await Product.filter(id=product.id).update(stock=2)

        await service.set_quantity(token, product_id=product.id, quantity=3)
        with pytest.raises(SoldOut):
            await service.set_quantity(token, product_id=product.id, quantity=4)

        assert (await get_basket(token)).lines[0].quantity == 3

    @pytest.mark.parametrize("token", [None, "", "ba_made_up"])
    async def test_somebody_elses_lines_are_not_found(self, token: str | None) -> None:
        """Only the token opens a basket."""
        product = await make_product(await make_ready_vendor())
        await service.add(None, product_id=product.id, quantity=1)

        with pytest.raises(NotFound):
            await service.set_quantity(token, product_id=product.id, quantity=1)


class TestProblems:
    async def test_each_has_its_sentence(self) -> None:
        """Sold out, too few, no longer sold, another price: said per line, and checking out
        waits.
        """
        vendor = await make_ready_vendor()
        names = ("Cup", "Bowl", "Vase", "Plate", "Fine")
        products = {
            name: await make_product(vendor, name=name, stock=9) for name in names
        }
        token = new_token("ba")
        for product in products.values():
            await service.add(token, product_id=product.id, quantity=2)
        await Product.filter(name="Cup").update(stock=0)
        await Product.filter(name="Bowl").update(stock=1)
        await Product.filter(name="Vase").update(is_published=False)
        await Product.filter(name="Plate").update(price_amount=5500)

        basket = await get_basket(token)

        assert [line.problem for line in basket.lines] == [
            "Cup is sold out. Please remove it.",
            "Only 1 left of Bowl. Please take fewer.",
            "Vase is no longer sold. Please remove it.",
            "The price of Plate has changed from €49.90 to €55.00.",
            None,
        ]
        assert basket.can_check_out is False

    async def test_agreeing_to_todays_prices_mends_them(self) -> None:
        """The total was at today's prices all along."""
        product = await make_product(await make_ready_vendor())
        token = await service.add(None, product_id=product.id, quantity=1)
        await Product.filter(id=product.id).update(price_amount=5500)
        assert (await get_basket(token)).total == Money(5500, "EUR")

        await service.accept_prices(token)

        assert (await get_basket(token)).can_check_out is True

    async def test_a_vendor_no_longer_able_to_take_payments_is_said_and_nothing_is_lost(
        self,
    ) -> None:
        """The lines stay."""
        vendor = await make_ready_vendor(name="Lux")
        token = await service.add(
            None, product_id=(await make_product(vendor)).id, quantity=1
        )
        await VendorPaymentConfig.filter(vendor_id=vendor.id).update(
            accepts_payments=False
        )

        basket = await get_basket(token)

        assert basket.problems == (
            "Lux cannot take payments at the moment. Your basket is kept; please try again later.",
        )
        assert (len(basket.lines), basket.can_check_out) == (1, False)

    async def test_a_closed_shop_is_said(self) -> None:
        """Same for a shop that shoppers no longer see."""
        vendor = await make_ready_vendor(name="Lux")
        token = await service.add(
            None, product_id=(await make_product(vendor)).id, quantity=1
        )
        await Vendor.filter(id=vendor.id).update(is_open=False)

        assert (await get_basket(token)).problems[0].startswith("Lux is closed")

    async def test_what_the_own_open_order_holds_is_not_sold_out(self) -> None:
        """Going back from payment to the basket with the last one in it must not tell the shopper
        it is gone.
        """
        product = await make_product(await make_ready_vendor(), stock=2)
        token = await service.add(None, product_id=product.id, quantity=1)
        checkout = await place_order(
            basket_token=token, contact=ADA, customer_id=None, hold_minutes=30
        )

        await Product.filter(id=product.id).update(stock=1)
        basket = await get_basket(token)
        again = await place_order(
            basket_token=token, contact=ADA, customer_id=None, hold_minutes=30
        )

        assert (basket.problems, basket.lines[0].available) == ((), 1)
        assert again == checkout

    async def test_somebody_elses_reservation_is(self) -> None:
        """What an order holds is not there for another basket."""
        product = await make_product(await make_ready_vendor(), stock=2, name="Vase")
        first = await service.add(None, product_id=product.id, quantity=1)
        second = await service.add(None, product_id=product.id, quantity=2)

        await place_order(
            basket_token=first, contact=ADA, customer_id=None, hold_minutes=30
        )

        assert (await get_basket(second)).problems == (
            "Only 1 left of Vase. Please take fewer.",
        )


class TestQueries:
    async def test_a_basket_takes_the_same_queries_with_one_line_and_with_thirty(
        self,
    ) -> None:
        """No query in a loop."""
        vendor = await make_ready_vendor()
        small, large = new_token("ba"), new_token("ba")
        await service.add(small, product_id=(await make_product(vendor)).id, quantity=1)
        for _ in range(30):
            await service.add(
                large, product_id=(await make_product(vendor)).id, quantity=1
            )

        with counted() as few:
            await get_basket(small)
        with counted() as many:
            await get_basket(large)

        assert len(few) == len(many) <= 4, many

    async def test_the_number_in_the_head_takes_one(self) -> None:
        """It is on every page."""
        token = await service.add(
            None,
            product_id=(await make_product(await make_ready_vendor())).id,
            quantity=1,
        )

        with counted() as queries:
            await count_items(token)
            await count_items(None)

        assert len(queries) == 1

    @pytest.mark.parametrize("token", [None, "", "ba_made_up", "\0"])
    async def test_no_token_or_a_made_up_one_is_an_empty_basket(
        self, token: str | None
    ) -> None:
        """Never an error."""
        assert (await get_basket(token)).lines == ()
        assert await count_items(token) == 0
        await service.clear(token)
        await service.accept_prices(token)
