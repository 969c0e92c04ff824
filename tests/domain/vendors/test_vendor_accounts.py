"""A vendor has one account at Stripe, and what we know of it follows what Stripe says."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.core.ids import born
from shared.finance.connect import service
from shared.finance.connect.errors import AccountDisconnected
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.connect.queries import get_vendor_payment_config
from shared.finance.connect.rules import AccountStatus
from shared.infra.audit.models import AuditEntry
from shared.infra.gateway.accounts import AccountDetails
from shared.infra.gateway.errors import StripeRefused, StripeUnavailable
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.stripe_writes.rules import KEYS_LAST
from shared.trade.vendors.errors import PaymentNotConfigured
from tests.support.connecting import connected, new_vendor
from tests.support.factories import make_vendor

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


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


class TestOneAccount:
    async def test_a_second_set_up_returns_the_first_account(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Other details change nothing; the account and its balance are never orphaned."""
        vendor_id = await new_vendor()
        first = await connected(gateway, vendor_id)

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
        vendor_id = await new_vendor()

        answers = await asyncio.gather(
            *(connected(gateway, vendor_id) for _ in range(5)), return_exceptions=True
        )
        last = await connected(gateway, vendor_id)

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
        vendor_id = await new_vendor()
        sandbox.breaks("/v1/accounts", "reset_after")
        with pytest.raises(StripeUnavailable):
            await connected(gateway, vendor_id)
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
        vendor_id = await new_vendor()
        sandbox.breaks("/v1/accounts", "reset_after")
        with pytest.raises(StripeUnavailable):
            await connected(gateway, vendor_id)
        sandbox.faults()
        await StripeWrite.all().delete()
        now = clock.now() + later
        with clock.use(lambda: now):
            await connected(gateway, vendor_id)
        assert sandbox.control("GET", "state")["counts"]["account"] == 1

    async def test_a_refusal_lets_the_vendor_try_other_details(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """A key repeats its first answer, so the next try has the next key."""
        vendor_id = await new_vendor()
        rule = {
            "match": {"method": "POST", "path": "/v1/accounts"},
            "effect": "status",
            "status": 400,
            "code": "x",
            "times": 1,
        }
        sandbox.faults(rule)
        with pytest.raises(StripeRefused):
            await connected(gateway, vendor_id)

        account = await connected(gateway, vendor_id)

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

        await connected(gateway, vendor.id)

        assert (await get_vendor_payment_config(vendor.id)).currency == "DKK"

    async def test_accounts_are_made_by_controller_properties(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The deprecated type is not sent; country and business type are the vendor's own."""
        vendor_id = await new_vendor()
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
        vendor_id = await new_vendor()
        account = await connected(gateway, vendor_id)
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
        vendor_id = await new_vendor()
        with pytest.raises(PaymentNotConfigured):
            await service.create_onboarding_link(gateway, vendor_id=vendor_id, **BACK)


class TestSync:
    async def test_reading_the_account_is_enough(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """No event has come; the account itself says that the vendor can be paid."""
        vendor_id = await new_vendor()
        account = await connected(gateway, vendor_id)
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
        vendor_id = await new_vendor()
        sandbox.complete(await connected(gateway, vendor_id))

        for _ in range(3):
            await service.sync_account(gateway, vendor_id=vendor_id)

        entries = await AuditEntry.filter(action="vendor.account_changed")
        assert [e.details["accepts_payments"] for e in entries] == [True]

    async def test_an_older_reading_never_wins(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """A reading that began before the stored one is dropped."""
        vendor_id = await new_vendor()
        account = await connected(gateway, vendor_id)
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
        vendor_id = await new_vendor()
        account = await connected(gateway, vendor_id)
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
        vendor_id = await new_vendor()
        sandbox.complete(await connected(gateway, vendor_id))
        before = await service.sync_account(gateway, vendor_id=vendor_id)
        sandbox.fails(500, "/v1/accounts")

        with pytest.raises(StripeUnavailable):
            await service.sync_account(gateway, vendor_id=vendor_id)

        assert await get_vendor_payment_config(vendor_id) == before

    async def test_a_vendor_who_disconnects_us_stays_disconnected(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """A late reading does not revive it, and no second account is made over it."""
        vendor_id = await new_vendor()
        account = await connected(gateway, vendor_id)
        sandbox.complete(account)
        await service.sync_account(gateway, vendor_id=vendor_id)

        assert await service.deauthorize(account)
        assert await service.deauthorize(account)

        config = await service.sync_account(gateway, vendor_id=vendor_id)
        assert config.disconnected
        assert not config.accepts_payments
        assert config.stripe_account_id == account
        with pytest.raises(AccountDisconnected):
            await connected(gateway, vendor_id)
