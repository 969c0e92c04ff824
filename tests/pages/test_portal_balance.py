"""A vendor's balance on its page, also while Stripe does not answer."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING

import pytest

from shared.finance.payouts.models import StripeBalance
from tests.support.market import Shop, open_shop
from tests.support.money import sell
from tests.support.payout_pages import HOME, browser, pay_past_us, words
from tests.support.payouts import (
    Time,
    plan,
    ready,
    time_of,
)
from tests.support.portal import Portal, signed_in

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


class TestBalance:
    async def test_a_new_vendor_is_told_to_connect(
        self, client: TestClientProtocol
    ) -> None:
        """The next step alone: no zeros, and nothing of Stripe, whom nobody asked."""
        text = words(await (await signed_in(client)).get(HOME))
        assert "Connect with Stripe first" in text
        assert "€0.00" not in text
        assert "did not answer" not in text

    async def test_money_on_its_way_has_a_date_and_both_figures_agree(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """What becomes available and from when; when it goes out is said in a sentence, on the
        first page too.
        """
        with time_of(sandbox):
            shop = await open_shop(gateway, sandbox)
            await plan(gateway, shop, "weekly", "wednesday")
            await sell(gateway, sandbox, shop)
            portal = await browser(client, shop)
            text = words(await portal.get(HOME))
            assert re.search(r"Becomes available €48\.65 From \w{3} \d+ \w{3}", text)
            assert "€48.65 in all, by our books and by Stripe." in text
            assert re.search(r"€48\.65 on Wed \d+ \w{3} to ••6789", text)
            assert "You are paid out every Wednesday, from €20.00." in text
            assert re.search(
                r"Next payout €48\.65 on Wed", words(await portal.get("/vendor/admin"))
            )

    async def test_the_page_stands_while_stripe_is_down(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Our own figures, and a word that Stripe's is missing."""
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await ready(gateway, sandbox, time, shop)
            portal = await browser(client, shop)
            sandbox.fails(503, "/v1/balance")
            text = words(await portal.get(HOME))
            assert "Available now €48.65" in text
            assert "Stripe did not answer" in text

    async def test_a_difference_is_said(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """A payout that we have not heard of."""
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await ready(gateway, sandbox, time, shop)
            await pay_past_us(gateway, shop)
            text = words(await (await browser(client, shop)).get(HOME))
            assert "€48.65 in all by our books, €38.65 by Stripe." in text
            assert "Available now €38.65" in text

    async def test_a_hold_is_told_with_its_reason(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """On the payouts page, instead of a next payout."""
        from shared.finance.payouts import operator_holds

        shop = await open_shop(gateway, sandbox)
        await operator_holds.hold(
            vendor_id=shop.vendor_id,
            reason="We look into <complaints>",
            actor="member:9",
        )
        text = await (await browser(client, shop)).get(HOME)
        assert "Your payouts are on hold" in text
        assert "We look into &lt;complaints&gt;" in text

    async def test_what_a_hold_holds_is_told(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Money on its way and money that is there alike: nothing is available then, all is held
        back; afterwards as before.
        """
        from shared.finance.payouts import operator_holds

        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            portal = await browser(client, shop)
            await sell(gateway, sandbox, shop)
            await operator_holds.hold(
                vendor_id=shop.vendor_id, reason="Complaints", actor="member:9"
            )
            held = r"Becomes available €0\.00 Held back €48\.65 Payouts are on hold"
            assert re.search(held, words(await portal.get(HOME)))
            await operator_holds.release(vendor_id=shop.vendor_id, actor="member:9")
            time.now = datetime.fromtimestamp(
                sandbox.control("GET", "state")["clock"], UTC
            )
            time.days(5)
            assert re.search(
                r"Available now €48\.65 .* Held back €0\.00 ",
                words(await portal.get(HOME)),
            )
            await operator_holds.hold(
                vendor_id=shop.vendor_id, reason="Complaints", actor="member:9"
            )
            held = r"Available now €0\.00 .* Held back €48\.65 Payouts are on hold"
            assert re.search(held, words(await portal.get(HOME)))
            sandbox.fails(503, "/v1/balance")
            assert re.search(held, words(await portal.get(HOME)))
            sandbox.faults()
            await operator_holds.release(vendor_id=shop.vendor_id, actor="member:9")
            assert re.search(
                r"Available now €48\.65 .* Held back €0\.00 ",
                words(await portal.get(HOME)),
            )


class TestWhatStripeSaidLast:
    """Stripe is not waited for: what it said last stands there, with its moment, and the page asks
    by itself after that.
    """

    async def test_the_next_look_asks_nobody_and_then_asks_anew(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The plain link does what the page does by itself; both bring what Stripe says now."""
        with time_of(sandbox) as time:
            shop, portal = await self._shown(client, gateway, sandbox, time)
            await pay_past_us(gateway, shop)
            asked = len(sandbox.requests())
            known = await portal.get(HOME)
            assert len(sandbox.requests()) == asked
            assert "€48.65 in all, by our books and by Stripe." in words(known)
            assert "Stripe’s figure is of" in words(known)
            (anew,) = set(re.findall(r'(?:href|hx-get)="([^"]*anew[^"]*)"', known))
            assert known.count("anew") == 2
            now = await portal.get(unescape(anew))
            assert "€48.65 in all by our books, €38.65 by Stripe." in words(now)
            assert "hx-trigger" not in now

    async def test_what_is_older_than_an_hour_is_not_shown(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Nor what Stripe said of an account that the vendor has no more: it is asked at once."""
        with time_of(sandbox) as time:
            shop, portal = await self._shown(client, gateway, sandbox, time)
            await pay_past_us(gateway, shop)
            time.days(1 / 23)
            assert "€38.65 by Stripe." in words(await portal.get(HOME))
            await StripeBalance.filter(vendor_id=shop.vendor_id).update(
                stripe_account_id="acct_another"
            )
            assert "hx-trigger" not in await portal.get(HOME)

    async def test_it_stands_in_where_stripe_does_not_answer(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """With its moment; the page does not ask again and again."""
        with time_of(sandbox) as time:
            _, portal = await self._shown(client, gateway, sandbox, time)
            sandbox.fails(503, "/v1/balance")
            html = await portal.get(f"{HOME}?anew=1")
            text = words(html)
            assert "€48.65 in all, by our books and by Stripe." in text
            assert "Stripe did not answer just now; its figure is of" in text
            assert "hx-trigger" not in html

    async def _shown(
        self,
        client: TestClientProtocol,
        gateway: Gateway,
        sandbox: RunningSandbox,
        time: Time,
    ) -> tuple[Shop, Portal]:
        """A shop with money, whose owner has looked once: Stripe was asked for that."""
        shop = await open_shop(gateway, sandbox)
        await ready(gateway, sandbox, time, shop)
        portal = await browser(client, shop)
        assert "hx-trigger" not in await portal.get(HOME)
        return shop, portal
