"""Several shops are paid on one page with one payment, without scripts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payments.models import Payment
from shared.trade.baskets.models import BasketLine
from shared.trade.catalogue.models import Product
from shared.trade.orders.models import Order
from shared.trade.vendors.models import Vendor
from tests.support.discounts import make_discount
from tests.support.factories import make_product, make_ready_vendor
from tests.support.market import Shop, confirm, open_shop
from tests.support.storefront import ADDRESS, Browser, named_shops, words

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def shops(gateway: Any, sandbox: Any) -> Sequence[Shop]:
    """Two shops with accounts at the stand-in."""
    return [await open_shop(gateway, sandbox, price=price) for price in (2000, 999)]


class TestPayment:
    async def test_one_page_one_amount_one_payment(
        self, client: Any, shops: Sequence[Shop], sandbox: Any
    ) -> None:
        """Reloading gives the same; after paying, Back leads to what was bought and buys
        nothing.
        """
        visitor = Browser(client)
        for shop in shops:
            vendor = await Vendor.get(id=shop.vendor_id)
            await visitor.add(f"/shops/{vendor.slug}/cup")
        form = named_shops(await visitor.get("/shop/checkout"))
        address = await visitor.check_out()
        html = await visitor.get(address)
        said = words(html)
        numbers = await Order.all().order_by("id").values_list("number", flat=True)
        assert "Pay €29.99" in said
        assert f"Orders {numbers[0]} and {numbers[1]}." in said
        assert html.count('id="pay-button"') == 1
        secret = re.findall(r'data-client-secret="([^"]+)"', html)
        assert (
            re.findall(r'data-client-secret="([^"]+)"', await visitor.get(address))
            == secret
        )
        intents = set(
            await Payment.all().values_list("stripe_payment_intent_id", flat=True)
        )
        assert len(intents) == 1
        held = await visitor.post(f"{address}/hold", {"intent": next(iter(intents))})
        assert held.status_code == 200
        await confirm(sandbox, str(next(iter(intents))))
        link = address.rpartition("/")[2]
        await visitor.get(f"/shop/order-confirmation?order={link}")

        paid = await Order.all().values_list("payment_status", flat=True)
        assert paid == ["paid", "paid"]
        back = await visitor.client.get(address)
        assert back.location.startswith("/shop/order-confirmation")
        again = await visitor.post("/shop/checkout", {**ADDRESS, "part": form})
        assert again.location.startswith("/shop/order-confirmation")
        assert await Order.all().count() == 2
        assert "Your basket is empty" in words(await visitor.get("/shop/basket"))

    async def test_shops_stand_everywhere_in_the_order_of_the_basket(
        self, client: Any, shops: Sequence[Shop], sandbox: Any
    ) -> None:
        """Whoever was a vendor first: at the checkout, while paying, thanked for, and looked up."""
        visitor = Browser(client)
        vendors = [await Vendor.get(id=shop.vendor_id) for shop in reversed(shops)]
        for vendor in vendors:
            await visitor.add(f"/shops/{vendor.slug}/cup")
        pages = [await visitor.get(path) for path in ("/shop/basket", "/shop/checkout")]
        address = await visitor.check_out()
        pages.append(await visitor.get(address))
        named = Payment.all().values_list("stripe_payment_intent_id", flat=True)
        (intent,) = set(await named)
        await visitor.post(f"{address}/hold", {"intent": intent})
        await confirm(sandbox, str(intent))
        link = address.rpartition("/")[2]
        pages.append(await visitor.get(f"/shop/order-confirmation?order={link}"))
        pages.append(await visitor.get(f"/shop/orders/{link}"))
        first, second = (vendor.name for vendor in vendors)
        for page in pages:
            said = words(page.partition("<main")[2])
            assert 0 < said.index(first) < said.index(second), said

    async def test_what_a_code_takes_off_each_shop_stands_beside_the_amount(
        self, client: Any, shops: Sequence[Shop]
    ) -> None:
        """The goods at their full price, so that the lines come to the total."""
        await make_discount(code="TENTH")
        visitor = Browser(client)
        for shop in shops:
            vendor = await Vendor.get(id=shop.vendor_id)
            await visitor.add(f"/shops/{vendor.slug}/cup")
        typed = {"code": "apply", "discount_code": "TENTH"}
        assert (await visitor.post("/shop/basket/code", typed)).status_code == 303
        seen = {"seen_code": "TENTH", "seen_off": "300"}
        said = words(await visitor.get(await visitor.check_out(**seen)))
        names = [(await Vendor.get(id=shop.vendor_id)).name for shop in shops]
        assert f"{names[0]} €20.00 Code TENTH {names[0]} −€2.00" in said
        assert f"{names[1]} €9.99 Code TENTH {names[1]} −€1.00" in said
        assert "Total €26.99" in said

    async def test_the_last_piece_gone_while_the_card_is_typed_charges_nothing(
        self, client: Any, shops: Sequence[Shop]
    ) -> None:
        """The press says what is gone; the page made anew says it too, and the basket offers to go
        on without it.
        """
        first, second = shops
        await Product.filter(id=second.product_id).update(stock=1)
        visitor = Browser(client)
        for shop in shops:
            vendor = await Vendor.get(id=shop.vendor_id)
            await visitor.add(f"/shops/{vendor.slug}/cup")
        address = await visitor.check_out()
        await visitor.get(address)
        (intent,) = set(
            await Payment.all().values_list("stripe_payment_intent_id", flat=True)
        )
        await Product.filter(id=second.product_id).update(stock=0)

        answer = await visitor.post(
            f"{address}/hold", {"intent": intent}, {"Accept": "application/json"}
        )
        assert answer.status_code == 409
        told = (await answer.get_json())["error"]["message"]
        assert told.startswith("A cup is sold out")
        assert told.endswith("Nothing was charged.")
        assert await Product.filter(reserved__gt=0).count() == 0
        text = words(await visitor.get(address, status=409))
        assert "A cup is sold out" in text
        name = (await Vendor.get(id=second.vendor_id)).name
        html = await visitor.get("/shop/basket")
        assert f"Check out without {name}" in words(html)
        (rest,) = re.findall(r'href="(/shop/checkout[^"]*)"', html)
        await visitor.check_out(rest)
        states = {order.vendor_id: order.status for order in await Order.all()}
        assert states[second.vendor_id] == "cancelled"
        assert states[first.vendor_id] == "pending"

    async def test_a_shop_that_lost_its_account_leaves_the_others_payable(
        self, client: Any, shops: Sequence[Shop]
    ) -> None:
        """What it gets waits until it can have it (decision 19)."""
        visitor = Browser(client)
        for shop in shops:
            vendor = await Vendor.get(id=shop.vendor_id)
            await visitor.add(f"/shops/{vendor.slug}/cup")
        address = await visitor.check_out()
        configs = VendorPaymentConfig.filter(vendor_id=shops[1].vendor_id)
        await configs.update(accepts_payments=False)
        assert "Pay €29.99" in words(await visitor.get(address))
        await VendorPaymentConfig.all().update(accepts_payments=False)
        text = words(await visitor.get(address, status=409))
        assert "Payment is not possible right now" in text
        for shop in shops:
            name = (await Vendor.get(id=shop.vendor_id)).name
            assert f"{name} cannot take payments at the moment." in text
        first, second = await Order.all().order_by("id")
        assert f"Your orders {first.number} and {second.number} are kept." in text
        await BasketLine.all().delete()  # as on another device
        elsewhere = words(await visitor.get(address, status=409))
        assert elsewhere.count("cannot take payments at the moment.") == 2

    async def test_what_is_left_in_the_basket_is_said_once_one_currency_is_paid(
        self, client: Any, shops: Sequence[Shop], sandbox: Any
    ) -> None:
        """With the way there; nothing of it before the money is there."""
        krone = await make_ready_vendor(slug="velo", name="Velo")
        await make_product(krone, slug="bell", currency="DKK", stock=9)
        visitor = Browser(client)
        vendor = await Vendor.get(id=shops[0].vendor_id)
        await visitor.add(f"/shops/{vendor.slug}/cup")
        await visitor.add("/shops/velo/bell")
        address = await visitor.check_out(f"/shop/checkout?part={vendor.id}")
        await visitor.get(address)
        confirmation = f"/shop/order-confirmation?order={address.rpartition('/')[2]}"
        assert "still wait" not in words(await visitor.get(confirmation))
        (intent,) = await Payment.all().values_list(
            "stripe_payment_intent_id", flat=True
        )
        await confirm(sandbox, str(intent))
        said = words(await visitor.get(confirmation))
        assert "1 thing still waits in your basket and is not paid yet. Go to" in said
