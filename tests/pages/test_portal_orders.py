"""A vendor's orders, transactions and home page: what is shown, what may be done, and that it is
nobody else's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payments.rules import PaymentState
from shared.infra.audit.models import AuditEntry
from shared.infra.mail.models import Email
from shared.trade.orders.models import Order
from shared.trade.vendors.models import Vendor
from tests.support.factories import (
    make_order,
    make_payment,
    make_product,
    make_ready_vendor,
)
from tests.support.portal import signed_in
from tests.support.storefront import words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from tests.support.portal import Portal

pytestmark = pytest.mark.usefixtures("database")
LIST = "/vendor/admin/orders"
PAID: dict[str, Any] = {"status": "processing", "payment_status": "paid"}


async def _order(portal: Portal, **values: object) -> Order:
    vendor = await portal.vendor()
    return await make_order(
        vendor, await make_product(vendor, name="Blue bowl"), **values
    )


async def _paid(portal: Portal) -> Order:
    return await _order(portal, **PAID, paid_at=clock.now())


class TestList:
    async def test_the_chips_count_and_filter(self, client: TestClientProtocol) -> None:
        """To ship, shipped, unpaid, cancelled."""
        portal = await signed_in(client)
        paid, unpaid = await _paid(portal), await _order(portal)

        everything = await portal.get(LIST)
        to_ship = await portal.get(f"{LIST}?status=to_ship")
        nonsense = await portal.get(f"{LIST}?status=%27%3B--&page=-7")

        assert paid.number in everything
        assert unpaid.number in everything
        assert paid.number in to_ship
        assert unpaid.number not in to_ship
        assert unpaid.number in nonsense

    async def test_the_search_knows_numbers_and_customers(
        self, client: TestClientProtocol
    ) -> None:
        """And says so when nothing is found."""
        portal = await signed_in(client)
        order = await _paid(portal)

        assert order.number in await portal.get(f"{LIST}?q={order.number[3:7]}")
        assert order.number in await portal.get(f"{LIST}?q=lovelace")
        assert "Nothing found" in await portal.get(f"{LIST}?q=nobody-of-this-name")

    async def test_an_empty_list_shows_the_next_step(
        self, client: TestClientProtocol
    ) -> None:
        """Not an empty table; of a vendor that can sell, what will be there."""
        portal = await signed_in(client)
        assert "Connect with Stripe first" in await portal.get(LIST)
        await VendorPaymentConfig.filter(vendor_id=portal.vendor_id).update(
            stripe_account_id="acct_selling",
            stripe_account_status="active",
            accepts_payments=True,
        )
        assert "No orders yet" in await portal.get(LIST)
        assert "No payments yet" in await portal.get("/vendor/admin/transactions")
        assert "No statements yet" in await portal.get("/vendor/admin/statements")

    async def test_other_vendors_orders_are_not_in_it(
        self, client: TestClientProtocol
    ) -> None:
        """Neither listed nor found nor counted."""
        portal = await signed_in(client)
        theirs = await make_order(**PAID)

        assert theirs.number not in await portal.get(LIST)
        assert "Nothing found" in await portal.get(f"{LIST}?q={theirs.number}")


class TestOrder:
    async def test_it_says_where_the_money_goes(
        self, client: TestClientProtocol
    ) -> None:
        """Shopper paid, platform fee, your share."""
        portal = await signed_in(client)
        order = await _paid(portal)

        text = await portal.get(f"{LIST}/{order.number}")

        assert "Shopper paid" in text
        assert "€49.90" in text
        assert "−€1.24" in text
        assert "€48.66" in text
        assert "12 rue du Marché" in text

    async def test_a_paid_order_is_marked_as_shipped_with_its_tracking(
        self, client: TestClientProtocol
    ) -> None:
        """The plain form: 303 back to the order, which now says so."""
        portal = await signed_in(client)
        order = await _paid(portal)
        assert "Mark as shipped" in await portal.get(f"{LIST}/{order.number}")

        answer = await portal.post(
            f"{LIST}/{order.number}/ship",
            {"carrier": "POST", "tracking_number": "LU123"},
        )
        text = await portal.get(f"{LIST}/{order.number}")

        assert answer.status_code == 303
        assert "Mark as shipped" not in text
        assert "LU123" in text
        assert "Sent today" in words(text)
        # The form to correct it holds what was sent, so that a new number keeps the carrier.
        assert re.search(r'name="carrier"[^>]* value="POST"', text)
        assert re.search(r'name="tracking_number"[^>]* value="LU123"', text)
        assert (await Order.get(id=order.id)).status == "shipped"

    async def test_shipping_twice_is_a_sentence(
        self, client: TestClientProtocol
    ) -> None:
        """A second window had the button still."""
        portal = await signed_in(client)
        order = await _paid(portal)
        await portal.post(
            f"{LIST}/{order.number}/ship",
            {"carrier": "POST", "tracking_number": "LU123"},
        )

        again = await portal.post(
            f"{LIST}/{order.number}/ship",
            {"carrier": "UPS", "tracking_number": "other"},
        )

        assert again.status_code == 409
        assert "cannot be marked as shipped" in await again.get_data(as_text=True)
        assert (await Order.get(id=order.id)).tracking_number == "LU123"

    async def test_an_unpaid_order_cannot_be_shipped(
        self, client: TestClientProtocol
    ) -> None:
        """No button, and no way around it."""
        portal = await signed_in(client)
        order = await _order(portal)

        assert "Mark as shipped" not in await portal.get(f"{LIST}/{order.number}")
        answer = await portal.post(
            f"{LIST}/{order.number}/ship", {"carrier": "", "tracking_number": ""}
        )
        assert answer.status_code == 409

    async def test_what_is_being_refunded_is_sent_only_if_that_is_meant(
        self, client: TestClientProtocol
    ) -> None:
        """It waits for nobody; the button alone is refused beside a box that says what it means,
        and keeps what was typed.
        """
        portal = await signed_in(client)
        order, half = await _paid(portal), await _paid(portal)
        await Order.filter(id=order.id).update(refunded_amount=order.total_amount_cents)
        await Order.filter(id=half.id).update(refunded_amount=1)
        address, parcel = (
            f"{LIST}/{order.number}",
            {"carrier": "POST", "tracking_number": "LU123"},
        )
        assert "Send it all the same" in await portal.get(address)
        assert "Send it all the same" not in await portal.get(f"{LIST}/{half.number}")
        waiting = await portal.get(f"{LIST}?status=to_ship")
        assert half.number in waiting
        assert order.number not in waiting

        refused = await portal.post(f"{address}/ship", parcel)
        text = await refused.get_data(as_text=True)

        assert refused.status_code == 409
        assert "All of this order is being refunded. Tick the box" in text
        assert "LU123" in text
        assert (await Order.get(id=order.id)).status == "processing"
        assert not await Email.exists(kind="order_shipped")
        meant = await portal.post(f"{address}/ship", {**parcel, "all_the_same": "y"})
        assert meant.status_code == 303
        assert (await Order.get(id=order.id)).status == "shipped"
        assert (await AuditEntry.get(action="order.shipped")).details[
            "although"
        ] == "refunded"

    async def test_a_refund_that_came_in_between_stops_the_button(
        self, client: TestClientProtocol
    ) -> None:
        """The page was opened before: the answer shows the box, and nothing was sent."""
        portal = await signed_in(client)
        order = await _paid(portal)
        await portal.get(f"{LIST}/{order.number}")
        await Order.filter(id=order.id).update(refunded_amount=order.total_amount_cents)

        answer = await portal.post(
            f"{LIST}/{order.number}/ship", {"carrier": "", "tracking_number": ""}
        )

        assert answer.status_code == 409
        assert 'name="all_the_same"' in await answer.get_data(as_text=True)
        assert (await Order.get(id=order.id)).status == "processing"

    async def test_too_long_a_tracking_number_is_told(
        self, client: TestClientProtocol
    ) -> None:
        """422 and nothing shipped."""
        portal = await signed_in(client)
        order = await _paid(portal)
        answer = await portal.post(
            f"{LIST}/{order.number}/ship", {"carrier": "", "tracking_number": "x" * 200}
        )
        assert answer.status_code == 422
        assert (await Order.get(id=order.id)).status == "processing"

    @pytest.mark.parametrize(
        ("method", "tail"),
        [("GET", ""), ("POST", "/ship")],
    )
    async def test_another_vendor_s_order_is_404(
        self, client: TestClientProtocol, method: str, tail: str
    ) -> None:
        """To read and to ship."""
        theirs = await make_order(**PAID)
        portal = await signed_in(client)

        answer = await portal.send(
            method,
            f"{LIST}/{theirs.number}{tail}",
            {"carrier": "", "tracking_number": ""},
        )

        assert answer.status_code == 404
        assert (await Order.get(id=theirs.id)).status == "processing"

    @pytest.mark.parametrize("number", ["MH-0000-0000", "1", "x" * 500, "ü", "%27"])
    async def test_no_such_order_is_404(
        self, client: TestClientProtocol, number: str
    ) -> None:
        """Whatever it looks like."""
        assert (
            await (await signed_in(client)).send("GET", f"{LIST}/{number}")
        ).status_code == 404


class TestTransactions:
    async def test_every_payment_stands_in_words(
        self, client: TestClientProtocol
    ) -> None:
        """With fee and share; other vendors' are not there."""
        portal = await signed_in(client)
        numbers = []
        for state in PaymentState:
            order = await _order(portal)
            await make_payment(order, status=state.value)
            numbers.append(order.number)
        theirs = await make_order()
        await make_payment(theirs)

        text = await portal.get("/vendor/admin/transactions")

        assert all(number in text for number in numbers)
        assert theirs.number not in text
        assert "requires_action" not in text

    async def test_an_empty_list_says_what_will_be_there(
        self, client: TestClientProtocol
    ) -> None:
        """No empty table."""
        text = await (await signed_in(client)).get("/vendor/admin/transactions")
        assert "each payment is listed here with the fee and your share" in text


