"""Events about charges that tell nothing new ask Stripe nothing; whatever is left out, all orders
of arrival come to the same end.
"""

from __future__ import annotations

import json
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from shared.finance.inbox import dispatch
from shared.finance.inbox.errors import OfConnectedAccount
from shared.finance.inbox.models import WebhookEvent
from shared.finance.inbox.rules import Decision, EventStatus
from shared.finance.ledger.models import LedgerPosting
from shared.finance.payments.charges import is_known
from shared.finance.payments.models import Payment
from shared.finance.payments.statements import payments_of
from shared.infra.gateway.charges import told_by
from shared.infra.gateway.signatures import envelope
from shared.infra.references.models import StripeReference
from shared.trade.orders.models import CardDecline
from tests.support.market import stripe_post
from tests.support.purchases import buy_and_pay
from tests.support.webhooks import deliver, paid_intent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.machine import Market
    from tests.support.sandbox import RunningSandbox

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.both_engines]

PAID, CHARGED, UPDATED = (
    "payment_intent.succeeded",
    "charge.succeeded",
    "charge.updated",
)
DECLINED = "charge.failed"
TOLD = (PAID, CHARGED, UPDATED)
KNOWN = "what it says of the charge is known"


class Heard:
    """A sale at Stripe, and its events as they are handed in one by one."""

    def __init__(self, sandbox: RunningSandbox, context: Context, intent: str) -> None:
        self._sandbox = sandbox
        self._context = context
        self._intent = intent

    def body(self, kind: str) -> dict[str, Any]:
        """The newest event of this type about the sale, as Stripe sends it."""
        about = [
            one
            for one in self._sandbox.events(kind)
            if self._intent
            in (one["data"]["object"].get("payment_intent"), self._id(one))
        ]
        told = dict(about[-1])
        del told["deliveries"]
        return told

    @staticmethod
    def _id(one: dict[str, Any]) -> str:
        return str(one["data"]["object"]["id"])

    async def hear(self, told: dict[str, Any]) -> tuple[WebhookEvent, list[str]]:
        """The stored event, and what Stripe was asked for it."""
        before = self._sandbox.requests()
        last = before[-1]["n"] if before else 0
        row = await deliver(self._context, json.dumps(told))
        asked = [one["path"] for one in self._sandbox.requests(last)]
        return row, asked

    async def of(self, kind: str) -> tuple[str, bool]:
        """What came of the event of this type, and whether Stripe was asked."""
        row, asked = await self.hear(self.body(kind))
        return row.outcome, bool(asked)


@pytest.fixture
async def heard(gateway: Gateway, sandbox: RunningSandbox, context: Context) -> Heard:
    """Money that Stripe has taken and booked; nothing of it is heard here."""
    _, intent = await paid_intent(gateway, sandbox)
    sandbox.advance(3)
    return Heard(sandbox, context, intent)


async def test_the_charge_s_success_asks_nothing_after_the_payment_s(
    heard: Heard,
) -> None:
    """What followed it comes with the event that tells of it, which is read."""
    assert await heard.of(PAID) == ("payment is succeeded", True)
    assert await heard.of(CHARGED) == (KNOWN, False)
    assert (await Payment.get()).amount_stripe_fee is None
    assert await heard.of(UPDATED) == ("charge noted", True)
    payment = await Payment.get()
    assert payment.amount_stripe_fee == 100
    assert payment.stripe_transfer_id
    row = await WebhookEvent.get(type=CHARGED)
    assert (row.status, row.decision) == (EventStatus.HANDLED, Decision.OLDER)
    assert row.order_id == payment.order_id


