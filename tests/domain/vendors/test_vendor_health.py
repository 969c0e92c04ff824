"""Account health: what Stripe asks for is mirrored, shown in words, and mailed before the day: real
database, the stand-in over HTTP.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

import run
from shared.core import clock
from shared.core.settings import SANDBOX_SECRET_KEY
from shared.finance.connect import capabilities, jobs, service
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.connect.queries import get_vendor_payment_config
from shared.finance.connect.rules import AccountStatus
from shared.finance.connect.words import status_words
from shared.finance.inbox.handlers import handlers
from shared.infra.gateway.errors import StripeUnavailable
from shared.infra.jobs.models import Job
from shared.infra.jobs.worker import Worker
from shared.infra.mail.models import Email
from tests.support.market import Shop, open_shop, stripe_post
from tests.support.portal import Portal, operator_in, signed_in

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")

PASSPORT = "individual.verification.document"
BLURRED = {
    "code": "verification_document_not_readable",
    "reason": "Blurry.",
    "requirement": PASSPORT,
}
PAYMENTS = "/vendor/admin/payments"


def _in_days(days: float) -> datetime:
    return (clock.now() + timedelta(days=days)).replace(microsecond=0)


def _due(deadline: datetime, **more: Any) -> dict[str, Any]:
    return {
        "currently_due": [PASSPORT],
        "current_deadline": int(deadline.timestamp()),
        **more,
    }


async def _ask(
    gateway: Gateway, sandbox: RunningSandbox, shop: Shop, **forced: Any
) -> None:
    """Let Stripe say this of the shop's account, and read it."""
    sandbox.control("POST", f"accounts/{shop.account_id}", forced)
    await service.sync_account(gateway, vendor_id=shop.vendor_id)


async def connected_shop(
    client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
) -> tuple[Portal, Shop]:
    """A signed-in vendor whose account is finished."""
    portal = await signed_in(client)
    form = {
        "country": "LU",
        "business_type": "company",
        "business_name": "A",
        "email": "a@b.test",
    }
    answer = await portal.post(
        f"{PAYMENTS}/connect", {**form, "phone": "", "url": "", "currency": ""}
    )
    assert answer.status_code == 303
    row = await VendorPaymentConfig.get(vendor_id=portal.vendor_id)
    shop = Shop(portal.vendor_id, 0, str(row.stripe_account_id), 0)
    await _ask(gateway, sandbox, shop, complete=True)
    return portal, shop


async def _remind(context: Context, at: datetime | None = None) -> None:
    """The daily job and what follows from it."""
    worker = Worker(context, run.job_handlers())
    with clock.use(lambda: at or datetime.now(UTC)):
        await jobs.remind.run(context, {})
        await worker.run_due()


async def _mails(kind: str) -> list[Email]:
    return await Email.filter(kind=kind).order_by("id")


