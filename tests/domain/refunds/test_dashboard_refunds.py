"""A refund that was made in Stripe's dashboard gets its place here."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from shared.finance.inbox.rules import EventStatus
from shared.finance.ledger.models import LedgerPosting
from shared.finance.recovery.models import Claim, Movement
from shared.finance.refunds import jobs
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import RefundState
from shared.finance.refunds.writes import MARK
from shared.trade.commission.rules import RefundPolicy
from shared.trade.orders.models import Order
from tests.support.market import stripe_post
from tests.support.money import assert_books_agree, stripe_get
from tests.support.refunds import (
    amount,
    ask,
    refund,
    run_jobs,
    set_policy,
    sold,
)
from tests.support.webhooks import deliver, event

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.refunds import Sold
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


async def outside(sandbox: RunningSandbox, sale: Sold, **more: str) -> str:
    """A refund that somebody makes in Stripe's dashboard; its number."""
    made = await stripe_post(
        sandbox,
        "/v1/refunds",
        payment_intent=str(sale.payment.stripe_payment_intent_id),
        **more,
    )
    return str(made["id"])


class TestMadeOutside:
    @pytest.mark.parametrize(
        "more",
        [
            {},
            {"reverse_transfer": "true"},
            {"reverse_transfer": "true", "refund_application_fee": "true"},
        ],
    )
    @pytest.mark.parametrize("told", ["refund.created", "charge.refunded", "sweep"])
    async def test_it_gets_a_row_and_a_place_in_the_books(
        self,
        gateway: Gateway,
        sandbox: RunningSandbox,
        context: Context,
        more: dict[str, str],
        told: str,
    ) -> None:
        """By webhook or by the hourly look; what Stripe took from the vendor is what it bears, else
        our policy says.
        """
        sale = await sold(gateway, sandbox)
        id_ = await outside(sandbox, sale, amount="1000", **more)
        intent = sale.payment.stripe_payment_intent_id
        if told == "sweep":
            await jobs.sweep.run(context, {})
        else:
            about = id_ if told == "refund.created" else sale.payment.stripe_charge_id
            row = await deliver(
                context, event(told, {"id": about, "payment_intent": intent})
            )
            assert row.status == EventStatus.HANDLED, row.error
        await run_jobs(context)
        found = await Refund.get()
        assert (found.stripe_refund_id, found.requested_by, found.number) == (
            id_,
            "stripe",
            1,
        )
        assert (found.status, found.amount) == (RefundState.SUCCEEDED, 1000)
        assert found.vendor_part == (1000 if len(more) == 1 else 900)
        assert (await Claim.get()).taken == found.vendor_part
        assert (await Order.get(id=sale.order.id)).refunded_amount == 1000
        await assert_books_agree(sandbox)
        rest = await refund(gateway, sale)
        assert (rest.amount, rest.status) == (1000, RefundState.SUCCEEDED)
        assert (await Order.get(id=sale.order.id)).payment_status == "refunded"
        await assert_books_agree(sandbox)

    async def test_all_of_its_news_at_once_make_one_row(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """Webhooks come together and in any order."""
        sale = await sold(gateway, sandbox)
        id_ = await outside(
            sandbox, sale, reverse_transfer="true", refund_application_fee="true"
        )
        intent = sale.payment.stripe_payment_intent_id
        kinds = [
            "refund.created",
            "charge.refunded",
            "refund.updated",
            "refund.created",
        ]
        about = [
            sale.payment.stripe_charge_id if kind.startswith("charge") else id_
            for kind in kinds
        ]
        await asyncio.gather(
            *(
                deliver(
                    context,
                    event(kind, {"id": what, "payment_intent": intent}, number=n),
                )
                for n, (kind, what) in enumerate(zip(kinds, about, strict=True))
            )
        )
        await run_jobs(context)
        assert await Refund.all().count() == 1
        assert await Movement.all().count() == 2
        assert await LedgerPosting.filter(kind__startswith="refund").count() == 2
        await assert_books_agree(sandbox)

    async def test_what_waits_for_the_operator_gives_way(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """The money has really gone; the vendor is told why its own refund will not be made."""
        await set_policy(RefundPolicy.PROPORTIONAL, EUR=0)
        sale = await sold(gateway, sandbox)
        mine = await ask(gateway, sale, amount(1500))
        await outside(sandbox, sale, amount="1000")
        await jobs.sweep.run(context, {})
        await run_jobs(context)
        mine = await Refund.get(id=mine.id)
        assert (mine.status, mine.refusal) == (
            RefundState.DECLINED,
            "The money was given back in Stripe meanwhile.",
        )
        assert (await Order.get(id=sale.order.id)).refunded_amount == 1000
        await assert_books_agree(sandbox)

    async def test_what_was_asked_for_here_is_refused_and_then_it_fits(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """Ours was written down first, Stripe's was faster: ours is too much, in a sentence."""
        sale = await sold(gateway, sandbox)
        mine = await ask(gateway, sale)
        id_ = await outside(sandbox, sale, amount="1000")
        await jobs.sweep.run(context, {})
        await run_jobs(context)
        mine = await Refund.get(id=mine.id)
        assert mine.status == RefundState.REFUSED
        assert "more than what Stripe says is left" in mine.refusal
        assert (await Refund.get(stripe_refund_id=id_)).status == RefundState.SUCCEEDED
        await assert_books_agree(sandbox)

    async def test_a_payment_of_somebody_elses_is_not_ours(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """The platform's account may sell other things too."""
        await sold(
            gateway, sandbox, others=0
        )  # the platform's own money is such a payment
        charges = stripe_get(sandbox, "/v1/charges?limit=100")["data"]
        foreign = next(c for c in charges if c["amount"] == 100_000)
        made = await stripe_post(
            sandbox, "/v1/refunds", charge=foreign["id"], amount="10"
        )
        told = {"id": made["id"], "payment_intent": foreign["payment_intent"]}
        row = await deliver(context, event("refund.created", told))
        assert row.outcome == "not ours"
        await jobs.sweep.run(context, {})
        await run_jobs(context)
        assert not await Refund.exists()

    async def test_a_mark_on_a_foreign_refund_opens_nothing(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """It names another order, or is nonsense: the refund gets a row of its own."""
        sale = await sold(gateway, sandbox)
        for n, mark in enumerate(
            (f"{sale.order.number}:99", "MH-0000-0000:1", ":", "x" * 40)
        ):
            await outside(sandbox, sale, amount="10", **{f"metadata[{MARK}]": mark})
            await jobs.sweep.run(context, {})
            await run_jobs(context)
            assert await Refund.all().count() == n + 1
        await assert_books_agree(sandbox)
