"""When a vendor is paid out is said here and holds at Stripe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.core.ids import born
from shared.finance.connect import service
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.connect.queries import get_vendor_payment_config
from shared.finance.connect.rules import PayoutSchedule
from shared.finance.payouts import stripe_schedule
from shared.finance.payouts.plans import PayoutPlan
from shared.finance.payouts.terms import terms_of
from shared.infra.audit.models import AuditEntry
from shared.infra.gateway.balance_settings import PayoutSettings
from shared.infra.gateway.errors import StripeUnavailable
from shared.infra.jobs.models import Job
from shared.infra.stripe_writes import service as writes
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.stripe_writes.rules import WriteState
from shared.trade.vendors.errors import PaymentNotConfigured
from tests.support.connecting import connected, new_vendor

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


class TestPayoutSchedule:
    async def test_the_schedule_reaches_stripe(self, gateway: Gateway) -> None:
        """With a minimum we pay and Stripe does not; without one Stripe pays on the day that was
        chosen.
        """
        vendor_id = await new_vendor()
        account = await connected(gateway, vendor_id)
        assert (await gateway.balance_settings.get(account)).interval == "manual"

        plan = PayoutPlan(PayoutSchedule.MONTHLY, "31", 0)
        await stripe_schedule.choose(
            gateway, vendor_id=vendor_id, plan=plan, actor="member:1"
        )

        assert await gateway.balance_settings.get(account) == PayoutSettings(
            "monthly", monthly_days=(31,)
        )
        terms = await terms_of(vendor_id)
        assert (terms.plan, terms.by_hand) == (plan, False)

    async def test_every_change_has_a_key_that_was_stored_first(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """There and back again: three different keys, so no answer of yesterday is repeated."""
        vendor_id = await new_vendor()
        await connected(gateway, vendor_id)
        for schedule in (PayoutSchedule.DAILY, PayoutSchedule.WEEKLY):
            plan = PayoutPlan(schedule, minimum=2000)
            await stripe_schedule.choose(
                gateway, vendor_id=vendor_id, plan=plan, actor="member:1"
            )

        entries = await AuditEntry.filter(
            action="vendor.payout_schedule_requested"
        ).order_by("id")

        row = await VendorPaymentConfig.get(vendor_id=vendor_id)
        head = f"vendor:{vendor_id}.{born(row.created_at)}:payout-settings"
        assert [e.details["key"] for e in entries] == [f"{head}:{n}" for n in (1, 2, 3)]
        assert (
            await get_vendor_payment_config(vendor_id)
        ).payout_schedule is PayoutSchedule.WEEKLY

    async def test_nothing_changes_while_stripe_is_down(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The row says what Stripe last said."""
        vendor_id = await new_vendor()
        await connected(gateway, vendor_id)
        sandbox.fails(503, "/v1/balance_settings")

        with pytest.raises(StripeUnavailable):
            await stripe_schedule.choose(
                gateway,
                vendor_id=vendor_id,
                plan=PayoutPlan(PayoutSchedule.DAILY),
                actor="member:1",
            )

        assert (
            await get_vendor_payment_config(vendor_id)
        ).payout_schedule is PayoutSchedule.WEEKLY

    async def test_what_was_asked_for_while_stripe_was_down_goes_through_later_unless_another_was(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """The newest plan counts, whichever job comes last."""
        vendor_id = await new_vendor()
        account = await connected(gateway, vendor_id)
        sandbox.fails(429, "/v1/balance_settings")
        for plan in (
            PayoutPlan(PayoutSchedule.DAILY),
            PayoutPlan(PayoutSchedule.MONTHLY, "5"),
        ):
            with pytest.raises(StripeUnavailable):
                await stripe_schedule.choose(
                    gateway, vendor_id=vendor_id, plan=plan, actor="member:1"
                )
        sandbox.faults()

        _, older, newer = await StripeWrite.filter(
            operation="balance_settings.update"
        ).order_by("id")
        for write in (newer, older):
            await writes.perform_soon.run(context, {"id": write.id})

        assert (await StripeWrite.get(id=older.id)).state == WriteState.SUPERSEDED
        assert (await terms_of(vendor_id)).plan == PayoutPlan(
            PayoutSchedule.MONTHLY, "5"
        )
        assert (await gateway.balance_settings.get(account)).monthly_days == (5,)

    async def test_a_change_at_stripe_is_found_by_reading(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The vendor changed it in the Stripe dashboard."""
        vendor_id = await new_vendor()
        account = await connected(gateway, vendor_id)
        sandbox.complete(account)
        plan = PayoutPlan(PayoutSchedule.WEEKLY, "tuesday", 0)
        await stripe_schedule.choose(
            gateway, vendor_id=vendor_id, plan=plan, actor="member:1"
        )
        await gateway.balance_settings.update(
            account, PayoutSettings("monthly", monthly_days=(7,)), key="dashboard:1"
        )

        await service.sync_account(gateway, vendor_id=vendor_id)

        terms = await terms_of(vendor_id)
        assert (terms.plan.schedule, terms.plan.day) == (PayoutSchedule.MONTHLY, "7")

    async def test_a_schedule_at_stripe_that_would_pay_past_us_is_set_back(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Where we make the payouts, a daily schedule from the dashboard is a job's to undo."""
        vendor_id = await new_vendor()
        account = await connected(gateway, vendor_id)
        sandbox.complete(account)
        await gateway.balance_settings.update(
            account, PayoutSettings("daily"), key="dashboard:1"
        )

        await service.sync_account(gateway, vendor_id=vendor_id)

        assert (await Job.get(kind="payouts.write_settings")).args == {
            "vendor_id": vendor_id
        }
        await stripe_schedule.apply(gateway, vendor_id=vendor_id)
        assert (await gateway.balance_settings.get(account)).interval == "manual"
        assert (await terms_of(vendor_id)).plan.schedule is PayoutSchedule.WEEKLY

    async def test_without_an_account_there_is_nothing_to_set(
        self, gateway: Gateway
    ) -> None:
        """The vendor is told to connect first."""
        vendor_id = await new_vendor()
        with pytest.raises(PaymentNotConfigured):
            await stripe_schedule.choose(
                gateway,
                vendor_id=vendor_id,
                plan=PayoutPlan(PayoutSchedule.DAILY),
                actor="member:1",
            )
