"""The operator's inbox: every event that Stripe sent, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.finance.inbox.models import WebhookEvent
from shared.finance.refunds.models import Refund
from shared.trade.orders.models import Order
from tests.support.eventful import eventful
from tests.support.factories import make_order
from tests.support.portal import operator_in
from tests.support.storefront import words
from tests.support.told import success
from tests.support.webhooks import deliver, paid_intent

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


class TestInbox:
    async def test_events_are_found_by_order_number_and_by_stripe_id(
        self, client: TestClientProtocol
    ) -> None:
        """Of the order, the object, the account, the event itself."""
        browser = await operator_in(client)
        order = await eventful(await (await make_order()).vendor)
        await WebhookEvent.create(
            source="connect",
            stripe_event_id="evt_account",
            type="account.updated",
            stripe_account_id="acct_9",
            livemode=False,
            stripe_created_at=clock.now(),
        )
        refund = await Refund.filter(order_id=order.id).order_by("id").first()
        assert refund is not None
        for search in (
            order.number,
            order.number.lower(),
            refund.stripe_refund_id,
            f"evt_{order.id}",
        ):
            page = await browser.get(f"/operator/webhooks?q={search}")
            assert f"evt_{order.id}" in page, search
            assert "evt_account" not in page
        page = await browser.get("/operator/webhooks?q=acct_9&status=received")
        assert "evt_account" in page
        assert 'value="acct_9"' in page

    @pytest.mark.parametrize("search", ["nothing", "%25", "%C3%A9", "x" * 500, "'"])
    async def test_nothing_found_is_a_sentence(
        self, client: TestClientProtocol, search: str
    ) -> None:
        """And a way back."""
        browser = await operator_in(client)
        page = words(await browser.get(f"/operator/webhooks?q={search}"))
        assert "Nothing found" in page or "Nothing here" in page

    async def test_an_event_s_page_shows_decision_changes_and_duplicates(
        self, client: TestClientProtocol
    ) -> None:
        """And the way to its order."""
        browser = await operator_in(client)
        order = await eventful(await (await make_order()).vendor)
        html = await browser.get(f"/operator/webhooks/evt_{order.id}")
        page = words(html)
        assert "Applied" in page
        assert "Came again Delivered 2 times more" in page
        assert "What it changed" in page
        assert f'href="/operator/orders/{order.number}"' in html

    async def test_the_preview_asks_stripe_and_changes_nothing(
        self,
        client: TestClientProtocol,
        gateway: Gateway,
        sandbox: RunningSandbox,
        context: Context,
    ) -> None:
        """Before the replay: what it would change; while Stripe is down: that it cannot be
        known.
        """
        browser = await operator_in(client)
        order_id, intent_id = await paid_intent(gateway, sandbox)
        sandbox.fails(500)
        await deliver(context, success(intent_id))
        assert "not answering" in words(
            await browser.get("/operator/webhooks/evt_1?preview=1")
        )
        sandbox.faults()
        page = words(await browser.get("/operator/webhooks/evt_1?preview=1"))
        assert "This would change: Payment 1: State before: waiting now: done" in page
        assert (await Order.get(id=order_id)).payment_status == "pending"
        answer = await browser.post("/operator/webhooks/evt_1/replay")
        assert answer.status_code == 303
        page = words(await browser.get("/operator/webhooks/evt_1?preview=1"))
        assert "Nothing would change: we know all of this already." in page
        assert (await Order.get(id=order_id)).payment_status == "paid"
