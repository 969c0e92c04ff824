"""Answering a dispute that several vendors share: each its part, the marketplace the one answer, by
itself shortly before the bank's deadline; once, whatever repeats or is killed.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.core.errors import NotFound
from shared.finance.disputes import attachments, jobs, responses, shared_answers
from shared.finance.disputes.answer_parts import joined_answer
from shared.finance.disputes.errors import (
    AnswerChanged,
    AnswerClosed,
    NothingToSay,
    PartClosed,
)
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.rules import HANDED_IN_BEFORE, bank_due
from shared.infra.jobs.models import Job
from shared.infra.mail.models import Email
from shared.infra.stripe_writes.models import StripeWrite
from shared.trade.orders.models import Order
from tests.support.disputes import INQUIRY, again, shared_dispute, work
from tests.support.killing import killed_in_turn
from tests.support.market import open_shop
from tests.support.money import stripe_get

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.both_engines]
PDF = b"%PDF-1.4 a receipt"
STAFF = "member:9"


@pytest.fixture
async def rows(context: Context, sandbox: RunningSandbox) -> list[Dispute]:
    """The parts of two vendors in one dispute."""
    return await _disputed(context, sandbox)


async def _disputed(
    context: Context, sandbox: RunningSandbox, **card: str
) -> list[Dispute]:
    shops = [await open_shop(context.gateway, sandbox) for _ in range(2)]
    return await shared_dispute(context, sandbox, shops, **card)


async def _write(row: Dispute, text: str) -> int:
    return await responses.save_draft(
        vendor_id=row.vendor_id,
        dispute_id=row.id,
        texts={"uncategorized_text": text},
        actor="member:1",
    )


async def _attach(row: Dispute, content: bytes = PDF) -> int:
    return await attachments.attach(
        vendor_id=row.vendor_id,
        dispute_id=row.id,
        kind="receipt",
        name="receipt.pdf",
        content=content,
        actor="member:1",
    )


async def _hand_in(context: Context, row: Dispute) -> bool:
    mine = await Dispute.filter(stripe_dispute_id=row.stripe_dispute_id)
    return await shared_answers.hand_in(
        context.gateway,
        dispute_id=row.id,
        version=shared_answers.version_of(mine),
        actor=STAFF,
    )


def _at_bank(sandbox: RunningSandbox, row: Dispute) -> Any:
    return stripe_get(sandbox, f"/v1/disputes/{row.stripe_dispute_id}")


async def _now(*rows: Dispute) -> list[Dispute]:
    return await Dispute.filter(id__in=[row.id for row in rows]).order_by("id")


def _left(rows: list[Dispute], left: timedelta) -> AbstractContextManager[None]:
    """While the bank's deadline is so far away."""
    due = bank_due(rows[0].due_by)
    assert due is not None
    return clock.use(lambda: due - left)


async def _heads(*rows: Dispute) -> list[str]:
    return [f"Order {(await Order.get(id=row.order_id)).number}:" for row in rows]


class TestParts:
    async def test_each_vendor_writes_until_two_days_before_the_bank_wants_it(
        self, sandbox: RunningSandbox, rows: list[Dispute]
    ) -> None:
        """Its own text; nothing of it is staged as if it were the whole."""
        due = _at_bank(sandbox, rows[0])["evidence_details"]["due_by"]
        for row in rows:
            assert row.due_by is not None
            assert int(row.due_by.timestamp()) == due - 2 * 86400
        await _write(rows[0], "Mine")
        assert not await StripeWrite.exists(operation="disputes.stage")
        assert not _at_bank(sandbox, rows[0])["evidence_details"]["has_evidence"]
        assert (await Dispute.get(id=rows[1].id)).evidence == {}

    async def test_another_vendors_part_is_not_found(self, rows: list[Dispute]) -> None:
        """Neither to write, nor to attach to, nor to hand in."""
        mine, theirs = rows
        assert mine.vendor_id != theirs.vendor_id
        stranger = Dispute(id=theirs.id, vendor_id=mine.vendor_id)
        with pytest.raises(NotFound):
            await _write(stranger, "x")
        with pytest.raises(NotFound):
            await _attach(stranger)
        with pytest.raises(NotFound):
            await shared_answers.give_part(
                vendor_id=mine.vendor_id,
                dispute_id=theirs.id,
                version=0,
                actor="member:1",
            )

    async def test_a_part_that_was_handed_in_is_closed_and_the_others_is_not(
        self, sandbox: RunningSandbox, rows: list[Dispute]
    ) -> None:
        """It names what was read; the bank hears nothing of it."""
        version = await _write(rows[0], "Mine")
        whose = {"vendor_id": rows[0].vendor_id, "dispute_id": rows[0].id}
        with pytest.raises(AnswerChanged):
            await shared_answers.give_part(version=version + 1, actor="m", **whose)
        await shared_answers.give_part(version=version, actor="m", **whose)
        with pytest.raises(PartClosed):
            await _write(rows[0], "Other")
        await _write(rows[1], "Theirs")
        assert _at_bank(sandbox, rows[0])["status"] == "needs_response"

    async def test_nothing_is_no_part(self, rows: list[Dispute]) -> None:
        """One that has nothing to say leaves it."""
        with pytest.raises(NothingToSay):
            await shared_answers.give_part(
                vendor_id=rows[0].vendor_id,
                dispute_id=rows[0].id,
                version=0,
                actor="member:1",
            )

    async def test_the_mail_says_that_it_is_a_part(self, rows: list[Dispute]) -> None:
        """And speaks of no acceptance, which is not the vendor's."""
        told = await Email.filter(kind="dispute_opened")
        assert len(told) == len(rows)
        for mail in told:
            assert "The bank gets one answer" in mail.text
            assert "accept the loss" not in mail.text


