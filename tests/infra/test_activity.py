"""What every event meant to us: its order, our decision, what changed; duplicates, replays, and
saying it beforehand.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.core.errors import NotFound
from shared.core.settings import SANDBOX_SECRET_KEY
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.inbox import dispatch
from shared.finance.inbox.handlers import handlers
from shared.finance.inbox.models import WebhookEvent
from shared.finance.inbox.queries import stored_event
from shared.finance.inbox.rules import Decision, EventStatus
from shared.finance.inbox.timeline import Done, TimelineEvent, timeline
from shared.finance.payment_methods.models import PaymentMethod, PaymentMethodSetup
from shared.finance.payments.models import Payment
from shared.finance.payments.service import confirm_payment, create_payment_intent
from shared.infra import unit
from shared.infra.activity.changes import FieldChange
from shared.infra.audit.models import AuditEntry
from shared.infra.database.tables import models
from shared.infra.gateway.errors import StripeUnavailable
from shared.infra.mail.queries import MailView
from shared.infra.references import service as references
from shared.trade.orders.models import Order
from shared.trade.orders.rules import PaymentStatus
from tests.domain.inbox.test_webhooks import deliver, event, paid_intent
from tests.support.disputes import work
from tests.support.factories import make_customer
from tests.support.market import check_out, open_shop, stripe_post
from tests.support.money import DAY, sell, stripe_get
from tests.support.refunds import fund_platform, refund, sold
from tests.support.saving import add_card, at_stripe, customer_of

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")
DOWN = {"match": {"path": "/v1/"}, "effect": "status", "status": 500}


def success(intent_id: str, number: int = 1, kind: str = "succeeded") -> str:
    """An event about an intent."""
    return event(
        f"payment_intent.{kind}",
        {"id": intent_id, "object": "payment_intent"},
        number=number,
    )


async def changed(row: WebhookEvent) -> tuple[FieldChange, ...]:
    """What an event changed."""
    return (await stored_event(row.stripe_event_id)).changes


async def told(row: WebhookEvent) -> dict[str, tuple[Any, Any]]:
    """The same without the numbers of our rows."""
    found = await changed(row)
    return {
        f"{c.thing.partition(':')[0]}.{c.field}": (c.before, c.after) for c in found
    }


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
    sandbox.faults(DOWN)
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


class TestReplay:
    async def test_a_dry_run_says_what_the_replay_then_does(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """By the same rules, and without touching anything."""
        order_id, intent_id = await paid_intent(gateway, sandbox)
        sandbox.faults(DOWN)
        await deliver(context, success(intent_id))
        sandbox.faults()
        would = await dispatch.replay(context, "evt_1", dry_run=True)
        assert (await Order.get(id=order_id)).payment_status == PaymentStatus.PENDING
        did = await dispatch.replay(context, "evt_1")
        assert would.decision is did.decision is Decision.APPLIED
        assert would.changes == did.changes

    async def test_a_dry_run_about_what_is_known_promises_nothing(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """And says why."""
        _, intent_id = await paid_intent(gateway, sandbox)
        await deliver(context, success(intent_id))
        would = await dispatch.replay(context, "evt_1", dry_run=True)
        assert (would.decision, would.changes) == (Decision.OLDER, ())
        assert "nothing would change" in would.outcome

    async def test_a_dry_run_about_a_charge_names_what_is_not_noted_yet(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """The transfer, the fee, the balance transaction."""
        payment = await sell(gateway, sandbox, await open_shop(gateway, sandbox))
        subject = {
            "id": payment.stripe_charge_id,
            "payment_intent": payment.stripe_payment_intent_id,
        }
        await deliver(context, event("charge.updated", subject))
        await Payment.filter(id=payment.id).update(stripe_transfer_id=None)
        would = await dispatch.replay(context, "evt_1", dry_run=True)
        did = await dispatch.replay(context, "evt_1")
        assert would.changes == did.changes
        assert [change.field for change in did.changes] == ["stripe_transfer_id"]

    async def test_a_dry_run_about_a_refund_names_what_becomes_of_payment_and_order(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """A slow refund of the whole order arrives: refund, payment and order say so, before and
        after alike.
        """
        sale = await sold(gateway, sandbox, card="pm_card_pendingRefund")
        made = await refund(gateway, sale)
        sandbox.advance(DAY)
        sandbox.faults(DOWN)
        intent = sale.payment.stripe_payment_intent_id
        subject = {
            "id": made.stripe_refund_id,
            "object": "refund",
            "payment_intent": intent,
        }
        await deliver(context, event("refund.updated", subject))
        sandbox.faults()
        would = await dispatch.replay(context, "evt_1", dry_run=True)
        did = await dispatch.replay(context, "evt_1")
        assert set(would.changes) <= set(did.changes)
        assert {
            (
                c.thing.partition(":")[0],
                c.field,
                c.after,
            )
            for c in would.changes
        } >= {
            ("refund", "status", "succeeded"),
            ("payment", "status", "refunded"),
            ("order", "payment_status", "refunded"),
        }

    async def test_a_dry_run_about_an_account(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """The account is read and held against the row."""
        shop = await open_shop(gateway, sandbox)
        body = event(
            "account.updated",
            {"id": shop.account_id, "object": "account"},
            account=shop.account_id,
        )
        await deliver(context, body, source="connect")
        mine = VendorPaymentConfig.filter(vendor_id=shop.vendor_id)
        await mine.update(charges_enabled=False, accepts_payments=False, synced_at=None)
        would = await dispatch.replay(context, "evt_1", dry_run=True)
        assert not (await mine.get()).accepts_payments
        did = await dispatch.replay(context, "evt_1")
        assert would.changes == did.changes
        assert {change.field for change in did.changes} == {
            "charges_enabled",
            "accepts_payments",
        }

    async def test_a_dry_run_of_what_is_not_ours(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Foreign objects, unknown types, the other mode: each says so."""
        await deliver(context, success("pi_x", number=1))
        await deliver(context, event("invoice.paid", {"id": "in_1"}, number=2))
        await deliver(
            context,
            event("payment_intent.succeeded", {"id": "pi_x"}, number=3, livemode=True),
        )
        said = [
            await dispatch.replay(context, f"evt_{n}", dry_run=True) for n in (1, 2, 3)
        ]
        assert [s.decision for s in said] == [Decision.IGNORED] * 3
        assert [s.outcome for s in said] == [
            "not ours",
            "no handler for this type",
            "live and test mode differ",
        ]

    async def test_a_dry_run_while_stripe_is_down_is_an_answer_too(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """It cannot be known then; nothing of the event changes."""
        _, intent_id = await paid_intent(gateway, sandbox)
        sandbox.faults(DOWN)
        row = await deliver(context, success(intent_id))
        with pytest.raises(StripeUnavailable):
            await dispatch.replay(context, "evt_1", dry_run=True)
        assert (await WebhookEvent.get(id=row.id)).attempts == 1

    async def test_a_replay_is_noted_and_what_the_event_once_changed_stays(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """Who replayed, and what came of it; the event's own changes are history."""
        _, intent_id = await paid_intent(gateway, sandbox)
        before = await deliver(context, success(intent_id))
        changes = await changed(before)
        did = await dispatch.replay(context, "evt_1", actor="member:9")
        after = await WebhookEvent.get(id=before.id)
        assert did.decision is Decision.OLDER
        assert (after.decision, await changed(after)) == (Decision.APPLIED, changes)
        entry = await AuditEntry.get(action="webhook.replayed")
        assert (entry.actor, entry.subject) == (
            "member:9",
            f"webhook_event:{before.id}",
        )
        assert entry.details["decision"] == "older"

    async def test_there_is_no_such_event(self, context: Context) -> None:
        """A sentence."""
        with pytest.raises(NotFound):
            await dispatch.replay(context, "evt_none", dry_run=True)


async def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row that says something about money, goods or people."""
    left_out = {"webhook_events", "jobs"}
    found = {}
    for model in models():
        table = model._meta.db_table
        if table in left_out:
            continue
        rows = [dict(row) for row in await model.all().order_by("id").values()]
        for row in rows:
            for name in ("updated_at", "synced_at", "read_at"):
                row.pop(name, None)
        found[table] = [
            row
            for row in rows
            if "webhook.replayed" not in (row.get("action"), row.get("kind"))
        ]
    return found


HANDLED = [(source, kind) for source, kinds in handlers().items() for kind in kinds]


@pytest.mark.parametrize(
    ("source", "kind"),
    HANDLED,
    ids=[kind for _, kind in HANDLED],
)
async def test_replaying_any_event_twice_changes_nothing(
    gateway: Gateway, sandbox: RunningSandbox, context: Context, source: str, kind: str
) -> None:
    """Of every type that we handle."""
    cards = {
        "charge.dispute": "pm_card_createDispute",
        "radar.early_fraud_warning": "pm_card_createIssuerFraudRecord",
    }
    card = cards.get(kind.rpartition(".")[0], "pm_card_visa")
    payment = await sell(gateway, sandbox, await open_shop(gateway, sandbox), card=card)
    if kind.startswith(("payment_method.", "setup_intent.", "customer.")):
        subject = await saved_subject(gateway, sandbox, kind)
    else:
        subject = await subject_of(
            sandbox, kind, payment, platform=source == "platform"
        )
    account = payment.stripe_account_id
    body = (
        event(kind, subject, account=account)
        if source == "connect"
        else event(kind, subject)
    )
    row = await deliver(context, body, source=source)
    assert row.status == EventStatus.HANDLED, row.error
    assert row.decision != Decision.IGNORED
    if kind.startswith(
        ("charge.dispute.", "refund.", "radar.", "payout.", "charge.refunded")
    ):
        assert row.decision == Decision.APPLIED  # it is the first word of it
    await work(context)
    before = await everything()
    for _ in range(2):
        foreseen = await dispatch.replay(context, "evt_1", dry_run=True)
        did = await dispatch.replay(context, "evt_1")
        assert (did.status, did.changes) == (EventStatus.HANDLED, ())
        assert (foreseen.decision, foreseen.changes) in (
            (Decision.OLDER, ()),
            (None, ()),
        )
        assert await everything() == before


async def subject_of(
    sandbox: RunningSandbox, kind: str, payment: Payment, *, platform: bool
) -> dict[str, Any]:
    """An object at Stripe that an event of this type is about."""
    intent = payment.stripe_payment_intent_id
    sandbox.advance(1)  # the bank comes half a second after the money
    if kind.startswith("radar."):
        (warning,) = stripe_get(
            sandbox, f"/v1/radar/early_fraud_warnings?payment_intent={intent}"
        )["data"]
        return {
            "id": warning["id"],
            "object": "radar.early_fraud_warning",
            "charge": warning["charge"],
        }
    if kind.startswith("payout."):
        if platform:
            await fund_platform(sandbox)
        sandbox.advance(9 * DAY)
        account = {} if platform else {"Stripe-Account": payment.stripe_account_id}
        headers = {"Authorization": f"Bearer {SANDBOX_SECRET_KEY}", **account}
        status, raw = sandbox.request(
            "POST", "/v1/payouts", "amount=1000&currency=eur", headers
        )
        assert status == 200, raw
        return {"id": json.loads(raw)["id"], "object": "payout"}
    if kind.startswith("payment_intent."):
        return {"id": intent, "object": "payment_intent"}
    if kind.startswith(("refund.", "charge.refund")):
        made = await stripe_post(
            sandbox, "/v1/refunds", payment_intent=str(intent), amount="1000"
        )
        if kind.startswith("refund."):
            return {
                "id": made["id"],
                "object": "refund",
                "payment_intent": intent,
                "charge": made["charge"],
            }
    if kind.startswith("charge.dispute."):
        (dispute,) = stripe_get(sandbox, f"/v1/disputes?payment_intent={intent}")[
            "data"
        ]
        return {
            "id": dispute["id"],
            "object": "dispute",
            "payment_intent": intent,
            "charge": dispute["charge"],
        }
    if kind.startswith("charge."):
        return {
            "id": payment.stripe_charge_id,
            "object": "charge",
            "payment_intent": intent,
        }
    if kind.startswith("transfer."):
        return {
            "id": payment.stripe_transfer_id,
            "object": "transfer",
            "source_transaction": payment.stripe_charge_id,
        }
    if kind.startswith("account.application."):
        return {"id": "ca_1", "object": "application"}
    return {"id": payment.stripe_account_id, "object": "account"}


async def saved_subject(
    gateway: Gateway, sandbox: RunningSandbox, kind: str
) -> dict[str, Any]:
    """The same of what a shopper has saved."""
    shopper = await make_customer()
    await add_card(gateway, sandbox, shopper.id)
    customer = await customer_of(shopper.id)
    if kind == "customer.deleted":
        at_stripe(sandbox, "DELETE", f"customers/{customer}")
        return {"id": customer, "object": "customer"}
    if kind.startswith("setup_intent."):
        setup = await PaymentMethodSetup.get()
        return {
            "id": setup.stripe_setup_intent_id,
            "object": "setup_intent",
            "customer": customer,
        }
    method = await PaymentMethod.get()
    return {
        "id": method.stripe_payment_method_id,
        "object": "payment_method",
        "customer": customer,
    }


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
