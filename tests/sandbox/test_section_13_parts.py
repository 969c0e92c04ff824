"""stripe-facts 13: disputes of a part of a charge, of more than it, and several of one charge."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.standin_appeals import told
from tests.support.standin_errors import refused


@pytest.fixture
async def charge(platform):
    """A settled charge of ten dollars, on a platform that has money."""
    await platform.pay(amount=9000)
    paid = await platform.pay()
    platform.settle()
    return paid.latest_charge


def dispute(platform, charge, amount=None, **given: Any):
    """The bank disputes so much of it."""
    given |= {} if amount is None else {"amount": amount}
    return platform.control(
        "POST", "disputes", {"charge": charge, "reason": "general", **given}
    )["id"]


def close(platform, dispute_id, outcome="lost", **given: Any):
    return platform.control(
        "POST", f"disputes/{dispute_id}/close", {"outcome": outcome, **given}
    )


@pytest.mark.parametrize("amount", [300, 1000, 1100])
async def test_the_bank_takes_what_it_disputes_and_the_fee_once(
    platform, charge, amount
):
    mine = dispute(platform, charge, amount)
    found = await platform.v1.disputes.retrieve_async(mine)
    assert found.amount == amount
    assert [(t.amount, t.fee) for t in found.balance_transactions] == [(-amount, 1500)]
    assert (await platform.v1.charges.retrieve_async(charge)).amount == 1000
    assert platform.control("GET", "audit") == {"problems": []}


async def test_one_charge_is_disputed_several_times(platform, charge):
    first, second, again = (
        dispute(platform, charge, 300),
        dispute(platform, charge, 700),
        dispute(platform, charge, 1000),
    )
    found = await platform.v1.disputes.list_async({"charge": charge})
    assert [d.id for d in found.data] == [again, second, first]
    assert told(platform).count("funds_withdrawn") == 3
    close(platform, first, "won")
    close(platform, second, "lost")
    statuses = {
        d.id: d.status
        for d in (await platform.v1.disputes.list_async({"charge": charge})).data
    }
    assert statuses == {first: "won", second: "lost", again: "needs_response"}
    assert platform.control("GET", "audit") == {"problems": []}


async def test_what_was_wholly_refunded_is_not_disputed_any_more(platform, charge):
    await platform.v1.refunds.create_async({"charge": charge})
    with pytest.raises(RuntimeError, match="can be disputed"):
        dispute(platform, charge, 300)


async def test_a_chargeback_of_a_part_bars_every_refund_until_it_is_decided(
    platform, charge
):
    lost, asked = (
        dispute(platform, charge, 300),
        dispute(platform, charge, 200, inquiry=True),
    )
    assert (
        await refused(
            platform.v1.refunds.create_async({"charge": charge, "amount": 100})
        )
    ).code == "charge_disputed"
    both = [await platform.v1.disputes.retrieve_async(one) for one in (lost, asked)]
    assert [d.is_charge_refundable for d in both] == [False, False]
    close(platform, lost)
    both = [await platform.v1.disputes.retrieve_async(one) for one in (lost, asked)]
    assert [d.is_charge_refundable for d in both] == [True, True]


async def test_after_a_loss_what_is_left_can_be_refunded_and_no_more(platform, charge):
    close(platform, dispute(platform, charge, 300))
    error = await refused(
        platform.v1.refunds.create_async({"charge": charge, "amount": 701})
    )
    assert error.param == "amount"
    assert (await platform.v1.refunds.create_async({"charge": charge})).amount == 700


@pytest.mark.parametrize("amount", [1000, 1100])
async def test_after_a_loss_of_all_nothing_is_left(platform, charge, amount):
    close(platform, dispute(platform, charge, amount))
    assert (
        await refused(platform.v1.refunds.create_async({"charge": charge}))
    ).code == "charge_disputed"


async def test_a_dispute_won_in_part_is_lost_and_gives_the_part_back(platform, charge):
    mine = dispute(platform, charge)
    closed = close(platform, mine, returned=400)
    assert (
        closed["status"],
        [t["amount"] for t in closed["balance_transactions"]],
    ) == (
        "lost",
        [-1000, 400],
    )
    assert told(platform)[-2:] == ["funds_reinstated", "closed"]
    assert (await platform.v1.refunds.create_async({"charge": charge})).amount == 400
    platform.control("POST", f"disputes/{mine}/appeal")
    assert [
        t["amount"] for t in close(platform, mine, "won")["balance_transactions"]
    ] == [
        -1000,
        400,
        600,
    ]
    assert platform.control("GET", "audit") == {"problems": []}


@pytest.mark.parametrize(
    "given",
    [
        {"amount": 0},
        {"amount": "300"},
        {"amount": 10**8},
        {"amount": True},
    ],
)
async def test_an_amount_is_minor_units(platform, charge, given):
    with pytest.raises(RuntimeError, match="400 `amount` must be"):
        platform.control("POST", "disputes", {"charge": charge, **given})


@pytest.mark.parametrize(
    "given", [{"outcome": "won", "returned": 1}, {"outcome": "lost", "returned": 1000}]
)
async def test_no_more_comes_back_in_part_than_was_taken(platform, charge, given):
    mine = dispute(platform, charge)
    with pytest.raises(RuntimeError, match="400 `returned` must be"):
        platform.control("POST", f"disputes/{mine}/close", given)


async def test_an_inquiry_of_a_part_becomes_a_chargeback_that_takes_it(
    platform, charge
):
    mine = dispute(platform, charge, 300, inquiry=True)
    given = {"evidence": {"uncategorized_text": "escalate_inquiry_evidence"}}
    await platform.v1.disputes.update_async(mine, given)
    platform.sandbox.advance(10)
    found = await platform.v1.disputes.retrieve_async(mine)
    assert (found.status, [t.amount for t in found.balance_transactions]) == (
        "needs_response",
        [-300],
    )
    assert told(platform)[-1] == "funds_withdrawn"


async def test_an_inquiry_into_what_was_refunded_meanwhile_takes_nothing(
    platform, charge
):
    mine = dispute(platform, charge, inquiry=True)
    await platform.v1.refunds.create_async({"charge": charge})
    await platform.v1.disputes.update_async(
        mine, {"evidence": {"uncategorized_text": "escalate_inquiry_evidence"}}
    )
    platform.sandbox.advance(10)
    found = await platform.v1.disputes.retrieve_async(mine)
    assert (found.status, found.balance_transactions) == ("warning_closed", [])
