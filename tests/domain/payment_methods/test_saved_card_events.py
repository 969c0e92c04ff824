"""What Stripe's events tell of saved cards is followed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from shared.finance.inbox import intake
from shared.finance.inbox.models import WebhookEvent
from shared.finance.inbox.queries import stored_event
from shared.finance.inbox.rules import Decision
from shared.finance.payment_methods import jobs, setup_intents
from shared.finance.payment_methods.models import (
    PaymentMethod,
    PaymentMethodDetachment,
    PaymentMethodSetup,
    StripeCustomer,
)
from shared.finance.payment_methods.queries import saved_methods
from shared.finance.payment_methods.rules import Removal, SetupState
from shared.finance.payments.service import create_payment_intent
from tests.support.factories import make_customer
from tests.support.market import check_out, open_shop
from tests.support.saving import (
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
