"""A purchase at several shops after it was paid, as its shopper sees it: one purchase, and each
part of it by itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from shared.finance.disputes.order_facts import drafted
from shared.finance.disputes.queries import vendor_dispute
from shared.finance.refunds.models import Refund
from shared.finance.refunds.sync import sync_refund
from shared.infra.mail.models import Email
from shared.trade.catalogue.models import Product
from shared.trade.orders.models import Order
from shared.trade.orders.purchase_mails import part_of_receipt
from shared.trade.people.models import Customer, Member
from shared.trade.vendors.models import Vendor
from tests.support.address_books import signed_in
from tests.support.after_sale import send
from tests.support.app import link_of
from tests.support.disputes import shared_dispute
from tests.support.market import open_shop
from tests.support.paid_parts import paid_at
from tests.support.portal import Portal, operator_in, sign_in
from tests.support.refunds import fund_platform
from tests.support.storefront import Browser, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.jobs import Context
    from tests.support.market import Shop
    from tests.support.purchases import SharedPurchase
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")
NAMES = ("Atelier Nord", "Maison Sud", "Hof West")
PRICES = (2000, 3050, 999)


@pytest.fixture
async def shops(context: Context, sandbox: RunningSandbox) -> list[Shop]:
    """Three shops."""
    found = []
    for name, price in zip(NAMES, PRICES, strict=True):
        shop = await open_shop(context.gateway, sandbox, price=price)
        vendor = await Vendor.get(id=shop.vendor_id)
        vendor.name = name
        await vendor.save()
        found.append(shop)
    return found


@pytest.fixture
async def bought(
    context: Context, sandbox: RunningSandbox, shops: list[Shop]
) -> SharedPurchase:
    """A thing of each, paid with one payment."""
    return await paid_at(context, sandbox, shops)


def _page(bought: SharedPurchase) -> str:
    return f"/shop/orders/{link_of(bought.token)}"


def _part(page: str, order: Order) -> str:
    """What the page says of one part: its own card."""
    found = re.search(
        rf'<section class="card" id="{order.number}".*?</section>', page, re.DOTALL
    )
    assert found
    return words(found[0])


class TestOnePage:
    async def test_it_shows_one_purchase_with_each_part_and_what_was_paid_in_all(
        self, client: TestClientProtocol, bought: SharedPurchase
    ) -> None:
        """Each part with its shop, its total and where it stands."""
        page = await Browser(client).get(_page(bought))
        told = words(page)
        assert "One payment, 3 shops" in told
        assert "Paid in all €60.49" in told
        for order, name, total in zip(
            await bought.orders(), NAMES, ("€20.00", "€30.50", "€9.99"), strict=True
        ):
            part = _part(page, order)
            assert part.startswith(f"{name} {order.number} Paid, being prepared")
            assert f"Total {total}" in part
            assert not [other for other in NAMES if other != name and other in part]

    async def test_each_part_is_sent_and_followed_by_itself(
        self, client: TestClientProtocol, bought: SharedPurchase
    ) -> None:
        """What one shop does says nothing of the others' parts."""
        first, second, _ = await bought.orders()
        await send(first)
        page = await Browser(client).get(_page(bought))
        assert "On its way" in _part(page, first)
        assert "Follow the parcel" in _part(page, first)
        assert "I received it" in _part(page, first)
        assert "Paid, being prepared" in _part(page, second)
        assert "Follow the parcel" not in _part(page, second)
        assert "Cancel the order" in _part(page, second)
        assert "Cancel the order" not in _part(page, first)

    async def test_a_part_is_cancelled_alone_and_the_rest_stays_bought(
        self,
        client: TestClientProtocol,
        context: Context,
        sandbox: RunningSandbox,
        bought: SharedPurchase,
    ) -> None:
        """Only its money goes back; both pages say so of that part, and thank for the rest, also
        when it has arrived.
        """
        first, second, third = await bought.orders()
        browser, page = Browser(client), _page(bought)
        await browser.get(f"{page}/{second.number}/cancel")
        answer = await browser.post(f"{page}/{second.number}/cancel")
        told = await browser.get(answer.location)
        assert f"Your order at {NAMES[1]} is cancelled" in words(told)
        assert "Cancelled, is paid back" in _part(told, second)
        for other in (first, third):
            assert "Paid, being prepared" in _part(told, other)
        assert "Of which paid back, or on its way to you €30.50" in words(told)
        asked = f"/shop/order-confirmation?order={link_of(bought.token)}"
        confirmed = words(await browser.get(asked))
        assert "Thank you" in confirmed
        both = f"{NAMES[0]} and {NAMES[2]} each pack their own parcel and send it"
        assert (
            confirmed.count("usually within a few days") == confirmed.count(both) == 1
        )
        await fund_platform(sandbox)
        sandbox.advance(24 * 3600)  # it is tried again daily
        await sync_refund(context.gateway, (await Refund.get()).id)
        assert "Paid back" in _part(await browser.get(page), second)
        assert "Thank you" in words(await browser.get(asked))

    async def test_only_when_every_part_is_over_the_purchase_is(
        self, client: TestClientProtocol, bought: SharedPurchase
    ) -> None:
        """All parts cancelled: so is the purchase."""
        browser, page = Browser(client), _page(bought)
        asked = f"/shop/order-confirmation?order={link_of(bought.token)}"
        for order in await bought.orders():
            assert "Thank you" in words(await browser.get(asked))
            await browser.post(f"{page}/{order.number}/cancel")
        told = words(await browser.get(asked))
        assert "Thank you" not in told
        assert "Paid back" in told

    async def test_a_purchase_at_one_shop_has_no_table_of_parts(
        self, client: TestClientProtocol, context: Context, sandbox: RunningSandbox
    ) -> None:
        """It reads as it did."""
        shop = await open_shop(context.gateway, sandbox)
        alone = await paid_at(context, sandbox, [shop])
        page = words(await Browser(client).get(_page(alone)))
        assert "One payment" not in page
        assert "Paid, being prepared" in page


