"""A dispute moves money: who bears it, while it is open and when it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.finance.disputes import service
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.open_disputes import exposure
from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerPosting
from shared.finance.payments.models import Payment
from shared.finance.recovery import receivables
from shared.finance.recovery.models import Claim
from shared.trade.commission import service as fees
from shared.trade.commission.rules import RefundPolicy
from tests.support.dispute_money import FEE, SHARE, TOTAL, claim_of, escalate, refund
from tests.support.disputes import (
    INQUIRY,
    NOT_RECEIVED,
    SEVERAL,
    again,
    decide,
    disputed,
    empty_balance,
    work,
)
from tests.support.market import open_shop
from tests.support.money import assert_books_agree, booked, held, sell

if TYPE_CHECKING:
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


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
