"""Answering: drafted and staged where the bank does not see it, handed in once, accepted for good,
whatever fails on the way.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.core.errors import Invalid, NotFound
from shared.finance.disputes import jobs, responses
from shared.finance.disputes.errors import (
    AnswerChanged,
    AnswerClosed,
    AnswerRefused,
    NothingToSay,
)
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.order_facts import drafted
from shared.finance.disputes.queries import dispute_by_id
from shared.infra.gateway.errors import StripeUnavailable
from shared.infra.jobs.models import Job
from shared.infra.mail.models import Email
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.stripe_writes.rules import KEYS_LAST
from shared.trade.catalogue.models import Product
from shared.trade.orders import terms
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.shipping import mark_as_shipped
from tests.support.disputes import DISPUTE, INQUIRY, again, disputed, work
from tests.support.market import open_shop
from tests.support.money import assert_books_agree, stripe_get

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.market import Shop
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")
WORDS = {"product_description": "A cup", "uncategorized_text": "It arrived."}
KINDS = (
    "disputes.follow",
    "disputes.deliver",
    "disputes.stage",
    "stripe_writes.perform",
)
FAULTS = [
    {"effect": "reset_before"},
    {"effect": "reset_after"},
    {"effect": "status", "status": 500, "stored": True},
    {"effect": "status", "status": 503},
]


async def draft(row: Dispute, texts: dict[str, str] = WORDS) -> int:
    return await responses.save_draft(
        vendor_id=row.vendor_id, dispute_id=row.id, texts=texts, actor="member:1"
    )


async def submit(gateway: Gateway, row: Dispute, version: int) -> bool:
    return await responses.submit(
        gateway,
        vendor_id=row.vendor_id,
        dispute_id=row.id,
        version=version,
        actor="member:1",
    )


def at_bank(sandbox: RunningSandbox, row: Dispute) -> Any:
    """The dispute as Stripe has it."""
    return stripe_get(sandbox, f"/v1/disputes/{row.stripe_dispute_id}")


async def settle_down(context: Context) -> None:
    """Let every waiting job run, those too that wait for Stripe to come back."""
    for _ in range(4):
        await Job.filter(status="waiting", kind__in=KINDS).update(run_at=clock.now())
        await work(context)


class TestDrafts:
    async def test_a_draft_is_kept_here_and_staged_where_the_bank_does_not_see_it(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Under a key that is stored first; the status does not move."""
        shop = await open_shop(context.gateway, sandbox)
        row = await disputed(context, sandbox, shop)
        assert await draft(row) == 1
        row = await Dispute.get(id=row.id)
        key = f"dispute:{row.stripe_dispute_id}:evidence:1"
        assert (await StripeWrite.get(operation="disputes.stage")).key == key
        assert await responses.stage(context.gateway, row.id)
        assert not await responses.stage(context.gateway, row.id)
        there = at_bank(sandbox, row)
        assert there["evidence"]["uncategorized_text"] == "It arrived."
        assert there["evidence_details"]["submission_count"] == 0
        assert there["status"] == "needs_response"

    async def test_a_text_that_is_taken_away_is_gone_at_stripe_too(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """The draft is whole each time."""
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        await draft(row)
        await settle_down(context)
        assert await draft(row, {"product_description": "A cup"}) == 2
        await settle_down(context)
        assert at_bank(sandbox, row)["evidence"]["uncategorized_text"] is None
        assert (await Dispute.get(id=row.id)).staged_evidence == {
            "product_description": "A cup"
        }

    async def test_saving_the_same_again_is_no_new_version(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Nothing to stage."""
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        assert [await draft(row), await draft(row)] == [1, 1]

    @pytest.mark.parametrize("fault", FAULTS)
    async def test_with_stripe_down_the_draft_is_kept_and_staged_later(
        self, context: Context, sandbox: RunningSandbox, fault: dict[str, Any]
    ) -> None:
        """By the job, whatever became of the first try."""
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        await draft(row)
        sandbox.faults(
            {"match": {"method": "POST", "path": "/v1/disputes"}, "times": 3, **fault}
        )
        with pytest.raises(StripeUnavailable):
            await responses.stage(context.gateway, row.id)
        assert (await Dispute.get(id=row.id)).evidence == WORDS
        sandbox.faults()
        await settle_down(context)
        assert (await Dispute.get(id=row.id)).staged_evidence == WORDS
        assert at_bank(sandbox, row)["evidence"]["uncategorized_text"] == "It arrived."

    async def test_another_vendors_dispute_is_not_there(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """For drafting, handing in and accepting."""
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        mine = {
            "vendor_id": row.vendor_id + 1,
            "dispute_id": row.id,
            "actor": "member:1",
        }
        with pytest.raises(NotFound):
            await responses.save_draft(texts=WORDS, **mine)  # type: ignore[arg-type]
        with pytest.raises(NotFound):
            await responses.submit(context.gateway, version=1, **mine)  # type: ignore[arg-type]
        with pytest.raises(NotFound):
            await responses.accept(context.gateway, **mine)  # type: ignore[arg-type]

    async def test_what_stripe_would_refuse_is_refused_here_first(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """A sentence, nothing kept, nothing asked."""
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        with pytest.raises(Invalid):
            await draft(row, {"uncategorized_text": "x" * 20_001})
        assert (await Dispute.get(id=row.id)).evidence_version == 0

    async def test_the_first_draft_knows_order_parcel_messages_and_terms(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """And never the link that opens the order."""
        shop = await open_shop(context.gateway, sandbox)
        row = await disputed(context, sandbox, shop)
        order = await Order.get(id=row.order_id)
        await Checkout.filter(id=order.checkout_id).update(
            terms_version=terms.VERSION,
            terms_accepted_at=clock.now(),
            purchase_ip="192.0.2.7",
        )
        await Checkout.filter(id=order.checkout_id).update(
            city="San Francisco", postal_code="94107", state="CA", country="US"
        )
        await mark_as_shipped(
            vendor_id=shop.vendor_id,
            number=order.number,
            carrier="DHL",
            tracking="JD01",
            actor="member:1",
            all_the_same=True,
        )
        sold = await Product.get(id=shop.product_id)
        sold.description = "## The cup\n\nHolds **hot** tea."
        await sold.save()
        await work(context)
        assert (
            await Email.filter(
                kind__in=["order_confirmed", "order_shipped"], status="sent"
            ).count()
            == 2
        )
        texts = await drafted(
            await dispute_by_id(row.id),
            terms_at="https://market.test/legal/terms?version={}".format,
        )
        assert texts["shipping_tracking_number"] == "JD01"
        assert texts["customer_purchase_ip"] == "192.0.2.7"
        assert "San Francisco, CA 94107" in texts["shipping_address"]
        assert "United States" in texts["shipping_address"]
        assert f"version of {terms.VERSION}" in texts["refund_policy_disclosure"]
        assert "The cup Holds hot tea." in texts["product_description"]
        assert "is on its way" in texts["uncategorized_text"]
        assert "has received your payment" in texts["uncategorized_text"]
        assert "co_" not in str(texts)
        assert "{public_url}" not in str(texts)


class TestHandingIn:
    @pytest.mark.parametrize(
        ("text", "status"), [("winning_evidence", "won"), ("losing_evidence", "lost")]
    )
    async def test_it_is_read_by_the_bank_which_decides(
        self, context: Context, sandbox: RunningSandbox, text: str, status: str
    ) -> None:
        """Under review at once, decided later; the books follow."""
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        version = await draft(row, {**WORDS, "uncategorized_text": text})
        assert await submit(context.gateway, row, version)
        row = await Dispute.get(id=row.id)
        assert (row.status, row.submitted_by) == ("under_review", "member:1")
        assert row.delivered_at is not None
        assert row.staged_evidence == row.evidence
        sandbox.advance(10)
        row = await again(context, row)
        assert row.status == status
        await assert_books_agree(sandbox)

    async def test_an_inquiry_that_is_answered_and_escalates_is_answered_again(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Two answers, one each time it is asked; the second is delivered although Stripe counts
        one already.
        """
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox), card=INQUIRY
        )
        version = await draft(row, {"uncategorized_text": "escalate_inquiry_evidence"})
        assert await submit(context.gateway, row, version)
        assert (await Dispute.get(id=row.id)).status == "warning_under_review"
        sandbox.advance(10)
        row = await again(context, row)
        assert (row.status, row.submitted_at) == ("needs_response", None)
        version = await draft(row, {"uncategorized_text": "winning_evidence"})
        sandbox.faults(
            {
                "match": {"method": "POST", "path": "/v1/disputes"},
                "effect": "reset_before",
                "times": 3,
            }
        )
        assert not await submit(context.gateway, row, version)
        row = await again(
            context, row
        )  # news in between do not count the first answer as this one
        sandbox.faults()
        await settle_down(context)
        sandbox.advance(10)
        row = await again(context, row)
        assert row.status == "won"
        await assert_books_agree(sandbox)

    async def test_two_people_at_once_hand_in_once(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """One gets through, the other is told."""
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        version = await draft(row)
        results = await asyncio.gather(
            *(submit(context.gateway, row, version) for _ in range(3)),
            return_exceptions=True,
        )
        assert sorted(type(result).__name__ for result in results) == [
            "AnswerClosed",
            "AnswerClosed",
            "bool",
        ]
        assert at_bank(sandbox, row)["evidence_details"]["submission_count"] == 1

    async def test_after_it_nothing_can_be_changed_handed_in_or_accepted(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """The bank has it."""
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        version = await draft(row)
        await submit(context.gateway, row, version)
        with pytest.raises(AnswerClosed):
            await draft(row, {"uncategorized_text": "other"})
        with pytest.raises(AnswerClosed):
            await submit(context.gateway, row, version)
        with pytest.raises(AnswerClosed):
            await responses.accept(
                context.gateway,
                vendor_id=row.vendor_id,
                dispute_id=row.id,
                actor="member:1",
            )

    async def test_only_what_was_read_through_is_handed_in(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Somebody changed it meanwhile, or there is nothing."""
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        with pytest.raises(NothingToSay):
            await submit(context.gateway, row, 0)
        version = await draft(row)
        await draft(row, {"uncategorized_text": "other"})
        with pytest.raises(AnswerChanged):
            await submit(context.gateway, row, version)
        await settle_down(context)
        states = StripeWrite.filter(operation="disputes.stage").order_by("id")
        assert await states.values_list("state", flat=True) == [
            "superseded",
            "answered",
        ]

    async def test_an_answer_under_a_key_that_stripe_forgot_is_looked_for(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """It is there: nothing is handed in a second time."""
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        version = await draft(row)
        sandbox.faults(
            {
                "match": {"method": "POST", "path": "/v1/disputes"},
                "effect": "reset_after",
                "times": 3,
            }
        )
        assert not await submit(context.gateway, row, version)
        write = StripeWrite.filter(operation="disputes.submit")
        await write.update(asked_at=clock.now() - KEYS_LAST - timedelta(minutes=1))
        before = len(sandbox.requests())
        await responses.deliver(context.gateway, row.id)
        assert {one["method"] for one in sandbox.requests()[before:]} == {"GET"}
        row = await Dispute.get(id=row.id)
        assert (row.status, row.staged_evidence) == ("under_review", WORDS)
        assert (await write.get()).state == "answered"

    @pytest.mark.parametrize("fault", FAULTS)
    async def test_whatever_fails_on_the_way_it_arrives_once(
        self, context: Context, sandbox: RunningSandbox, fault: dict[str, Any]
    ) -> None:
        """The person has done their part; the job repeats it under the stored key."""
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        version = await draft(row)
        sandbox.faults(
            {"match": {"method": "POST", "path": "/v1/disputes"}, "times": 3, **fault}
        )
        assert not await submit(context.gateway, row, version)
        view = await dispute_by_id(row.id)
        assert view.is_under_way
        assert not view.needs_answer
        sandbox.faults()
        await settle_down(context)
        row = await Dispute.get(id=row.id)
        assert row.status == "under_review"
        assert row.delivered_at is not None
        assert at_bank(sandbox, row)["evidence_details"]["submission_count"] == 1
        await assert_books_agree(sandbox)

    async def test_what_comes_too_late_is_taken_back_and_said(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """The bank decided a moment before: lost, and nothing pretends that an answer was given."""
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        version = await draft(row)
        sandbox.control(
            "POST", f"disputes/{row.stripe_dispute_id}/close", {"outcome": "lost"}
        )
        with pytest.raises(AnswerRefused):
            await submit(context.gateway, row, version)
        row = await Dispute.get(id=row.id)
        assert (row.status, row.submitted_at) == ("lost", None)
        await settle_down(context)
        await assert_books_agree(sandbox)

    async def test_an_answer_given_at_stripe_itself_closes_ours(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Somebody used Stripe's dashboard: the draft here is neither staged nor handed in any
        more.
        """
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        version = await draft(row)
        other = {"uncategorized_text": "written elsewhere"}
        await context.gateway.disputes.update(
            row.stripe_dispute_id, evidence=other, submit=True, key="t:elsewhere"
        )
        with pytest.raises(AnswerRefused):
            await submit(context.gateway, row, version)
        row = await Dispute.get(id=row.id)
        assert (row.status, row.submitted_at) == ("under_review", None)

    async def test_a_draft_that_an_older_version_put_on_the_list_is_staged(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Its job names the dispute alone."""
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        await draft(row)
        await StripeWrite.all().delete()
        await jobs.stage.run(context, {"dispute_id": row.id})
        assert (await Dispute.get(id=row.id)).staged_evidence == WORDS
        assert (
            await StripeWrite.get()
        ).key == f"dispute:{row.stripe_dispute_id}:evidence:1"


class TestAccepting:
    async def accept(self, gateway: Gateway, row: Dispute) -> bool:
        return await responses.accept(
            gateway, vendor_id=row.vendor_id, dispute_id=row.id, actor="member:1"
        )

    async def test_it_is_lost_for_good(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Nothing more is taken than before."""
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        assert await self.accept(context.gateway, row)
        row = await Dispute.get(id=row.id)
        assert (row.status, row.accepted_by) == ("lost", "member:1")
        key = f"dispute:{row.stripe_dispute_id}:close:1"
        assert (await StripeWrite.get(operation="disputes.close")).key == key
        with pytest.raises(AnswerClosed):
            await self.accept(context.gateway, row)
        await work(context)
        await assert_books_agree(sandbox)

    @pytest.mark.parametrize("fault", FAULTS)
    async def test_whatever_fails_on_the_way_it_arrives(
        self, context: Context, sandbox: RunningSandbox, fault: dict[str, Any]
    ) -> None:
        """Accepted once, lost once."""
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        sandbox.faults(
            {"match": {"method": "POST", "path": "/v1/disputes"}, "times": 3, **fault}
        )
        assert not await self.accept(context.gateway, row)
        sandbox.faults()
        await settle_down(context)
        assert (await Dispute.get(id=row.id)).status == "lost"
        await assert_books_agree(sandbox)

    async def test_an_inquiry_is_not_accepted_but_refunded(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """There is nothing to give up."""
        shop: Shop = await open_shop(context.gateway, sandbox)
        row = await disputed(context, sandbox, shop, card=INQUIRY)
        with pytest.raises(AnswerClosed):
            await self.accept(context.gateway, row)

    async def test_a_dispute_that_was_won_meanwhile_is_not_lost(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Refused, and the page shows how it stands."""
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox), card=DISPUTE
        )
        sandbox.control(
            "POST", f"disputes/{row.stripe_dispute_id}/close", {"outcome": "won"}
        )
        with pytest.raises(AnswerRefused):
            await self.accept(context.gateway, row)
        row = await Dispute.get(id=row.id)
        assert (row.status, row.accepted_at) == ("won", None)
        await work(context)
        await assert_books_agree(sandbox)
