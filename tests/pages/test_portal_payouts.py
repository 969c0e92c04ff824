"""Payouts on their pages: one by one, at once, and as the operator holds them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payouts.models import Payout
from shared.trade.orders.models import Order
from tests.support.market import open_shop
from tests.support.payout_pages import HOME, browser, words
from tests.support.payouts import (
    new_bank,
    payday,
    ready,
    swept,
    time_of,
)
from tests.support.portal import Portal, operator_in, signed_in
from tests.support.zones import live_in

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def paid(
    client: TestClientProtocol,
    context: Context,
    gateway: Gateway,
    sandbox: RunningSandbox,
) -> tuple[Portal, Payout]:
    """A shop's browser, and the payout that it was made."""
    with time_of(sandbox) as time:
        shop = await open_shop(gateway, sandbox)
        await ready(gateway, sandbox, time, shop)
        time.to_weekday(0)
        await payday(context)
        return await browser(client, shop), await Payout.get()


class TestOnePayout:
    async def test_it_names_its_orders_and_where_it_is(
        self, paid: tuple[Portal, Payout]
    ) -> None:
        """With links, and the sum."""
        portal, row = paid
        order = await Order.get()
        assert f'href="{HOME}/{row.id}"' in await portal.get(HOME)
        html = await portal.get(f"{HOME}/{row.id}")
        assert f'href="/vendor/admin/orders/{order.number}"' in html
        text = words(html)
        assert "Leaves soon" in text
        assert "Together" in text
        assert "Sent by the marketplace on your payday" in text
        assert "Expected at your bank on" in text

    async def test_its_items_come_as_a_table(self, paid: tuple[Portal, Payout]) -> None:
        """CSV whose lines add up to the payout; its moments are of the marketplace's zone and say
        so.
        """
        portal, row = paid
        await live_in("Pacific/Kiritimati")
        assert "Days and times are those of Pacific/Kiritimati." in words(
            await portal.get(f"{HOME}/{row.id}")
        )
        answer = await portal.send("GET", f"{HOME}/{row.id}/items.csv")
        lines = (await answer.get_data(as_text=True)).split("\r\n")
        assert answer.headers["Content-Type"].startswith("text/csv")
        assert lines[0] == "order,date,what,amount,currency"
        assert lines[1].endswith("Sale,48.65,EUR")
        assert lines[2].endswith("Payout,48.65,EUR")
        assert all(line.split(",")[1].endswith("+14:00") for line in lines[1:3])

    async def test_it_can_be_called_back_once(
        self, paid: tuple[Portal, Payout]
    ) -> None:
        """After that, a sentence and 409."""
        portal, row = paid
        answer = await portal.post(f"{HOME}/{row.id}/cancel")
        assert answer.status_code == 303
        assert "Called back" in await portal.get(f"{HOME}/{row.id}")
        answer = await portal.post(f"{HOME}/{row.id}/cancel")
        assert answer.status_code == 409
        assert "can no longer be called back" in await answer.get_data(as_text=True)

    async def test_one_that_came_back_says_why_and_what_to_do(
        self,
        client: TestClientProtocol,
        context: Context,
        sandbox: RunningSandbox,
        paid: tuple[Portal, Payout],
    ) -> None:
        """In words, on its page, in the list, and on the operator's."""
        portal, row = paid
        sandbox.control(
            "POST",
            f"payouts/{row.stripe_payout_id}/fail",
            {"failure_code": "account_closed"},
        )
        await swept(context)
        text = words(await portal.get(f"{HOME}/{row.id}"))
        assert "Your bank sent this payout back" in text
        assert "The bank account has been closed." in text
        assert "account_closed" not in text
        assert "Payouts have stopped" in await portal.get(HOME)
        staff = await operator_in(client)
        assert "The bank account has been closed." in await staff.get(
            "/operator/payouts?state=failed"
        )

    async def test_another_vendors_payout_is_404(
        self,
        client: TestClientProtocol,
        paid: tuple[Portal, Payout],
    ) -> None:
        """Its page, its table, its buttons; and a number that is none."""
        _, row = paid
        other = await signed_in(client)
        for number in (row.id, 99999999999999999999):
            for address in (f"{HOME}/{number}", f"{HOME}/{number}/items.csv"):
                assert (await other.send("GET", address)).status_code == 404
            assert (await other.post(f"{HOME}/{number}/cancel")).status_code == 404
        await row.refresh_from_db()
        assert row.status == "pending"


