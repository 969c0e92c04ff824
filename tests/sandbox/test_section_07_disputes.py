"""stripe-facts 7: the test cards that are disputed afterwards, and the evidence texts that
decide.
"""

import pytest

from tests.support.standin_disputes import DAY, answer, disputed
from tests.support.standin_rows import rows


@pytest.mark.parametrize(
    ("card", "reason", "status"),
    [
        ("pm_card_createDispute", "fraudulent", "needs_response"),
        (
            "pm_card_createDisputeProductNotReceived",
            "product_not_received",
            "needs_response",
        ),
        ("pm_card_createDisputeInquiry", "fraudulent", "warning_needs_response"),
    ],
)
async def test_the_charge_succeeds_and_is_disputed(platform, card, reason, status):
    dispute = await disputed(platform, card)
    charge = await platform.v1.charges.retrieve_async(dispute.charge)
    assert (charge.status, charge.disputed) == ("succeeded", True)
    assert (dispute.reason, dispute.status) == (reason, status)


async def test_one_card_is_disputed_several_times(platform):
    await disputed(platform, "pm_card_createMultipleDisputes", amount=1001)
    found = (await platform.v1.disputes.list_async()).data
    assert sorted(d.amount for d in found) == [500, 501]
    assert [row[1:] for row in await rows(platform)][-2:] == [
        (-501, 1500, -2001),
        (-500, 1500, -2000),
    ]


async def test_nothing_is_disputed_before_the_money_has_moved(platform):
    held = await platform.pay("pm_card_createDispute", capture_method="manual")
    platform.sandbox.advance(DAY)
    assert (await platform.v1.disputes.list_async()).data == []
    await platform.v1.payment_intents.capture_async(held.id)
    platform.settle()
    assert len((await platform.v1.disputes.list_async()).data) == 1


@pytest.mark.parametrize(
    ("card", "text", "status"),
    [
        ("pm_card_createDispute", "winning_evidence", "won"),
        ("pm_card_createDispute", "losing_evidence", "lost"),
        ("pm_card_createDispute", "Neither.", "under_review"),
        ("pm_card_createDisputeInquiry", "winning_evidence", "warning_closed"),
        ("pm_card_createDisputeInquiry", "Neither.", "warning_under_review"),
        ("pm_card_createDisputeInquiry", "escalate_inquiry_evidence", "needs_response"),
    ],
)
async def test_evidence_texts_decide(platform, card, text, status):
    dispute = await disputed(platform, card)
    await answer(platform, dispute, text)
    platform.sandbox.advance(10)
    assert (await platform.v1.disputes.retrieve_async(dispute.id)).status == status


async def test_an_escalated_inquiry_takes_the_money_and_can_be_answered_again(platform):
    dispute = await disputed(platform, "pm_card_createDisputeInquiry")
    await answer(platform, dispute, "escalate_inquiry_evidence")
    platform.sandbox.advance(10)
    grown = await platform.v1.disputes.retrieve_async(dispute.id)
    assert (
        grown.payment_method_details.card.case_type,
        grown.is_charge_refundable,
    ) == (
        "chargeback",
        False,
    )
    assert [t.net for t in grown.balance_transactions] == [-2500]
    assert platform.kinds()[-1] == "charge.dispute.funds_withdrawn"
    assert (
        await answer(platform, dispute, "winning_evidence")
    ).status == "under_review"
    platform.sandbox.advance(10)
    assert (await platform.v1.disputes.retrieve_async(dispute.id)).status == "won"


async def test_an_issuer_warns_of_fraud(platform):
    paid = await platform.pay("pm_card_createIssuerFraudRecord")
    platform.settle()
    warnings = platform.v1.radar.early_fraud_warnings
    [warning] = (await warnings.list_async({"charge": paid.latest_charge})).data
    assert warning.id.startswith("issfr_")
    assert (warning.actionable, warning.payment_intent) == (True, paid.id)
    assert (
        platform.events("radar.early_fraud_warning.created")[0]["data"]["object"]["id"]
        == warning.id
    )
    whole = await warnings.retrieve_async(warning.id, {"expand": ["charge"]})
    assert whole.charge.disputed is False
    platform.control("POST", "disputes", {"charge": paid.latest_charge})
    assert (await warnings.retrieve_async(warning.id)).actionable is False
    told = platform.events("radar.early_fraud_warning.updated")[0]["data"]
    assert told["previous_attributes"] == {"actionable": True}


async def test_a_refunded_charge_needs_no_action_on_its_warning(platform):
    paid = await platform.pay("pm_card_createIssuerFraudRecord")
    platform.settle()
    await platform.v1.refunds.create_async({"charge": paid.latest_charge})
    [warning] = (await platform.v1.radar.early_fraud_warnings.list_async()).data
    assert warning.actionable is False
