"""An event that is stored and applied in one transaction: all of it, or nothing, and then all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.finance.inbox import attribution, intake, statements
from shared.finance.inbox.models import WebhookBody, WebhookEvent
from shared.finance.ledger.models import LedgerPosting
from shared.finance.payments.models import Payment
from shared.finance.payments.statements import asks_of, lock_payment
from shared.infra import unit
from shared.infra.activity.models import Activity
from shared.infra.database.raw_sql import execute
from shared.infra.jobs.models import Job
from shared.infra.mail.models import Email
from shared.infra.references import service as references
from shared.trade.orders.models import Checkout, Order
from tests.support.factories import make_order, make_payment, make_ready_vendor
from tests.support.killing import Killed, killed_at
from tests.support.market_acts import buy, refund, take_back_at_stripe
from tests.support.market_disputes import bank_disputes
from tests.support.market_payouts import stripe_holds
from tests.support.money import DAY
from tests.support.storefront import commits, counted
from tests.support.webhooks import deliver, event, paid_intent

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.machine import Delivery, Market
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.both_engines


@pytest.fixture
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is."""
    monkeypatch.setattr(intake, "PATIENCE", 600)


@pytest.mark.usefixtures("_patient")
async def test_a_kill_at_any_statement_loses_nothing_and_doubles_nothing(
    market: Market,
) -> None:
    """Nothing of it is there; it was not answered, so it comes again, and ends as it would have."""
    (shop,) = await market.fill("LU")
    jobs = await Job.filter(kind="webhooks.apply").count()
    number, survived = 0, False
    while not survived:
        order_id = await buy(market, shop, 1, "visa", back=False)
        delivery = await _success_of(market)
        survived = await _die_at(number, market, delivery)
        if not survived:
            assert await Job.filter(kind="webhooks.apply").count() == jobs
            assert (await Order.get(id=order_id)).payment_status != "paid"
            await market.deliver(delivery)
        await _is_paid_once(order_id)
        await market.settle()
        number += 1
    assert number > 5


@pytest.mark.usefixtures("_patient")
async def test_a_kill_at_any_statement_of_any_other_event_leaves_nothing(
    market: Market,
) -> None:
    """Whatever it is about: it comes again, is done then, and has left no job."""
    (shop,) = await market.fill("LU")
    cards = ("pendingRefund", "visa", "visa")
    sold = [await buy(market, shop, 1, card, back=True) for card in cards]
    await market.settle()
    jobs = await Job.filter(kind="webhooks.apply").count()
    walked: set[str] = set()
    await refund(market, sold[0], 1, now=True)
    await take_back_at_stripe(market, sold[1], 0.2, fee=False)
    await bank_disputes(market, sold[2], case="chargeback")
    await _walk(market, walked)
    market.advance(9 * DAY)
    stripe_holds(market, shop, 0.1)
    paid = {"amount": "500", "currency": "eur"}
    account = {"stripe-account": shop.account_id}
    market.stand.send("POST", "/v1/payouts", paid, account)
    await _walk(market, walked)
    market.advance(5 * DAY)
    await _walk(market, walked)
    for kind in ("account.updated", "account.application.deauthorized"):
        about = {"id": shop.account_id, "object": "account"}
        told = market.event(kind, shop.account_id)
        told |= {"account": shop.account_id, "data": {"object": about}}
        await _die(partial(market.hand_in, told, connect=True), str(told["id"]))
    assert walked >= {
        "charge.dispute.created",
        "charge.refunded",
        "payout.paid",
        "refund.created",
        "refund.updated",
        "reserve.hold.created",
        "transfer.reversed",
    }
    assert await Job.filter(kind="webhooks.apply").count() == jobs
    assert not await WebhookEvent.exclude(status__in=["handled", "ignored"]).exists()
    # What it posts is all that it changes.
    held = await WebhookEvent.filter(type="reserve.hold.created").first()
    assert held is not None
    assert held.decision == "applied"


async def _walk(market: Market, walked: set[str]) -> None:
    """Hand in what is on its way, the first of each kind with a kill at each statement; work."""
    for delivery in market.pending():
        kind = market.told(delivery)["type"]
        if kind not in walked:
            await _die(partial(market.deliver, delivery), delivery.event)
            walked.add(kind)
        await market.deliver(delivery)
    await market.work()


