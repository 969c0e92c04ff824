"""A vendor is mailed before a deadline of Stripe's, and when payments or payouts stop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

import run
from shared.core import clock
from shared.finance.connect import jobs, service
from shared.finance.connect.queries import get_vendor_payment_config
from shared.finance.connect.rules import AccountStatus
from shared.infra.gateway.errors import StripeUnavailable
from shared.infra.jobs.models import Job
from shared.infra.jobs.worker import Worker
from shared.infra.mail.models import Email
from tests.support.account_health import BLURRED, PASSPORT, ask, due, in_days, mailed
from tests.support.market import open_shop

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


async def _remind(context: Context, at: datetime | None = None) -> None:
    """The daily job and what follows from it."""
    worker = Worker(context, run.job_handlers())
    with clock.use(lambda: at or datetime.now(UTC)):
        await jobs.remind.run(context, {})
        await worker.run_due()


class TestReminders:
    async def test_three_mails_before_a_deadline_each_once(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """14, 7 and 1 days before, with what is missing, by when and what stops, however often the
        job runs.
        """
        shop = await open_shop(gateway, sandbox)
        deadline = in_days(20)
        await ask(gateway, sandbox, shop, requirements=due(deadline, errors=[BLURRED]))

        for left in (
            16,
            15,
            14,
            14,
            13,
            10,
            7,
            6.5,
            3,
            1,
            0.9,
            0.1,
            -1,
        ):
            await _remind(context, deadline - timedelta(days=left))

        mails = await mailed("account_deadline")
        assert [m.unique_key.rpartition(":")[2] for m in mails] == ["14", "7", "1"]
        day = f"{deadline.day} {deadline:%B}"
        for mail, when in zip(
            mails, ("in 14 days", "in 7 days", "tomorrow"), strict=True
        ):
            assert mail.subject.startswith(
                f"Stripe needs a photo of your passport or identity card by {day}"
            )
            assert when in mail.text
            assert "The picture cannot be read. Upload it again" in mail.text
            assert "Stripe stops your payouts" in mail.text
            assert "/vendor/admin/payments" in mail.text
            assert "verification" not in mail.text
            assert mail.status == "sent"

    async def test_a_new_deadline_is_mailed_anew_and_an_announced_one_too(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """Each deadline has mails of its own, each about what is due on that day."""
        shop = await open_shop(gateway, sandbox)
        announced = {
            "currently_due": ["company.tax_id"],
            "current_deadline": int(in_days(7).timestamp()),
        }
        await ask(
            gateway,
            sandbox,
            shop,
            requirements=due(in_days(14)),
            future_requirements=announced,
        )
        await _remind(context)
        await ask(gateway, sandbox, shop, requirements=due(in_days(13)))
        await _remind(context)

        first, second, third = await mailed("account_deadline")

        assert "passport" in first.text
        assert "registration number" in second.text
        assert "passport" not in second.text
        assert "in 13 days" in third.text

    async def test_what_was_given_meanwhile_is_not_asked_for(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """The account is read again before a mail is written, even if no webhook came."""
        shop = await open_shop(gateway, sandbox)
        await ask(gateway, sandbox, shop, requirements=due(in_days(7)))
        sandbox.complete(shop.account_id)

        await _remind(context)

        assert await mailed("account_deadline") == []
        assert (
            await get_vendor_payment_config(shop.vendor_id)
        ).account_status is AccountStatus.ACTIVE

    async def test_stripe_down_delays_a_reminder_and_loses_none(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """The vendor's own job waits and asks again; the other vendors are not held up."""
        shop = await open_shop(gateway, sandbox)
        other = await open_shop(gateway, sandbox)
        for one in (shop, other):
            await ask(gateway, sandbox, one, requirements=due(in_days(7)))
        path = f"/v1/accounts/{shop.account_id}"
        sandbox.breaks(path, "status", method="GET", status=500)
        await _remind(context)
        assert len(await mailed("account_deadline")) == 1

        sandbox.faults()
        with clock.use(lambda: datetime.now(UTC) + timedelta(minutes=1)):
            await Worker(context, run.job_handlers()).run_due()

        assert len(await mailed("account_deadline")) == 2
        assert not await Job.exists(kind="vendors.remind_one", status="waiting")

    async def test_without_a_deadline_near_nothing_is_asked(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """No call to Stripe for vendors that owe nothing."""
        await open_shop(gateway, sandbox)
        before = len(sandbox.requests())

        await _remind(context)

        assert len(sandbox.requests()) == before

    async def test_an_account_that_cannot_be_read_is_left_alone(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """Stripe forgot it: no mail, no job that fails for ever."""
        shop = await open_shop(gateway, sandbox)
        await ask(gateway, sandbox, shop, requirements=due(in_days(7)))
        sandbox.reset()

        await _remind(context)

        assert await mailed("account_deadline") == []
        assert not await Job.exists(
            kind="vendors.remind_one", status__in=["waiting", "failed"]
        )

    async def test_reading_is_a_write_of_nobody_s(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Stripe down while an account is read raises, and what we knew stays."""
        shop = await open_shop(gateway, sandbox)
        sandbox.fails(500, "/v1/accounts")
        with pytest.raises(StripeUnavailable):
            await service.sync_account(gateway, vendor_id=shop.vendor_id)
        assert (
            await get_vendor_payment_config(shop.vendor_id)
        ).account_status is AccountStatus.ACTIVE


class TestStopped:
    async def test_payouts_that_stop_are_mailed_once(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """However often the account is read after that."""
        shop = await open_shop(gateway, sandbox)
        for _ in range(3):
            await ask(gateway, sandbox, shop, payouts_enabled=False)

        (mail,) = await mailed("account_stopped")

        assert mail.subject == "Your payouts have stopped"
        assert "You can take payments. Nothing is paid out at the moment" in mail.text

    async def test_payments_that_stop_are_mailed(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """With what is missing and what to do; a recovery and a second stop make a second mail."""
        shop = await open_shop(gateway, sandbox)
        late = {"past_due": [PASSPORT], "currently_due": [PASSPORT]}
        await ask(
            gateway,
            sandbox,
            shop,
            requirements=late,
            disabled_reason="requirements.past_due",
        )

        (mail,) = await mailed("account_stopped")

        assert mail.subject == "Your payments have stopped"
        assert "Stripe did not get what it needs in time." in mail.text
        assert "A photo of your passport or identity card." in mail.text
        assert (
            await get_vendor_payment_config(shop.vendor_id)
        ).account_status is AccountStatus.PENDING
        await ask(gateway, sandbox, shop, complete=True)
        await ask(
            gateway,
            sandbox,
            shop,
            requirements=late,
            disabled_reason="requirements.past_due",
        )
        assert len(await mailed("account_stopped")) == 2

    async def test_a_closed_account_is_mailed_in_neutral_words(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Nothing of Stripe's reason but what it means."""
        shop = await open_shop(gateway, sandbox)
        await ask(gateway, sandbox, shop, disabled_reason="rejected.fraud")

        (mail,) = await mailed("account_stopped")

        assert (
            "You cannot take payments. Stripe no longer works with this account."
            in mail.text
        )
        assert "fraud" not in mail.text
        assert not (await get_vendor_payment_config(shop.vendor_id)).accepts_payments

    async def test_who_disconnects_us_is_told_what_it_means(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Once."""
        shop = await open_shop(gateway, sandbox)
        for _ in range(2):
            await service.deauthorize(shop.account_id)

        (mail,) = await mailed("account_stopped")

        assert "The marketplace no longer has access" in mail.text

    async def test_onboarding_sends_no_such_mail(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Where nothing has worked yet, nothing can stop."""
        await open_shop(gateway, sandbox)
        assert await Email.filter(kind="account_stopped").count() == 0
