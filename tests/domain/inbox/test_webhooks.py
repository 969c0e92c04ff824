"""The webhook inbox: signed, stored once, applied, retried, parked, replayed."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import stripe

import run
from shared.core import clock
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.inbox import at_once, dispatch, intake
from shared.finance.inbox.errors import WrongScope
from shared.finance.inbox.models import WebhookBody, WebhookEvent
from shared.finance.inbox.rules import MAX_ATTEMPTS, EventStatus
from shared.finance.payments.service import create_payment_intent
from shared.infra.gateway.signatures import BadSignature
from shared.infra.jobs.models import Job
from shared.infra.jobs.worker import Worker
from shared.trade.orders.models import Order
from shared.trade.orders.rules import PaymentStatus
from tests.support.market import check_out, open_shop
from tests.support.webhooks import deliver, event, paid_intent

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.both_engines]


async def test_a_signed_success_pays_the_order(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """payment_intent.succeeded -> read again -> paid -> handled."""
    order_id, intent_id = await paid_intent(gateway, sandbox)
    row = await deliver(
        context,
        event(
            "payment_intent.succeeded", {"id": intent_id, "object": "payment_intent"}
        ),
    )
    assert (row.status, row.outcome) == (EventStatus.HANDLED, "payment is succeeded")
    assert (await Order.get(id=order_id)).payment_status == PaymentStatus.PAID


async def test_a_payload_is_a_nudge_and_never_believed(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """A rightly signed event that claims a success that Stripe does not know of pays nothing."""
    bought = await check_out(await open_shop(gateway, sandbox))
    view = await create_payment_intent(gateway, order_id=bought.order_id)
    claim = {
        "id": view.payment_intent_id,
        "object": "payment_intent",
        "status": "succeeded",
        "amount_received": 4990,
    }
    await deliver(context, event("payment_intent.succeeded", claim))
    assert (await Order.get(id=bought.order_id)).payment_status == PaymentStatus.PENDING


async def test_duplicates_are_stored_and_applied_once(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """The same event five times, three of them at once."""
    _, intent_id = await paid_intent(gateway, sandbox)
    body = event(
        "payment_intent.succeeded", {"id": intent_id, "object": "payment_intent"}
    )
    await asyncio.gather(*(deliver(context, body) for _ in range(3)))
    await deliver(context, body)
    row = await deliver(context, body)
    assert await WebhookEvent.all().count() == 1
    assert row.attempts == 1


async def test_the_client_secret_in_an_event_is_not_stored(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """Stripe's events about intents carry it; the inbox keeps the rest of the body."""
    _, intent_id = await paid_intent(gateway, sandbox)
    subject = {
        "id": intent_id,
        "object": "payment_intent",
        "client_secret": f"{intent_id}_secret_abc",
        "amount": 4990,
    }
    row = await deliver(context, event("payment_intent.succeeded", subject))
    assert row.status == EventStatus.HANDLED
    body = (await WebhookBody.get(event_id=row.id)).body
    assert "_secret_" not in body
    assert json.loads(body)["data"]["object"] == {**subject, "client_secret": None}


