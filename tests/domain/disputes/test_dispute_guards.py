"""Guards of disputes that only two of them, or news in the wrong order, put to the test."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from shared.finance.disputes import responses, service
from shared.finance.disputes.models import Dispute
from shared.infra.audit.models import AuditEntry
from tests.support.disputes import again, decide, disputed
from tests.support.market import open_shop

if TYPE_CHECKING:
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")
WORDS = {"uncategorized_text": "It arrived."}
BY = "member:1"


async def test_handing_one_answer_in_leaves_another_of_the_same_version_alone(
    context: Context, sandbox: RunningSandbox
) -> None:
    """A bank reads an answer once: nobody's is sent along with somebody else's."""
    shop = await open_shop(context.gateway, sandbox)
    first, second = [await disputed(context, sandbox, shop) for _ in range(2)]
    for row in (first, second):
        await responses.save_draft(
            vendor_id=row.vendor_id, dispute_id=row.id, texts=WORDS, actor=BY
        )
    before = await Dispute.get(id=second.id)

    await responses.submit(
        context.gateway,
        vendor_id=first.vendor_id,
        dispute_id=first.id,
        version=1,
        actor=BY,
    )

    assert (await Dispute.get(id=first.id)).submitted_at is not None
    after = await Dispute.get(id=second.id)
    assert after.submitted_at is None
    assert after.evidence_version == before.evidence_version


async def test_an_older_reading_of_the_same_status_changes_nothing(
    context: Context, sandbox: RunningSandbox
) -> None:
    """It has fewer balance transactions than we know: whatever else it says is as old."""
    row = await disputed(context, sandbox, await open_shop(context.gateway, sandbox))
    seen = await context.gateway.disputes.get(row.stripe_dispute_id)
    assert len(seen.transactions) == row.transaction_count == 1

    await service.apply(
        row.payment_id, replace(seen, transactions=(), reason="general", due_by=None)
    )

    after = await Dispute.get(id=row.id)
    assert (after.reason, after.due_by) == (row.reason, row.due_by)
    assert after.transaction_count == 1


async def test_money_that_comes_back_is_told_once(
    context: Context, sandbox: RunningSandbox
) -> None:
    """With how much of it is the vendor's, as its going was; a second reading tells nothing."""
    row = await disputed(context, sandbox, await open_shop(context.gateway, sandbox))

    row = await decide(context, sandbox, row, "won")
    await again(context, row)

    gone = await AuditEntry.get(
        action="dispute.withdrawn", subject=service.subject_of(row.id)
    )
    back = await AuditEntry.get(
        action="dispute.reinstated", subject=service.subject_of(row.id)
    )
    assert back.details is not None
    assert gone.details is not None
    assert (back.details["amount"], back.details["vendor"]) == (
        gone.details["amount"],
        gone.details["vendor"],
    )
