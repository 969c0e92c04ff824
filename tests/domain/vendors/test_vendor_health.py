"""How a vendor's Stripe account is: all that Stripe asks for is kept and said on both pages."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from shared.core.settings import SANDBOX_SECRET_KEY
from shared.finance.connect import service
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.connect.queries import get_vendor_payment_config
from shared.finance.connect.rules import AccountStatus
from shared.finance.inbox.handlers import handlers
from tests.support.account_health import (
    BLURRED,
    PASSPORT,
    PAYMENTS,
    ask,
    connected_shop,
    due,
    in_days,
    mailed,
)
from tests.support.market import Shop, open_shop, stripe_post
from tests.support.portal import Portal, operator_in

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


class TestMirror:
    async def test_everything_that_stripe_asks_for_is_kept(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Errors, alternatives, what is announced, and where payouts go."""
        shop = await open_shop(gateway, sandbox)
        now, later = in_days(10), in_days(40)
        alternative = {
            "original_fields_due": ["individual.id_number"],
            "alternative_fields_due": [PASSPORT],
        }
        announced = {
            "currently_due": ["company.tax_id"],
            "current_deadline": int(later.timestamp()),
        }
        needs = due(now, errors=[BLURRED], alternatives=[alternative])
        await ask(
            gateway, sandbox, shop, requirements=needs, future_requirements=announced
        )

        config = await get_vendor_payment_config(shop.vendor_id)

        assert config.current_deadline == now
        assert [(e.code, e.reason, e.requirement) for e in config.errors] == [
            ("verification_document_not_readable", "Blurry.", PASSPORT)
        ]
        assert [(a.original, a.alternative) for a in config.alternatives] == [
            (("individual.id_number",), (PASSPORT,))
        ]
        assert (config.future.currently_due, config.future.current_deadline) == (
            ("company.tax_id",),
            later,
        )
        (bank,) = config.external_accounts
        assert (bank.last4, bank.currency, bank.status, bank.default_for_currency) == (
            "6789",
            "EUR",
            "new",
            True,
        )
        row = await VendorPaymentConfig.get(vendor_id=shop.vendor_id)
        assert (row.current_deadline, row.future_deadline) == (now, later)
        assert config.account_status is AccountStatus.RESTRICTED_SOON

    async def test_a_row_from_before_reads_as_well(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """What an older release stored lacks parts, and nothing more."""
        shop = await open_shop(gateway, sandbox)
        old = {
            "currently_due": ["external_account"],
            "current_deadline": "2026-12-03T12:00:00+00:00",
        }
        await VendorPaymentConfig.filter(vendor_id=shop.vendor_id).update(
            requirements=old
        )

        config = await get_vendor_payment_config(shop.vendor_id)

        assert config.currently_due == ("external_account",)
        assert config.current_deadline == datetime(2026, 12, 3, 12, tzinfo=UTC)
        assert (
            config.errors,
            config.future.currently_due,
            config.external_accounts,
        ) == (
            (),
            (),
            (),
        )

    async def test_a_code_without_words_is_logged(
        self,
        gateway: Gateway,
        sandbox: RunningSandbox,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """So that a release can learn it; the page speaks of it in general."""
        shop = await open_shop(gateway, sandbox)
        error = {
            "code": "verification_brand_new",
            "reason": "New.",
            "requirement": PASSPORT,
        }
        with caplog.at_level(logging.WARNING, logger="shared.finance.connect.accounts"):
            await ask(
                gateway,
                sandbox,
                shop,
                requirements={"currently_due": [PASSPORT], "errors": [error]},
            )

        assert "verification_brand_new" in caplog.text
        assert PASSPORT not in caplog.text

    async def test_a_returned_payout_blocks_payouts_only(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The bank account is errored: shoppers can pay, payouts stop and the vendor is told;
        another bank account ends it.
        """
        shop = await open_shop(gateway, sandbox)
        await _bank_returns_a_payout(sandbox, shop)

        config = await service.sync_account(gateway, vendor_id=shop.vendor_id)

        assert config.external_account_errored
        assert config.accepts_payments
        assert config.account_status is AccountStatus.RESTRICTED
        (mail,) = await mailed("account_stopped")
        assert (
            "You can take payments. Your bank returned a payout to the account ending in 6789."
            in mail.text
        )
        assert "Until you change your bank details nothing is paid out." in mail.text
        assert "errored" not in mail.text


async def _bank_returns_a_payout(sandbox: RunningSandbox, shop: Shop) -> None:
    """A sale whose money is there at once, paid out by hand, and the bank sends it back."""
    sale = {
        "amount": "5000",
        "currency": "eur",
        "payment_method": "pm_card_bypassPending",
        "confirm": "true",
    }
    plain = {
        "automatic_payment_methods[enabled]": "true",
        "automatic_payment_methods[allow_redirects]": "never",
    }
    await stripe_post(
        sandbox,
        "/v1/payment_intents",
        **sale,
        **plain,
        **{"transfer_data[destination]": shop.account_id},
    )
    sandbox.idle()
    headers = {
        "Authorization": f"Bearer {SANDBOX_SECRET_KEY}",
        "Stripe-Account": shop.account_id,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    status, body = sandbox.request(
        "POST", "/v1/payouts", "amount=1000&currency=eur", headers
    )
    assert status == 200, body
    sandbox.control(
        "POST",
        f"payouts/{json.loads(body)['id']}/fail",
        {"failure_code": "account_closed"},
    )


class TestWebhooks:
    @pytest.mark.parametrize(
        "event",
        [
            "account.external_account.created",
            "account.external_account.updated",
            "account.external_account.deleted",
            "person.updated",
        ],
    )
    def test_a_change_of_bank_or_person_reads_the_account(self, event: str) -> None:
        """The event is a nudge like `account.updated`."""
        assert handlers()["connect"][event] is handlers()["connect"]["account.updated"]


class TestPages:
    async def test_the_state_in_a_sentence_with_its_day(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """On the settings and on the home page; the reason of an error beside what it is about; one
        main button.
        """
        portal, shop = await connected_shop(client, gateway, sandbox)
        await ask(
            gateway, sandbox, shop, requirements=due(in_days(9), errors=[BLURRED])
        )

        settings = " ".join((await portal.get(PAYMENTS)).split())
        await _make_sellable(portal)
        home = " ".join((await portal.get("/vendor/admin")).split())

        for text in (settings, home):
            assert "You can take payments" in text
            assert (
                "Stripe needs a photo of your passport or identity card by <time"
                in text
            )
            assert "</time> or payouts stop." in text
        assert "The picture cannot be read." in settings
        assert "Upload it again" in settings
        assert settings.count("button-primary") == 1
        assert "Give it to Stripe" in settings
        assert "verification" not in settings

    async def test_a_bank_that_returned_a_payout_is_said(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """With the account it is about and what ends it."""
        portal, shop = await connected_shop(client, gateway, sandbox)
        row = await VendorPaymentConfig.get(vendor_id=shop.vendor_id)
        row.requirements["external_accounts"][0]["status"] = "errored"
        row.external_account_errored, row.stripe_account_status = True, "restricted"
        await row.save()

        text = await portal.get(PAYMENTS)

        said = (
            "Your bank returned a payout to the account ending in 6789. Until you change your "
            "bank details nothing is paid out."
        )
        assert said in text
        assert "Change bank details" in text

    async def test_what_is_announced_is_told_without_alarm(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Nothing stops before its day."""
        portal, shop = await connected_shop(client, gateway, sandbox)
        announced = {
            "currently_due": ["company.tax_id"],
            "current_deadline": int(in_days(40).timestamp()),
        }
        await ask(gateway, sandbox, shop, future_requirements=announced)

        text = " ".join((await portal.get(PAYMENTS)).split())

        assert (
            "Stripe will need the registration number of your business by <time" in text
        )
        assert "Nothing stops before that day." in text
        assert (
            await get_vendor_payment_config(shop.vendor_id)
        ).account_status is AccountStatus.ACTIVE

    async def test_the_operator_reads_the_same_words_and_the_codes(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Stripe's own words are for the operator alone."""
        shop = await open_shop(gateway, sandbox)
        await ask(
            gateway, sandbox, shop, requirements=due(in_days(9), errors=[BLURRED])
        )
        operator = await operator_in(client)

        text = " ".join(
            (await operator.get(f"/operator/vendors/{shop.vendor_id}")).split()
        )

        assert "Stripe needs a photo of your passport or identity card by <time" in text
        assert "The picture cannot be read." in text
        assert f"{PASSPORT}: verification_document_not_readable (Blurry.)" in text


async def _make_sellable(portal: Portal) -> None:
    """An open shop with a product: the home page is past its first steps."""
    from tests.support.factories import make_product

    await make_product(await portal.vendor())
    await portal.post("/vendor/admin/shop", {"is_open": "yes"})