async def test_an_event_that_was_answered_is_applied_even_when_the_process_dies_right_after(
    gateway: Gateway,
    sandbox: RunningSandbox,
    context: Context,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Stripe was slow, and has its 200 and never sends it again; whatever process works next pays
    the order, and nobody looks at Stripe's list.
    """
    monkeypatch.setattr(intake, "PATIENCE", 0.05)
    order_id, intent_id = await paid_intent(gateway, sandbox)
    await Job.all().delete()  # what else would find the money in time
    sandbox.faults({"match": {"path": "/v1/"}, "effect": "delay", "seconds": 1})
    body = event(
        "payment_intent.succeeded", {"id": intent_id, "object": "payment_intent"}
    )
    await _die_while_applying(deliver(context, body))
    sandbox.faults()
    assert (await Order.get(id=order_id)).payment_status == PaymentStatus.PENDING
    later = clock.now() + timedelta(seconds=11)
    with clock.use(lambda: later):
        await Worker(context, run.job_handlers()).run_due()
    assert (await WebhookEvent.get()).status == EventStatus.HANDLED
    assert (await Order.get(id=order_id)).payment_status == PaymentStatus.PAID


async def test_an_event_that_was_not_answered_leaves_nothing_and_comes_again(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """The process died while it read what the event is about: Stripe sends it again, and that
    settles it in one transaction, without a job.
    """
    order_id, intent_id = await paid_intent(gateway, sandbox)
    await Job.all().delete()
    sandbox.faults({"match": {"path": "/v1/"}, "effect": "delay", "seconds": 1})
    body = event(
        "payment_intent.succeeded", {"id": intent_id, "object": "payment_intent"}
    )
    receiving = asyncio.create_task(deliver(context, body))
    await asyncio.sleep(0.2)
    receiving.cancel()
    await asyncio.gather(receiving, return_exceptions=True)
    sandbox.faults()
    assert not await WebhookEvent.exists()
    row = await deliver(context, body)
    assert (row.status, row.attempts, row.order_id) == ("handled", 1, order_id)
    assert (await Order.get(id=order_id)).payment_status == PaymentStatus.PAID
    assert not await Job.exists(kind="webhooks.apply")


async def _die_while_applying(delivery: Coroutine[Any, Any, object]) -> None:
    """The event is stored and its handler waits for Stripe; then everything that this process was
    doing is gone.
    """
    receiving = asyncio.create_task(delivery)
    while not intake._under_way:
        await asyncio.sleep(0.01)
    for task in (receiving, *intake._under_way):
        task.cancel()
    await asyncio.gather(receiving, *intake._under_way, return_exceptions=True)


@pytest.mark.one_engine
async def test_nor_that_of_an_event_that_stripes_list_told(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """What did not reach us is fetched with the same body."""
    _, intent_id = await paid_intent(gateway, sandbox)
    subject = {
        "id": intent_id,
        "object": "payment_intent",
        "client_secret": f"{intent_id}_secret_abc",
    }
    assert await intake.take(
        context, source="platform", body=event("payment_intent.succeeded", subject)
    )
    row = await WebhookEvent.get()
    assert row.status == EventStatus.HANDLED
    assert "_secret_" not in (await WebhookBody.get(event_id=row.id)).body
    assert not await intake.take(
        context, source="platform", body=event("payment_intent.succeeded", subject)
    )


@pytest.mark.one_engine
async def test_an_event_whose_applying_breaks_off_is_answered_and_loud(
    context: Context, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Not the sender's business: it gets its 200, the log has the error, and the job is there."""

    async def broken(_context: Context, _row_id: int) -> None:
        raise OSError("the disk is full")

    async def too_much(*_given: object, **_named: object) -> Exception:
        return at_once.TakesSteps()

    monkeypatch.setattr(at_once, "take", too_much)
    monkeypatch.setattr(dispatch, "apply", broken)
    row = await deliver(context, event("charge.refunded", {"id": "ch_x"}))
    await intake.drain()
    assert row.status == EventStatus.RECEIVED
    assert "applying an event broke off; the worker will repeat it" in caplog.text
    assert await Job.filter(kind="webhooks.apply").count() == 1


@pytest.mark.parametrize("header", ["t=1,v1=\xff", "é", "t=1,v1=١"])
async def test_a_signature_that_is_not_even_ascii_is_refused_like_any_other(
    context: Context, header: str
) -> None:
    """400 for the caller, nothing stored."""
    with pytest.raises(BadSignature):
        await intake.receive(context, source="platform", body=b"{}", signature=header)
    assert not await WebhookEvent.exists()


async def test_unknown_types_and_foreign_objects_are_ignored(context: Context) -> None:
    """Nothing of ours moves, and the sender gets its 2xx."""
    unknown = await deliver(
        context, event("invoice.paid", {"id": "in_1", "object": "invoice"}, number=1)
    )
    foreign = await deliver(
        context, event("payment_intent.succeeded", {"id": "pi_x"}, number=2)
    )
    charge = await deliver(
        context,
        event("charge.updated", {"id": "ch_x", "payment_intent": "pi_x"}, number=3),
    )
    versioned = await deliver(
        context,
        event("invoice.paid", {"id": "in_1"}, number=4, api_version="2099-" * 10),
    )
    assert versioned.api_version is None  # longer than any that Stripe has named
    assert (unknown.status, unknown.outcome) == (
        EventStatus.IGNORED,
        "no handler for this type",
    )
    assert foreign.outcome == charge.outcome == "not ours"


async def test_live_events_and_wrong_scopes_are_ignored(context: Context) -> None:
    """livemode and account are looked at."""
    live = await deliver(
        context,
        event("payment_intent.succeeded", {"id": "pi_x"}, number=1, livemode=True),
    )
    with pytest.raises(WrongScope, match="platform's own account"):
        await deliver(
            context,
            event(
                "payment_intent.succeeded", {"id": "pi_x"}, number=2, account="acct_1"
            ),
        )
    with pytest.raises(WrongScope, match="connected accounts"):
        await deliver(
            context,
            event("account.updated", {"id": "acct_1"}, number=3),
            source="connect",
        )
    scoped, unscoped = (
        await WebhookEvent.get(stripe_event_id="evt_2"),
        await WebhookEvent.get(stripe_event_id="evt_3"),
    )
    assert live.outcome == "live and test mode differ"
    assert scoped.outcome == unscoped.outcome == "sent to the other endpoint's scope"


async def test_each_endpoint_has_its_own_secret(context: Context) -> None:
    """A body signed for one endpoint is refused by the other, and nothing is stored."""
    body = event("account.updated", {"id": "acct_1"}, account="acct_1")
    header = stripe.WebhookSignature.generate_signature_header(
        body, context.settings.stripe.webhook_secrets[0]
    )
    with pytest.raises(BadSignature):
        await intake.receive(
            context, source="connect", body=body.encode(), signature=header
        )
    assert not await WebhookEvent.exists()


async def test_account_updated_reads_the_account(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """The connect endpoint's news changes what the vendor may do, by what Stripe says, not by what
    the payload says.
    """
    shop = await open_shop(gateway, sandbox)
    await VendorPaymentConfig.filter(vendor_id=shop.vendor_id).update(
        accepts_payments=False, stripe_account_status="pending", synced_at=None
    )
    lie = {"id": shop.account_id, "object": "account", "charges_enabled": False}
    row = await deliver(
        context,
        event("account.updated", lie, account=shop.account_id),
        source="connect",
    )
    config = await VendorPaymentConfig.get(vendor_id=shop.vendor_id)
    assert row.outcome == "account read"
    assert (config.accepts_payments, config.stripe_account_status) == (True, "active")


async def test_a_deauthorized_vendor_stops_selling(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """account.application.deauthorized."""
    shop = await open_shop(gateway, sandbox)
    body = event(
        "account.application.deauthorized",
        {"id": "ca_1", "object": "application"},
        account=shop.account_id,
    )
    row = await deliver(context, body, source="connect")
    assert row.outcome == "access taken away"
    assert not (
        await VendorPaymentConfig.get(vendor_id=shop.vendor_id)
    ).accepts_payments


async def test_a_failure_is_kept_and_retried_by_the_worker(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """Stripe down while applying: error and count stay, a job is due, and it heals."""
    order_id, intent_id = await paid_intent(gateway, sandbox)
    sandbox.fails(500)
    row = await deliver(context, event("payment_intent.succeeded", {"id": intent_id}))
    assert (row.status, row.attempts) == (EventStatus.FAILED, 1)
    assert row.error
    assert row.next_attempt_at
    sandbox.faults()
    job = await Job.filter(kind="webhooks.apply").order_by("-id").first()
    assert job is not None
    await dispatch.apply_later.run(context, job.args)
    await row.refresh_from_db()
    assert (row.status, row.error) == (EventStatus.HANDLED, None)
    assert (await Order.get(id=order_id)).payment_status == PaymentStatus.PAID


async def test_what_keeps_failing_is_parked_and_replayed_by_hand(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """After the last attempt a person decides; a replay applies it and a dry run does not."""
    order_id, intent_id = await paid_intent(gateway, sandbox)
    sandbox.fails(429)
    row = await deliver(context, event("payment_intent.succeeded", {"id": intent_id}))
    for _ in range(MAX_ATTEMPTS - 1):
        await dispatch.apply(context, row.id)
    await row.refresh_from_db()
    assert (row.status, row.attempts) == (EventStatus.PARKED, MAX_ATTEMPTS)
    sandbox.faults()
    assert (
        await dispatch.replay(context, "evt_1", dry_run=True)
    ).status is EventStatus.PARKED
    assert (await Order.get(id=order_id)).payment_status == PaymentStatus.PENDING
    assert (await dispatch.replay(context, "evt_1")).status is EventStatus.HANDLED
    assert (await Order.get(id=order_id)).payment_status == PaymentStatus.PAID


async def test_replaying_twice_changes_nothing(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """What was applied is older news the second time."""
    order_id, intent_id = await paid_intent(gateway, sandbox)
    await deliver(context, event("payment_intent.succeeded", {"id": intent_id}))
    before = await Order.filter(id=order_id).values()
    await dispatch.replay(context, "evt_1")
    assert await Order.filter(id=order_id).values() == before
