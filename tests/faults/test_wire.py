"""Every way in which an answer of Stripe can fail to arrive ends like "Stripe unreachable", in
every flow that moves money.

The answers are spoiled on a real line to the stand-in, which has done what it was asked: afterwards
each thing is there once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.finance.connect import service as connect
from shared.finance.disputes import responses
from shared.finance.disputes.models import Dispute
from shared.finance.payments.models import Payment
from shared.finance.payments.service import create_payment_intent
from shared.finance.payouts.models import Payout
from shared.finance.payouts.rules import PayoutState
from shared.finance.recovery import service as clawback
from shared.finance.recovery.models import Claim
from shared.finance.refunds import service as refunds
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import RefundState
from shared.infra import unit
from shared.infra.gateway.accounts import AccountDetails
from shared.infra.gateway.errors import StripeRefused, StripeUnavailable
from shared.infra.jobs import Context
from shared.trade.commission.rules import RefundPolicy
from shared.trade.vendors import service as vendors
from tests.support.disputes import disputed
from tests.support.disputes import work as work_all
from tests.support.market import check_out, open_shop
from tests.support.money import assert_books_agree, held, sell, stripe_get
from tests.support.payouts import payday, ready, time_of, work
from tests.support.refunds import amount, ask, run_jobs, set_policy, sold
from tests.support.wire import FAULTS, spoiling

if TYPE_CHECKING:
    from shared.core.settings import Settings
    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.one_engine


@pytest.mark.parametrize("fault", FAULTS)
async def test_nothing_but_our_own_error_leaves_the_gateway(
    gateway: Gateway, settings: Settings, sandbox: RunningSandbox, fault: str
) -> None:
    """Writing, reading one, reading a list: the outcome is unknown, and says so."""
    details = AccountDetails(
        country="LU", business_type="company", business_name="A", email="a@shop.test"
    )
    there = await gateway.accounts.create(details, vendor_id=1, key="k")
    async with spoiling(settings, fault) as bad:
        with pytest.raises(StripeUnavailable):
            await bad.accounts.create(details, vendor_id=1, key="k")
        with pytest.raises(StripeUnavailable):
            await bad.accounts.get(there.id)
        with pytest.raises(StripeUnavailable):
            await bad.customers.list("a@shop.test")
    assert (await gateway.accounts.create(details, vendor_id=1, key="k")).id == there.id


async def test_a_refusal_of_stripe_stays_a_refusal(gateway: Gateway) -> None:
    """It comes as Stripe's own error object."""
    with pytest.raises(StripeRefused):
        await gateway.payment_intents.get("pi_nobody")