class TestHome:
    async def test_a_new_vendor_sees_three_steps(
        self, client: TestClientProtocol
    ) -> None:
        """Connect, add a product, open."""
        text = await (await signed_in(client)).get("/vendor/admin")

        assert "On the way to your first sale" in text
        assert "Connect with Stripe" in text
        assert 'href="/vendor/admin/products/new"' in text

    async def test_a_running_vendor_sees_what_is_to_be_done(
        self, client: TestClientProtocol
    ) -> None:
        """To ship, what came in, and the recent orders."""
        portal = await signed_in(client)
        await VendorPaymentConfig.filter(vendor_id=portal.vendor_id).update(
            stripe_account_id="acct_1",
            stripe_account_status="active",
            accepts_payments=True,
        )
        order = await _paid(portal)
        theirs = await make_order(
            await make_ready_vendor(), **PAID, paid_at=clock.now()
        )

        text = await portal.get("/vendor/admin")

        assert "Paid and waiting for you" in text
        assert "€49.90" in text
        assert order.number in text
        assert theirs.number not in text
        assert "On the way to your first sale" not in text

    async def test_the_shop_closes_and_opens(self, client: TestClientProtocol) -> None:
        """Its own shop, by its own owner."""
        portal = await signed_in(client)
        await portal.post("/vendor/admin/shop", {"is_open": "no"})
        assert not (await Vendor.get(id=portal.vendor_id)).is_open
        assert "Shoppers cannot see it at the moment." in await portal.get(
            "/vendor/admin"
        )

        await portal.post("/vendor/admin/shop", {"is_open": "yes"})
        assert (await Vendor.get(id=portal.vendor_id)).is_open
