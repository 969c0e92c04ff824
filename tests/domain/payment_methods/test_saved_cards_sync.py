"""Saved cards follow Stripe without events, too: the way back, the sweep, the comparison."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.finance.payment_methods import jobs, service, setup_intents
from shared.finance.payment_methods.models import (
    PaymentMethod,
    PaymentMethodDetachment,
    PaymentMethodSetup,
    StripeCustomer,
)
from shared.finance.payment_methods.queries import saved_methods
from shared.finance.payment_methods.rules import Removal
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
        sandbox.fails(503, "/v1/payment_methods")
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
