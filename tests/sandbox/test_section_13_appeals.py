"""stripe-facts 13: disputes after the bank's word, and those that never became one."""

from typing import Any

import pytest

from tests.support.standin_appeals import told
from tests.support.standin_disputes import DAY, disputed
from tests.support.standin_errors import refused
from tests.support.standin_rows import rows

WHY = {"appeal": {"card": {"reason_for_filing": "The signature is the shopper's own."}}}


async def appealed(platform):
    """A dispute that was lost and can be appealed now."""
    dispute = await disputed(platform)
    platform.control("POST", f"disputes/{dispute.id}/close", {"outcome": "lost"})
    platform.control("POST", f"disputes/{dispute.id}/appeal")
    return await platform.v1.disputes.retrieve_async(dispute.id)


async def file(platform, dispute, evidence=None, **given: Any):
    return await platform.v1.disputes.update_async(
        dispute.id, {"evidence": evidence or WHY, **given}
    )


async def test_a_lost_dispute_can_be_appealed_until_a_deadline(platform):
    dispute = await appealed(platform)
    assert dispute.status == "appeal_needs_response"
    assert dispute.evidence_details.due_by > dispute.created + DAY
    assert told(platform)[-2:] == ["closed", "updated"]
    assert (
        platform.events("charge.dispute.updated")[-1]["data"]["previous_attributes"][
            "status"
        ]
        == "lost"
    )
    platform.sandbox.advance(10 * DAY)
    assert (await platform.v1.disputes.retrieve_async(dispute.id)).status == "lost"
    with pytest.raises(RuntimeError, match="can be appealed, once"):
        platform.control("POST", f"disputes/{dispute.id}/appeal")


async def test_an_appeal_is_filed_once_and_at_once_unless_it_is_staged(platform):
    dispute = await appealed(platform)
    staged = await file(platform, dispute, submit=False)
    assert (staged.status, staged.evidence.appeal.card.reason_for_filing) == (
        "appeal_needs_response",
        "The signature is the shopper's own.",
    )
    filed = await file(platform, dispute)
    assert filed.status == "appeal_under_review"
    assert "maximum number" in (await refused(file(platform, dispute))).user_message


async def test_nothing_else_of_the_evidence_can_be_changed_then(platform):
    dispute = await appealed(platform)
    error = await refused(
        file(platform, dispute, {"uncategorized_text": "And another thing."})
    )
    assert error.param == "evidence[uncategorized_text]"


async def test_only_an_appeal_takes_an_appeals_evidence(platform):
    error = await refused(file(platform, await disputed(platform)))
    assert error.param == "evidence[appeal]"


@pytest.mark.parametrize("outcome", ["won", "lost"])
async def test_the_network_decides_an_appeal_and_only_a_win_moves_money(
    platform, outcome
):
    dispute = await appealed(platform)
    await file(platform, dispute)
    platform.control("POST", f"disputes/{dispute.id}/close", {"outcome": outcome})
    decided = await platform.v1.disputes.retrieve_async(dispute.id)
    back = [(1000, 0, 1000)] if outcome == "won" else []
    assert [(t.amount, t.fee, t.net) for t in decided.balance_transactions] == [
        (-1000, 1500, -2500),
        *back,
    ]
    assert decided.status == outcome
    assert told(platform)[-1 - len(back) :] == [
        *(["funds_reinstated"] * len(back)),
        "closed",
    ]
    assert platform.control("GET", "audit") == {"problems": []}


async def test_giving_an_appeal_up_accepts_the_loss(platform):
    dispute = await appealed(platform)
    assert (await platform.v1.disputes.close_async(dispute.id)).status == "lost"


@pytest.mark.parametrize("outcome", ["winning_evidence", "losing_evidence"])
async def test_an_appeals_own_word_decides_as_the_texts_of_section_7_do(
    platform, outcome
):
    dispute = await appealed(platform)
    await file(platform, dispute, {"appeal": {"card": {"reason_for_filing": outcome}}})
    platform.sandbox.advance(10)
    found = await platform.v1.disputes.retrieve_async(dispute.id)
    assert found.status == ("won" if outcome == "winning_evidence" else "lost")


async def test_a_block_moves_nothing(platform):
    paid = await platform.pay()
    await platform.pay(amount=5000)
    platform.settle()
    made = platform.control(
        "POST", "disputes", {"charge": paid.latest_charge, "prevented": "block"}
    )
    dispute = await platform.v1.disputes.retrieve_async(made["id"])
    assert (dispute.status, dispute.payment_method_details.card.case_type) == (
        "prevented",
        "block",
    )
    assert (dispute.balance_transactions, dispute.is_charge_refundable) == ([], True)
    assert told(platform) == ["created", "closed"]
    assert (
        await platform.v1.charges.retrieve_async(paid.latest_charge)
    ).disputed is False
    assert (
        await platform.v1.refunds.create_async({"charge": paid.latest_charge})
    ).status == "succeeded"


async def test_a_resolution_gives_the_shopper_the_money_without_a_fee_for_a_dispute(
    platform,
):
    paid = await platform.pay()
    await platform.pay(amount=5000)
    platform.settle()
    made = platform.control(
        "POST", "disputes", {"charge": paid.latest_charge, "prevented": "resolution"}
    )
    dispute = await platform.v1.disputes.retrieve_async(made["id"])
    assert (dispute.status, dispute.payment_method_details.card.case_type) == (
        "prevented",
        "resolution",
    )
    assert (await rows(platform))[-1] == ("adjustment", -1000, 0, -1000)
    assert told(platform) == ["created", "funds_withdrawn", "closed"]
    assert (
        await refused(platform.v1.refunds.create_async({"charge": paid.latest_charge}))
    ).code == "charge_disputed"
    assert (
        await refused(platform.v1.disputes.close_async(dispute.id))
    ).user_message == "This dispute is already closed"
    assert platform.control("GET", "audit") == {"problems": []}
