"""What needs no webhook: events fetched from Stripe's own list, and payments that no job looks
after.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import run
from shared.core import clock
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.inbox import missed_events
from shared.finance.inbox.models import WebhookEvent
from shared.finance.payments import sweep
from shared.finance.payments.models import Payment
from shared.finance.payments.service import create_payment_intent
from shared.infra.jobs import schedule
from shared.infra.jobs.models import Job
from shared.infra.jobs.worker import Worker
from shared.trade.orders.models import Order
from tests.support.market import Purchase, check_out, confirm, open_shop, stripe_post

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

NOWHERE = "http://127.0.0.1:9/webhooks"


async def listen(sandbox: RunningSandbox) -> None:
    """Both endpoints, whose every delivery is dropped on the way."""
    for connect in ("false", "true"):
        await stripe_post(
            sandbox,
            "/v1/webhook_endpoints",
            url=NOWHERE,
            connect=connect,
            **{"enabled_events[]": "*"},
        )
    sandbox.faults({"match": {"event": "*"}, "effect": "drop"})


async def bought_unheard(gateway: Gateway, sandbox: RunningSandbox) -> Purchase:
    """The shopper paid and closed the tab; no webhook comes."""
    purchase = await check_out(await open_shop(gateway, sandbox))
    view = await create_payment_intent(gateway, order_id=purchase.order_id)
    await confirm(sandbox, view.payment_intent_id)
    sandbox.advance(1)
    return purchase


async def test_an_order_is_paid_by_the_events_that_did_not_come(
    database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """They go through the same inbox, each once; charge and account too."""
    await listen(sandbox)
    purchase = await bought_unheard(gateway, sandbox)
    sandbox.idle()
    assert await missed_events.backfill(context) > 0
    assert (await Order.get(id=purchase.order_id)).payment_status == "paid"
    assert (await Payment.get(order_id=purchase.order_id)).amount_stripe_fee
    taken_in = await WebhookEvent.all().count()
    assert {row.source for row in await WebhookEvent.all()} == {"platform", "connect"}
    assert {row.status for row in await WebhookEvent.all()} == {"handled"}
    assert await missed_events.backfill(context) == 0
    assert await WebhookEvent.all().count() == taken_in


async def test_the_next_fetch_begins_where_the_last_one_ended(
    database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """A day back for safety; what was seen is remembered per account."""
    await listen(sandbox)
    purchase = await bought_unheard(gateway, sandbox)
    sandbox.idle()
    await missed_events.backfill(context)
    seen = await schedule.recall(missed_events.KIND)
    account = (
        await VendorPaymentConfig.get(
            vendor_id=(await Order.get(id=purchase.order_id)).vendor_id
        )
    ).stripe_account_id
    assert set(seen) == {"platform", account}
    asked = sandbox.requests()[-1]["n"]
    await missed_events.backfill(context)
    since = [
        r["params"]["created"]["gte"]
        for r in sandbox.requests(asked)
        if r["path"] == "/v1/events"
    ]
    assert sorted(int(s) for s in since) == sorted(
        last - 86400 for last in seen.values()
    )


async def test_an_order_is_paid_by_the_sweep_when_its_job_was_lost(
    database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """A payment that no job looks after gets one, once; and so does a charge that was never
    read.
    """
    purchase = await bought_unheard(gateway, sandbox)
    await Job.all().delete()
    await sweep.sweep.run(context, {})
    assert await Job.all().count() == 0  # it was touched a moment ago
    later = clock.now() + timedelta(hours=1)
    with clock.use(lambda: later):
        await sweep.sweep.run(context, {})
        await sweep.sweep.run(context, {})
        assert await Job.filter(kind="payments.settle_unknown").count() == 1
        await Worker(context, run.job_handlers()).run_due()
    assert (await Order.get(id=purchase.order_id)).payment_status == "paid"

    await Job.all().delete()
    even_later = later + timedelta(hours=1)
    with clock.use(lambda: even_later):
        await sweep.sweep.run(context, {})
        assert await Job.filter(kind="payments.read_charge").count() == 1
        await Worker(context, run.job_handlers()).run_due()
    assert (await Payment.get(order_id=purchase.order_id)).stripe_balance_transaction_id


async def test_a_payment_whose_job_waits_is_left_to_it(
    database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """However late."""
    await bought_unheard(gateway, sandbox)
    later = clock.now() + timedelta(hours=1)
    with clock.use(lambda: later):
        await sweep.sweep.run(context, {})
    assert await Job.filter(kind="payments.settle_unknown").count() == 1
