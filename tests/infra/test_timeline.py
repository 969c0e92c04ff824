"""Everything about an order in one list, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.core.errors import NotFound
from shared.finance.inbox import dispatch
from shared.finance.inbox.rules import Decision
from shared.finance.inbox.timeline import Done, TimelineEvent, timeline
from shared.finance.payments.service import create_payment_intent
from shared.infra import unit
from shared.infra.mail.queries import MailView
from shared.infra.references import service as references
from tests.support.market import check_out, open_shop
from tests.support.money import sell
from tests.support.refunds import refund, sold
from tests.support.told import success
from tests.support.webhooks import deliver, event, paid_intent

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


class TestTimeline:
    async def test_everything_stands_in_it_newest_first(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """What we did, what Stripe told, the mails; each with its Stripe ids."""
        order_id, intent_id = await paid_intent(gateway, sandbox)
        await deliver(context, success(intent_id))
        await deliver(context, success(intent_id))
        await dispatch.replay(context, "evt_1", actor="member:1")
        found = await timeline(order_id)
        assert [e.at for e in found.entries] == sorted(
            (e.at for e in found.entries),
            reverse=True,
        )
        done = {e.act.kind for e in found.entries if isinstance(e, Done)}
        assert done >= {
            "payment.opened",
            "payment.succeeded",
            "order.paid",
            "webhook.replayed",
        }
        (event_,) = [e.event for e in found.entries if isinstance(e, TimelineEvent)]
        assert (event_.decision, event_.duplicates) == (Decision.APPLIED, 1)
        assert {e.kind for e in found.entries if isinstance(e, MailView)} == {
            "order_confirmed",
            "order_sold",
        }
        opened = next(
            e
            for e in found.entries
            if isinstance(e, Done) and e.act.kind == "payment.opened"
        )
        assert opened.stripe_id == intent_id

    async def test_events_that_came_before_their_order_was_known_are_found_later(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """As soon as the object is known to be the order's."""
        bought = await check_out(await open_shop(gateway, sandbox))
        await deliver(context, event("payment_intent.created", {"id": "pi_early"}))
        assert not [
            e
            for e in (await timeline(bought.order_id)).entries
            if isinstance(e, TimelineEvent)
        ]
        async with unit.transaction() as tx:
            references.remember(
                tx,
                "pi_early",
                subject="payment:1",
                order_id=bought.order_id,
                vendor_id=None,
            )
        assert [
            e
            for e in (await timeline(bought.order_id)).entries
            if isinstance(e, TimelineEvent)
        ]

    async def test_another_order_s_things_are_not_in_it(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """Each order has its own."""
        shop = await open_shop(gateway, sandbox)
        payment = await sell(gateway, sandbox, shop)
        other = await check_out(shop)
        await create_payment_intent(gateway, order_id=other.order_id)
        found = await timeline(other.order_id)
        assert {e.act.subject for e in found.entries if isinstance(e, Done)} <= {
            f"order:{other.order_id}",
            f"payment:{payment.id + 1}",
        }
        assert not [e for e in found.entries if isinstance(e, MailView)]

    async def test_there_is_no_such_order(self) -> None:
        """404."""
        with pytest.raises(NotFound):
            await timeline(12345)

    async def test_mails_about_a_refund_stand_in_it(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """Whoever writes a mail about an order says which."""
        sale = await sold(gateway, sandbox)
        await refund(gateway, sale)
        found = await timeline(sale.order.id)
        assert "refunded" in {e.kind for e in found.entries if isinstance(e, MailView)}