@pytest.mark.parametrize("order", list(permutations(TOLD)))
async def test_whatever_comes_first_all_ends_the_same(
    heard: Heard, order: Sequence[str]
) -> None:
    """Older news that comes late tells nothing; all of it comes twice."""
    for kind in (*order, *order):
        await heard.of(kind)
    payment = await Payment.get()
    assert payment.status == "succeeded"
    of_charge = heard.body(UPDATED)["data"]["object"]
    assert payment.stripe_charge_id == of_charge["id"]
    assert payment.stripe_transfer_id == of_charge["transfer"]
    assert payment.stripe_application_fee_id == of_charge["application_fee"]
    assert payment.stripe_balance_transaction_id == of_charge["balance_transaction"]
    assert payment.statement_descriptor == of_charge["calculated_statement_descriptor"]
    assert (payment.amount_stripe_fee, payment.payment_method) == (100, "card")
    assert payment.available_on is not None
    posted = await LedgerPosting.all().order_by("key").values_list("kind", flat=True)
    assert posted == ["sale", "stripe_fee"]
    known = await StripeReference.all().values_list("stripe_id", flat=True)
    names = ("id", "transfer", "application_fee", "balance_transaction")
    assert set(known) >= {of_charge[name] for name in names}


async def test_before_the_payment_is_settled_the_charge_is_read(heard: Heard) -> None:
    """Though it may hold the charge already."""
    assert await heard.of(CHARGED) == ("charge noted", True)
    told = {**heard.body(CHARGED), "id": "evt_again"}
    row, asked = await heard.hear(told)
    assert (row.outcome, bool(asked)) == ("charge noted", True)


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "another charge": lambda c: c.update(id="ch_other"),
    "another transfer": lambda c: c.update(transfer="tr_other"),
    "another fee": lambda c: c.update(application_fee="fee_other"),
    "another balance transaction": lambda c: c.update(balance_transaction="txn_other"),
    "one that is expanded": lambda c: c.update(
        balance_transaction={
            "id": c["balance_transaction"],
            "fee": 1,
            "available_on": 1,
        }
    ),
    "another method": lambda c: c["payment_method_details"].update(type="sepa_debit"),
    "other words": lambda c: c.update(calculated_statement_descriptor="OTHER"),
    "another currency": lambda c: c.update(currency="usd"),
    "another amount": lambda c: c.update(amount=1, amount_captured=1),
    "captured in part": lambda c: c.update(amount_captured=c["amount"] - 1),
    "a refund": lambda c: c.update(amount_refunded=1),
    "a dispute": lambda c: c.update(disputed=True),
    "not paid": lambda c: c.update(paid=False),
    "a failure": lambda c: c.update(failure_code="expired_card"),
    "a doubt": lambda c: c["outcome"].update(reason="elevated_risk_level"),
    "no outcome": lambda c: c.pop("outcome"),
    "no word of the balance": lambda c: c.pop("balance_transaction"),
    "no word of refunds": lambda c: c.pop("amount_refunded"),
}


async def test_whatever_is_changed_in_what_an_event_says_is_news(heard: Heard) -> None:
    """Each thing that noting takes, and each thing that may have happened to the money."""
    for kind in TOLD:
        await heard.of(kind)
    whole = json.dumps(heard.body(UPDATED))
    charge = told_by(envelope(json.loads(whole)))
    assert charge is not None
    held = await payments_of(charge.payment_intent)
    assert is_known(charge, held)
    for name, change in CHANGES.items():
        event = json.loads(whole)
        change(event["data"]["object"])
        told = told_by(envelope(event))
        assert told is None or not is_known(told, held), name
    of_another_version = {**json.loads(whole), "api_version": "2025-03-31.basil"}
    assert told_by(envelope(of_another_version)) is None


async def test_a_refund_or_a_dispute_between_is_read(
    heard: Heard, sandbox: RunningSandbox
) -> None:
    """Its event about the charge says so, and what came before it tells nothing of it."""
    await heard.of(PAID)
    await heard.of(UPDATED)
    charge = heard.body(UPDATED)["data"]["object"]["id"]
    await stripe_post(sandbox, "/v1/refunds", charge=charge, amount="100")
    mark = {"metadata[looked_at]": "yes"}
    await stripe_post(sandbox, f"/v1/charges/{charge}", **mark)
    told = heard.body(UPDATED)
    assert told["data"]["object"]["amount_refunded"] == 100
    row, asked = await heard.hear(told)
    assert (row.outcome, bool(asked)) == ("charge noted", True)
    assert await heard.of(CHARGED) == (KNOWN, False)


