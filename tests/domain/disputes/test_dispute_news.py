"""News of disputes in any order, what their vendors are told, and warnings before there is one."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.core.errors import TryLater
from shared.finance.disputes import fraud_warnings, jobs, service
from shared.finance.disputes.models import Dispute
from shared.finance.ledger.models import LedgerPosting
from shared.finance.payments.models import Payment
from shared.finance.payments.service import create_payment_intent
from shared.finance.recovery import service as clawback
from shared.infra.jobs.models import Job
from shared.infra.mail.models import Email
from shared.infra.references.models import StripeReference
from tests.support.dispute_money import SHARE, claim_of, escalate
from tests.support.disputes import (
    DISPUTE,
    INQUIRY,
    again,
    at_stripe,
    decide,
    disputed,
    work,
)
from tests.support.market import check_out, confirm, open_shop, stripe_post
from tests.support.money import assert_books_agree, held, sell

if TYPE_CHECKING:
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


class TestNews:
    async def test_every_repetition_ends_in_the_same_state(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Read five times: one posting, one claim, one mail."""
        shop = await open_shop(context.gateway, sandbox)
        row = await disputed(context, sandbox, shop)
        for _ in range(4):
            row = await again(context, row)
        assert await LedgerPosting.filter(kind="dispute_withdrawn").count() == 1
        assert await Email.filter(kind__startswith="dispute").count() == 1
        assert (await claim_of(row)).taken == SHARE
        await assert_books_agree(sandbox)

    async def test_news_that_comes_only_at_the_end_ends_in_the_same_state(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Every webhook was lost until it was won: both movements are posted, and nothing is left
        of them.
        """
        shop = await open_shop(context.gateway, sandbox)
        payment = await sell(context.gateway, sandbox, shop, card=DISPUTE)
        (stripe_id,) = await at_stripe(context.gateway, sandbox, payment)
        sandbox.control("POST", f"disputes/{stripe_id}/close", {"outcome": "won"})
        await service.sync_dispute(context.gateway, stripe_id)
        await work(context)
        row = await Dispute.get(stripe_dispute_id=stripe_id)
        assert (
            row.status,
            row.vendor_part,
            row.vendor_back,
            row.transaction_count,
        ) == (
            "won",
            SHARE,
            SHARE,
            2,
        )
        assert held(sandbox, shop.account_id) == {"EUR": SHARE}
        await assert_books_agree(sandbox)

    @pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
    @pytest.mark.one_engine
    async def test_older_readings_change_nothing(
        self, context: Context, sandbox: RunningSandbox, order: tuple[int, ...]
    ) -> None:
        """Three readings of one dispute, opened, under review and won, applied in any order."""
        shop = await open_shop(context.gateway, sandbox)
        payment = await sell(context.gateway, sandbox, shop, card=DISPUTE)
        (stripe_id,) = await at_stripe(context.gateway, sandbox, payment)
        readings = [await context.gateway.disputes.get(stripe_id)]
        texts = {"uncategorized_text": "winning_evidence"}
        readings.append(
            await context.gateway.disputes.update(
                stripe_id, evidence=texts, submit=True, key="t:win"
            )
        )
        sandbox.advance(10)
        readings.append(await context.gateway.disputes.get(stripe_id))
        assert [reading.status for reading in readings] == [
            "needs_response",
            "under_review",
            "won",
        ]
        for place in order:
            await service.apply(payment.id, readings[place])
        await work(context)
        row = await Dispute.get(stripe_dispute_id=stripe_id)
        assert (row.status, row.vendor_part, row.vendor_back) == ("won", SHARE, SHARE)
        assert (await claim_of(row)).taken == 0
        await assert_books_agree(sandbox)

    async def test_a_dispute_is_known_before_its_payment_is(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """The payment's own news was lost: it is read first, so that the sale stands in the books
        before the debit.
        """
        shop = await open_shop(context.gateway, sandbox)
        purchase = await check_out(shop)
        view = await create_payment_intent(context.gateway, order_id=purchase.order_id)
        await confirm(sandbox, view.payment_intent_id, DISPUTE)
        sandbox.advance(1)
        payment = await Payment.get(order_id=purchase.order_id)
        for stripe_id in await at_stripe(context.gateway, sandbox, payment):
            await service.sync_dispute(context.gateway, stripe_id)
        await work(context)
        row = await Dispute.get(order_id=purchase.order_id)
        assert row.vendor_part == SHARE
        await assert_books_agree(sandbox)

    async def test_a_foreign_dispute_is_not_ours(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Of a charge that was made beside us."""
        intent = await stripe_post(
            sandbox,
            "/v1/payment_intents",
            amount="5000",
            currency="eur",
            confirm="true",
            payment_method=DISPUTE,
            return_url="http://127.0.0.1/back",
        )
        sandbox.advance(1)
        (seen,) = await context.gateway.disputes.list(payment_intent=intent["id"])
        assert await service.sync_dispute(context.gateway, seen.id) is None
        assert not await Dispute.exists()

    async def test_the_sweep_finds_what_no_webhook_told_and_reads_open_ones_again(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Also when a decision's webhook was lost; foreign ones are left alone."""
        shop = await open_shop(context.gateway, sandbox)
        payment = await sell(context.gateway, sandbox, shop, card=DISPUTE)
        await jobs.sweep.run(context, {})
        await work(context)
        row = await Dispute.get(payment_id=payment.id)
        assert (await claim_of(row)).taken == SHARE
        sandbox.control(
            "POST", f"disputes/{row.stripe_dispute_id}/close", {"outcome": "won"}
        )
        await jobs.sweep.run(context, {})
        await work(context)
        assert (await Dispute.get(id=row.id)).status == "won"
        await jobs.sweep.run(context, {})
        assert not await Job.exists(kind="disputes.follow", status="waiting")
        await assert_books_agree(sandbox)

    async def test_an_escalated_inquiry_takes_the_money_and_may_be_answered_again(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """With a new deadline and a mail of its own."""
        shop = await open_shop(context.gateway, sandbox)
        row = await disputed(context, sandbox, shop, card=INQUIRY)
        await Dispute.filter(id=row.id).update(
            submitted_at=clock.now(), submitted_by="member:1", delivered_at=clock.now()
        )
        await escalate(context, sandbox, row)
        row = await again(context, row)
        assert (row.status, row.submitted_at, row.delivered_at) == (
            "needs_response",
            None,
            None,
        )
        assert row.vendor_part == SHARE
        assert await Email.filter(kind="dispute_withdrawn").count() == 1
        await assert_books_agree(sandbox)

    @pytest.mark.parametrize("effect", ["reset_before", "reset_after", "status"])
    async def test_a_failing_clawback_heals(
        self, context: Context, sandbox: RunningSandbox, effect: str
    ) -> None:
        """The debit waits for Stripe and is then made once."""
        shop = await open_shop(context.gateway, sandbox)
        payment = await sell(context.gateway, sandbox, shop, card=DISPUTE)
        (stripe_id,) = await at_stripe(context.gateway, sandbox, payment)
        fault = {
            "match": {"method": "POST", "path": "/v1/transfers"},
            "effect": effect,
            "times": 3,
        }
        sandbox.faults(
            fault | ({"status": 500, "stored": True} if effect == "status" else {})
        )
        await service.sync_dispute(context.gateway, stripe_id)
        row = await Dispute.get(stripe_dispute_id=stripe_id)
        with pytest.raises(TryLater):
            await clawback.settle(context.gateway, f"dispute:{row.id}")
        sandbox.faults()
        for _ in range(3):
            try:
                await clawback.settle(context.gateway, f"dispute:{row.id}")
            except TryLater:
                continue
        assert (await claim_of(row)).taken == SHARE
        await assert_books_agree(sandbox)


class TestWords:
    async def test_the_vendor_is_told_what_happened_what_it_costs_and_what_to_do(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Opened with the deadline and the debit; won with what is back."""
        shop = await open_shop(context.gateway, sandbox)
        row = await decide(
            context, sandbox, await disputed(context, sandbox, shop), "won"
        )
        opened, won = await Email.filter(kind__startswith="dispute").order_by("id")
        assert opened.kind == "dispute_opened"
        assert "€48.65 of it comes out of your balance" in opened.text
        assert "answer by" in opened.subject
        assert f"/vendor/admin/disputes/{row.id}" in opened.text
        assert won.kind == "dispute_won"
        assert "€48.65 that had been taken from you is yours again" in won.text

    async def test_a_loss_and_an_inquiry_have_words_of_their_own(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """No money has moved; do not refund as well."""
        shop = await open_shop(context.gateway, sandbox)
        await decide(context, sandbox, await disputed(context, sandbox, shop), "lost")
        await decide(
            context,
            sandbox,
            await disputed(context, sandbox, shop, card=INQUIRY),
            "lost",
        )
        texts = {
            mail.kind: mail.text
            for mail in await Email.filter(kind__startswith="dispute").order_by("-id")
        }
        assert "Do not refund this order as well" in texts["dispute_lost"]
        assert "No money has moved" in texts["dispute_closed"]
        inquiry = await Email.filter(kind="dispute_opened").order_by("-id").first()
        assert inquiry is not None
        assert "refund the shopper, which closes the inquiry" in " ".join(
            inquiry.text.split()
        )

    async def test_reminders_come_three_days_and_one_day_before_the_deadline_once_each(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """And none before, after, or when it is answered."""
        shop = await open_shop(context.gateway, sandbox)
        row = await disputed(context, sandbox, shop)
        assert row.due_by is not None
        for days, expected in (
            (5, 0),
            (2.5, 1),
            (2, 1),
            (0.9, 2),
            (0.5, 2),
            (-1, 2),
        ):
            now = row.due_by - timedelta(days=days)
            with clock.use(lambda at=now: at):  # type: ignore[misc]
                await jobs.remind.run(context, {})
                await work(context)
            assert await Email.filter(kind="dispute_reminder").count() == expected, days
        subject = (
            await Email.filter(kind="dispute_reminder").order_by("id").first()
        ).subject  # type: ignore[union-attr]
        assert subject.startswith("2 days left to answer the bank about order")

    async def test_every_id_of_stripes_leads_to_the_order(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """The dispute's and its balance transactions'."""
        shop = await open_shop(context.gateway, sandbox)
        row = await decide(
            context, sandbox, await disputed(context, sandbox, shop), "won"
        )
        seen = await context.gateway.disputes.get(row.stripe_dispute_id)
        ids = [seen.id, *(transaction.id for transaction in seen.transactions)]
        found = await StripeReference.filter(stripe_id__in=ids)
        assert {(ref.subject, ref.order_id) for ref in found} == {
            (f"dispute:{row.id}", row.order_id)
        }
        assert len(found) == 3


class TestFraudWarnings:
    async def test_the_vendor_is_warned_once_before_there_is_a_dispute(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """By mail and on the order, as long as something can be done about it."""
        shop = await open_shop(context.gateway, sandbox)
        payment = await sell(
            context.gateway, sandbox, shop, card="pm_card_createIssuerFraudRecord"
        )
        (event,) = sandbox.events("radar.early_fraud_warning.created")
        warning = event["data"]["object"]["id"]
        said = [await fraud_warnings.note(context.gateway, warning) for _ in range(2)]
        assert said == ["vendor warned", "known"]
        mail = await Email.get(kind="fraud_warning")
        assert "A refund now avoids the dispute" in " ".join(mail.text.split())
        assert await fraud_warnings.is_warned(payment.order_id)
        sandbox.control(
            "POST",
            "disputes",
            {"charge": payment.stripe_charge_id, "reason": "fraudulent"},
        )
        assert (
            await fraud_warnings.note(context.gateway, warning)
            == "nothing to be done about it any more"
        )
        await service.sync_dispute(
            context.gateway, (await at_stripe(context.gateway, sandbox, payment))[0]
        )
        assert not await fraud_warnings.is_warned(payment.order_id)

    async def test_a_foreign_warning_is_not_ours(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Of a charge that was made beside us."""
        await stripe_post(
            sandbox,
            "/v1/payment_intents",
            amount="5000",
            currency="eur",
            confirm="true",
            payment_method="pm_card_createIssuerFraudRecord",
            return_url="http://127.0.0.1/back",
        )
        sandbox.advance(1)
        (event,) = sandbox.events("radar.early_fraud_warning.created")
        assert (
            await fraud_warnings.note(context.gateway, event["data"]["object"]["id"])
            is None
        )
