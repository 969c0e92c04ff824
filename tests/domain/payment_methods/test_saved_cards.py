"""Saved cards: kept only when asked, one row a card, the shopper's alone, gone at Stripe when they
are gone here.
"""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.finance.payment_methods import customers, jobs, service, setup_intents, sync
from shared.finance.payment_methods.errors import (
    MethodGone,
    TooManyMethods,
    UnknownMethod,
)
from shared.finance.payment_methods.models import (
    PaymentMethod,
    PaymentMethodDetachment,
    PaymentMethodSetup,
    StripeCustomer,
)
from shared.finance.payment_methods.queries import lost_all, saved_methods
from shared.finance.payment_methods.rules import (
    MOST,
    ConsentOrigin,
    Removal,
    SetupState,
)
from shared.finance.payments.models import Payment
from shared.finance.payments.return_page import refresh
from shared.finance.payments.service import create_payment_intent
from shared.infra.gateway.errors import StripeUnavailable
from shared.infra.jobs.models import Job
from shared.infra.stripe_writes import service as writes
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.stripe_writes.rules import KEYS_LAST
from shared.trade.orders.models import Order
from shared.trade.orders.rules import PaymentStatus
from tests.support.factories import make_customer
from tests.support.market import check_out, open_shop
from tests.support.saving import (
    CHALLENGED,
    DISCOVER,
    MASTERCARD,
    VISA,
    add_card,
    another_row,
    at_stripe,
    buy,
    customer_of,
    held,
    pay,
    set_up,
)

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


def broken(
    sandbox: RunningSandbox,
    path: str,
    effect: str = "status",
    method: str = "POST",
    **more: Any,
) -> None:
    """Let the stand-in misbehave below `path`; without a path it is well again."""
    given = {"status": 503, "stored": True} if effect == "status" else {}
    rule = {
        "match": {"method": method, "path": path},
        "effect": effect,
        **given,
        **more,
    }
    sandbox.faults(*([rule] if path else []))


