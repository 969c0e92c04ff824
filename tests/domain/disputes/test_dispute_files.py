"""Documents in an answer: kept here first, brought to Stripe once, named in the draft, handed in
once, whatever fails.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.core.errors import Invalid, NotFound
from shared.core.words import word
from shared.finance.disputes import attachments, responses
from shared.finance.disputes.errors import AnswerChanged, AnswerClosed, DocumentRefused
from shared.finance.disputes.files import MOST_TOGETHER
from shared.finance.disputes.models import Dispute, DisputeFile
from shared.infra.gateway.errors import StripeUnavailable
from shared.infra.stripe_writes.models import StripeWrite
from tests.support.dispute_answers import FAULTS, at_bank, draft, settle_down, submit
from tests.support.disputes import disputed
from tests.support.factories import make_dispute, make_order
from tests.support.market import open_shop
from tests.support.papers import paper
from tests.support.sandbox import RunningSandbox

if TYPE_CHECKING:
    from shared.infra.jobs import Context

pytestmark = pytest.mark.usefixtures("database")


async def attach(
    row: Dispute,
    kind: str = "receipt",
    content: bytes | None = None,
    name: str = "r.pdf",
) -> int:
    return await attachments.attach(
        vendor_id=row.vendor_id,
        dispute_id=row.id,
        kind=kind,
        name=name,
        content=content or paper(),
        actor="member:1",
    )


async def remove(row: Dispute, kind: str = "receipt") -> bool:
    return await attachments.remove(
        vendor_id=row.vendor_id, dispute_id=row.id, kind=kind, actor="member:1"
    )


def uploads(sandbox: RunningSandbox) -> list[dict[str, Any]]:
    """What Stripe was asked to keep."""
    return [
        r
        for r in sandbox.requests()
        if (r["method"], r["path"]) == ("POST", "/v1/files")
    ]


class TestDrafts:
    """Without Stripe: rows alone."""

    async def test_a_document_is_kept_with_what_is_in_it_and_its_key(self) -> None:
        """Stored before anybody asks Stripe; the version goes on, so that it is read through
        again.
        """
        row = await make_dispute(await make_order())
        assert (
            await attach(row, content=paper("png"), name="C:\\scans\\Quittung.exe") == 1
        )
        there = await DisputeFile.get(dispute_id=row.id)
        assert (there.name, there.content_type, there.size) == (
            "Quittung.png",
            "image/png",
            2000,
        )
        assert there.upload_key == f"dispute:{row.stripe_dispute_id}:file:receipt:1"
        assert bytes(there.content) == paper("png")
        keys = await StripeWrite.all().order_by("id").values_list("key", flat=True)
        assert keys == [f"dispute:{row.stripe_dispute_id}:evidence:1", there.upload_key]

    async def test_another_of_its_kind_takes_its_place_and_the_same_changes_nothing(
        self,
    ) -> None:
        """One of each kind."""
        row = await make_dispute(await make_order())
        assert [await attach(row), await attach(row)] == [1, 1]
        assert await attach(row, content=paper("jpg"), name="b.jpg") == 2
        (there,) = (await attachments.attached_to(row.id)).values()
        assert (there.name, there.spoken_size) == ("b.jpg", "2 KB")

    async def test_it_can_be_taken_out_again(self) -> None:
        """Once."""
        row = await make_dispute(await make_order())
        await attach(row)
        assert [await remove(row), await remove(row)] == [True, False]
        assert await attachments.attached_to(row.id) == {}
        assert (await Dispute.get(id=row.id)).evidence_version == 2

    async def test_all_together_have_a_limit_in_which_what_is_replaced_does_not_count(
        self,
    ) -> None:
        """Stripe's own, told before anything is kept."""
        row = await make_dispute(await make_order())
        await attach(row, content=paper(size=MOST_TOGETHER - 1000))
        with pytest.raises(Invalid, match=r"the bank takes 4\.5 MB") as caught:
            await attach(row, "uncategorized_file")
        assert caught.value.param == "uncategorized_file"
        await attach(row, content=paper("png", size=MOST_TOGETHER - 3000))
        await attach(row, "uncategorized_file")

    async def test_two_at_the_same_moment_do_not_exceed_it(self) -> None:
        """The dispute is their lock."""
        row = await make_dispute(await make_order())
        big = paper(size=MOST_TOGETHER * 2 // 3)
        found = await asyncio.gather(
            attach(row, "receipt", big),
            attach(row, "uncategorized_file", big),
            return_exceptions=True,
        )
        assert len([problem for problem in found if isinstance(problem, Invalid)]) == 1
        assert await DisputeFile.filter(dispute_id=row.id).count() == 1

    async def test_another_vendors_is_not_there_and_what_is_handed_in_is_closed(
        self,
    ) -> None:
        """For attaching, removing and looking."""
        row = await make_dispute(await make_order())
        await attach(row)
        stranger: dict[str, Any] = {
            "vendor_id": row.vendor_id + 1,
            "dispute_id": row.id,
            "actor": "member:2",
        }
        with pytest.raises(NotFound):
            await attachments.attach(
                kind="receipt", name="a.pdf", content=paper(), **stranger
            )
        with pytest.raises(NotFound):
            await attachments.remove(kind="receipt", **stranger)
        other = await make_dispute(await make_order())
        there = await DisputeFile.get(dispute_id=row.id)
        with pytest.raises(NotFound):
            await attachments.content_of(other.id, there.id)
        await Dispute.filter(id=row.id).update(submitted_at=row.opened_at)
        with pytest.raises(AnswerClosed):
            await attach(row, content=paper("png"))
        with pytest.raises(AnswerClosed):
            await remove(row)


class TestAtStripe:
    async def test_it_is_staged_named_and_handed_in_with_the_texts(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Uploaded once; what was taken out is gone there too, or never comes; the bank gets what
        was read through.
        """
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        await draft(row)
        await attach(row, "customer_communication")
        await remove(row, "customer_communication")
        await attach(row)
        await attach(row, "uncategorized_file", paper("png"), "box.png")
        await settle_down(context)
        staged = at_bank(sandbox, row)["evidence"]
        assert staged["receipt"].startswith("file_")
        assert staged["uncategorized_file"].startswith("file_")
        await remove(row)
        await settle_down(context)
        assert at_bank(sandbox, row)["evidence"]["receipt"] is None
        version = (await Dispute.get(id=row.id)).evidence_version
        with pytest.raises(AnswerChanged):
            await submit(context.gateway, row, version - 1)
        assert await submit(context.gateway, row, version)
        there = at_bank(sandbox, row)
        assert there["evidence"]["uncategorized_file"] == staged["uncategorized_file"]
        assert there["evidence_details"]["submission_count"] == 1
        assert len(uploads(sandbox)) == 2
        assert (
            await StripeWrite.get(operation="files.create", state="superseded")
        ).stripe_id is None
        row = await Dispute.get(id=row.id)
        assert row.staged_evidence["uncategorized_file"] == staged["uncategorized_file"]

    async def test_a_document_without_a_word_is_an_answer(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """It says more than nothing."""
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        assert await submit(context.gateway, row, await attach(row))

    @pytest.mark.parametrize("fault", FAULTS)
    async def test_whatever_fails_on_the_way_it_arrives_once(
        self, context: Context, sandbox: RunningSandbox, fault: dict[str, Any]
    ) -> None:
        """A crash between the database and Stripe looks the same: the job goes on with what has no
        id.
        """
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        version = await attach(row)
        down = {"match": {"method": "POST", "path": "/v1/files"}, "times": 3, **fault}
        sandbox.faults(down)
        with pytest.raises(StripeUnavailable):
            await responses.stage(context.gateway, row.id)
        sandbox.faults(down)
        assert not await submit(context.gateway, row, version)
        sandbox.faults()
        await settle_down(context)
        row = await Dispute.get(id=row.id)
        there = at_bank(sandbox, row)
        assert (row.status, there["evidence_details"]["submission_count"]) == (
            "under_review",
            1,
        )
        assert (
            there["evidence"]["receipt"]
            == (await DisputeFile.get(dispute_id=row.id)).stripe_file_id
        )

    async def test_what_stripe_cannot_read_is_said_and_is_not_handed_in(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Until it is removed or replaced; the rest of the draft is staged."""
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        await draft(row)
        version = await attach(row)
        sandbox.faults(
            {
                "match": {"path": "/v1/files"},
                "effect": "status",
                "status": 400,
                "times": 1,
            }
        )
        await responses.stage(context.gateway, row.id)
        (there,) = (await attachments.attached_to(row.id)).values()
        said = word("disputes.document_refusals", there.refusal)
        assert said.startswith("Stripe could not read this document.")
        # rows of before kept the sentence itself
        assert word("disputes.document_refusals", said) == said
        assert at_bank(sandbox, row)["evidence"]["uncategorized_text"] == "It arrived."
        with pytest.raises(DocumentRefused):
            await submit(context.gateway, row, version)
        version = await attach(row)
        assert await submit(context.gateway, row, version)

    async def test_one_that_is_refused_only_when_it_is_handed_in_takes_the_answer_back(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Nothing pretends that an answer was given."""
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        version = await attach(row)
        sandbox.faults(
            {
                "match": {"path": "/v1/files"},
                "effect": "status",
                "status": 400,
                "times": 1,
            }
        )
        with pytest.raises(DocumentRefused):
            await submit(context.gateway, row, version)
        row = await Dispute.get(id=row.id)
        assert (row.status, row.submitted_at) == ("needs_response", None)
        assert at_bank(sandbox, row)["evidence_details"]["submission_count"] == 0

    async def test_what_older_versions_stored_goes_on_under_its_keys(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Decided here, never told to Stripe, a document on its way, their jobs gone: no row of a
        write is there.
        """
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        await draft(row)
        version = await attach(row)
        sandbox.faults(
            {"match": {"method": "POST"}, "effect": "reset_after", "times": 3}
        )
        with pytest.raises(StripeUnavailable):
            await responses.stage(context.gateway, row.id)
        key = f"dispute:{row.stripe_dispute_id}:submit:{version + 1}"
        decided = {"submitted_at": clock.now(), "evidence_version": version + 1}
        await Dispute.filter(id=row.id).update(**decided)
        await StripeWrite.all().delete()
        await responses.deliver_later.run(context, {"dispute_id": row.id})
        assert (await Dispute.get(id=row.id)).status == "under_review"
        asked = dict(await StripeWrite.all().values_list("operation", "key"))
        assert asked == {
            "disputes.submit": key,
            "files.create": key.replace("submit:3", "file:receipt:2"),
        }
        assert {one["idempotency_key"] for one in uploads(sandbox)} == {
            asked["files.create"]
        }