async def _die(deliver: Callable[[], Awaitable[None]], event_id: str) -> None:
    for number in count():
        try:
            with commits() as done, killed_at(number):
                await deliver()
        except Killed:
            assert not done
            assert not await WebhookEvent.exists(stripe_event_id=event_id)
        else:
            assert len(done) <= 1  # none where it brings no news: one statement
            assert await WebhookEvent.exists(stripe_event_id=event_id)
            return


@pytest.mark.usefixtures("_patient")
async def test_an_event_that_comes_at_one_moment_leaves_one_sale(
    market: Market,
) -> None:
    """Each delivery reads Stripe and goes through its transaction; one is kept, the others are
    undone and counted.
    """
    (shop,) = await market.fill("LU")
    jobs = await Job.filter(kind="webhooks.apply").count()
    order_id = await buy(market, shop, 1, "visa", back=False)
    delivery = await _success_of(market)
    with commits() as done:
        await asyncio.gather(*(market.deliver(delivery) for _ in range(3)))
    assert len(done) == 1
    await _is_paid_once(order_id)
    row = await WebhookEvent.get(stripe_event_id=delivery.event)
    assert (row.status, row.duplicates, row.order_id) == ("handled", 2, order_id)
    assert (row.attempts, row.decision) == (1, "applied")
    assert await WebhookBody.filter(event_id=row.id).count() == 1
    assert await Job.filter(kind="webhooks.apply").count() == jobs


@pytest.mark.usefixtures("database")
async def test_a_repetition_asks_stripe_nothing_and_does_nothing(
    gateway: Gateway, sandbox: RunningSandbox, context: Context, engine: str
) -> None:
    """PostgreSQL counts it with the question whether it is known, SQLite with a second one."""
    _, intent_id = await paid_intent(gateway, sandbox)
    body = event(
        "payment_intent.succeeded", {"id": intent_id, "object": "payment_intent"}
    )
    await deliver(context, body)
    asked = sandbox.requests()
    told = await Activity.all().count()
    with counted() as statements:
        row = await deliver(context, body)
    assert sandbox.requests() == asked
    assert await Activity.all().count() == told
    assert (row.duplicates, row.attempts) == (1, 1)
    *own, _read_afterwards = statements
    assert len(own) == (1 if engine == "postgres" else 2)


async def _success_of(market: Market) -> Delivery:
    """The delivery that says so, the others being done."""
    market.advance(2)
    kinds = {market.told(one)["type"]: one for one in market.pending()}
    return kinds["payment_intent.succeeded"]


async def _die_at(number: int, market: Market, delivery: Delivery) -> bool:
    """Whether the delivery was through before that statement."""
    try:
        with killed_at(number):
            await market.deliver(delivery)
    except Killed:
        return False
    return True


async def _is_paid_once(order_id: int) -> None:
    order = await Order.get(id=order_id)
    assert (order.payment_status, order.status) == ("paid", "processing")
    told = Activity.filter(order_id=order_id, kind="order.paid")
    assert await told.count() == 1
    assert await LedgerPosting.filter(key__startswith="sale:").count() >= 1
    assert await Email.filter(order_id=order_id).count() == 2


