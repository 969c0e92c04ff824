"""What an event of Stripe's changed is told, and what it did not change, too."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.inbox import dispatch
from shared.finance.inbox.models import WebhookEvent
from shared.finance.inbox.rules import Decision, EventStatus
from shared.finance.payments.models import Payment
from shared.finance.payments.service import confirm_payment
from shared.infra import unit
from shared.infra.references import service as references
from shared.trade.orders.models import Order
from tests.support.market import open_shop
from tests.support.money import sell, stripe_get
from tests.support.told import changed, success, told
from tests.support.webhooks import deliver, event, paid_intent

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


async def test_an_event_that_changes_something_says_what(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """Order, decision, and each field before and after."""
    order_id, intent_id = await paid_intent(gateway, sandbox)
    row = await deliver(context, success(intent_id))
    assert (row.decision, row.order_id) == (Decision.APPLIED, order_id)
    assert (await told(row)).items() >= {
        "order.status": ("pending", "processing"),
        "order.payment_status": ("pending", "paid"),
        "order.stock_state": ("reserved", "taken"),
        "payment.status": ("pending", "succeeded"),
        "posting.kind": (None, "sale"),
    }.items()


async def test_the_charge_adds_what_followed_it(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """Transfer, fee and balance transaction come with an event of their own."""
    order_id, intent_id = await paid_intent(gateway, sandbox)
    await deliver(context, success(intent_id))
    sandbox.advance(1)
    charge = (await Payment.get(order_id=order_id)).stripe_charge_id
    row = await deliver(
        context,
        event("charge.updated", {"id": charge, "payment_intent": intent_id}, number=2),
    )
    payment = await Payment.get(order_id=order_id)
    assert (row.decision, row.order_id) == (Decision.APPLIED, order_id)
    assert (await told(row))["payment.stripe_transfer_id"] == (
        None,
        payment.stripe_transfer_id,
    )
    assert (await told(row))["payment.amount_stripe_fee"] == (
        None,
        payment.amount_stripe_fee,
    )


async def test_older_news_is_told_apart(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """An event that comes after the one that overtook it changes nothing, and says so."""
    order_id, intent_id = await paid_intent(gateway, sandbox)
    await deliver(context, success(intent_id, number=2))
    row = await deliver(context, success(intent_id, number=1, kind="requires_action"))
    assert (
        row.decision,
        row.order_id,
        await changed(row),
    ) == (Decision.OLDER, order_id, ())


async def test_what_the_return_page_was_faster_with_is_known_already(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """The event is older news then."""
    _, intent_id = await paid_intent(gateway, sandbox)
    await confirm_payment(gateway, intent_id)
    assert (await deliver(context, success(intent_id))).decision == Decision.OLDER


async def test_foreign_and_unknown_events_are_ignored(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """One that we have no handler for still finds its order."""
    order_id, intent_id = await paid_intent(gateway, sandbox)
    foreign = await deliver(context, success("pi_somebody_elses", number=1))
    unknown = await deliver(
        context, event("payment_intent.created", {"id": intent_id}, number=2)
    )
    live = await deliver(
        context,
        event("payment_intent.succeeded", {"id": intent_id}, number=3, livemode=True),
    )
    assert [row.decision for row in (foreign, unknown, live)] == [Decision.IGNORED] * 3
    assert [row.order_id for row in (foreign, unknown, live)] == [
        None,
        order_id,
        order_id,
    ]


@pytest.mark.parametrize(
    "subject",
    [
        {"id": "re_1", "object": "refund", "charge": "CHARGE", "payment_intent": None},
        {
            "id": "du_1",
            "object": "dispute",
            "charge": {"id": "CHARGE", "object": "charge"},
        },
        {"id": "tr_1", "object": "transfer", "source_transaction": "CHARGE"},
        {"id": "fr_1", "object": "fee_refund", "fee": "FEE"},
        {"id": "trr_1", "object": "transfer_reversal", "transfer": "TRANSFER"},
        {"id": "txn_1", "object": "balance_transaction", "source": "CHARGE"},
        {
            "id": "pi_unheard_of",
            "object": "payment_intent",
            "metadata": {"order_number": "NUMBER"},
        },
        {"id": "xx_remembered", "object": "something"},
    ],
    ids=lambda subject: subject["id"],
)
async def test_an_event_finds_its_order(
    gateway: Gateway, sandbox: RunningSandbox, context: Context, subject: dict[str, Any]
) -> None:
    """By what it names: the charge, the transfer, the fee, our own number, or an id that was
    remembered.
    """
    payment = await sell(gateway, sandbox, await open_shop(gateway, sandbox))
    order = await Order.get(id=payment.order_id)
    async with unit.transaction() as tx:
        references.remember(
            tx,
            "xx_remembered",
            subject="refund:1",
            order_id=order.id,
            vendor_id=order.vendor_id,
        )
    names = {
        "CHARGE": payment.stripe_charge_id,
        "FEE": payment.stripe_application_fee_id,
        "TRANSFER": payment.stripe_transfer_id,
        "NUMBER": order.number,
    }

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(part) for key, part in value.items()}
        return names.get(value, value)

    row = await deliver(context, event("thing.happened", filled(subject)))
    assert row.order_id == order.id


@pytest.mark.parametrize(
    "subject",
    [
        {},
        {"id": 7},
        {"id": "x" * 300},
        {"id": "a", "charge": []},
        {"id": "a", "metadata": {"order_number": ["MH"]}},
    ],
)
async def test_odd_objects_belong_to_nobody(
    context: Context, subject: dict[str, Any]
) -> None:
    """They are stored and ignored like any other."""
    if isinstance(subject.get("id"), str) and len(subject["id"]) > 255:
        subject = {"id": subject["id"][:255]}
    row = await deliver(context, event("thing.happened", subject))
    assert (row.status, row.order_id) == (EventStatus.IGNORED, None)


async def test_duplicates_are_counted(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """With the time of the last one; also those that come at the same moment."""
    _, intent_id = await paid_intent(gateway, sandbox)
    first = await deliver(context, success(intent_id))
    assert (first.duplicates, first.last_duplicate_at) == (0, None)
    await asyncio.gather(*(deliver(context, success(intent_id)) for _ in range(3)))
    before = clock.now()
    row = await deliver(context, success(intent_id))
    assert row.duplicates == 4
    assert row.last_duplicate_at
    assert row.last_duplicate_at >= before
    assert (row.attempts, row.decision) == (1, Decision.APPLIED)


async def test_a_first_delivery_that_comes_three_times_at_once(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """One is stored, two are counted."""
    _, intent_id = await paid_intent(gateway, sandbox)
    await asyncio.gather(*(deliver(context, success(intent_id)) for _ in range(3)))
    assert (await WebhookEvent.get()).duplicates == 2


async def test_failed_and_then_applied(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """The decision follows; the order is known from the first try."""
    order_id, intent_id = await paid_intent(gateway, sandbox)
    sandbox.fails(500)
    row = await deliver(context, success(intent_id))
    assert (
        row.decision,
        row.order_id,
        await changed(row),
    ) == (Decision.FAILED, order_id, ())
    sandbox.faults()
    await dispatch.apply(context, row.id)
    await row.refresh_from_db()
    assert row.decision == Decision.APPLIED
    assert (await told(row))["order.payment_status"] == ("pending", "paid")


async def test_two_events_of_one_moment_tell_each_change_once(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """Intent and charge arrive together; nothing is told twice."""
    _, intent_id = await paid_intent(gateway, sandbox)
    charge = stripe_get(sandbox, f"/v1/payment_intents/{intent_id}")["latest_charge"]
    sandbox.advance(1)
    bodies = [
        success(intent_id),
        event(
            "charge.succeeded", {"id": charge, "payment_intent": intent_id}, number=2
        ),
        event("charge.updated", {"id": charge, "payment_intent": intent_id}, number=3),
    ]
    rows = await asyncio.gather(*(deliver(context, body) for body in bodies))
    found = [change for row in rows for change in await changed(row)]
    assert len(found) == len(set(found))
    assert (await Payment.get()).stripe_transfer_id in [
        change.after for change in found
    ]


async def test_an_account_s_news_is_told_too(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """Events of connected accounts belong to a vendor, not to an order."""
    shop = await open_shop(gateway, sandbox)
    await VendorPaymentConfig.filter(vendor_id=shop.vendor_id).update(
        accepts_payments=False, stripe_account_status="pending", synced_at=None
    )
    body = event(
        "account.updated",
        {"id": shop.account_id, "object": "account"},
        account=shop.account_id,
    )
    row = await deliver(context, body, source="connect")
    assert (row.decision, row.order_id) == (Decision.APPLIED, None)
    assert (await told(row)) == {
        "account.accepts_payments": (False, True),
        "account.stripe_account_status": ("pending", "active"),
    }
