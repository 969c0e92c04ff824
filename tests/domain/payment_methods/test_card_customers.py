"""A shopper has one customer at Stripe, whatever fails, and adds cards to it."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.finance.payment_methods import customers, service, setup_intents, sync
from shared.finance.payment_methods.errors import (
    TooManyMethods,
)
from shared.finance.payment_methods.models import (
    PaymentMethod,
    PaymentMethodSetup,
    StripeCustomer,
)
from shared.finance.payment_methods.queries import lost_all, saved_methods
from shared.finance.payment_methods.rules import (
    MOST,
    Removal,
    SetupState,
)
from shared.finance.payments.return_page import refresh
from shared.finance.payments.service import create_payment_intent
from shared.infra.gateway.errors import StripeUnavailable
from shared.infra.stripe_writes import service as writes
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.stripe_writes.rules import KEYS_LAST
from shared.trade.orders.models import Order
from shared.trade.orders.rules import PaymentStatus
from tests.support.card_faults import broken
from tests.support.factories import make_customer
from tests.support.market import check_out, open_shop
from tests.support.saving import (
    CHALLENGED,
    add_card,
    another_row,
    at_stripe,
    customer_of,
    pay,
    set_up,
)

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


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