@pytest.mark.postgres_only
async def test_rows_that_are_locked_for_long_keep_no_delivery(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is answered, stored, and applied as soon as they are free."""
    monkeypatch.setattr(intake, "PATIENCE", 0.1)
    (shop,) = await market.fill("LU")
    order_id = await buy(market, shop, 1, "visa", back=False)
    delivery = await _success_of(market)
    locked, enough = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with unit.transaction() as tx:
            await tx.lock(Order, id=order_id)
            locked.set()
            await enough.wait()

    holding = asyncio.create_task(hold())
    await locked.wait()
    async with asyncio.timeout(5):
        await market.deliver(delivery)
    row = await WebhookEvent.get(stripe_event_id=delivery.event)
    assert row.status == "received"
    enough.set()
    await holding
    monkeypatch.setattr(intake, "PATIENCE", 5)
    await intake.drain()
    await _is_paid_once(order_id)


async def test_who_waited_for_a_payment_reads_all_of_it_anew(database: str) -> None:
    """Its order and itself as whoever had them locked left them, though one statement reads."""
    order = await make_order()
    payment = await make_payment(order, stripe_payment_intent_id="pi_1")
    locked = asyncio.Event()

    async def change() -> None:
        async with unit.transaction() as tx:
            row = await tx.lock(Order, id=order.id)
            locked.set()
            await asyncio.sleep(0.1)  # until the other waits
            await tx.change(row, lost_amount=7)
            await Payment.filter(id=payment.id).update(parked_reason="so")

    async def look() -> tuple[Checkout, Order, Payment]:
        await locked.wait()
        async with unit.transaction() as tx:
            return await lock_payment(tx, payment.id)

    _, (_, row, found) = await asyncio.gather(change(), look())
    assert (row.lost_amount, found.parked_reason) == (7, "so")


async def test_the_order_of_an_event_is_found_as_the_orm_finds_it(
    database: str,
) -> None:
    """By what is remembered, the nearest first; by our payments; by our number; of a vendor's
    account none.
    """
    first, second = await make_order(), await make_order()
    await make_payment(first, stripe_payment_intent_id="pi_1", stripe_charge_id="ch_1")
    await make_payment(second, stripe_payment_intent_id="pi_2")
    vendor = await make_ready_vendor()
    config = await vendor.payment_config
    async with unit.transaction() as tx:
        for stripe_id, order in (("re_1", first), ("tr_1", second)):
            references.remember(
                tx, stripe_id, subject="x:1", order_id=order.id, vendor_id=None
            )
        references.remember(
            tx, "po_1", subject="x:2", order_id=None, vendor_id=vendor.id
        )
    subjects: list[dict[str, Any]] = [
        {"id": "re_1", "transfer": "tr_1"},
        {"id": "trr_9", "transfer": {"id": "tr_1"}, "source_refund": "re_1"},
        {"id": "pi_1"},
        {"id": "ch_1", "payment_intent": "pi_2"},
        {"id": "ch_9", "payment_intent": "pi_2"},
        {"id": "pi_9", "metadata": {"order_number": second.number}},
        {"id": "pi_9", "metadata": {"order_number": "x" * 30}},
        {"id": "po_1"},
        {"id": "re_1\0", "metadata": {"order_number": "\ud800"}},
        {"id": 1, "metadata": [second.number], "payment_intent": ["pi_1"]},
        {"object": "balance"},
    ]
    accounts = (None, config.stripe_account_id, "acct_strange")
    for number, (subject, account) in enumerate(
        (subject, account) for subject in subjects for account in accounts
    ):
        body = {"data": {"object": subject}, "account": account}
        wanted = (await attribution.find(body)).order_id
        look = await statements.look(_row(f"evt_{number}"), body, None)
        assert look is not None
        ignored = _row(f"evt_i_{number}")
        for _ in range(2):
            await statements.store_done(ignored, json.dumps(body), body)
        kept = await WebhookEvent.get(stripe_event_id=f"evt_i_{number}")
        assert (look.order_id, kept.order_id) == (wanted, wanted), (subject, account)
        assert (kept.duplicates, bool(kept.last_duplicate_at)) == (1, True)
        kept_body = await WebhookBody.get(event_id=kept.id)
        assert json.loads(kept_body.body) == body


async def test_what_several_orders_share_is_about_the_first_of_them(
    database: str,
) -> None:
    """In whatever turn their payments were written down, and are found."""
    first, second, third = [await make_order() for _ in range(3)]
    for order in (third, first, second):
        await make_payment(
            order, stripe_payment_intent_id="pi_1", intent_key="purchase:MH-1:pay:1"
        )
    body = {"data": {"object": {"id": "pi_1"}}}

    async with unit.transaction():
        if database.startswith("postgres"):  # as it finds them without its indexes
            for way in ("indexscan", "indexonlyscan", "bitmapscan"):
                await execute(f"SET LOCAL enable_{way} = off")
        look = await statements.look(_row("evt_1"), body, asks_of("pi_1"))

    assert look is not None
    assert (look.order_id, len(look.told)) == (first.id, 3)


def _row(event_id: str) -> WebhookEvent:
    return WebhookEvent(
        source="platform",
        stripe_event_id=event_id,
        type="x",
        livemode=False,
        stripe_created_at=clock.now(),
    )