@pytest.mark.usefixtures("database")
class TestFlows:
    """All faults, one after the other, then a good line."""

    async def test_setting_an_account_up(
        self, gateway: Gateway, settings: Settings, sandbox: RunningSandbox
    ) -> None:
        """One account, whatever became of the answers; the button works later."""
        signed = await vendors.sign_up(
            email="o@shop.test",
            password="a-long-password",
            full_name="O",
            business_name="Shop",
            country="LU",
            confirmed=True,
        )
        details = AccountDetails(
            country="LU",
            business_type="company",
            business_name="Shop",
            email="o@shop.test",
        )
        for fault in FAULTS:
            async with spoiling(settings, fault) as bad:
                with pytest.raises(StripeUnavailable):
                    await connect.setup_payments(
                        bad, vendor_id=signed.vendor_id, details=details, actor="test"
                    )
        account = await connect.setup_payments(
            gateway, vendor_id=signed.vendor_id, details=details, actor="test"
        )
        assert [row["id"] for row in stripe_get(sandbox, "/v1/accounts")["data"]] == [
            account
        ]

    async def test_paying(
        self, gateway: Gateway, settings: Settings, sandbox: RunningSandbox
    ) -> None:
        """One intent, and nobody is asked to pay twice."""
        order = await check_out(await open_shop(gateway, sandbox))
        for fault in FAULTS:
            async with spoiling(settings, fault) as bad:
                with pytest.raises(StripeUnavailable):
                    await create_payment_intent(bad, order_id=order.order_id)
                assert (
                    await Payment.get(order_id=order.order_id)
                ).stripe_payment_intent_id is None
        intent = await create_payment_intent(gateway, order_id=order.order_id)
        assert [
            row["id"] for row in stripe_get(sandbox, "/v1/payment_intents")["data"]
        ] == [intent.payment_intent_id]

    async def test_refunding(
        self,
        gateway: Gateway,
        settings: Settings,
        sandbox: RunningSandbox,
        context: Context,
    ) -> None:
        """The refund stays asked for, and is made once, with what comes back from the vendor."""
        await set_policy(RefundPolicy.PROPORTIONAL)
        sale = await sold(gateway, sandbox)
        made = await ask(gateway, sale, amount(1000))
        for fault in FAULTS:
            async with spoiling(settings, fault) as bad:
                await refunds.try_now(bad, made.id)
            assert (await Refund.get(id=made.id)).status == RefundState.OPENING
        await run_jobs(context)
        assert (await Refund.get(id=made.id)).status == RefundState.SUCCEEDED
        assert len(stripe_get(sandbox, "/v1/refunds")["data"]) == 1
        await assert_books_agree(sandbox)

    async def test_taking_back_from_a_vendor(
        self, gateway: Gateway, settings: Settings, sandbox: RunningSandbox
    ) -> None:
        """The transfer is reversed once."""
        shop = await open_shop(gateway, sandbox)
        payment = await sell(gateway, sandbox, shop)
        before = held(sandbox, shop.account_id)["EUR"]
        async with unit.transaction() as tx:
            await clawback.set_claim(
                tx, subject="dispute:1", payment=payment, amount=1000
            )
        for fault in FAULTS:
            async with spoiling(settings, fault) as bad:
                with pytest.raises(StripeUnavailable):
                    await clawback.settle(bad, "dispute:1")
            assert (await Claim.get(subject="dispute:1")).taken == 0
        assert (await clawback.settle(gateway, "dispute:1")).taken == 1000
        assert held(sandbox, shop.account_id)["EUR"] == before - 1000

    async def test_paying_out(
        self,
        gateway: Gateway,
        settings: Settings,
        sandbox: RunningSandbox,
        context: Context,
    ) -> None:
        """The payout is opened first, and made once."""
        with time_of(sandbox) as time:
            await ready(gateway, sandbox, time, await open_shop(gateway, sandbox))
            time.to_weekday(0)
            for fault in FAULTS:
                async with spoiling(settings, fault) as bad:
                    with pytest.raises(StripeUnavailable):
                        await payday(Context(bad, settings))
            await work(context, "payouts.pay")
            assert (await Payout.get()).status == PayoutState.PENDING
            assert len(sandbox.events("payout.created")) == 1
            await assert_books_agree(sandbox)

    async def test_answering_a_dispute(
        self, settings: Settings, sandbox: RunningSandbox, context: Context
    ) -> None:
        """The person has done their part; it is handed in once."""
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        version = await responses.save_draft(
            vendor_id=row.vendor_id,
            dispute_id=row.id,
            texts={"product_description": "A cup"},
            actor="member:1",
        )
        async with spoiling(settings, FAULTS[0]) as bad:
            assert not await responses.submit(
                bad,
                vendor_id=row.vendor_id,
                dispute_id=row.id,
                version=version,
                actor="member:1",
            )
        for fault in FAULTS[1:]:
            async with spoiling(settings, fault) as bad:
                with pytest.raises(StripeUnavailable):
                    await responses.deliver(bad, row.id)
        await responses.deliver(context.gateway, row.id)
        await work_all(context)
        assert (await Dispute.get(id=row.id)).status == "under_review"
        there = stripe_get(sandbox, f"/v1/disputes/{row.stripe_dispute_id}")
        assert there["evidence_details"]["submission_count"] == 1