class TestAtOnce:
    async def test_the_dialog_names_amount_fee_and_bank_and_the_button_sends_it(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Exactly what was shown."""
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await new_bank(sandbox, shop.account_id)
            await ready(gateway, sandbox, time, shop)
            portal = await browser(client, shop)
            text = words(await portal.get(HOME))
            assert re.search(r"You get €48\.16 Fee €0\.49 To ••6788", text)
            assert "Paid out now, you get €48.16 for a fee of €0.49." in text
            assert "This leaves €0.00 of your available balance" in text
            form = {"amount": "4816", "fee": "49", "currency": "EUR"}
            assert (
                await portal.post(f"{HOME}/instant", {**form, "fee": "48"})
            ).status_code == 409
            answer = await portal.post(f"{HOME}/instant", form)
            assert answer.status_code == 303
            row = await Payout.get()
            assert (row.method, row.amount, row.fee) == ("instant", 4816, 49)
            assert (await portal.post(f"{HOME}/instant", form)).status_code == 409
            page = words(await portal.get(f"{HOME}/{row.id}"))
            assert re.search(
                r"Fee for the instant payout – −€0\.49 Together €48\.16", page
            )
            assert re.search(r"Fee €0\.49 From your balance €48\.65", page)

    async def test_without_a_fee_none_is_named(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Where the marketplace takes nothing for it."""
        sandbox.control("POST", "instant_pricing", {"percentage": 0})
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await new_bank(sandbox, shop.account_id)
            await ready(gateway, sandbox, time, shop)
            text = words(await (await browser(client, shop)).get(HOME))
            assert re.search(r"You get €48\.65 Fee None To ••6788", text)
            assert "Paid out now" not in text

    @pytest.mark.parametrize(
        "form",
        [
            {},
            {"amount": "-1", "currency": "EUR"},
            {"amount": "x", "currency": "EUR"},
            {"amount": "1", "currency": "eur0"},
            {"amount": "1", "fee": "-1", "currency": "EUR"},
            {"amount": "1", "fee": "x", "currency": "EUR"},
            {"amount": "9" * 30, "currency": "EUR"},
        ],
    )
    async def test_nonsense_is_a_sentence(
        self, client: TestClientProtocol, form: dict[str, str]
    ) -> None:
        """422, nothing sent."""
        portal = await signed_in(client)
        answer = await portal.post(f"{HOME}/instant", form)
        assert answer.status_code == 422
        assert "Nothing was sent" in await answer.get_data(as_text=True)

    async def test_without_stripe_it_says_so(self, client: TestClientProtocol) -> None:
        """409 and the way on."""
        portal = await signed_in(client)
        answer = await portal.post(
            f"{HOME}/instant", {"amount": "100", "currency": "EUR"}
        )
        assert answer.status_code == 409
        assert "Connect with Stripe first" in await answer.get_data(as_text=True)


class TestOperator:
    async def test_hold_and_release(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """From the vendor's page, with a reason; releasing twice is a sentence."""
        shop = await open_shop(gateway, sandbox)
        staff = await operator_in(client)
        page = f"/operator/vendors/{shop.vendor_id}"
        answer = await staff.post(f"{page}/hold", {"reason": ""})
        assert answer.status_code == 422
        assert "the vendor reads it" in await answer.get_data(as_text=True)
        assert (
            await staff.post(f"{page}/hold", {"reason": "Many complaints"})
        ).status_code == 303
        text = await staff.get(page)
        assert "On hold since" in text
        assert "Payouts put on hold" in text
        for _ in range(2):
            assert (await staff.post(f"{page}/release")).status_code == 303
        assert (
            await VendorPaymentConfig.get(vendor_id=shop.vendor_id)
        ).payouts_held_at is None
        assert "not on hold" in await staff.get(page)

    async def test_a_reserve_is_set_and_its_limits_are_told_beside_the_field(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """What was typed is kept."""
        shop = await open_shop(gateway, sandbox)
        staff = await operator_in(client)
        page = f"/operator/vendors/{shop.vendor_id}"
        bad = await staff.post(
            f"{page}/reserve", {"reserve_percentage": "51", "reserve_days": "30"}
        )
        text = await bad.get_data(as_text=True)
        assert (bad.status_code, 'value="51"' in text) == (422, True)
        assert "Enter a percentage from 0 to 50." in text
        both = await staff.post(
            f"{page}/reserve", {"reserve_percentage": "10", "reserve_days": "0"}
        )
        assert both.status_code == 422
        await staff.post(
            f"{page}/reserve", {"reserve_percentage": "10", "reserve_days": "30"}
        )
        assert 'value="10"' in await staff.get(page)
        good = await staff.post(
            f"{page}/reserve", {"reserve_percentage": "7,5", "reserve_days": "30"}
        )
        assert good.status_code == 303
        assert (
            await VendorPaymentConfig.get(vendor_id=shop.vendor_id)
        ).reserve_days == 30
        assert "10% for 30 days → 7.5% for 30 days" in await staff.get(page)

    async def test_all_payouts_those_that_came_back_first(
        self,
        client: TestClientProtocol,
        context: Context,
        gateway: Gateway,
        sandbox: RunningSandbox,
    ) -> None:
        """The platform's own among them; an unknown filter shows all."""
        with time_of(sandbox) as time:
            for _ in range(2):
                shop = await open_shop(gateway, sandbox)
                await ready(gateway, sandbox, time, shop)
            time.to_weekday(0)
            await payday(context)
            first = await Payout.all().order_by("id").first()
            assert first is not None
            sandbox.control(
                "POST",
                f"payouts/{first.stripe_payout_id}/fail",
                {"failure_code": "declined"},
            )
            await swept(context)
            await Payout.create(amount=100, currency="EUR", status="paid")
            staff = await operator_in(client)
            text = words(await staff.get("/operator/payouts?state=nonsense&page=9"))
            assert text.index("Came back", text.index("Amount")) < text.index(
                "Leaves soon"
            )
            assert "The marketplace itself" in text
            assert "None here" in await staff.get("/operator/payouts?state=canceled")

    @pytest.mark.parametrize("path", ["hold", "release", "reserve"])
    async def test_a_vendor_may_not(
        self, client: TestClientProtocol, path: str
    ) -> None:
        """403, on its own page as well."""
        portal = await signed_in(client)
        answer = await portal.post(
            f"/operator/vendors/{portal.vendor_id}/{path}", {"reason": "x"}
        )
        assert answer.status_code == 403
        assert (await portal.send("GET", "/operator/payouts")).status_code == 403
