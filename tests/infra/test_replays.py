"""An event is replayed: what it would do is said beforehand, and twice is once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from shared.core.errors import NotFound
from shared.core.settings import SANDBOX_SECRET_KEY
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.inbox import dispatch
from shared.finance.inbox.handlers import handlers
from shared.finance.inbox.models import WebhookEvent
from shared.finance.inbox.rules import Decision, EventStatus
from shared.finance.payment_methods.models import PaymentMethod, PaymentMethodSetup
from shared.finance.payments.models import Payment
from shared.infra.audit.models import AuditEntry
from shared.infra.database.tables import models
from shared.infra.gateway.errors import StripeUnavailable
from shared.trade.orders.models import Order
from shared.trade.orders.rules import PaymentStatus
from tests.support.disputes import work
from tests.support.factories import make_customer
from tests.support.market import open_shop, stripe_post
from tests.support.money import DAY, sell, stripe_get
from tests.support.refunds import fund_platform, refund, sold
from tests.support.saving import add_card, at_stripe, customer_of
from tests.support.told import changed, success
from tests.support.webhooks import deliver, event, paid_intent

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


class TestReplay:
    async def test_a_dry_run_says_what_the_replay_then_does(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """By the same rules, and without touching anything."""
        order_id, intent_id = await paid_intent(gateway, sandbox)
        sandbox.fails(500)
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
        sandbox.fails(500)
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
        sandbox.fails(500)
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