class TestOrderingAgain:
    async def test_all_parts_are_put_back_into_one_basket(
        self, client: TestClientProtocol, bought: SharedPurchase
    ) -> None:
        """Each shop's things; what is not on sale any more is named."""
        browser, orders = Browser(client), await bought.orders()
        page = await browser.get(_page(bought))
        assert "Order all of it again" in page
        gone = Product.filter(vendor_id=orders[1].vendor_id)
        await gone.update(is_published=False)
        answer = await browser.post(f"{_page(bought)}/again")
        assert (answer.status_code, answer.location) == (303, "/shop/basket")
        told = words(await browser.get("/shop/basket"))
        assert "In your basket. Not on sale, or not in stock: A cup." in told
        assert NAMES[0] in told
        assert NAMES[2] in told
        assert NAMES[1] not in told

    async def test_one_part_alone_is_put_back(
        self, client: TestClientProtocol, bought: SharedPurchase
    ) -> None:
        """Beside what is in the basket already; and nothing of a purchase that is no longer
        sold.
        """
        browser, orders = Browser(client), await bought.orders()
        await browser.get(_page(bought))
        await browser.post(f"{_page(bought)}/{orders[0].number}/again")
        await browser.post(f"{_page(bought)}/{orders[2].number}/again")
        told = words(await browser.get("/shop/basket"))
        assert "All of it is in your basket." in told
        assert NAMES[0] in told
        assert NAMES[2] in told
        assert NAMES[1] not in told
        await Product.all().update(is_published=False)
        answer = await browser.post(f"{_page(bought)}/again")
        assert answer.location == _page(bought)
        told = words(await browser.get(answer.location))
        assert "Nothing of this order is on sale just now." in told

    async def test_a_link_that_opens_nothing_puts_nothing_back(
        self, client: TestClientProtocol, bought: SharedPurchase
    ) -> None:
        """404, and no basket."""
        browser = Browser(client)
        answer = await browser.post("/shop/orders/co_nothing/again")
        assert answer.status_code == 404


class TestAccount:
    async def test_the_list_has_one_line_a_purchase_with_each_part_where_it_stands(
        self,
        client: TestClientProtocol,
        context: Context,
        sandbox: RunningSandbox,
        shops: list[Shop],
    ) -> None:
        """One word while all parts stand alike; each shop's own as soon as they do not."""
        browser = await signed_in(client)
        me = await Customer.get(email="ada@example.test")
        bought = await paid_at(context, sandbox, shops, customer_id=me.id)
        (line,) = _lines(await browser.get("/shop/account"))
        assert "€60.49 Paid, being prepared" in line
        orders = await bought.orders()
        assert ", ".join(order.number for order in orders) in line
        assert ", ".join(NAMES) in line
        await send(orders[1])
        (line,) = _lines(await browser.get("/shop/account"))
        assert f"{NAMES[0]} Paid, being prepared {NAMES[1]} On its way" in line


def _lines(page: str) -> list[str]:
    found = re.findall(r"<tr data-href.*?</tr>", page, re.DOTALL)
    return [words(each) for each in found]


