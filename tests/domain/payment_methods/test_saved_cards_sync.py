"""Saved cards follow Stripe: by every event, without any, and before they end."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from shared.core import clock
from shared.finance.inbox import intake
from shared.finance.inbox.models import WebhookEvent
from shared.finance.inbox.queries import stored_event
from shared.finance.inbox.rules import Decision
from shared.finance.payment_methods import jobs, service, setup_intents
from shared.finance.payment_methods.models import (
    PaymentMethod,
    PaymentMethodDetachment,
    PaymentMethodSetup,
    StripeCustomer,
)
from shared.finance.payment_methods.queries import saved_methods
from shared.finance.payment_methods.rules import Removal, SetupState
from shared.finance.payments.return_page import refresh
from shared.finance.payments.service import create_payment_intent
from shared.finance.reconciliation import saved_method_records
from shared.finance.reconciliation.checks import compare
from shared.finance.reconciliation.checks.saved_methods import follow_methods
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    FoundDifference,
    RepairName,
)
from shared.finance.reconciliation.records import BothSides
from shared.infra.jobs.models import Job
from shared.infra.mail.models import Email
from shared.infra.stripe_writes.service import perform_soon
from tests.support.factories import make_customer
from tests.support.market import check_out, open_shop
from tests.support.saving import (
    DISCOVER,
    MASTERCARD,
    VISA,
    add_card,
    at_stripe,
    customer_of,
    pay,
    set_up,
)

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


async def deliver(context: Context, sandbox: RunningSandbox, kind: str) -> WebhookEvent:
    """The stand-in's last event of this type, through the platform's door."""
    told = {
        name: value
        for name, value in sandbox.events(kind)[-1].items()
        if name != "deliveries"
    }
    body = json.dumps(told)
    header = stripe.WebhookSignature.generate_signature_header(
        body, context.settings.stripe.webhook_secrets[0]
    )
    await intake.receive(
        context, source="platform", body=body.encode(), signature=header
    )
    return await WebhookEvent.get(stripe_event_id=told["id"])


async def changed(event: WebhookEvent) -> dict[str, Any]:
    """What an event is noted to have changed: field -> afterwards."""
    seen = await stored_event(event.stripe_event_id)
    return {change.field: change.after for change in seen.changes}


class TestEvents:
    """Each kind of event, at the door."""

    async def test_a_card_saved_at_checkout_is_known_by_its_event_alone(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """The tab was closed: `payment_method.attached` brings it, and says what it changed."""
        shopper = await make_customer()
        bought = await check_out(
            await open_shop(gateway, sandbox), customer_id=shopper.id
        )
        view = await create_payment_intent(
            gateway, order_id=bought.order_id, shopper_id=shopper.id
        )
        pay(sandbox, view, save=True)
        event = await deliver(context, sandbox, "payment_method.attached")
        assert [m.label for m in await saved_methods(shopper.id)] == ["Visa •••• 4242"]
        assert event.decision == Decision.APPLIED
        assert (await changed(event))["is_active"] is True

    async def test_a_card_added_in_the_account_is_known_by_either_event(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """`attached` may come before `succeeded`: the setup is read first, so the card is never
        taken for unasked.
        """
        shopper = await make_customer()
        begun = await setup_intents.begin(gateway, shopper.id)
        set_up(sandbox, begun.client_secret)
        await deliver(context, sandbox, "payment_method.attached")
        assert (await PaymentMethodSetup.get()).status == SetupState.SUCCEEDED
        assert len(await saved_methods(shopper.id)) == 1
        later = await deliver(context, sandbox, "setup_intent.succeeded")
        assert later.decision == Decision.OLDER
        assert not await PaymentMethodDetachment.exists()

    @pytest.mark.parametrize(
        "kind", ["payment_method.updated", "payment_method.automatically_updated"]
    )
    async def test_another_date_is_followed(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context, kind: str
    ) -> None:
        """Changed by a person, or by the card network when the bank sent a new card: same row, same
        consent.
        """
        shopper = await make_customer()
        await add_card(gateway, sandbox, shopper.id)
        before = await PaymentMethod.get()
        if kind.endswith("automatically_updated"):
            new = {"number": "4000056655665556", "exp_month": 7, "exp_year": 2041}
            sandbox.control(
                "POST",
                f"payment_methods/{before.stripe_payment_method_id}/replace",
                new,
            )
        else:
            form = {"card[exp_month]": "7", "card[exp_year]": "2041"}
            at_stripe(
                sandbox,
                "POST",
                f"payment_methods/{before.stripe_payment_method_id}",
                **form,
            )
        event = await deliver(context, sandbox, kind)
        after = await PaymentMethod.get()
        assert (after.id, after.card_exp_month, after.card_exp_year) == (
            before.id,
            7,
            2041,
        )
        assert after.card_last4 == (
            "5556" if kind.endswith("automatically_updated") else "4242"
        )
        assert (after.consented_at, after.is_default) == (before.consented_at, True)
        assert (event.decision, (await changed(event))["card_exp_year"]) == (
            Decision.APPLIED,
            2041,
        )

    async def test_two_cards_that_change_numbers_with_each_other(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """Each row follows its method, though for a moment two rows would be one card."""
        shopper = await make_customer()
        await add_card(gateway, sandbox, shopper.id, VISA)
        await add_card(gateway, sandbox, shopper.id, MASTERCARD)
        visa, mastercard = await PaymentMethod.all().order_by("id")
        for method, number in ((visa, MASTERCARD), (mastercard, VISA)):
            new = {"number": number, "exp_month": 7, "exp_year": 2041}
            sandbox.control(
                "POST",
                f"payment_methods/{method.stripe_payment_method_id}/replace",
                new,
            )

        event = await deliver(context, sandbox, "payment_method.automatically_updated")

        assert event.decision == Decision.APPLIED
        rows = await PaymentMethod.all().order_by("id")
        assert [row.is_active for row in rows] == [True, True]
        assert [row.fingerprint for row in rows] == [
            mastercard.fingerprint,
            visa.fingerprint,
        ]

    async def test_a_card_detached_in_a_dashboard_ends_here(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """`payment_method.detached` names no customer any more; the one that it named before is
        looked at.
        """
        shopper = await make_customer()
        for number in (VISA, MASTERCARD):
            await add_card(gateway, sandbox, shopper.id, number)
        first = await PaymentMethod.all().order_by("id").first()
        assert first is not None
        at_stripe(
            sandbox, "POST", f"payment_methods/{first.stripe_payment_method_id}/detach"
        )
        await deliver(context, sandbox, "payment_method.detached")
        await first.refresh_from_db()
        assert (first.is_active, first.removed_because) == (False, Removal.AT_STRIPE)
        assert [m.is_default for m in await saved_methods(shopper.id)] == [True]

    async def test_a_customer_deleted_in_a_dashboard_takes_all_with_it(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """Cards, an open setup, and the customer itself; told once."""
        shopper = await make_customer()
        await add_card(gateway, sandbox, shopper.id)
        await setup_intents.begin(gateway, shopper.id)
        at_stripe(sandbox, "DELETE", f"customers/{await customer_of(shopper.id)}")
        event = await deliver(context, sandbox, "customer.deleted")
        assert event.decision == Decision.APPLIED
        assert await saved_methods(shopper.id) == ()
        assert not await PaymentMethodSetup.exists(status=SetupState.OPEN)
        assert (await StripeCustomer.get()).gone_at is not None
        assert (
            await deliver(context, sandbox, "payment_method.detached")
        ).decision == Decision.OLDER

    @pytest.mark.parametrize(
        "kind", ["setup_intent.setup_failed", "setup_intent.canceled"]
    )
    async def test_a_setup_that_failed_or_was_given_up(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context, kind: str
    ) -> None:
        """A decline leaves it open for another card; one that was cancelled makes room for the
        next.
        """
        shopper = await make_customer()
        begun = await setup_intents.begin(gateway, shopper.id)
        intent = begun.client_secret.partition("_secret")[0]
        if kind.endswith("failed"):
            set_up(sandbox, begun.client_secret, "4000000000000002")
        else:
            at_stripe(sandbox, "POST", f"setup_intents/{intent}/cancel")
        await deliver(context, sandbox, kind)
        again = await setup_intents.begin(gateway, shopper.id)
        assert (again.client_secret == begun.client_secret) is kind.endswith("failed")

    async def test_what_nobody_agreed_to_leaves_again(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """Staff attach a card in the dashboard: it is not shown, and detached."""
        shopper = await make_customer()
        await add_card(gateway, sandbox, shopper.id)
        at_stripe(
            sandbox,
            "POST",
            "payment_methods/pm_card_mastercard/attach",
            customer=await customer_of(shopper.id),
        )
        await deliver(context, sandbox, "payment_method.attached")
        assert [m.label for m in await saved_methods(shopper.id)] == ["Visa •••• 4242"]
        gone = await PaymentMethodDetachment.get()
        assert gone.because == Removal.UNASKED
        await jobs.detach.run(context, {"id": gone.id})
        found = at_stripe(
            sandbox, "GET", f"payment_methods/{gone.stripe_payment_method_id}"
        )
        assert found["customer"] is None

    async def test_strangers_on_the_same_account_are_not_ours(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """Another program's customer costs no call to Stripe."""
        other = at_stripe(sandbox, "POST", "customers", email="other@example.test")
        at_stripe(
            sandbox, "POST", "payment_methods/pm_card_visa/attach", customer=other["id"]
        )
        asked = sandbox.requests()[-1]["n"]
        event = await deliver(context, sandbox, "payment_method.attached")
        assert event.decision == Decision.IGNORED
        assert sandbox.requests(after=asked) == []