class TestAtCheckout:
    """The box beside the card."""

    async def test_a_card_is_kept_when_the_box_is_ticked(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The row holds what the card is, when and where its shopper agreed, and no vendor; it is
        the default.
        """
        shopper = await make_customer()
        before = clock.now() - timedelta(seconds=2)
        await buy(gateway, sandbox, await open_shop(gateway, sandbox), shopper.id)
        row = await PaymentMethod.get(customer_id=shopper.id)
        assert (
            row.card_brand,
            row.card_last4,
            row.card_exp_month,
            row.card_exp_year,
        ) == (
            "visa",
            "4242",
            12,
            2034,
        )
        assert (
            row.payment_method_type,
            row.is_active,
            row.is_default,
            row.vendor_id,
        ) == (
            "card",
            True,
            True,
            None,
        )
        assert (row.consented_in, row.stripe_customer_id) == (
            ConsentOrigin.CHECKOUT,
            await customer_of(shopper.id),
        )
        assert before <= row.consented_at <= clock.now()

    async def test_a_card_is_not_kept_when_the_box_is_left(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Nothing is set up for later unless it was asked for."""
        shopper = await make_customer()
        bought = await buy(
            gateway, sandbox, await open_shop(gateway, sandbox), shopper.id, save=False
        )
        payment = await Payment.get(order_id=bought.order_id)
        intent = at_stripe(
            sandbox, "GET", f"payment_intents/{payment.stripe_payment_intent_id}"
        )
        assert (intent["status"], intent["setup_future_usage"]) == ("succeeded", None)
        assert await PaymentMethod.all().count() == 0
        assert held(sandbox, await customer_of(shopper.id)) == []

    async def test_what_is_kept_may_be_used_only_while_the_shopper_is_there(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Usage is on_session, at checkout and in the account, and no call of ours ever says
        off_session.
        """
        shopper = await make_customer()
        await buy(gateway, sandbox, await open_shop(gateway, sandbox), shopper.id)
        await add_card(gateway, sandbox, shopper.id, MASTERCARD)
        [setup] = at_stripe(sandbox, "GET", "setup_intents")["data"]
        [intent] = at_stripe(sandbox, "GET", "payment_intents")["data"]
        assert (setup["usage"], intent["setup_future_usage"]) == (
            "on_session",
            "on_session",
        )
        assert not [r for r in sandbox.requests() if "off_session" in str(r)]

    async def test_guests_are_asked_for_nothing(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """No customer, no box, nothing that could be saved."""
        bought = await check_out(await open_shop(gateway, sandbox))
        view = await create_payment_intent(gateway, order_id=bought.order_id)
        assert (view.stripe_customer_id, view.box_secret) == (None, None)
        counts = sandbox.control("GET", "state")["counts"]
        assert "customer" not in counts

    async def test_the_link_alone_opens_no_saved_card(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Whoever has the order's link, signed out or as another shopper, pays by typing a card."""
        shopper, other = await make_customer(), await make_customer()
        shop = await open_shop(gateway, sandbox)
        await buy(gateway, sandbox, shop, shopper.id)
        bought = await check_out(shop, customer_id=shopper.id)
        mine = await create_payment_intent(
            gateway, order_id=bought.order_id, shopper_id=shopper.id
        )
        assert mine.stripe_customer_id == await customer_of(shopper.id)
        assert mine.box_secret
        for stranger in (None, other.id):
            view = await create_payment_intent(
                gateway, order_id=bought.order_id, shopper_id=stranger
            )
            assert (view.stripe_customer_id, view.box_secret) == (None, None)
            assert view.payment_intent_id == mine.payment_intent_id
        assert not await StripeCustomer.exists(customer_id=other.id)

    async def test_a_saved_card_pays_and_is_challenged_where_its_bank_asks(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """One confirmation with the saved method; the bank's question first where there is one."""
        shopper = await make_customer()
        shop = await open_shop(gateway, sandbox)
        await add_card(gateway, sandbox, shopper.id, VISA)
        bought = await check_out(shop, customer_id=shopper.id)
        view = await create_payment_intent(
            gateway, order_id=bought.order_id, shopper_id=shopper.id
        )
        [card] = await saved_methods(shopper.id)
        given = {
            "payment_method": card.stripe_id,
            "return_url": "http://127.0.0.1/back",
        }
        at_stripe(
            sandbox,
            "POST",
            f"payment_intents/{view.payment_intent_id}/confirm",
            **given,
        )
        await refresh(gateway, checkout_token=bought.token)
        assert (
            await Order.get(id=bought.order_id)
        ).payment_status == PaymentStatus.PAID
        assert held(sandbox, await customer_of(shopper.id)) == ["4242"]


class TestOneRowACard:
    """The same card twice."""

    async def test_the_newer_method_replaces_the_older_which_is_detached(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """Saved at checkout, added in the account, saved again: one row, one method at Stripe,
        still the default.
        """
        shopper = await make_customer()
        shop = await open_shop(gateway, sandbox)
        await buy(gateway, sandbox, shop, shopper.id)
        first = await PaymentMethod.get(customer_id=shopper.id)
        await add_card(gateway, sandbox, shopper.id, MASTERCARD)
        await add_card(gateway, sandbox, shopper.id, VISA)
        again = await PaymentMethod.get(id=first.id)
        assert await PaymentMethod.filter(customer_id=shopper.id).count() == 2
        assert again.stripe_payment_method_id != first.stripe_payment_method_id
        assert (again.is_default, again.is_active, again.consented_in) == (
            True,
            True,
            ConsentOrigin.ACCOUNT,
        )
        gone = await PaymentMethodDetachment.get()
        assert (gone.stripe_payment_method_id, gone.because) == (
            first.stripe_payment_method_id,
            Removal.REPLACED,
        )
        await jobs.detach.run(context, {"id": gone.id})
        assert held(sandbox, await customer_of(shopper.id)) == ["4242", "4444"]
        assert (await PaymentMethodDetachment.get()).done_at is not None

    async def test_the_same_card_of_two_shoppers_is_two_rows(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """A card of the household: each keeps it, and neither sees the other's."""
        one, two = await make_customer(), await make_customer()
        await add_card(gateway, sandbox, one.id)
        await add_card(gateway, sandbox, two.id)
        await service.remove(
            gateway, shopper_id=two.id, method_id=(await saved_methods(two.id))[0].id
        )
        assert [m.label for m in await saved_methods(one.id)] == ["Visa •••• 4242"]
        assert await saved_methods(two.id) == ()
        assert held(sandbox, await customer_of(one.id)) == ["4242"]

    async def test_a_removed_card_that_is_saved_again_has_its_row_again(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """With the new method and the new consent."""
        shopper = await make_customer()
        await add_card(gateway, sandbox, shopper.id)
        row = await PaymentMethod.get()
        await service.remove(gateway, shopper_id=shopper.id, method_id=row.id)
        await add_card(gateway, sandbox, shopper.id)
        again = await PaymentMethod.get()
        assert (again.id, again.is_active, again.removed_at, again.is_default) == (
            row.id,
            True,
            None,
            True,
        )
        assert again.consented_at >= row.consented_at


class TestRemoving:
    """Taken off here and at Stripe."""

    async def test_a_removed_card_is_detached_and_the_newest_is_the_default(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """At Stripe too, at once; another card is offered first from now on."""
        shopper = await make_customer()
        for number in (VISA, MASTERCARD):
            await add_card(gateway, sandbox, shopper.id, number)
        visa, master = sorted(await saved_methods(shopper.id), key=lambda m: m.id)
        assert visa.is_default
        await service.remove(gateway, shopper_id=shopper.id, method_id=visa.id)
        assert held(sandbox, await customer_of(shopper.id)) == ["4444"]
        [left] = await saved_methods(shopper.id)
        assert (left.id, left.is_default) == (master.id, True)
        # From another tab: nothing more.
        await service.remove(gateway, shopper_id=shopper.id, method_id=visa.id)

    @pytest.mark.parametrize("effect", ["status", "reset_after", "reset_before"])
    async def test_a_card_is_gone_here_though_stripe_does_not_answer(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context, effect: str
    ) -> None:
        """The job detaches it later, whatever became of the first call; no reading in between
        brings it back.
        """
        shopper = await make_customer()
        await add_card(gateway, sandbox, shopper.id)
        [card] = await saved_methods(shopper.id)
        broken(sandbox, "/v1/payment_methods", effect)
        await service.remove(gateway, shopper_id=shopper.id, method_id=card.id)
        assert await saved_methods(shopper.id) == ()
        await sync.sync_shopper(gateway, shopper.id)
        assert await saved_methods(shopper.id) == ()
        gone = await PaymentMethodDetachment.get(done_at=None)
        assert await Job.exists(kind="stripe_writes.perform")
        broken(sandbox, "")
        # Stripe keeps that failure under the key: the try after it has the next key.
        if effect == "status":
            with pytest.raises(StripeUnavailable):
                await jobs.detach.run(context, {"id": gone.id})
        await jobs.detach.run(context, {"id": gone.id})
        assert held(sandbox, await customer_of(shopper.id)) == []

    async def test_only_ones_own_cards_are_touched(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Another shopper's card is not known."""
        one, two = await make_customer(), await make_customer()
        await add_card(gateway, sandbox, one.id)
        [card] = await saved_methods(one.id)
        with pytest.raises(UnknownMethod):
            await service.remove(gateway, shopper_id=two.id, method_id=card.id)
        with pytest.raises(UnknownMethod):
            await service.make_default(shopper_id=two.id, method_id=card.id)
        assert [m.id for m in await saved_methods(one.id)] == [card.id]

    async def test_a_card_that_is_gone_is_no_default(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """A sentence, and what was the default stays it; else the choice is the shopper's."""
        shopper = await make_customer()
        for number in (VISA, MASTERCARD, DISCOVER):
            await add_card(gateway, sandbox, shopper.id, number)
        first, second, _ = sorted(await saved_methods(shopper.id), key=lambda m: m.id)
        await service.make_default(shopper_id=shopper.id, method_id=second.id)
        assert (await saved_methods(shopper.id))[0].id == second.id
        await service.remove(gateway, shopper_id=shopper.id, method_id=first.id)
        with pytest.raises(MethodGone):
            await service.make_default(shopper_id=shopper.id, method_id=first.id)
        assert [m.is_default for m in await saved_methods(shopper.id)] == [True, False]


class TestTheCustomer:
    """One customer at Stripe a shopper."""

    async def test_there_is_one_whoever_asks_at_once(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Under one key of our own ids, which is stored first."""
        shopper = await make_customer()
        ids = set(
            await asyncio.gather(
                *(customers.ensure(gateway, shopper.id) for _ in range(3))
            )
        )
        assert len(ids) == 1
        assert sandbox.control("GET", "state")["counts"]["customer"] == 1
        row = await StripeCustomer.get()
        assert row.idempotency_key.startswith(f"shopper:{shopper.id}.")

    async def test_an_answer_between_two_looks_makes_no_second_customer(
        self,
        gateway: Gateway,
        sandbox: RunningSandbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Stripe answers the first request while the second one looks for what waits."""
        shopper = await make_customer()
        _, write_id = await customers._written_down(shopper.id)
        look, outside = writes.latest, copy_context()
        answers: list[asyncio.Task[Any]] = []

        async def answered_first(*asked: Any) -> StripeWrite | None:
            answer = writes.perform(gateway, write_id)
            answers.append(asyncio.create_task(answer, context=outside))
            await asyncio.wait(answers, timeout=0.5)
            return await look(*asked)

        monkeypatch.setattr(writes, "latest", answered_first)
        known = await customers.ensure(gateway, shopper.id)
        assert [known] == [(await answer).stripe_id for answer in answers]
        assert sandbox.control("GET", "state")["counts"]["customer"] == 1

    @pytest.mark.parametrize("hours", [0, KEYS_LAST.total_seconds() / 3600 + 1])
    async def test_a_lost_answer_makes_no_second_customer(
        self, gateway: Gateway, sandbox: RunningSandbox, hours: float
    ) -> None:
        """Under the same key, or, when that says nothing any more, by our mark in Stripe's own
        list.
        """
        shopper = await make_customer()
        broken(sandbox, "/v1/customers", "reset_after")
        with pytest.raises(StripeUnavailable):
            await customers.ensure(gateway, shopper.id)
        broken(sandbox, "")
        write = await StripeWrite.get()
        assert write.asked_at is not None
        await StripeWrite.filter(id=write.id).update(
            asked_at=write.asked_at - timedelta(hours=hours)
        )
        await customers.ensure(gateway, shopper.id)
        assert sandbox.control("GET", "state")["counts"]["customer"] == 1

    async def test_an_order_is_payable_though_no_customer_can_be_made(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Saved cards are not offered then; the card that is typed pays."""
        shopper = await make_customer()
        bought = await check_out(
            await open_shop(gateway, sandbox), customer_id=shopper.id
        )
        broken(sandbox, "/v1/customers")
        view = await create_payment_intent(
            gateway, order_id=bought.order_id, shopper_id=shopper.id
        )
        assert (view.stripe_customer_id, view.box_secret) == (None, None)
        pay(sandbox, view, save=False)
        await refresh(gateway, checkout_token=bought.token)
        assert (
            await Order.get(id=bought.order_id)
        ).payment_status == PaymentStatus.PAID

    @pytest.mark.parametrize("told", [True, False])
    @pytest.mark.parametrize("opened", [True, False])
    async def test_a_customer_that_was_deleted_at_stripe_stops_no_payment(
        self, gateway: Gateway, sandbox: RunningSandbox, told: bool, opened: bool
    ) -> None:
        """Before or after the payment was opened, heard of or not: a card that is typed pays the
        same order.
        """
        shopper = await make_customer()
        shop = await open_shop(gateway, sandbox)
        await add_card(gateway, sandbox, shopper.id)
        bought = await check_out(shop, customer_id=shopper.id)
        if opened:
            await create_payment_intent(
                gateway, order_id=bought.order_id, shopper_id=shopper.id
            )
        gone = await customer_of(shopper.id)
        at_stripe(sandbox, "DELETE", f"customers/{gone}")
        if told:
            await sync.sync_methods(gateway, gone)
        view = await create_payment_intent(
            gateway, order_id=bought.order_id, shopper_id=shopper.id
        )
        assert view.stripe_customer_id != gone
        pay(sandbox, view, save=False)
        await refresh(gateway, checkout_token=bought.token)
        assert (
            await Order.get(id=bought.order_id)
        ).payment_status == PaymentStatus.PAID
        assert (await PaymentMethod.get()).removed_because == Removal.CUSTOMER_GONE
        assert await lost_all(shopper.id) is not (told)

    async def test_after_a_deleted_customer_comes_the_next(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The next card that is added has a customer again, and the row of that card lives on."""
        shopper = await make_customer()
        await add_card(gateway, sandbox, shopper.id)
        at_stripe(sandbox, "DELETE", f"customers/{await customer_of(shopper.id)}")
        await add_card(gateway, sandbox, shopper.id)
        assert [row.number for row in await StripeCustomer.all().order_by("id")] == [
            1,
            2,
        ]
        row = await PaymentMethod.get()
        assert (row.is_active, row.stripe_customer_id) == (
            True,
            await customer_of(shopper.id),
        )


class TestAdding:
    """A SetupIntent in the account."""

    async def test_two_tabs_add_one_card(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Both have the same setup, and the second learns that it is done."""
        shopper = await make_customer()
        first, second = await asyncio.gather(
            setup_intents.begin(gateway, shopper.id),
            setup_intents.begin(gateway, shopper.id),
        )
        assert first.client_secret == second.client_secret
        set_up(sandbox, first.client_secret)
        assert (
            await setup_intents.end(gateway, shopper.id)
        ).state is SetupState.SUCCEEDED
        assert (await setup_intents.end(gateway, shopper.id)).method_id == (
            await PaymentMethod.get()
        ).id
        assert (
            await setup_intents.begin(gateway, shopper.id)
        ).client_secret != first.client_secret

    @pytest.mark.parametrize("effect", ["reset_after", "status"])
    async def test_a_lost_answer_begins_no_second_setup(
        self, gateway: Gateway, sandbox: RunningSandbox, effect: str
    ) -> None:
        """Asking again under the key finds it; a failure that Stripe stored ends that attempt."""
        shopper = await make_customer()
        await customers.ensure(gateway, shopper.id)
        broken(sandbox, "/v1/setup_intents", effect)
        with pytest.raises(StripeUnavailable):
            await setup_intents.begin(gateway, shopper.id)
        broken(sandbox, "")
        if effect == "status":
            with pytest.raises(StripeUnavailable):
                await setup_intents.begin(gateway, shopper.id)
        await setup_intents.begin(gateway, shopper.id)
        assert sandbox.control("GET", "state")["counts"]["setup_intent"] == 1

    @pytest.mark.parametrize("later", [timedelta(0), KEYS_LAST * 2])
    async def test_a_setup_of_before_there_were_rows_of_writes_is_found(
        self, gateway: Gateway, sandbox: RunningSandbox, later: timedelta
    ) -> None:
        """An upgrade in the middle: soon after, the stored key finds it; after a day, the
        customer's list does.
        """
        shopper = await make_customer()
        await customers.ensure(gateway, shopper.id)
        broken(sandbox, "/v1/setup_intents", "reset_after")
        with pytest.raises(StripeUnavailable):
            await setup_intents.begin(gateway, shopper.id)
        broken(sandbox, "")
        await StripeWrite.filter(operation="setup_intents.create").delete()
        now = clock.now() + later
        with clock.use(lambda: now):
            await setup_intents.begin(gateway, shopper.id)
        assert sandbox.control("GET", "state")["counts"]["setup_intent"] == 1

    async def test_a_decline_and_an_open_question_are_told(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Nothing is saved, and the same setup takes another card."""
        shopper = await make_customer()
        begun = await setup_intents.begin(gateway, shopper.id)
        set_up(sandbox, begun.client_secret, "4000000000000002")
        end = await setup_intents.end(gateway, shopper.id)
        assert (end.state, bool(end.message)) == (SetupState.OPEN, True)
        set_up(sandbox, begun.client_secret, CHALLENGED)
        assert (await setup_intents.end(gateway, shopper.id)).waits_for_bank
        assert await saved_methods(shopper.id) == ()

    async def test_there_is_a_most(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Beyond ten nothing is offered to be saved, at checkout either."""
        shopper = await make_customer()
        await add_card(gateway, sandbox, shopper.id)
        row = await PaymentMethod.get()
        for n in range(MOST - 1):
            await another_row(row, f"pm_{n}")
        with pytest.raises(TooManyMethods):
            await setup_intents.begin(gateway, shopper.id)
        assert await service.box_for(gateway, row.stripe_customer_id) is None
        assert await PaymentMethodSetup.filter(status=SetupState.OPEN).count() == 0