async def test_a_note_that_somebody_writes_on_the_charge_asks_nothing(
    heard: Heard, sandbox: RunningSandbox
) -> None:
    """A description or metadata, in the dashboard: nothing that we keep."""
    for kind in TOLD:
        await heard.of(kind)
    charge = heard.body(UPDATED)["data"]["object"]["id"]
    await stripe_post(sandbox, f"/v1/charges/{charge}", description="Called her.")
    assert await heard.of(UPDATED) == (KNOWN, False)


async def test_what_a_connected_account_says_of_our_charge_is_no_news_of_ours(
    heard: Heard,
) -> None:
    """It belongs to the other endpoint, whatever it says."""
    await heard.of(PAID)
    told = {**heard.body(UPDATED), "account": "acct_other"}
    with pytest.raises(OfConnectedAccount):
        await heard.hear(told)
    row = await WebhookEvent.get(stripe_event_id=told["id"])
    assert (row.status, row.decision) == (EventStatus.IGNORED, Decision.IGNORED)
    assert (await Payment.get()).stripe_transfer_id is None


async def test_what_stripe_says_a_charge_is_of_counts_and_not_what_its_event_does(
    heard: Heard, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """The payment that it names keeps as it is."""
    order, other = await paid_intent(gateway, sandbox)
    told = heard.body(CHARGED)
    told["data"]["object"]["payment_intent"] = other
    row, _ = await heard.hear(told)
    assert row.outcome == "charge noted"
    named = await Payment.get(order_id=order)
    mine = await Payment.get(id__not=named.id)
    charge = told["data"]["object"]["id"]
    assert (named.stripe_charge_id, mine.stripe_charge_id) == (None, charge)


@pytest.mark.parametrize("kind", [CHARGED, DECLINED])
async def test_a_charge_that_stripe_does_not_know_is_none_of_ours(
    heard: Heard, kind: str
) -> None:
    """There is nothing to try again."""
    told = {**heard.body(CHARGED), "type": kind}
    told["data"]["object"]["id"] = "ch_nobody"
    row, asked = await heard.hear(told)
    assert asked == ["/v1/charges/ch_nobody"]
    assert (row.status, row.decision) == (EventStatus.HANDLED, Decision.IGNORED)


async def test_a_decline_that_took_the_money_counts_for_nobody(heard: Heard) -> None:
    """Whatever its event is called."""
    row, asked = await heard.hear({**heard.body(CHARGED), "type": DECLINED})
    assert (row.outcome, bool(asked)) == ("the charge took the money", True)
    assert (row.decision, await CardDecline.exists()) == (Decision.OLDER, False)


async def test_a_replay_asks_stripe_whatever_the_event_says(
    heard: Heard, context: Context
) -> None:
    """A person who applies an event again wants our rows to follow what is so now."""
    await heard.of(PAID)
    row, _ = await heard.hear(heard.body(CHARGED))
    assert row.outcome == KNOWN
    done = await dispatch.replay(context, row.stripe_event_id)
    assert (done.outcome, done.decision) == ("charge noted", Decision.APPLIED)
    assert (await Payment.get()).stripe_transfer_id


async def test_a_shared_charge_is_known_when_each_of_its_orders_holds_it(
    market: Market,
) -> None:
    """And read where one of them does not."""
    shops = await market.fill("LU", "FR")
    purchase = await buy_and_pay(market, shops)
    (lead, other) = await purchase.payments()
    events = market.stand.events("charge.updated")
    (body,) = [e for e in events if e["data"]["object"]["id"] == lead.stripe_charge_id]
    charge = told_by(envelope(body))
    assert charge is not None
    held = await payments_of(charge.payment_intent)
    assert [payment.id for payment in held] == [lead.id, other.id]
    assert is_known(charge, held)
    assert not is_known(charge, held[:1])
    await Payment.filter(id=other.id).update(amount_stripe_fee=None)
    assert not is_known(charge, await payments_of(charge.payment_intent))