class TestTheOneAnswer:
    async def test_the_bank_reads_all_parts_below_their_orders(
        self, context: Context, sandbox: RunningSandbox, rows: list[Dispute]
    ) -> None:
        """With the documents of both; every row knows that it is there."""
        for row in rows:
            await _write(row, f"Of {row.vendor_id}")
            await _attach(row, PDF + str(row.vendor_id).encode())
        assert await _hand_in(context, rows[1])
        there = _at_bank(sandbox, rows[0])
        heads = await _heads(*rows)
        said = [
            f"{head}\nOf {row.vendor_id}" for head, row in zip(heads, rows, strict=True)
        ]
        assert there["evidence"]["uncategorized_text"] == "\n\n".join(said)
        assert there["evidence"]["receipt"] != there["evidence"]["uncategorized_file"]
        assert there["evidence"]["uncategorized_file"]
        assert there["status"] == "under_review"
        assert there["evidence_details"]["submission_count"] == 1
        for row in await _now(*rows):
            assert row.status == "under_review"
            assert row.submitted_by == STAFF
            assert row.delivered_at is not None

    async def test_what_changed_after_it_was_read_is_not_handed_in(
        self, context: Context, rows: list[Dispute]
    ) -> None:
        """Nor is nothing."""
        with pytest.raises(NothingToSay):
            await _hand_in(context, rows[0])
        version = await _write(rows[0], "Mine")
        await _write(rows[1], "Theirs")
        with pytest.raises(AnswerChanged):
            await shared_answers.hand_in(
                context.gateway, dispute_id=rows[0].id, version=version, actor=STAFF
            )

    async def test_two_at_once_hand_in_once(
        self, context: Context, sandbox: RunningSandbox, rows: list[Dispute]
    ) -> None:
        """The operator twice, and the job."""
        await _write(rows[0], "Mine")
        await asyncio.gather(
            _hand_in(context, rows[0]),
            _hand_in(context, rows[1]),
            return_exceptions=True,
        )
        await work(context)
        with pytest.raises(AnswerClosed):
            await _hand_in(context, rows[0])
        assert await StripeWrite.filter(operation="disputes.submit").count() == 1
        there = _at_bank(sandbox, rows[0])
        assert there["evidence_details"]["submission_count"] == 1

    @pytest.mark.parametrize("effect", ["reset_before", "reset_after"])
    async def test_a_lost_answer_is_handed_in_once(
        self,
        context: Context,
        sandbox: RunningSandbox,
        rows: list[Dispute],
        effect: str,
    ) -> None:
        """Its write goes on by itself."""
        await _write(rows[0], "Mine")
        match = {"method": "POST", "path": "/v1/disputes"}
        sandbox.faults({"match": match, "times": 3, "effect": effect})
        assert not await _hand_in(context, rows[0])
        sandbox.faults()
        await Job.filter(status="waiting").update(run_at=clock.now())
        await work(context)
        there = _at_bank(sandbox, rows[0])
        assert there["evidence_details"]["submission_count"] == 1
        assert all(row.delivered_at for row in await _now(*rows))

    async def test_a_kill_at_any_statement_hands_in_once_or_not_at_all(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Decided in every row or in none; whoever comes again finishes."""
        shops = [await open_shop(context.gateway, sandbox, stock=100) for _ in range(2)]

        async def complain() -> list[Dispute]:
            rows = (await shared_dispute(context, sandbox, shops))[-2:]
            await _write(rows[0], "Mine")
            return rows

        async def hand_in(rows: list[Dispute]) -> None:
            await _hand_in(context, rows[0])

        disputes = []
        async for rows in killed_in_turn(complain, hand_in, 4):
            decided = {row.submitted_at is not None for row in await _now(*rows)}
            assert len(decided) == 1
            if decided == {False}:
                await hand_in(rows)
            disputes.append(rows)
        assert len(disputes) > 2
        await Job.filter(status="waiting").update(run_at=clock.now())
        await work(context)
        for rows in disputes:
            there = _at_bank(sandbox, rows[0])
            assert there["evidence_details"]["submission_count"] == 1
            assert all(row.delivered_at for row in await _now(*rows))

    async def test_the_loss_is_accepted_for_all_by_the_marketplace(
        self, context: Context, sandbox: RunningSandbox, rows: list[Dispute]
    ) -> None:
        """Once; nobody writes any more."""
        assert await shared_answers.give_up(
            context.gateway, dispute_id=rows[0].id, actor=STAFF
        )
        assert _at_bank(sandbox, rows[0])["status"] == "lost"
        assert {row.status for row in await _now(*rows)} == {"lost"}
        with pytest.raises(AnswerClosed):
            await _write(rows[1], "Late")


class TestByItself:
    async def test_parts_close_when_their_time_is_over_and_what_was_saved_stays(
        self, context: Context, sandbox: RunningSandbox, rows: list[Dispute]
    ) -> None:
        """The marketplace can still hand it in; the bank hears nothing yet."""
        await _write(rows[0], "Mine")
        with _left(rows, timedelta(days=1)):
            with pytest.raises(PartClosed):
                await _write(rows[1], "Late")
            await jobs.shared_deadlines.run(context, {})
            await work(context)
            assert all(row.part_closed_at for row in await _now(*rows))
            assert _at_bank(sandbox, rows[0])["status"] == "needs_response"
            assert await _hand_in(context, rows[0])

    async def test_what_is_there_goes_in_shortly_before_the_bank_closes_once(
        self, context: Context, sandbox: RunningSandbox, rows: list[Dispute]
    ) -> None:
        """Whatever repeats."""
        await _write(rows[1], "Theirs")
        with _left(rows, HANDED_IN_BEFORE - timedelta(hours=1)):
            for _ in range(3):
                await jobs.shared_deadlines.run(context, {})
                await work(context)
                await jobs.follow_shared.run(context, {"dispute_id": rows[0].id})
            there = _at_bank(sandbox, rows[0])
            (head,) = await _heads(rows[1])
            assert there["evidence"]["uncategorized_text"] == f"{head}\nTheirs"
            assert there["evidence_details"]["submission_count"] == 1
            assert {row.submitted_by for row in await _now(*rows)} == {"system"}

    async def test_where_nobody_wrote_anything_nothing_is_handed_in(
        self, context: Context, sandbox: RunningSandbox, rows: list[Dispute]
    ) -> None:
        """An empty answer would be the only one."""
        with _left(rows, HANDED_IN_BEFORE - timedelta(hours=1)):
            await jobs.follow_shared.run(context, {"dispute_id": rows[0].id})
            assert _at_bank(sandbox, rows[0])["status"] == "needs_response"
            assert not await StripeWrite.exists(operation="disputes.submit")
        assert (await joined_answer(rows[0].stripe_dispute_id)).is_empty


async def test_an_inquiry_that_becomes_a_dispute_opens_the_parts_again(
    context: Context, sandbox: RunningSandbox
) -> None:
    """What was written is still there."""
    rows = await _disputed(context, sandbox, card=INQUIRY)
    for row in rows:
        version = await _write(row, "escalate_inquiry_evidence")
        await shared_answers.give_part(
            vendor_id=row.vendor_id,
            dispute_id=row.id,
            version=version,
            actor="member:1",
        )
    await _hand_in(context, rows[0])
    sandbox.advance(10)
    for row in rows:
        seen = await again(context, row)
        assert seen.status == "needs_response"
        assert seen.part_closed_at is None
        assert seen.submitted_at is None
        assert await _write(seen, "Once more") > version
