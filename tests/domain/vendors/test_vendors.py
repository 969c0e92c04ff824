"""Vendors join, connect Stripe once, and follow what Stripe says: real database, real gateway, the
stand-in over HTTP.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.core.errors import Invalid
from shared.core.ids import born
from shared.finance.connect import payment_configs, service
from shared.finance.connect.errors import AccountDisconnected
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.connect.queries import get_vendor_payment_config, vendor_rows
from shared.finance.connect.rules import AccountStatus, PayoutSchedule
from shared.finance.payouts import stripe_schedule
from shared.finance.payouts.plans import PayoutPlan
from shared.finance.payouts.terms import terms_of
from shared.infra.audit.models import AuditEntry
from shared.infra.gateway.accounts import AccountDetails
from shared.infra.gateway.balance_settings import PayoutSettings
from shared.infra.gateway.errors import StripeRefused, StripeUnavailable
from shared.infra.jobs.models import Job
from shared.infra.stripe_writes import service as writes
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.stripe_writes.rules import KEYS_LAST, WriteState
from shared.trade.people.errors import EmailTaken, WeakPassword
from shared.trade.vendors import service as vendors
from shared.trade.vendors.errors import PaymentNotConfigured, UnsupportedCountry
from shared.trade.vendors.models import Vendor
from shared.trade.vendors.open_shops import open_shops
from shared.trade.vendors.queries import vendor_by_id, vendor_by_slug
from tests.support.factories import make_vendor

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")

DETAILS = AccountDetails(
    country="LU",
    business_type="company",
    business_name="Atelier",
    email="owner@atelier.test",
)


async def _vendor(
    name: str = "Atelier Luxe", email: str = "owner@atelier.test", country: str = "LU"
) -> int:
    signed = await vendors.sign_up(
        email=email,
        password="a-long-password",
        full_name="Olive Owner",
        business_name=name,
        country=country,
        confirmed=True,
    )
    return signed.vendor_id


async def _connected(gateway: Gateway, vendor_id: int) -> str:
    return await service.setup_payments(
        gateway, vendor_id=vendor_id, details=DETAILS, actor="member:1"
    )


def _created(sandbox: RunningSandbox) -> int:
    return sum(
        1
        for e in sandbox.requests()
        if (e["method"], e["path"]) == ("POST", "/v1/accounts")
    )


BACK = {
    "refresh_url": "http://localhost/refresh",
    "return_url": "http://localhost/success",
}


class TestSignUp:
    async def test_a_new_vendor_has_an_owner_and_its_country_s_currency(self) -> None:
        """And cannot take payments yet."""
        config = await get_vendor_payment_config(await _vendor(country="DK"))

        assert config.currency == "DKK"
        assert config.account_status is AccountStatus.NOT_CONFIGURED
        assert not config.accepts_payments
        assert config.needs_onboarding
        assert config.platform_fee_percentage == Decimal("2.50")

    async def test_two_shops_of_one_name_have_two_addresses(self) -> None:
        """The second one gets a number."""
        await _vendor(email="one@shop.test")
        second = await _vendor(email="two@shop.test")

        assert (await vendor_by_id(second)).slug == "atelier-luxe-2"

    @pytest.mark.parametrize("name", ["靴屋", "---", "🥖"])
    async def test_a_name_without_latin_letters_still_has_an_address(
        self, name: str
    ) -> None:
        """Nothing is left of it, so it is called shop."""
        assert (await vendor_by_id(await _vendor(name))).slug == "shop"

    async def test_a_taken_address_leaves_nothing_behind(self) -> None:
        """No vendor without an owner."""
        await _vendor()

        with pytest.raises(EmailTaken):
            await _vendor("Another")
        assert await Vendor.all().count() == 1

    async def test_a_weak_password_leaves_nothing_behind(self) -> None:
        """The vendor's row goes with it."""
        with pytest.raises(WeakPassword):
            await vendors.sign_up(
                email="a@b.test",
                password="short",
                full_name="A",
                business_name="B",
                country="LU",
            )
        assert await Vendor.all().count() == 0

    async def test_a_country_that_we_cannot_pay_is_refused(self) -> None:
        """Before anything is written."""
        with pytest.raises(UnsupportedCountry):
            await _vendor(country="US")


