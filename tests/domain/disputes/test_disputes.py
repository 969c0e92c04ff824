"""Disputes against the stand-in: debited when funds go, paid back when won, once per charge,
whatever news comes how.
"""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.core.errors import TryLater
from shared.finance.disputes import fraud_warnings, jobs, service
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.open_disputes import exposure
from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerPosting
from shared.finance.payments.models import Payment
from shared.finance.payments.service import create_payment_intent
from shared.finance.recovery import receivables
from shared.finance.recovery import service as clawback
from shared.finance.recovery.models import Claim
from shared.infra import unit
from shared.infra.gateway.refunds import NewRefund
from shared.infra.jobs.models import Job
from shared.infra.mail.models import Email
from shared.infra.references.models import StripeReference
from shared.trade.commission import service as fees
from shared.trade.commission.rules import RefundPolicy
from shared.trade.orders.models import Order
from tests.support.disputes import (
    DISPUTE,
    INQUIRY,
    NOT_RECEIVED,
    SEVERAL,
    again,
    at_stripe,
    decide,
    disputed,
    empty_balance,
    work,
)
from tests.support.market import check_out, confirm, open_shop, stripe_post
from tests.support.money import assert_books_agree, booked, held, sell

if TYPE_CHECKING:
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")
TOTAL, FEE = 4990, 125
SHARE = TOTAL - FEE


async def claim_of(row: Dispute) -> Claim:
    return await Claim.get(subject=f"dispute:{row.id}")


