"""An answer to a dispute is handed in once, or its loss accepted."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.finance.disputes import jobs, responses
from shared.finance.disputes.errors import (
    AnswerChanged,
    AnswerClosed,
    AnswerRefused,
    NothingToSay,
)
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.queries import dispute_by_id
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.stripe_writes.rules import KEYS_LAST
from tests.support.dispute_answers import (
    FAULTS,
    WORDS,
    at_bank,
    draft,
    settle_down,
    submit,
)
from tests.support.disputes import DISPUTE, INQUIRY, again, disputed, work
from tests.support.market import open_shop
from tests.support.money import assert_books_agree

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.market import Shop
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


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
        sandbox.breaks("/v1/disputes", "reset_before", times=3)
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
        sandbox.breaks("/v1/disputes", "reset_after", times=3)
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
