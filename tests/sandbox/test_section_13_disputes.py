"""stripe-facts 13: disputes, from the shopper's bank to its decision, and the money that goes with
them.
"""

import pytest

from tests.support.papers import named, paper
from tests.support.standin_disputes import DAY, answer, disputed
from tests.support.standin_errors import refused
from tests.support.standin_rows import rows


async def test_a_chargeback_has_all_the_fields(platform):
    dispute = await disputed(platform)
    card = dispute.payment_method_details.card
    assert (dispute.amount, dispute.currency, dispute.reason, dispute.status) == (
        1000,
        "usd",
        "fraudulent",
        "needs_response",
    )
    assert (card.brand, card.network, card.case_type, card.network_reason_code) == (
        "visa",
        "visa",
        "chargeback",
        "10.4",
    )
    assert dispute.is_charge_refundable is False
    details = dispute.evidence_details
    assert (details.has_evidence, details.past_due, details.submission_count) == (
        False,
        False,
        0,
    )
    assert details.submission_method == "not_submitted"
    assert details.enhanced_eligibility.to_dict() == {}
    evidence = dispute.evidence.to_dict()
    assert evidence.pop("enhanced_evidence") == {}
    assert set(evidence.values()) == {None}
    charge = await platform.v1.charges.retrieve_async(dispute.charge)
    assert (charge.disputed, charge.payment_intent) == (True, dispute.payment_intent)


async def test_a_chargeback_takes_the_amount_and_a_fee(platform):
    dispute = await disputed(platform)
    [row] = dispute.balance_transactions
    assert (row.type, row.amount, row.fee, row.net, row.source) == (
        "adjustment",
        -1000,
        1500,
        -2500,
        dispute.id,
    )
    assert row.reporting_category == "dispute"
    assert (await rows(platform))[-1] == ("adjustment", -1000, 1500, -2500)


async def test_the_fee_is_higher_in_euro(platform):
    dispute = await disputed(platform, currency="eur")
    assert dispute.balance_transactions[0].fee == 2000


async def test_an_inquiry_moves_nothing_and_leaves_the_charge_refundable(platform):
    await platform.pay(amount=5000)
    dispute = await disputed(platform, "pm_card_createDisputeInquiry")
    assert (dispute.status, dispute.is_charge_refundable) == (
        "warning_needs_response",
        True,
    )
    assert dispute.payment_method_details.card.case_type == "inquiry"
    assert dispute.balance_transactions == []
    assert [row[0] for row in await rows(platform)] == ["charge", "charge"]
    assert (
        await platform.v1.refunds.create_async({"charge": dispute.charge})
    ).status == "succeeded"


async def test_a_chargeback_stands_in_the_way_of_a_refund(platform):
    await platform.pay(amount=5000)
    dispute = await disputed(platform)
    error = await refused(platform.v1.refunds.create_async({"charge": dispute.charge}))
    assert error.code == "charge_disputed"
    platform.control("POST", f"disputes/{dispute.id}/close", {"outcome": "won"})
    assert (
        await platform.v1.disputes.retrieve_async(dispute.id)
    ).is_charge_refundable is True
    assert (
        await platform.v1.refunds.create_async({"charge": dispute.charge})
    ).status == "succeeded"


async def test_opening_and_losing_tell_four_things_in_order(platform):
    dispute = await disputed(platform)
    before = await platform.v1.charges.retrieve_async(dispute.charge)
    closed = await platform.v1.disputes.close_async(dispute.id)
    assert (before.disputed, closed.status) == (True, "lost")
    kinds = [
        kind
        for kind in platform.kinds()
        if "dispute" in kind or kind == "charge.updated"
    ]
    settled, *told = kinds
    assert settled == "charge.updated"
    assert told == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.updated",
        "charge.dispute.closed",
    ]
    assert platform.events("charge.updated")[-1]["data"]["previous_attributes"] == {
        "disputed": False
    }


async def test_an_inquiry_has_the_same_event_but_withdraws_nothing(platform):
    await disputed(platform, "pm_card_createDisputeInquiry")
    kinds = platform.kinds()
    assert "charge.dispute.created" in kinds
    assert "charge.dispute.funds_withdrawn" not in kinds


async def test_winning_gives_the_amount_back_but_not_the_fee(platform):
    dispute = await disputed(platform)
    await answer(platform, dispute, "winning_evidence")
    platform.sandbox.advance(10)
    won = await platform.v1.disputes.retrieve_async(dispute.id)
    assert won.status == "won"
    assert [(t.amount, t.fee, t.net) for t in won.balance_transactions] == [
        (-1000, 1500, -2500),
        (1000, 0, 1000),
    ]
    told = [kind for kind in platform.kinds() if kind.startswith("charge.dispute")]
    assert told == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
    ]


async def test_evidence_is_submitted_once_and_at_once(platform):
    dispute = await disputed(platform)
    sent = await answer(platform, dispute)
    details = sent.evidence_details
    assert sent.status == "under_review"
    assert (
        details.has_evidence,
        details.submission_count,
        details.submission_method,
    ) == (
        True,
        1,
        "manual",
    )
    error = await refused(answer(platform, dispute, "More."))
    assert "maximum number of evidence submissions" in error.user_message
    platform.sandbox.advance(60 * DAY)
    assert (
        await platform.v1.disputes.retrieve_async(dispute.id)
    ).status == "under_review"


async def test_staged_evidence_waits_until_it_is_submitted(platform):
    dispute = await disputed(platform)
    staged = await answer(platform, dispute, submit=False)
    assert (staged.status, staged.evidence_details.has_evidence) == (
        "needs_response",
        True,
    )
    assert staged.evidence_details.submission_count == 0
    sent = await platform.v1.disputes.update_async(dispute.id, {"submit": True})
    assert (sent.status, sent.evidence.uncategorized_text) == (
        "under_review",
        "Delivered and signed for.",
    )


