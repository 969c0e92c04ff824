"""Cards of shoppers: kept at the checkout, one row each, taken off."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.finance.payment_methods import jobs, service, sync
from shared.finance.payment_methods.errors import (
    MethodGone,
    UnknownMethod,
)
from shared.finance.payment_methods.models import (
    PaymentMethod,
    PaymentMethodDetachment,
    StripeCustomer,
)
from shared.finance.payment_methods.queries import saved_methods
from shared.finance.payment_methods.rules import (
    ConsentOrigin,
    Removal,
)
from shared.finance.payments.models import Payment
from shared.finance.payments.return_page import refresh
from shared.finance.payments.service import create_payment_intent
from shared.infra.gateway.errors import StripeUnavailable
from shared.infra.jobs.models import Job
from shared.trade.orders.models import Order
from shared.trade.orders.rules import PaymentStatus
from tests.support.card_faults import broken
from tests.support.factories import make_customer
from tests.support.market import check_out, open_shop
from tests.support.saving import (
    DISCOVER,
    MASTERCARD,
    VISA,
    add_card,
    at_stripe,
    buy,
    customer_of,
    held,
)

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


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