class TestOneAccount:
    async def test_a_second_set_up_returns_the_first_account(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Other details change nothing; the account and its balance are never orphaned."""
        vendor_id = await _vendor()
        first = await _connected(gateway, vendor_id)

        other = AccountDetails("DE", "individual", "Other", "other@x.test")
        second = await service.setup_payments(
            gateway, vendor_id=vendor_id, details=other, actor="member:1"
        )

        assert second == first
        assert _created(sandbox) == 1

    async def test_a_double_click_makes_one_account(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Five at once: one account, one id, whoever comes first."""
        vendor_id = await _vendor()

        answers = await asyncio.gather(
            *(_connected(gateway, vendor_id) for _ in range(5)), return_exceptions=True
        )
        last = await _connected(gateway, vendor_id)

        ids = {a for a in answers if not isinstance(a, BaseException)}
        assert all(isinstance(a, (str, StripeUnavailable)) for a in answers)
        assert ids <= {last}
        assert sandbox.control("GET", "state")["counts"]["account"] == 1

    async def test_an_answer_that_is_lost_is_found_by_doing_it_again(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Stripe made the account, the connection broke every time: the same key brings the same
        account back.
        """
        vendor_id = await _vendor()
        sandbox.faults(
            {
                "match": {"method": "POST", "path": "/v1/accounts"},
                "effect": "reset_after",
            }
        )
        with pytest.raises(StripeUnavailable):
            await _connected(gateway, vendor_id)
        assert (await get_vendor_payment_config(vendor_id)).stripe_account_id is None

        sandbox.faults()
        other = AccountDetails("DE", "individual", "Other", "other@x.test")
        account = await service.setup_payments(
            gateway, vendor_id=vendor_id, details=other, actor="member:1"
        )

        row = await VendorPaymentConfig.get(vendor_id=vendor_id)
        assert row.stripe_account_id == account
        assert (
            row.stripe_account_key
            == f"vendor:{vendor_id}.{born(row.created_at)}:account:1"
        )
        assert row.account_request["country"] == "LU"
        assert sandbox.control("GET", "state")["counts"]["account"] == 1

    @pytest.mark.parametrize("later", [timedelta(0), KEYS_LAST * 2])
    async def test_one_of_before_there_were_rows_of_writes_is_found(
        self, gateway: Gateway, sandbox: RunningSandbox, later: timedelta
    ) -> None:
        """An upgrade in the middle: soon after, the stored key brings the account back; after a
        day, Stripe's list does.
        """
        vendor_id = await _vendor()
        sandbox.faults(
            {
                "match": {"method": "POST", "path": "/v1/accounts"},
                "effect": "reset_after",
            }
        )
        with pytest.raises(StripeUnavailable):
            await _connected(gateway, vendor_id)
        sandbox.faults()
        await StripeWrite.all().delete()
        now = clock.now() + later
        with clock.use(lambda: now):
            await _connected(gateway, vendor_id)
        assert sandbox.control("GET", "state")["counts"]["account"] == 1

    async def test_a_refusal_lets_the_vendor_try_other_details(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """A key repeats its first answer, so the next try has the next key."""
        vendor_id = await _vendor()
        rule = {
            "match": {"method": "POST", "path": "/v1/accounts"},
            "effect": "status",
            "status": 400,
            "code": "x",
            "times": 1,
        }
        sandbox.faults(rule)
        with pytest.raises(StripeRefused):
            await _connected(gateway, vendor_id)

        account = await _connected(gateway, vendor_id)

        row = await VendorPaymentConfig.get(vendor_id=vendor_id)
        assert (row.stripe_account_id, row.stripe_account_key) == (
            account,
            f"vendor:{vendor_id}.{born(row.created_at)}:account:2",
        )

    async def test_a_vendor_without_a_row_gets_one(self, gateway: Gateway) -> None:
        """Vendors made by other means are set up all the same."""
        vendor = await make_vendor(country="DK")
        with pytest.raises(PaymentNotConfigured):
            await get_vendor_payment_config(vendor.id)

        await _connected(gateway, vendor.id)

        assert (await get_vendor_payment_config(vendor.id)).currency == "DKK"

    async def test_accounts_are_made_by_controller_properties(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The deprecated type is not sent; country and business type are the vendor's own."""
        vendor_id = await _vendor()
        details = AccountDetails("DK", "individual", "Velo", "v@velo.test")
        await service.setup_payments(
            gateway, vendor_id=vendor_id, details=details, actor="member:1"
        )

        sent = next(
            e
            for e in sandbox.requests()
            if (e["method"], e["path"]) == ("POST", "/v1/accounts")
        )["params"]

        assert "type" not in sent
        assert "controller" in str(sent)
        assert (sent["country"], sent["business_type"]) == ("DK", "individual")


class TestLinks:
    async def test_links_are_made_per_click_and_never_stored(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Two clicks, two addresses, neither of them anywhere in the database."""
        vendor_id = await _vendor()
        account = await _connected(gateway, vendor_id)
        first = await service.create_onboarding_link(
            gateway, vendor_id=vendor_id, **BACK
        )
        second = await service.create_onboarding_link(
            gateway, vendor_id=vendor_id, **BACK
        )
        sandbox.complete(account)
        dashboard = await service.create_dashboard_link(gateway, vendor_id=vendor_id)

        row = await VendorPaymentConfig.filter(vendor_id=vendor_id).values()
        entries = await AuditEntry.all().values()
        kept = f"{row}{entries}"
        assert first != second
        assert not any(link in kept for link in (first, second, dashboard))

    async def test_there_is_no_link_before_there_is_an_account(
        self, gateway: Gateway
    ) -> None:
        """The vendor is told to connect first."""
        vendor_id = await _vendor()
        with pytest.raises(PaymentNotConfigured):
            await service.create_onboarding_link(gateway, vendor_id=vendor_id, **BACK)


class TestSync:
    async def test_reading_the_account_is_enough(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """No event has come; the account itself says that the vendor can be paid."""
        vendor_id = await _vendor()
        account = await _connected(gateway, vendor_id)
        assert not (await get_vendor_payment_config(vendor_id)).accepts_payments
        sandbox.complete(account)

        config = await service.sync_account(gateway, vendor_id=vendor_id)

        assert config.accepts_payments
        assert config.account_status is AccountStatus.ACTIVE
        assert not config.needs_onboarding

    async def test_a_change_is_audited_once(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Reading the same again writes no second entry."""
        vendor_id = await _vendor()
        sandbox.complete(await _connected(gateway, vendor_id))

        for _ in range(3):
            await service.sync_account(gateway, vendor_id=vendor_id)

        entries = await AuditEntry.filter(action="vendor.account_changed")
        assert [e.details["accepts_payments"] for e in entries] == [True]

    async def test_an_older_reading_never_wins(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """A reading that began before the stored one is dropped."""
        vendor_id = await _vendor()
        account = await _connected(gateway, vendor_id)
        sandbox.complete(account)
        later = datetime.now(UTC) + timedelta(hours=1)
        with clock.use(lambda: later):
            await service.sync_account(gateway, vendor_id=vendor_id)
        sandbox.control(
            "POST",
            f"accounts/{account}",
            {"charges_enabled": False, "payouts_enabled": False},
        )

        config = await service.sync_account(gateway, vendor_id=vendor_id)

        assert config.accepts_payments
        assert config.synced_at == later

    async def test_an_account_that_loses_its_rights_takes_no_more_payments(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """accepts_payments goes down as well as up, with what is missing."""
        vendor_id = await _vendor()
        account = await _connected(gateway, vendor_id)
        sandbox.complete(account)
        await service.sync_account(gateway, vendor_id=vendor_id)
        change = {
            "requirements": {"past_due": ["individual.verification.document"]},
            "charges_enabled": False,
            "payouts_enabled": False,
            "disabled_reason": "requirements.past_due",
        }
        sandbox.control("POST", f"accounts/{account}", change)

        assert await service.sync_account_by_stripe_id(gateway, account)

        config = await get_vendor_payment_config(vendor_id)
        assert not config.accepts_payments
        assert config.past_due == ("individual.verification.document",)

    async def test_a_foreign_account_is_none_of_ours(self, gateway: Gateway) -> None:
        """Nothing is read and nothing changes."""
        assert not await service.sync_account_by_stripe_id(gateway, "acct_unknown")
        assert not await service.deauthorize("acct_unknown")

    async def test_an_outage_is_not_told_as_not_configured(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Stripe is down: the error says so, and what we knew stays."""
        vendor_id = await _vendor()
        sandbox.complete(await _connected(gateway, vendor_id))
        before = await service.sync_account(gateway, vendor_id=vendor_id)
        sandbox.faults(
            {"match": {"path": "/v1/accounts"}, "effect": "status", "status": 500}
        )

        with pytest.raises(StripeUnavailable):
            await service.sync_account(gateway, vendor_id=vendor_id)

        assert await get_vendor_payment_config(vendor_id) == before

    async def test_a_vendor_who_disconnects_us_stays_disconnected(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """A late reading does not revive it, and no second account is made over it."""
        vendor_id = await _vendor()
        account = await _connected(gateway, vendor_id)
        sandbox.complete(account)
        await service.sync_account(gateway, vendor_id=vendor_id)

        assert await service.deauthorize(account)
        assert await service.deauthorize(account)

        config = await service.sync_account(gateway, vendor_id=vendor_id)
        assert config.disconnected
        assert not config.accepts_payments
        assert config.stripe_account_id == account
        with pytest.raises(AccountDisconnected):
            await _connected(gateway, vendor_id)


class TestPayoutSchedule:
    async def test_the_schedule_reaches_stripe(self, gateway: Gateway) -> None:
        """With a minimum we pay and Stripe does not; without one Stripe pays on the day that was
        chosen.
        """
        vendor_id = await _vendor()
        account = await _connected(gateway, vendor_id)
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
        vendor_id = await _vendor()
        await _connected(gateway, vendor_id)
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
        vendor_id = await _vendor()
        await _connected(gateway, vendor_id)
        sandbox.faults(
            {
                "match": {"path": "/v1/balance_settings"},
                "effect": "status",
                "status": 503,
            }
        )

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
        vendor_id = await _vendor()
        account = await _connected(gateway, vendor_id)
        sandbox.faults(
            {
                "match": {"path": "/v1/balance_settings"},
                "effect": "status",
                "status": 429,
            }
        )
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
        vendor_id = await _vendor()
        account = await _connected(gateway, vendor_id)
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
        vendor_id = await _vendor()
        account = await _connected(gateway, vendor_id)
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
        vendor_id = await _vendor()
        with pytest.raises(PaymentNotConfigured):
            await stripe_schedule.choose(
                gateway,
                vendor_id=vendor_id,
                plan=PayoutPlan(PayoutSchedule.DAILY),
                actor="member:1",
            )


class TestFee:
    @pytest.mark.parametrize("percentage", ["0", "2.9", "99.99"])
    async def test_the_operator_sets_a_fee_and_it_is_audited(
        self, percentage: str
    ) -> None:
        """From 0 to just below 100 per cent."""
        vendor_id = await _vendor()
        await payment_configs.set_platform_fee(
            vendor_id=vendor_id, percentage=Decimal(percentage), actor="member:9"
        )

        assert (
            await get_vendor_payment_config(vendor_id)
        ).platform_fee_percentage == Decimal(percentage)
        entry = await AuditEntry.get(action="vendor.platform_fee_changed")
        assert (entry.actor, entry.details["before"]) == ("member:9", "2.50")

    @pytest.mark.parametrize(
        "percentage", ["-0.01", "100", "1000", "2.555", "NaN", "Infinity"]
    )
    async def test_a_fee_out_of_bounds_is_refused(self, percentage: str) -> None:
        """Nothing a destination charge could not carry."""
        vendor_id = await _vendor()
        with pytest.raises(Invalid):
            await payment_configs.set_platform_fee(
                vendor_id=vendor_id, percentage=Decimal(percentage), actor="member:9"
            )


class TestLists:
    async def test_a_closed_shop_is_not_listed(self) -> None:
        """Shoppers see open shops alone; the operator sees all."""
        vendor_id = await _vendor()
        await _vendor("Velo Nord", "velo@nord.test", "DK")
        await vendors.close_shop(vendor_id=vendor_id, actor="member:1")

        assert [v.slug for v in (await open_shops()).vendors] == ["velo-nord"]
        assert not (await vendor_by_slug("atelier-luxe")).is_open
        assert (await vendor_rows()).total == 2
        assert [r.slug for r in (await vendor_rows(search="VELO")).rows] == [
            "velo-nord"
        ]
