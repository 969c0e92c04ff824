"""stripe-facts 14: what a platform takes for instant payouts, by the pricing that it set (docs,
Instant Payouts for Connect).
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.sandbox.pricing import Pricing
from tests.sandbox.sellers import balance, by_hand, earn, seller
from tests.support.standin_errors import refused
from tests.support.standin_rows import rows

NET = {"expand": ["instant_available.net_available"]}


async def rich(platform, amount=500, **pricing: Any):
    """A seller with five dollars, and what the platform takes: two per cent, as in Stripe's
    example.
    """
    platform.control("POST", "instant_pricing", {"percentage": 2, **pricing})
    of = await by_hand(platform, await seller(platform))
    await earn(platform, of, amount)
    return of


async def pay_out(platform, of, amount=490, **given: Any):
    asked = {"amount": amount, "currency": "usd", "method": "instant", **given}
    return await platform.v1.payouts.create_async(asked, of)


async def earned(platform):
    """What the platform got by fees."""
    found = await platform.v1.application_fees.list_async()
    return [
        (fee.amount, fee.amount_refunded, fee.fee_source.payout) for fee in found.data
    ]


async def test_the_example_of_the_documentation(platform):
    of = await rich(platform)
    [line] = (await platform.v1.balance.retrieve_async(NET, of)).instant_available
    [net] = line.net_available
    assert (line.amount, net.amount, net.source_types.card) == (500, 490, 490)
    payout = await pay_out(platform, of, net.amount, destination=net.destination)
    assert (payout.amount, payout.application_fee_amount) == (490, 10)
    fee = await platform.v1.application_fees.retrieve_async(payout.application_fee)
    assert (
        fee.amount,
        fee.account,
        fee.fee_source.type,
    ) == (10, of["stripe_account"], "payout")
    assert (fee.fee_source.payout, fee.originating_transaction) == (payout.id, None)


async def test_the_fee_stands_on_the_payouts_own_row(platform):
    of = await rich(platform)
    payout = await pay_out(platform, of)
    row = await platform.v1.balance_transactions.retrieve_async(
        payout.balance_transaction, None, of
    )
    assert (
        row.type,
        row.amount,
        row.fee,
        row.net,
    ) == ("payout", -490, 10, -500)
    assert [(d.type, d.amount) for d in row.fee_details] == [("application_fee", 10)]
    assert await balance(platform, of) == (0, 0)
    assert (await rows(platform))[-1] == ("application_fee", 10, 0, 10)
    assert platform.events("application_fee.created")[-1].get("account") is None


async def test_net_is_told_when_it_is_asked_for_and_of_connected_accounts_alone(
    platform,
):
    of = await rich(platform)
    [line] = (await platform.v1.balance.retrieve_async(None, of)).instant_available
    assert "net_available" not in line
    error = await refused(platform.v1.balance.retrieve_async(NET))
    assert (
        error.user_message
        == "This property cannot be expanded (instant_available.net_available)."
    )


async def test_nobody_pays_out_more_than_is_left_after_the_fee(platform):
    of = await rich(platform)
    assert (await refused(pay_out(platform, of, 491))).code == "balance_insufficient"
    assert (await pay_out(platform, of, 100)).application_fee_amount == 2
    assert await balance(platform, of) == (398, 0)


async def test_until_something_is_set_it_is_one_per_cent(platform):
    assert platform.control("GET", "instant_pricing") == {
        "percentage": 1.0,
        "fixed": 0,
        "least": 0,
        "most": None,
        "comes_back": True,
    }


@pytest.mark.parametrize(
    ("set_", "fee"),
    [
        ({"percentage": 0}, None),
        ({"fixed": 30}, 40),
        ({"least": 25}, 25),
        ({"most": 7}, 7),
        ({"percentage": 0, "fixed": 50}, 50),
    ],
)
async def test_fixed_and_variable_fees_with_least_and_most(platform, set_, fee):
    of = await rich(platform, **set_)
    payout = await pay_out(platform, of, 500 - (fee or 0))
    assert payout.application_fee_amount == fee
    assert (payout.application_fee is None) == (fee is None)


async def test_other_payouts_cost_nothing(platform):
    of = await rich(platform)
    payout = await pay_out(platform, of, 500, method="standard")
    assert (payout.application_fee, payout.application_fee_amount) == (None, None)


@pytest.mark.parametrize("comes_back", [True, False])
async def test_the_fee_of_a_payout_that_fails_comes_back_unless_it_is_kept(
    platform, comes_back
):
    of = await rich(platform, comes_back=comes_back)
    payout = await pay_out(platform, of)
    platform.sandbox.advance(60)
    platform.control(
        "POST", f"payouts/{payout.id}/fail", {"failure_code": "account_closed"}
    )
    assert await balance(platform, of) == (500 if comes_back else 490, 0)
    assert await earned(platform) == [(10, 10 if comes_back else 0, payout.id)]
    failed = await platform.v1.payouts.retrieve_async(payout.id, None, of)
    row = await platform.v1.balance_transactions.retrieve_async(
        failed.failure_balance_transaction, None, of
    )
    assert (row.amount, row.fee) == (490, -10 if comes_back else 0)
    assert bool(platform.events("application_fee.refunded")) == comes_back
    assert platform.control("GET", "audit") == {"problems": []}


async def test_the_platform_can_give_it_back_by_itself(platform):
    of = await rich(platform)
    # The platform needs money of its own for it.
    await platform.pay("pm_card_bypassPending", amount=5000)
    platform.settle()
    payout = await pay_out(platform, of)
    await platform.v1.application_fees.refunds.create_async(
        payout.application_fee, {"amount": 4}
    )
    assert (await rows(platform, **of))[-1][:2] == ("adjustment", 4)
    platform.sandbox.advance(60)
    platform.control(
        "POST", f"payouts/{payout.id}/fail", {"failure_code": "account_closed"}
    )
    assert await balance(platform, of) == (500, 0)
    assert platform.control("GET", "audit") == {"problems": []}


@pytest.mark.parametrize(
    "wrong",
    [
        {"percentage": 100},
        {"percentage": -1},
        {"percentage": 1.234},
        {"percentage": True},
        {"fixed": -1},
        {"least": 1.5},
        {"most": "7"},
        {"comes_back": 1},
        {"tax": 1},
    ],
)
async def test_a_price_that_is_none_is_refused(platform, wrong):
    with pytest.raises(RuntimeError):
        platform.control("POST", "instant_pricing", wrong)


PRICES = st.builds(
    Pricing,
    rate=st.integers(0, 9999),
    fixed=st.integers(0, 500),
    least=st.integers(0, 500),
    most=st.none() | st.integers(0, 500),
)


@given(PRICES, st.integers(1, 10**6), st.data())
def test_what_is_told_as_net_can_be_paid_out_and_leaves_nothing_behind(
    price, available, data
):
    net = price.net(available)
    assert 0 < net <= available
    assert net + price.fee_of(net, available) == available
    part = data.draw(st.integers(1, net))
    # So whatever is less can be paid out as well.
    assert part + price.fee_of(part, available) <= available


def test_a_fee_is_rounded_half_up_and_never_all_of_it():
    price = Pricing()
    assert [price.fee(gross) for gross in (0, 1, 49, 50, 149, 150, 10_000)] == [
        0,
        0,
        0,
        1,
        1,
        2,
        100,
    ]
    assert Pricing(rate=0, least=500).fee(300) == 299