class TestMirror:
    async def test_everything_that_stripe_asks_for_is_kept(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Errors, alternatives, what is announced, and where payouts go."""
        shop = await open_shop(gateway, sandbox)
        now, later = _in_days(10), _in_days(40)
        alternative = {
            "original_fields_due": ["individual.id_number"],
            "alternative_fields_due": [PASSPORT],
        }
        announced = {
            "currently_due": ["company.tax_id"],
            "current_deadline": int(later.timestamp()),
        }
        needs = _due(now, errors=[BLURRED], alternatives=[alternative])
        await _ask(
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
            await _ask(
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
        (mail,) = await _mails("account_stopped")
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


class TestCapabilities:
    async def test_a_single_capability_decides_and_says_why(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The account itself is fine; money cannot reach it: nobody pays it, and it is told what to
        do.
        """
        shop = await open_shop(gateway, sandbox)
        idle = {"status": "inactive", "disabled_reason": "paused.inactivity"}
        await _ask(gateway, sandbox, shop, capabilities={"transfers": idle})

        config = await get_vendor_payment_config(shop.vendor_id)

        assert config.disabled_reason is None
        assert (config.account_status, config.accepts_payments) == (
            AccountStatus.INACTIVE,
            False,
        )
        (mail,) = await _mails("account_stopped")
        said = (
            "Money from your sales cannot reach you: Stripe paused this because it was not used "
            "for a long time. Write to us"
        )
        assert said in mail.text
        assert "paused.inactivity" not in mail.text

    @pytest.mark.parametrize(
        ("name", "reason", "status"),
        [
            ("transfers", "requirements.fields_needed", AccountStatus.PENDING),
            ("transfers", "pending.review", AccountStatus.UNDER_REVIEW),
            ("card_payments", "rejected.unsupported_business", AccountStatus.INACTIVE),
            ("card_payments", "platform_paused", AccountStatus.INACTIVE),
        ],
    )
    async def test_each_reason_leads_to_its_state(
        self,
        gateway: Gateway,
        sandbox: RunningSandbox,
        name: str,
        reason: str,
        status: AccountStatus,
    ) -> None:
        """The same seven states; the sentence is of the capability, and its end ends it all."""
        shop = await open_shop(gateway, sandbox)
        await _ask(
            gateway,
            sandbox,
            shop,
            capabilities={name: {"status": "inactive", "disabled_reason": reason}},
        )

        config = await get_vendor_payment_config(shop.vendor_id)

        assert config.account_status is status
        assert capabilities.cause(reason).because in status_words(config).text
        await _ask(gateway, sandbox, shop, complete=True)
        assert (
            await get_vendor_payment_config(shop.vendor_id)
        ).account_status is AccountStatus.ACTIVE

    async def test_what_a_capability_will_need_is_kept(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """With its own day, as long as the account has something due."""
        shop = await open_shop(gateway, sandbox)
        soon, later = _in_days(10), _in_days(40)
        cards = {
            "currently_due": ["company.tax_id"],
            "current_deadline": int(later.timestamp()),
        }
        await _ask(
            gateway,
            sandbox,
            shop,
            requirements=_due(soon),
            capabilities={"card_payments": cards},
        )

        config = await get_vendor_payment_config(shop.vendor_id)

        found = {
            a.name: (a.status, a.currently_due, a.current_deadline)
            for a in config.abilities
        }
        assert found["card_payments"] == ("active", ("company.tax_id",), later)
        assert found["transfers"] == ("active", (PASSPORT,), soon)
        (line,) = status_words(config).abilities
        assert line.sentence.day == later
        assert line.sentence.tail == ", or shoppers may no longer be able to pay you."

    async def test_a_healthy_account_is_one_question(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Capabilities are asked for only where the account says that there is something to
        tell.
        """
        shop = await open_shop(gateway, sandbox)
        before = len(sandbox.requests())
        await gateway.accounts.get(shop.account_id)
        assert len(sandbox.requests()) == before + 1

    async def test_both_pages_say_it(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The vendor in words alone, the operator with Stripe's codes."""
        portal, shop = await connected_shop(client, gateway, sandbox)
        off = {"status": "inactive", "disabled_reason": "rejected.unsupported_business"}
        await _ask(
            gateway,
            sandbox,
            shop,
            capabilities={"card_payments": off},
            charges_enabled=True,
        )

        text = " ".join((await portal.get(PAYMENTS)).split())

        assert "You can take payments" in text
        assert "Card payments <span" in text
        assert (
            "Stripe does not offer this to your kind of business. Please write to us"
            in text
        )
        assert "Your sales go on meanwhile" in text
        assert "shoppers cannot pay you" not in text
        assert "unsupported_business" not in text
        operator = await operator_in(client)
        text = " ".join(
            (await operator.get(f"/operator/vendors/{shop.vendor_id}")).split()
        )
        assert "Stripe does not offer this to your kind of business." in text
        assert "card_payments: inactive (rejected.unsupported_business)" in text
        assert "transfers: active" in text

    async def test_a_change_is_an_event_of_its_own(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """`capability.updated` is sent by the stand-in and reads the account."""
        shop = await open_shop(gateway, sandbox)
        sandbox.control(
            "POST",
            f"accounts/{shop.account_id}",
            {"capabilities": {"transfers": {"status": "pending"}}},
        )

        (event,) = [
            e
            for e in sandbox.events("capability.updated")
            if e["data"]["object"]["status"] == "pending"
        ]

        assert (
            event["account"],
            event["data"]["object"]["id"],
        ) == (shop.account_id, "transfers")
        assert event["data"]["previous_attributes"] == {"status": "active"}
        assert (
            handlers()["connect"]["capability.updated"]
            is handlers()["connect"]["account.updated"]
        )


class TestReminders:
    async def test_three_mails_before_a_deadline_each_once(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """14, 7 and 1 days before, with what is missing, by when and what stops, however often the
        job runs.
        """
        shop = await open_shop(gateway, sandbox)
        deadline = _in_days(20)
        await _ask(
            gateway, sandbox, shop, requirements=_due(deadline, errors=[BLURRED])
        )

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

        mails = await _mails("account_deadline")
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
            "current_deadline": int(_in_days(7).timestamp()),
        }
        await _ask(
            gateway,
            sandbox,
            shop,
            requirements=_due(_in_days(14)),
            future_requirements=announced,
        )
        await _remind(context)
        await _ask(gateway, sandbox, shop, requirements=_due(_in_days(13)))
        await _remind(context)

        first, second, third = await _mails("account_deadline")

        assert "passport" in first.text
        assert "registration number" in second.text
        assert "passport" not in second.text
        assert "in 13 days" in third.text

    async def test_what_was_given_meanwhile_is_not_asked_for(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """The account is read again before a mail is written, even if no webhook came."""
        shop = await open_shop(gateway, sandbox)
        await _ask(gateway, sandbox, shop, requirements=_due(_in_days(7)))
        sandbox.complete(shop.account_id)

        await _remind(context)

        assert await _mails("account_deadline") == []
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
            await _ask(gateway, sandbox, one, requirements=_due(_in_days(7)))
        path = f"/v1/accounts/{shop.account_id}"
        sandbox.faults(
            {
                "match": {"method": "GET", "path": path},
                "effect": "status",
                "status": 500,
            }
        )
        await _remind(context)
        assert len(await _mails("account_deadline")) == 1

        sandbox.faults()
        with clock.use(lambda: datetime.now(UTC) + timedelta(minutes=1)):
            await Worker(context, run.job_handlers()).run_due()

        assert len(await _mails("account_deadline")) == 2
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
        await _ask(gateway, sandbox, shop, requirements=_due(_in_days(7)))
        sandbox.reset()

        await _remind(context)

        assert await _mails("account_deadline") == []
        assert not await Job.exists(
            kind="vendors.remind_one", status__in=["waiting", "failed"]
        )

    async def test_reading_is_a_write_of_nobody_s(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Stripe down while an account is read raises, and what we knew stays."""
        shop = await open_shop(gateway, sandbox)
        sandbox.faults(
            {"match": {"path": "/v1/accounts"}, "effect": "status", "status": 500}
        )
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
            await _ask(gateway, sandbox, shop, payouts_enabled=False)

        (mail,) = await _mails("account_stopped")

        assert mail.subject == "Your payouts have stopped"
        assert "You can take payments. Nothing is paid out at the moment" in mail.text

    async def test_payments_that_stop_are_mailed(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """With what is missing and what to do; a recovery and a second stop make a second mail."""
        shop = await open_shop(gateway, sandbox)
        late = {"past_due": [PASSPORT], "currently_due": [PASSPORT]}
        await _ask(
            gateway,
            sandbox,
            shop,
            requirements=late,
            disabled_reason="requirements.past_due",
        )

        (mail,) = await _mails("account_stopped")

        assert mail.subject == "Your payments have stopped"
        assert "Stripe did not get what it needs in time." in mail.text
        assert "A photo of your passport or identity card." in mail.text
        assert (
            await get_vendor_payment_config(shop.vendor_id)
        ).account_status is AccountStatus.PENDING
        await _ask(gateway, sandbox, shop, complete=True)
        await _ask(
            gateway,
            sandbox,
            shop,
            requirements=late,
            disabled_reason="requirements.past_due",
        )
        assert len(await _mails("account_stopped")) == 2

    async def test_a_closed_account_is_mailed_in_neutral_words(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Nothing of Stripe's reason but what it means."""
        shop = await open_shop(gateway, sandbox)
        await _ask(gateway, sandbox, shop, disabled_reason="rejected.fraud")

        (mail,) = await _mails("account_stopped")

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

        (mail,) = await _mails("account_stopped")

        assert "The marketplace no longer has access" in mail.text

    async def test_onboarding_sends_no_such_mail(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Where nothing has worked yet, nothing can stop."""
        await open_shop(gateway, sandbox)
        assert await Email.filter(kind="account_stopped").count() == 0


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
        await _ask(
            gateway, sandbox, shop, requirements=_due(_in_days(9), errors=[BLURRED])
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
            "current_deadline": int(_in_days(40).timestamp()),
        }
        await _ask(gateway, sandbox, shop, future_requirements=announced)

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
        await _ask(
            gateway, sandbox, shop, requirements=_due(_in_days(9), errors=[BLURRED])
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