class TestMails:
    async def test_one_receipt_is_about_all_parts(self, bought: SharedPurchase) -> None:
        """Each part with its own lines and total, and the total of all; text alone here, the html
        is made of it.
        """
        orders = await bought.orders()
        (receipt,) = await Email.filter(to="ada@example.test")
        assert receipt.kind == "purchase_confirmed"
        assert receipt.subject == "Your order at 3 shops"
        for order, name in zip(orders, NAMES, strict=True):
            told = (
                rf"{name}, order {order.number}\nSold by: {name}, .*\n\n  1 x A cup  €"
            )
            assert re.search(told, receipt.text)
        for total in ("€20.00", "€30.50", "€9.99", "€60.49"):
            assert f"  Total  {total}\n" in receipt.text

    @pytest.mark.parametrize(
        ("language", "subject", "total"),
        [
            ("de", "Ihre Bestellung bei 3 Shops", "Gesamtsumme"),
            ("fr", "Votre commande dans 3 boutiques", "Total"),
        ],
    )
    async def test_it_speaks_the_shoppers_language(
        self,
        context: Context,
        sandbox: RunningSandbox,
        shops: list[Shop],
        language: str,
        subject: str,
        total: str,
    ) -> None:
        """As the checkout was made in."""
        bought = await paid_at(context, sandbox, shops, language=language)
        receipt = await Email.get(unique_key=f"purchase_confirmed:{bought.checkout_id}")
        assert receipt.subject == subject
        assert f"  {total}  " in receipt.text

    async def test_each_vendor_reads_of_its_own_part_alone(
        self, bought: SharedPurchase, shops: list[Shop]
    ) -> None:
        """Its mail names no other shop, number or amount, nor how much it is in all."""
        orders = await bought.orders()
        for order, shop in zip(orders, shops, strict=True):
            vendor = await Vendor.get(id=shop.vendor_id)
            mail = await Email.get(kind="order_sold", to=vendor.business_email)
            assert order.number in mail.text
            for other in orders:
                if other.id != order.id:
                    assert other.number not in f"{mail.subject} {mail.text}"
            for name in NAMES:
                assert (name in mail.text) == (name == vendor.name)
            assert "60.49" not in mail.text

    async def test_a_part_that_is_sent_is_told_with_its_shop(
        self, bought: SharedPurchase
    ) -> None:
        """So that it is known which of the parts it is."""
        order = (await bought.orders())[1]
        await send(order)
        mail = await Email.get(kind="order_shipped")
        assert f"{NAMES[1]} has sent your order {order.number} with DHL." in mail.text

    async def test_the_receipt_stands_in_the_history_of_each_part(
        self, client: TestClientProtocol, bought: SharedPurchase, shops: list[Shop]
    ) -> None:
        """On each vendor's page and on the operator's; nobody else's name, number or amount with
        it.
        """
        orders = await bought.orders()
        operator = await operator_in(client)
        for order in orders:
            page = words(await operator.get(f"/operator/orders/{order.number}"))
            assert "Mail: Your order at 3 shops" in page
        for order, shop, name in zip(orders, shops, NAMES, strict=True):
            member = await Member.get(id=shop.member_id)
            await sign_in(client, member.email)
            portal = Portal(client, shop.vendor_id)
            page = words(await portal.get(f"/vendor/admin/orders/{order.number}"))
            assert "Your order at 3 shops" in page
            for other in orders:
                assert (other.number in page) == (other.id == order.id)
            assert not [other for other in NAMES if other != name and other in page]
            assert "60.49" not in page

    async def test_an_answer_to_a_dispute_quotes_of_the_receipt_ones_own_part(
        self, context: Context, sandbox: RunningSandbox, shops: list[Shop]
    ) -> None:
        """The bank, and the vendor that writes it, read of the others nothing."""
        for dispute in await shared_dispute(context, sandbox, shops):
            order = await Order.get(id=dispute.order_id).select_related("vendor")
            view = await vendor_dispute(order.vendor_id, dispute.id)
            said = " ".join((await drafted(view, terms_at=str)).values())
            assert "Your payment has arrived" in said
            assert f"{order.vendor.name}, order {order.number}" in said
            assert "60.49" not in said
            assert not [
                name for name in NAMES if name in said.replace(order.vendor.name, "")
            ]

    def test_the_part_of_a_receipt_is_what_all_may_read_and_its_own_lines(
        self,
    ) -> None:
        """Also of a part that could not be sent, and of the last one, below which the total is."""
        receipt = (
            "Hello,\n\nthank you:\n\nNord, order MH-1\n\n  1 x A  €1\n  Total  €1\n\n"
            "Sud, order MH-2\nIt was sold.\n\n  1 x B  €2\n  Total  €2\n\n"
            "All together you have paid:\n\n  Total  €3\n\nSee:\nlink\n"
        )
        assert part_of_receipt(receipt, "MH-1", ["MH-2"]) == (
            "Hello,\n\nthank you:\n\nNord, order MH-1\n\n  1 x A  €1\n  Total  €1"
        )
        assert part_of_receipt(receipt, "MH-2", ["MH-1"]) == (
            "Hello,\n\nthank you:\n\nSud, order MH-2\nIt was sold.\n\n"
            "  1 x B  €2\n  Total  €2"
        )
