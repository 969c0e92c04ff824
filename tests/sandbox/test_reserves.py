"""What Stripe itself holds in reserve: control calls, rows on two balances, events (CHG 2026-01-28
and 2026-02-25).
"""

from __future__ import annotations

import pytest

from tests.sandbox.sellers import DAY, balance, by_hand, earn, seller
from tests.support.standin_errors import refused


async def held_rows(platform, of, kind="reserve_hold"):
    """The rows of one type: balance, amount and category, the newest first."""
    found = await platform.v1.balance_transactions.list_async({"type": kind}, of)
    return [
        (
            t.balance_type,
            t.amount,
            t.net,
            t.reporting_category,
        )
        for t in found.data
    ]


@pytest.fixture
async def of(platform):
    """A seller with a hundred dollars that are available, paid out by hand."""
    account = await by_hand(platform, await seller(platform))
    await earn(platform, account)
    return account


async def test_money_goes_from_the_balance_into_the_reserve_and_cannot_be_paid_out(
    platform, of
):
    hold = platform.control(
        "POST",
        "reserves",
        {"account": of["stripe_account"], "amount": 4000, "currency": "usd"},
    )
    assert (hold["amount_releasable"], hold["destination"], hold["created_by"]) == (
        4000,
        "risk_reserved",
        "stripe",
    )
    assert await balance(platform, of) == (6000, 0)
    assert await held_rows(platform, of) == [
        ("risk_reserved", 4000, 4000, "risk_reserved_funds"),
        ("payments", -4000, -4000, "risk_reserved_funds"),
    ]
    error = await refused(
        platform.v1.payouts.create_async({"amount": 6001, "currency": "usd"}, of)
    )
    assert error.code == "balance_insufficient"
    assert platform.control("GET", "exposure")["reserved"] == {
        of["stripe_account"]: {"usd": 4000}
    }
    [told] = platform.events("reserve.hold.created")
    assert (
        told["account"],
        told["data"]["object"]["id"],
    ) == (of["stripe_account"], hold["id"])
    assert platform.control("GET", "audit") == {"problems": []}


async def test_it_comes_back_in_parts_and_the_rest_on_its_day(platform, of):
    given = {
        "account": of["stripe_account"],
        "amount": 4000,
        "currency": "usd",
        "days": 30,
    }
    hold = platform.control("POST", "reserves", given)
    made = platform.control("POST", f"reserves/{hold['id']}/release", {"amount": 1500})
    assert (made["reason"], made["reserve_hold"]) == ("hold_released_early", hold["id"])
    assert await balance(platform, of) == (7500, 0)
    platform.sandbox.advance(31 * DAY)
    assert await balance(platform, of) == (10_000, 0)
    assert [row[:2] for row in await held_rows(platform, of, "reserve_release")] == [
        ("risk_reserved", -2500),
        ("payments", 2500),
        ("risk_reserved", -1500),
        ("payments", 1500),
    ]
    reasons = [
        e["data"]["object"]["reason"]
        for e in platform.events("reserve.release.created")
    ]
    assert reasons == ["hold_released_early", "hold_expired"]
    assert platform.control("GET", "exposure")["reserved"] == {}
    assert platform.control("GET", "audit") == {"problems": []}


async def test_the_platforms_own_money_is_held_as_well(platform):
    await platform.pay("pm_card_bypassPending", amount=5000)
    platform.settle()
    platform.control("POST", "reserves", {"amount": 1000, "currency": "usd"})
    told = await platform.v1.balance.retrieve_async()
    assert told.available[0].amount == 3825
    assert (await held_rows(platform, {}))[-1][:2] == ("payments", -1000)
    [event] = platform.events("reserve.hold.created")
    assert "account" not in event


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"amount": 1}, "400 `currency` must be"),
        ({"amount": 10**7, "currency": "usd"}, "400 `amount` must be"),
        ({"amount": "1", "currency": "usd"}, "400 `amount` must be"),
        ({"amount": 1, "currency": "usd", "days": 0}, "400 `days` must be"),
        (
            {"amount": 1, "currency": "usd", "account": "acct_none"},
            "404 There is no account",
        ),
        ({"amount": 1, "currency": "usd", "colour": 1}, "400 A reserve has no colour"),
    ],
)
async def test_what_cannot_be_held_says_why(platform, of, body, sentence):
    with pytest.raises(RuntimeError, match=sentence):
        platform.control("POST", "reserves", body)


async def test_no_more_comes_back_than_is_held(platform, of):
    hold = platform.control(
        "POST",
        "reserves",
        {"account": of["stripe_account"], "amount": 4000, "currency": "usd"},
    )
    with pytest.raises(RuntimeError, match="400 `amount` must be"):
        platform.control("POST", f"reserves/{hold['id']}/release", {"amount": 4001})
    platform.control("POST", f"reserves/{hold['id']}/release")
    with pytest.raises(RuntimeError, match="400 `amount` must be"):
        platform.control("POST", f"reserves/{hold['id']}/release")
    with pytest.raises(RuntimeError, match=r"404 There is no reserve\.hold"):
        platform.control("POST", "reserves/reshold_none/release")