async def test_metadata_alone_submits_nothing(platform):
    dispute = await disputed(platform)
    changed = await platform.v1.disputes.update_async(
        dispute.id, {"metadata": {"order": "42"}}
    )
    assert (changed.status, changed.metadata.to_dict()) == (
        "needs_response",
        {"order": "42"},
    )
    assert platform.events("charge.dispute.updated")[-1]["data"][
        "previous_attributes"
    ] == {"metadata": {"order": None}}


async def test_the_deadline_leaves_a_week_and_then_the_dispute_is_lost(platform):
    dispute = await disputed(platform)
    assert 8 * DAY <= dispute.evidence_details.due_by - dispute.created <= 9 * DAY
    platform.sandbox.advance(dispute.evidence_details.due_by - dispute.created - 60)
    assert (
        await platform.v1.disputes.retrieve_async(dispute.id)
    ).status == "needs_response"
    platform.sandbox.advance(120)
    assert (await platform.v1.disputes.retrieve_async(dispute.id)).status == "lost"
    assert platform.kinds()[-1] == "charge.dispute.closed"


async def test_an_unanswered_inquiry_is_closed_at_its_deadline(platform):
    dispute = await disputed(platform, "pm_card_createDisputeInquiry")
    platform.sandbox.advance(10 * DAY)
    assert (
        await platform.v1.disputes.retrieve_async(dispute.id)
    ).status == "warning_closed"


async def test_what_is_closed_stays_closed(platform):
    dispute = await disputed(platform)
    await platform.v1.disputes.close_async(dispute.id)
    for again in (
        answer(platform, dispute),
        platform.v1.disputes.close_async(dispute.id),
    ):
        assert (await refused(again)).user_message == "This dispute is already closed"


@pytest.mark.parametrize(
    ("evidence", "param"),
    [
        ({"uncategorized_text": "x" * 20_001}, "evidence[uncategorized_text]"),
        ({"billing_address": "x" * 75_001, "customer_name": "x" * 75_000}, "evidence"),
        ({"receipt": "receipt.pdf"}, "evidence[receipt]"),
        (
            {"enhanced_evidence": {"visa_compliance": {"fee_acknowledged": True}}},
            "evidence[enhanced_evidence]",
        ),
    ],
)
async def test_evidence_has_limits(platform, evidence, param):
    dispute = await disputed(platform)
    assert (
        await refused(
            platform.v1.disputes.update_async(dispute.id, {"evidence": evidence})
        )
    ).param == param


async def test_evidence_fields_can_be_emptied_and_files_named(platform):
    dispute = await disputed(platform)
    file = await platform.v1.files.create_async(
        {"purpose": "dispute_evidence", "file": named(paper())}
    )
    given = {"receipt": file.id, "customer_name": "Ada"}
    await platform.v1.disputes.update_async(
        dispute.id, {"evidence": given, "submit": False}
    )
    changed = await platform.v1.disputes.update_async(
        dispute.id, {"evidence": {"customer_name": ""}, "submit": False}
    )
    assert (changed.evidence.receipt, changed.evidence.customer_name) == (file.id, None)


async def test_the_platform_is_debited_for_a_destination_charge_and_its_fee_stays(
    platform,
):
    account = await platform.vendor()
    dispute = await disputed(
        platform, transfer_data={"destination": account}, application_fee_amount=123
    )
    assert [row[:2] for row in await rows(platform)] == [
        ("charge", 1000),
        ("transfer", -1000),
        ("application_fee", 123),
        ("adjustment", -1000),
    ]
    assert await rows(platform, stripe_account=account) == [("payment", 1000, 123, 877)]
    assert "account" not in platform.events("charge.dispute.created")[-1]
    charge = await platform.v1.charges.retrieve_async(dispute.charge)
    back = await platform.v1.transfers.reversals.create_async(
        charge.transfer, {"amount": 877}
    )
    assert back.amount == 877
    [fee] = (await platform.v1.application_fees.list_async()).data
    assert fee.amount_refunded == 0


async def test_the_connected_account_is_debited_for_a_direct_charge(platform):
    account = await platform.vendor()
    dispute = await disputed(platform, options={"stripe_account": account})
    assert (await rows(platform, stripe_account=account))[-1] == (
        "adjustment",
        -1000,
        1500,
        -2500,
    )
    assert platform.events("charge.dispute.created")[-1]["account"] == account
    assert (
        await refused(platform.v1.disputes.retrieve_async(dispute.id))
    ).http_status == 404


async def test_disputes_are_listed_and_expanded(platform):
    first = await disputed(platform)
    second = await disputed(platform, "pm_card_createDisputeInquiry")
    disputes = platform.v1.disputes
    assert [d.id for d in (await disputes.list_async()).data] == [second.id, first.id]
    assert [
        d.id for d in (await disputes.list_async({"charge": first.charge})).data
    ] == [first.id]
    assert (
        await disputes.list_async({"created": {"gt": second.created + 5}})
    ).data == []
    whole = await disputes.retrieve_async(
        first.id, {"expand": ["charge", "payment_intent", "evidence.receipt"]}
    )
    assert (whole.charge.id, whole.payment_intent.id) == (
        first.charge,
        first.payment_intent,
    )


async def test_the_money_goes_out_of_the_pending_charge(platform):
    await disputed(platform)
    balance = await platform.v1.balance.retrieve_async()
    assert (
        balance.available[0].amount,
        balance.pending[0].amount,
    ) == (0, 941 - 2500)