class TestWithoutEvents:
    """The return page, and the sweep."""

    async def test_the_way_back_from_paying_is_enough(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """The payment's success writes the job that reads what was saved; one that saved nothing
        writes none.
        """
        shopper = await make_customer()
        shop = await open_shop(gateway, sandbox)
        for save in (False, True):
            bought = await check_out(shop, customer_id=shopper.id)
            view = await create_payment_intent(
                gateway, order_id=bought.order_id, shopper_id=shopper.id
            )
            pay(sandbox, view, save=save)
            await refresh(gateway, checkout_token=bought.token)
            found = await Job.filter(kind="payment_methods.follow")
            assert len(found) == int(save)
        await jobs.sync_later.run(context, found[0].args)
        assert len(await saved_methods(shopper.id)) == 1

    async def test_the_sweep_finds_what_no_event_told(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """A setup that was finished, a card that is gone, a customer that is gone; a detachment
        whose job was lost.
        """
        one, two, three = [await make_customer() for _ in range(3)]
        begun = await setup_intents.begin(gateway, one.id)
        set_up(sandbox, begun.client_secret)
        for shopper in (two, three):
            await add_card(gateway, sandbox, shopper.id)
        card = await PaymentMethod.get(customer_id=two.id)
        at_stripe(
            sandbox, "POST", f"payment_methods/{card.stripe_payment_method_id}/detach"
        )
        at_stripe(sandbox, "DELETE", f"customers/{await customer_of(three.id)}")
        await PaymentMethodDetachment.create(
            customer_id=two.id,
            stripe_payment_method_id="pm_lost",
            idempotency_key="k:1",
            because=Removal.SHOPPER,
        )
        await Job.all().delete()
        long_ago = clock.now() - timedelta(days=1, minutes=1)
        for table in (StripeCustomer, PaymentMethodSetup, PaymentMethodDetachment):
            await table.all().update(updated_at=long_ago, created_at=long_ago)
        await jobs.sweep.run(context, {})
        assert len(await saved_methods(one.id)) == 1
        assert await saved_methods(two.id) == ()
        assert (await StripeCustomer.get(customer_id=three.id)).gone_at is not None
        lost = await Job.get(kind="stripe_writes.perform")
        await perform_soon.run(context, lost.args)
        assert (await PaymentMethodDetachment.get()).done_at is not None

    async def test_a_sweep_reads_each_customer_once_a_day(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """And one that cannot be read keeps nobody waiting."""
        one, two = [await make_customer() for _ in range(2)]
        for shopper in (one, two):
            await add_card(gateway, sandbox, shopper.id)
        await StripeCustomer.filter(customer_id=one.id).update(
            stripe_customer_id="cus_of_another_account"
        )
        await StripeCustomer.all().update(updated_at=clock.now() - timedelta(days=2))
        await jobs.sweep.run(context, {})
        asked = sandbox.requests()[-1]["n"]
        await jobs.sweep.run(context, {})
        assert sandbox.requests(after=asked) == []
        assert (await StripeCustomer.get(customer_id=one.id)).gone_at is None
        assert len(await saved_methods(one.id)) == 1


class TestReminder:
    """One mail before the default card ends."""

    async def remind(self, context: Context, at: datetime) -> list[Email]:
        with clock.use(lambda: at):
            await jobs.remind.run(context, {})
            for job in await Job.filter(kind="payment_methods.remind_one").order_by(
                "id"
            ):
                await jobs.remind_one.run(context, job.args)
                await job.delete()
        return await Email.filter(kind="card_ends").order_by("id")

    async def test_one_mail_thirty_days_before_the_default_card_ends(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """Not earlier, not twice, not about another card; it says which card, until when, and where
        to go.
        """
        shopper = await make_customer()
        await add_card(gateway, sandbox, shopper.id, VISA, year=2030)
        await add_card(gateway, sandbox, shopper.id, MASTERCARD, year=2030)
        assert (
            await self.remind(
                context,
                datetime(2030, 11, 30, 12, tzinfo=UTC),
            )
            == []
        )
        [mail] = await self.remind(
            context,
            datetime(2030, 12, 1, 12, tzinfo=UTC),
        )
        assert mail.to == shopper.email
        assert mail.subject == "Your saved card ends soon: Visa •••• 4242"
        assert "12/30" in mail.text
        assert "/shop/account/payment-methods" in mail.text
        assert (
            len(
                await self.remind(
                    context,
                    datetime(2030, 12, 20, 12, tzinfo=UTC),
                )
            )
            == 1
        )
        assert (
            len(
                await self.remind(
                    context,
                    datetime(2031, 1, 2, 12, tzinfo=UTC),
                )
            )
            == 1
        )

    async def test_nobody_is_reminded_of_a_card_that_was_replaced(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """The card is read again before the mail is written."""
        shopper = await make_customer()
        await add_card(gateway, sandbox, shopper.id, VISA, year=2030)
        row = await PaymentMethod.get()
        new = {"exp_month": 12, "exp_year": 2034}
        sandbox.control(
            "POST", f"payment_methods/{row.stripe_payment_method_id}/replace", new
        )
        assert (
            await self.remind(
                context,
                datetime(2030, 12, 5, 12, tzinfo=UTC),
            )
            == []
        )


class TestReconciliation:
    """Ours against Stripe's list."""

    async def test_each_difference_is_found_and_mended(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """Not held any more, told otherwise, held and unknown; what is under way is none.

        Reading again mends them all.
        """
        shopper = await make_customer()
        for number in (VISA, MASTERCARD, DISCOVER):
            await add_card(gateway, sandbox, shopper.id, number)
        customer = await customer_of(shopper.id)
        assert await differences(gateway) == []
        visa, master, other = await PaymentMethod.all().order_by("id")
        at_stripe(
            sandbox, "POST", f"payment_methods/{visa.stripe_payment_method_id}/detach"
        )
        new = {"exp_month": 7, "exp_year": 2041}
        sandbox.control(
            "POST", f"payment_methods/{master.stripe_payment_method_id}/replace", new
        )
        at_stripe(
            sandbox, "POST", "payment_methods/pm_card_amex/attach", customer=customer
        )
        sandbox.faults(
            {
                "match": {"path": "/v1/payment_methods"},
                "effect": "status",
                "status": 503,
            }
        )
        await service.remove(gateway, shopper_id=shopper.id, method_id=other.id)
        sandbox.faults()
        found = await differences(gateway)
        kinds = sorted(finding.kind for finding in found)
        assert kinds == [
            DifferenceKind.METHOD_DIFFERS,
            DifferenceKind.METHOD_MISSING,
            DifferenceKind.METHOD_UNKNOWN,
        ]
        assert {finding.repair for finding in found} == {RepairName.FOLLOW_METHODS}
        for finding in found:
            await follow_methods(context, finding.arguments)
        for gone in await PaymentMethodDetachment.filter(done_at=None):
            await jobs.detach.run(context, {"id": gone.id})
        assert await differences(gateway) == []
        assert [m.label for m in await saved_methods(shopper.id)] == [
            "Mastercard •••• 4444"
        ]

    async def test_a_window_looks_at_what_changed_in_it(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Not at every shopper's customer each night."""
        for year in (2034, 2035):
            await add_card(gateway, sandbox, (await make_customer()).id, year=year)
        old = await PaymentMethod.get(card_exp_year=2034)
        await PaymentMethod.filter(id=old.id).update(
            updated_at=clock.now() - timedelta(days=9)
        )
        since = clock.now() - timedelta(days=4)
        assert (await saved_method_records.read(gateway, since)).number == 1
        assert (await saved_method_records.read(gateway, None)).number == 2


async def differences(gateway: Gateway) -> list[FoundDifference]:
    """What a whole comparison finds of saved methods."""
    found = await saved_method_records.read(gateway, None)
    both = BothSides(
        methods_at_stripe=found.at_stripe,
        methods=found.ours,
        detaching=found.detaching,
    )
    return compare(both)