class TestMoney:
    async def test_a_dispute_debits_the_vendor_its_share_and_the_marketplace_the_rest(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """The vendor's balance is empty afterwards; commission and Stripe's fee are the
        marketplace's.
        """
        shop = await open_shop(context.gateway, sandbox)
        row = await disputed(context, sandbox, shop)
        assert (row.status, row.reason) == ("needs_response", "fraudulent")
        assert (row.vendor_part, row.commission_part, row.loss_part, row.fee) == (
            SHARE,
            FEE,
            0,
            2000,
        )
        assert held(sandbox, shop.account_id) == {}
        assert await booked(Account.VENDOR_PAYABLE, vendor_id=shop.vendor_id) == {}
        assert await booked(Account.DISPUTE_LOSSES) == {"EUR": 2000}
        assert await booked(Account.COMMISSION) == {}
        await assert_books_agree(sandbox)

    async def test_a_dispute_that_is_won_pays_everybody_back(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """To the minor unit, except Stripe's fee, which Stripe keeps."""
        shop = await open_shop(context.gateway, sandbox)
        row = await decide(
            context, sandbox, await disputed(context, sandbox, shop), "won"
        )
        assert row.status == "won"
        assert (row.vendor_back, row.commission_back) == (SHARE, FEE)
        assert held(sandbox, shop.account_id) == {"EUR": SHARE}
        assert await booked(Account.DISPUTE_LOSSES) == {"EUR": 2000}
        await assert_books_agree(sandbox)

    async def test_a_dispute_that_is_lost_takes_nothing_more(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """It was all taken before."""
        shop = await open_shop(context.gateway, sandbox)
        row = await disputed(context, sandbox, shop, card=NOT_RECEIVED)
        before = await LedgerPosting.all().count()
        row = await decide(context, sandbox, row, "lost")
        assert (row.status, row.reason) == ("lost", "product_not_received")
        assert row.closed_at is not None
        assert await LedgerPosting.all().count() == before
        await assert_books_agree(sandbox)

    async def test_an_inquiry_moves_nothing(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """No posting, no claim; closed, it has still moved nothing."""
        shop = await open_shop(context.gateway, sandbox)
        row = await disputed(context, sandbox, shop, card=INQUIRY)
        assert (row.status, row.is_inquiry, row.is_charge_refundable) == (
            "warning_needs_response",
            True,
            True,
        )
        row = await decide(context, sandbox, row, "lost")
        assert row.status == "warning_closed"
        assert not await Claim.exists()
        assert held(sandbox, shop.account_id) == {"EUR": SHARE}
        await assert_books_agree(sandbox)

    async def test_an_empty_balance_becomes_a_debt_that_the_next_sale_pays_and_a_win_gives_back(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Exactly what was taken, no more and no less."""
        shop = await open_shop(context.gateway, sandbox)
        payment = await sell(context.gateway, sandbox, shop)
        await empty_balance(sandbox, shop.account_id)
        charge = sandbox.control(
            "POST",
            "disputes",
            {"charge": payment.stripe_charge_id, "reason": "fraudulent"},
        )
        await service.sync_dispute(context.gateway, charge["id"])
        await work(context)
        row = await Dispute.get(stripe_dispute_id=charge["id"])
        assert (await claim_of(row)).receivable == SHARE
        assert (await exposure())[0].owed.amount == SHARE
        await sell(context.gateway, sandbox, shop)
        await work(context)
        claim = await claim_of(row)
        assert (claim.taken, claim.receivable) == (SHARE, 0)
        assert held(sandbox, shop.account_id) == {}
        await decide(context, sandbox, row, "won")
        claim = await claim_of(row)
        assert (claim.amount, claim.taken, claim.receivable) == (0, 0, 0)
        assert held(sandbox, shop.account_id) == {"EUR": SHARE}
        assert await booked(Account.VENDOR_RECEIVABLE, vendor_id=shop.vendor_id) == {}

    async def test_a_part_that_the_balance_covers_is_taken_and_the_rest_is_owed_until_the_win(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """A debt that a win undoes is never paid out."""
        shop = await open_shop(context.gateway, sandbox)
        old = await sell(context.gateway, sandbox, shop, quantity=2)
        await empty_balance(sandbox, shop.account_id)
        await sell(context.gateway, sandbox, shop)
        made = sandbox.control(
            "POST", "disputes", {"charge": old.stripe_charge_id, "reason": "duplicate"}
        )
        await service.sync_dispute(context.gateway, made["id"])
        await work(context)
        row = await Dispute.get(stripe_dispute_id=made["id"])
        claim = await claim_of(row)
        assert (claim.taken, claim.receivable) == (SHARE, row.vendor_part - SHARE)
        await decide(context, sandbox, row, "won")
        assert held(sandbox, shop.account_id) == {"EUR": SHARE}
        assert (await claim_of(row)).receivable == 0

    async def test_a_debt_that_was_given_up_is_not_paid_out_when_the_dispute_is_won(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """The vendor never paid it: the marketplace's loss is undone, and the vendor has what its
        sale earned, once.
        """
        shop = await open_shop(context.gateway, sandbox)
        payment = await sell(context.gateway, sandbox, shop)
        await empty_balance(sandbox, shop.account_id)
        made = sandbox.control(
            "POST",
            "disputes",
            {"charge": payment.stripe_charge_id, "reason": "fraudulent"},
        )
        await service.sync_dispute(context.gateway, made["id"])
        await work(context)
        row = await Dispute.get(stripe_dispute_id=made["id"])
        await receivables.write_off((await claim_of(row)).id, actor="member:1")
        assert await booked(Account.DISPUTE_LOSSES) == {"EUR": SHARE + 2000}
        await decide(context, sandbox, row, "won")
        assert held(sandbox, shop.account_id) == {}
        assert await booked(Account.DISPUTE_LOSSES) == {"EUR": 2000}
        assert await booked(Account.STRIPE_PLATFORM) == held(sandbox)
        claim = await claim_of(row)
        assert (
            claim.amount,
            claim.taken,
            claim.receivable,
            claim.written_off,
        ) == (0, 0, 0, 0)

    async def test_several_disputes_of_one_charge_debit_its_vendor_once(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Their parts together are the sale's; each that is won gives back its own."""
        shop = await open_shop(context.gateway, sandbox)
        await disputed(context, sandbox, shop, card=SEVERAL)
        rows = await Dispute.all().order_by("id")
        assert len(rows) > 1
        assert sum(row.vendor_part for row in rows) <= SHARE
        assert sum(
            row.vendor_part + row.commission_part + row.loss_part for row in rows
        ) == sum(row.amount for row in rows)
        await assert_books_agree(sandbox)
        first = await decide(context, sandbox, rows[0], "won")
        for row in rows[1:]:
            await decide(context, sandbox, row, "lost")
        assert first.vendor_back == first.vendor_part
        await assert_books_agree(sandbox)

    async def test_a_refund_and_then_a_dispute_of_the_rest_debit_once(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Together the vendor bears its share, the commission itself, and the marketplace its fee
        alone.
        """
        shop = await open_shop(context.gateway, sandbox)
        payment = await sell(context.gateway, sandbox, shop)
        await refund(context, sandbox, payment, 2000, commission=50)
        made = sandbox.control(
            "POST",
            "disputes",
            {"charge": payment.stripe_charge_id, "reason": "general"},
        )
        await service.sync_dispute(context.gateway, made["id"])
        await work(context)
        row = await Dispute.get(stripe_dispute_id=made["id"])
        assert (row.amount, row.vendor_part, row.commission_part, row.loss_part) == (
            2990,
            SHARE - 1950,
            75,
            0,
        )
        assert held(sandbox, shop.account_id) == {}
        await assert_books_agree(sandbox)

    async def test_an_inquiry_that_is_refunded_and_escalates_all_the_same_is_the_marketplaces_loss(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """What the vendor has given back already it does not give a second time; Stripe leaves
        alone what went back whole.
        """
        shop = await open_shop(context.gateway, sandbox)
        row = await disputed(context, sandbox, shop, card=INQUIRY)
        payment = await Payment.get(id=row.payment_id)
        await refund(context, sandbox, payment, TOTAL - 10, commission=FEE)
        await escalate(context, sandbox, row)
        row = await again(context, row)
        assert (row.status, row.is_inquiry) == ("needs_response", False)
        assert (row.vendor_part, row.commission_part, row.loss_part) == (
            10,
            0,
            TOTAL - 10,
        )
        await assert_books_agree(sandbox)

    async def test_a_commission_that_is_kept_is_not_taken_from_the_vendor(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """By the operator's policy of that day: what the commission does not give back is a
        loss.
        """
        await fees.set_policy(
            refund_policy=RefundPolicy.KEEP, refund_approval_limits={}, actor="test"
        )
        shop = await open_shop(context.gateway, sandbox)
        row = await disputed(context, sandbox, shop)
        assert (row.vendor_part, row.commission_part, row.loss_part) == (SHARE, 0, FEE)
        await assert_books_agree(sandbox)
        await decide(context, sandbox, row, "won")
        await assert_books_agree(sandbox)

    async def test_what_the_operator_sees_of_open_disputes(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Per currency: what is at stake, what is gone, who bears it; closed ones are no
        exposure.
        """
        shop = await open_shop(context.gateway, sandbox)
        row = await disputed(context, sandbox, shop)
        await disputed(context, sandbox, shop, card=INQUIRY)
        (eur,) = await exposure()
        assert (
            eur.count,
            eur.at_stake.amount,
            eur.gone.amount,
        ) == (2, 2 * TOTAL, TOTAL)
        assert (
            eur.vendors.amount,
            eur.owed.amount,
            eur.marketplace_part.amount,
        ) == (SHARE, 0, FEE + 2000)
        await decide(context, sandbox, row, "lost")
        (eur,) = await exposure()
        assert (
            eur.count,
            eur.gone.amount,
            eur.marketplace_part.amount,
        ) == (1, 0, 0)


async def refund(
    context: Context,
    sandbox: RunningSandbox,
    payment: Payment,
    amount: int,
    *,
    commission: int,
) -> None:
    """A refund as the refunds' own domain books it: owed, claimed from the vendor, and paid."""
    new = NewRefund(
        str(payment.stripe_payment_intent_id), amount, False, False, None, {}
    )
    made = await context.gateway.refunds.create(
        new, key=f"test:refund:{payment.id}:{amount}"
    )
    order = await Order.get(id=payment.order_id)
    fact = postings.RefundFact(
        1,
        order.id,
        order.vendor_id,
        order.currency,
        amount - commission,
        commission,
        made.id,
    )
    async with unit.transaction() as tx:
        await ledger.post(tx, postings.refund(fact))
        await clawback.set_claim(
            tx, subject="refund:1", payment=payment, amount=amount - commission
        )
    await work(context)
    sandbox.advance(1)
    made = await context.gateway.refunds.get(
        made.id
    )  # it waits until the platform has the money
    if made.balance_transaction:
        async with unit.transaction() as tx:
            await ledger.post(tx, postings.refund_paid(fact))


async def escalate(context: Context, sandbox: RunningSandbox, row: Dispute) -> None:
    """The bank is not content with the answer to its inquiry."""
    texts = {"uncategorized_text": "escalate_inquiry_evidence"}
    await context.gateway.disputes.update(
        row.stripe_dispute_id, evidence=texts, submit=True, key=f"t:{row.id}:escalate"
    )
    sandbox.advance(10)


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
